//! What lies around Go: other managers, the C compiler, its libraries, and certificates.

use std::path::Path;

use super::host::{Host, HostError, Kind};
use super::programs::{self, Depth};
use crate::facts::{Certificates, Fact, Facts, Leftover, Library, PathEntry};
use crate::readers::receipt::Receipt;
use crate::readers::{ReadCache, archive};

/// Managers by a folder that only a Go of theirs makes.
const MANAGERS: [(&str, &str); 13] = [
    ("goenv", "~/.goenv"),
    ("gvm", "~/.gvm"),
    ("g", "~/.g"),
    ("gobrew", "~/.gobrew"),
    ("goup", "~/.goup"),
    ("asdf", "~/.asdf/installs/golang"),
    ("mise", "~/.local/share/mise/installs/go"),
    ("golang.org/dl", "~/sdk"),
    ("Homebrew", "/opt/homebrew/Cellar/go"),
    ("Homebrew", "/usr/local/Cellar/go"),
    ("Homebrew", "/home/linuxbrew/.linuxbrew/Cellar/go"),
    ("the installer", "/usr/local/go"),
    ("snap", "/snap/go"),
];

pub(super) fn leftovers(host: &dyn Host, facts: &Facts) -> Fact<Vec<Leftover>> {
    let Ok(home) = facts.home.get() else { return Fact::unknown("the home folder is not known") };
    let mut found = Vec::new();
    for (manager, place) in MANAGERS {
        let path = moved(facts, place);
        let path = path.strip_prefix('~').map_or_else(|| path.clone(), |rest| format!("{home}{rest}"));
        let names = host.list(Path::new(&path), 100).unwrap_or_default();
        let has_go = match manager {
            // The folder is also where Android's tools and others lie.
            "golang.org/dl" => names.iter().any(|name| name.to_string_lossy().starts_with("go1.")),
            "g" => names.iter().any(|name| name == "go" || name == "versions"),
            _ => !names.is_empty(),
        };
        // What applies here is in use, whoever brought it.
        let is_in_use = facts.go.root.known().and_then(Option::as_deref).is_some_and(|root| root.starts_with(&path));
        if has_go && !is_in_use {
            found.push(Leftover { manager: manager.to_owned(), path });
        }
    }
    Fact::Known(found)
}

/// Where a manager's folder is, where a variable of its own says so.
fn moved(facts: &Facts, place: &str) -> String {
    const VARIABLES: [(&str, &str); 4] = [
        ("~/.goenv", "GOENV_ROOT"),
        ("~/.gvm", "GVM_ROOT"),
        ("~/.asdf", "ASDF_DATA_DIR"),
        ("~/.local/share/mise", "MISE_DATA_DIR"),
    ];
    let found = VARIABLES.iter().find_map(|(folder, variable)| {
        let rest = place.strip_prefix(folder)?;
        Some((facts.variable(variable).ok()??, rest))
    });
    found.map_or_else(|| place.to_owned(), |(root, rest)| format!("{}{rest}", root.trim_end_matches('/')))
}

/// What macOS's installer remembers of Go's own package.
pub(super) fn receipt(host: &dyn Host, facts: &Facts) -> Fact<Option<Receipt>> {
    const FILE: &str = "/var/db/receipts/org.golang.go.plist";
    const MOST: u64 = 1 << 20;
    match facts.system.is_mac() {
        Some(true) => {}
        Some(false) => return Fact::unknown("there are receipts on macOS alone"),
        None => return Fact::unknown("the system is not known"),
    }
    match host.read(Path::new(FILE), MOST) {
        Ok(content) => Receipt::parse(&content).map(Some).into(),
        Err(HostError::Absent) => Fact::Known(None),
        Err(error) => Fact::unknown(error),
    }
}

/// Where the C compiler is that cgo would call.
pub(super) fn compiler(host: &dyn Host, facts: &Facts) -> Fact<Option<String>> {
    let set = facts.setting("CC").map(|(value, _)| value).unwrap_or_default();
    let Some(name) = set.split_whitespace().next() else { return Fact::unknown("Go's settings are not known") };
    if name.starts_with('/') {
        return Fact::Known(host.stat(Path::new(name)).is_ok().then(|| name.to_owned()));
    }
    let Ok(path) = facts.path.get() else { return Fact::unknown("PATH is not known") };
    let in_entry = |entry: &PathEntry| {
        let candidate = format!("{}/{name}", entry.text.trim_end_matches('/'));
        let is_program = |stat: super::Stat| stat.kind == Kind::File && stat.mode & 0o111 != 0;
        host.stat(Path::new(&candidate)).is_ok_and(is_program).then_some(candidate)
    };
    Fact::Known(path.iter().filter(|entry| entry.text.starts_with('/')).find_map(in_entry))
}

/// The libraries in the folders that cgo's variables name.
pub(super) fn libraries(host: &dyn Host, facts: &Facts) -> Fact<Vec<Library>> {
    const MOST_FILES: usize = 20;
    let mut folders: Vec<(&str, String)> = Vec::new();
    if let Ok((flags, _)) = facts.setting("CGO_LDFLAGS") {
        folders.extend(
            flags
                .split_whitespace()
                .filter_map(|flag| flag.strip_prefix("-L"))
                .map(|folder| ("CGO_LDFLAGS", folder.to_owned())),
        );
    }
    for (name, above) in [("LIBRARY_PATH", ""), ("PKG_CONFIG_PATH", "/pkgconfig")] {
        let value = facts.variable(name).ok().flatten().unwrap_or_default();
        folders.extend(
            value.split(':').map(|folder| (name, folder.trim_end_matches('/').trim_end_matches(above).to_owned())),
        );
    }
    let mut found = Vec::new();
    for (from, folder) in folders.into_iter().filter(|(_, folder)| folder.starts_with('/')) {
        let names = host.list(Path::new(&folder), 1000).unwrap_or_default();
        let names = names.iter().map(|name| name.to_string_lossy());
        let names = names.filter(|name| name.ends_with(".dylib") || name.ends_with(".a"));
        for name in names.take(MOST_FILES) {
            let path = format!("{folder}/{name}");
            let archs = if name.ends_with(".a") {
                host.open(Path::new(&path)).ok().and_then(|file| archive::architectures(&ReadCache::new(file)))
            } else {
                programs::read(host, Path::new(&path), Depth::Headers).known().map(|program| program.archs.clone())
            };
            if let Some(archs) = archs {
                found.push(Library { path, archs, from: from.to_owned() });
            }
        }
    }
    Fact::Known(found)
}

/// How many certificates `SSL_CERT_FILE`, or else `SSL_CERT_DIR`, leads to.
pub(super) fn certificates(host: &dyn Host, facts: &Facts) -> Fact<Option<Certificates>> {
    const MOST: u64 = 16 << 20;
    let variable = |name: &str| facts.variable(name).ok().flatten().map(str::to_owned);
    if let Some(path) = variable("SSL_CERT_FILE") {
        return match host.read(Path::new(&path), MOST) {
            Ok(content) => Fact::Known(Some(Certificates { path, count: Some(count(&content)) })),
            Err(HostError::Absent) => Fact::Known(Some(Certificates { path, count: None })),
            Err(error) => Fact::unknown(error),
        };
    }
    let Some(folders) = variable("SSL_CERT_DIR") else { return Fact::Known(None) };
    let mut sum = None;
    for folder in folders.split(':') {
        for name in host.list(Path::new(folder), 1000).unwrap_or_default() {
            let content = host.read(&Path::new(folder).join(name), MOST).unwrap_or_default();
            sum = Some(sum.unwrap_or(0) + count(&content));
        }
    }
    Fact::Known(Some(Certificates { path: folders, count: sum }))
}

fn count(content: &[u8]) -> u64 {
    const MARK: &[u8] = b"-----BEGIN CERTIFICATE-----";
    content.windows(MARK.len()).filter(|window| *window == MARK).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managers_may_have_been_moved() {
        let mut facts = crate::testing::linux();
        facts.set_variable("ASDF_DATA_DIR", "/opt/asdf/");
        facts.set_variable("GOENV_ROOT", "/opt/goenv");
        assert_eq!(moved(&facts, "~/.asdf/installs/golang"), "/opt/asdf/installs/golang");
        assert_eq!(moved(&facts, "~/.goenv"), "/opt/goenv");
        assert_eq!(moved(&facts, "~/.local/share/mise/installs/go"), "~/.local/share/mise/installs/go");
        assert_eq!(moved(&facts, "~/.g"), "~/.g");
    }

    #[test]
    fn certificates_are_counted() {
        let one = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
        assert_eq!(count(format!("# roots\n{one}{one}").as_bytes()), 2);
        assert_eq!(count(b""), 0);
    }
}

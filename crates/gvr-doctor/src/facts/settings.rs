//! Go's settings as they follow from the facts.

use std::path::{Path, PathBuf};

use gvr_core::Version;

use super::{Fact, Facts};
use crate::check::NotJudged;
use crate::go_settings::{GoCommand, GoSettings, Machine, Origin};

/// Who set a value of Go's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Setter {
    /// The environment.
    Variable,
    /// Go's file of settings, or the one that comes with a Go: its path and its line.
    File(String, u32),
    /// Nobody: it is Go's default.
    Default,
}

/// What the `go.env` of every release has; it is taken where that file was not looked at, and before 1.21, when these were
/// in the program itself.
const SHIPPED: [(&str, &str); 3] =
    [("GOPROXY", "https://proxy.golang.org,direct"), ("GOSUMDB", "sum.golang.org"), ("GOTOOLCHAIN", "auto")];

/// The version whose rules hold where there is no Go to ask.
const NEWEST: Version = Version::release(1, 27, 0);

impl Facts {
    /// A value of Go's as it holds, and who set it.
    pub fn setting(&self, name: &str) -> Result<(String, Setter), NotJudged> {
        // What the environment says needs nothing else to be known, and counts before all.
        if let Some(value) = self.variable(name)? {
            return Ok((value.to_owned(), Setter::Variable));
        }
        if let Some(file) = self.go.settings_file.get()? {
            self.text(file)?;
        }
        let version = self.go.version.known().and_then(Option::as_deref).and_then(|text| Version::parse(text).ok());
        let (os, arch) = (self.system.os.known(), self.arch_of_go());
        let root = self.go.root.known().cloned().flatten().unwrap_or_default();
        let go = GoCommand {
            version: version.unwrap_or(NEWEST),
            release: "",
            os: os.map_or("", String::as_str),
            arch: arch.unwrap_or_default(),
            executable: &Path::new(&root).join("bin/go"),
            folder: Path::new(self.folder.known().map_or("", String::as_str)),
        };
        let settings = GoSettings::resolve(&go, self);
        let Some(found) = settings.values.get(name) else { return Ok((String::new(), Setter::Default)) };
        if let Some((file, line)) = settings.place(&found.origin) {
            // GOENV may be relative, and texts are kept by absolute paths.
            let file = go.folder.join(file).to_string_lossy().into_owned();
            return Ok((found.value.clone(), Setter::File(file, line)));
        }
        if found.origin == Origin::Environment {
            return Ok((found.value.clone(), Setter::Variable));
        }
        // A default is only as good as the facts that it follows from.
        match name {
            "GOARCH" if arch.is_none() => self.system.arch.get().map(drop)?,
            "GOOS" if os.is_none() => self.system.os.get().map(drop)?,
            "GOPATH" | "GOMODCACHE" | "GOCACHE" => self.home.get().map(drop)?,
            _ => {}
        }
        let go_env = settings.goroot_file.path.as_ref();
        let is_old = version.is_some_and(|version| version < Version::release(1, 21, 0));
        let is_open = is_old || go_env.is_none_or(|file| !self.files.contains_key(file));
        let shipped = SHIPPED.iter().find(|(known, _)| is_open && *known == name);
        let value = shipped.map_or_else(|| found.value.clone(), |(_, value)| (*value).to_owned());
        Ok((value, Setter::Default))
    }

    /// A value of Go's where somebody has set it, and not to nothing.
    pub fn set(&self, name: &str) -> Result<Option<(String, Setter)>, NotJudged> {
        let (value, setter) = self.setting(name)?;
        Ok((setter != Setter::Default && !value.is_empty()).then_some((value, setter)))
    }

    /// Whether the Go that applies here never sees GOROOT, as gvr's shims drop it.
    fn drops_goroot(&self) -> bool {
        let is_kept = self.variable("GVR_KEEP_GOROOT").is_ok_and(|value| value == Some("1"));
        let first = self.gos_on_path().ok().and_then(|gos| gos.first().map(|(_, entry)| entry.is_shims));
        first == Some(true) && !is_kept
    }

    /// What the Go that applies here was built for: its program says so where it was read, and the machine else.
    fn arch_of_go(&self) -> Option<&str> {
        let root = self.go.root.known().and_then(Option::as_ref);
        let tree = root.and_then(|root| self.goroots.get(root)).and_then(Fact::known);
        let program = tree.and_then(|tree| tree.programs.get("bin/go")).and_then(Fact::known);
        match program.map(|program| program.archs.as_slice()) {
            Some([arch]) => Some(arch),
            _ => self.system.arch.known().map(String::as_str),
        }
    }
}

/// The facts answer in the machine's place.
impl Machine for Facts {
    fn variable(&self, name: &str) -> Option<String> {
        match name {
            // It is no variable that is recorded, as it would give the user away.
            "HOME" => self.home.known().cloned(),
            "GOROOT" if self.drops_goroot() => None,
            _ => self.variables.known()?.get(name).cloned(),
        }
    }

    fn read(&self, file: &Path) -> Option<Vec<u8>> {
        let text = self.files.get(file.to_str()?)?.known()?.as_ref()?;
        Some(text.clone().into_bytes())
    }

    fn is_folder(&self, path: &Path) -> bool {
        // Nothing but the mark of a GOROOT is asked for.
        let Some(root) = path.to_str().and_then(|path| path.strip_suffix("/pkg/tool")) else { return false };
        let is_own = self.go.root.known().and_then(Option::as_deref) == Some(root);
        is_own || self.goroots.get(root).and_then(Fact::known).is_some_and(|tree| tree.has_tools)
    }

    fn is_file(&self, path: &Path) -> bool {
        self.read(path).is_some()
    }

    fn real_path(&self, _: &Path) -> Option<PathBuf> {
        None
    }

    fn program(&self, name: &str) -> Option<String> {
        // Of all programs that Go looks for only the C compiler is known.
        let compiler = self.compiler.known()?.as_ref()?;
        (Path::new(compiler).file_name()?.to_str()? == name).then(|| compiler.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{linux, mac};

    const FILE: &str = "~/.config/go/env";

    #[test]
    fn each_layer_counts_in_its_turn() {
        let mut facts = linux();
        let root = facts.go.root.known().cloned().flatten().unwrap();
        let go_env = format!("{root}/go.env");
        let own = format!("{}/.config/go/env", facts.home.known().unwrap());
        facts.set_file(FILE, "");
        facts.set_file(&go_env, "# as it comes\nGOPROXY=https://a.example.com\nGOTOOLCHAIN=auto\n");
        let ask = |facts: &Facts| facts.setting("GOPROXY").unwrap();
        assert_eq!(ask(&facts), ("https://a.example.com".to_owned(), Setter::File(go_env.clone(), 2)));
        facts.set_file(FILE, "GOPROXY=off\nGOPROXY=direct\n");
        assert_eq!(ask(&facts), ("direct".to_owned(), Setter::File(own, 2)), "the last line counts");
        facts.set_variable("GOPROXY", "");
        assert_eq!(ask(&facts).0, "direct", "an empty variable hides nothing");
        facts.set_variable("GOPROXY", "off");
        assert_eq!(ask(&facts), ("off".to_owned(), Setter::Variable));
    }

    #[test]
    fn a_relative_file_of_settings_is_the_working_folders() {
        let mut facts = linux();
        let file = format!("{}/mine", facts.folder.known().unwrap());
        facts.set_variable("GOENV", "mine");
        facts.go.settings_file = Fact::Known(Some(file.clone()));
        facts.set_file(&file, "GOPROXY=off\n");
        assert_eq!(facts.setting("GOPROXY").unwrap(), ("off".to_owned(), Setter::File(file, 1)));
    }

    #[test]
    fn an_empty_line_hides_what_comes_with_go() {
        let mut facts = linux();
        let root = facts.go.root.known().cloned().flatten().unwrap();
        facts.set_file(&format!("{root}/go.env"), "GOSUMDB=sum.golang.org\n");
        facts.set_file(FILE, "GOSUMDB=\n");
        assert_eq!(facts.setting("GOSUMDB").unwrap().0, "");
        assert_eq!(facts.set("GOSUMDB").unwrap(), None);
    }

    #[test]
    fn defaults_follow_from_the_facts() {
        let facts = mac();
        let value = |name: &str| facts.setting(name).unwrap();
        assert_eq!(value("GOPATH"), ("/Users/me/go".to_owned(), Setter::Default));
        assert_eq!(value("GOCACHE").0, "/Users/me/Library/Caches/go-build");
        assert_eq!((value("GOOS").0.as_str(), value("GOARCH").0.as_str()), ("darwin", "arm64"));
        assert_eq!(facts.set("GOROOT").unwrap(), None);
        let homeless = Facts { home: Fact::default(), ..mac() };
        assert!(homeless.setting("GOPATH").is_err());
        let unread = Facts { variables: Fact::default(), ..mac() };
        assert!(unread.setting("GOPATH").is_err());
    }
}

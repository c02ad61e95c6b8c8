//! What several checks need.

use std::collections::BTreeMap;

use gvr_core::{Version, gotoolchain};

use crate::check::{Evidence, Fix, NotJudged};
use crate::facts::{Fact, Facts, Program};
use crate::go_settings;
use crate::readers::receipt::Receipt;
pub(super) use crate::shell::quoted;

/// A line of Go's file of settings that Go takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    pub(super) key: &'a str,
    pub(super) value: &'a str,
    pub(super) line: u32,
}

/// Go's file of settings and its text.
pub(super) fn settings(facts: &Facts) -> Result<(&str, &str), NotJudged> {
    let Some(file) = facts.go.settings_file.get()? else {
        return Err(NotJudged::not_applicable("GOENV=off: Go reads no file of settings"));
    };
    match facts.text(file)? {
        Some(text) if !text.trim().is_empty() => Ok((file, text)),
        _ => Err(NotJudged::not_applicable("go env -w has set nothing")),
    }
}

/// The lines that Go takes: a capital letter first, and a `=`.
pub(super) fn settings_lines(text: &str) -> Vec<Setting<'_>> {
    let lines = text.split('\n').zip(1..);
    let taken = lines.filter_map(|(raw, line)| {
        let (key, value) = raw.split_once('=')?;
        key.starts_with(|char: char| char.is_ascii_uppercase()).then_some(Setting { key, value, line })
    });
    taken.collect()
}

/// Whether a line of Go's file of settings can set this: all that Go knows, but for what only the environment has.
pub(super) fn is_settable(key: &str) -> bool {
    go_settings::is_known(key) && !["GODEBUG", "GOENV"].contains(&key)
}

/// The version of the Go that applies here.
pub(super) fn version_here(facts: &Facts) -> Result<Version, NotJudged> {
    let Some(version) = facts.go.version.get()? else {
        return Err(NotJudged::not_applicable("there is no Go here"));
    };
    Version::parse(version)
        .map_err(|_| NotJudged::Unknown(format!("the version of Go here, {version}, is no release's")))
}

/// The version in a program's build information: `go1.22.5`, also with experiments behind it.
pub(super) fn build_version(program: &Program) -> Option<Version> {
    let name = program.go.as_deref()?.split([' ', '-']).next()?;
    Version::from_release_name(name).ok()
}

/// The version in the name of a toolchain that GOTOOLCHAIN has, if it has one; an error where that is no version's.
pub(super) fn named_toolchain(value: &str) -> Option<Result<Version, ()>> {
    let name = gotoolchain::GoToolchain::parse(value).name?;
    // Other makers of Go have a word of their own in the name: go1.22.5-custom.
    let release = name.split_once('-').map_or(name, |(release, _)| release);
    Some(Version::from_release_name(release).map_err(drop))
}

/// The file that an interactive shell reads, below the home folder.
pub(super) fn startup_file(shell: Option<&str>) -> &'static str {
    match shell.and_then(|shell| shell.rsplit('/').next()) {
        Some("fish") => "/.config/fish/config.fish",
        Some("zsh") => "/.zshrc",
        _ => "/.bashrc",
    }
}

/// Every line of the user's own start-up files that puts gvr's shims on PATH: file and line.
pub(super) fn init_lines(facts: &Facts) -> Vec<(String, u32)> {
    let is_init = |line: &str| line.contains("gvr init") && !line.trim_start().starts_with('#');
    let files = facts.startup_files().into_iter().filter(|(startup, _)| facts.is_own(&startup.path));
    let lines = files.flat_map(|(startup, text)| {
        let lines = text.lines().zip(1..).filter(|(line, _)| is_init(line)).map(|(_, line)| line);
        lines.map(|line| (startup.path.clone(), line)).collect::<Vec<_>>()
    });
    lines.collect()
}

/// The programs of the Go that applies here, by their path.
pub(super) fn own_programs(facts: &Facts) -> Result<Vec<(String, &Program)>, NotJudged> {
    let Some(root) = facts.go.root.get()? else {
        return Err(NotJudged::not_applicable("there is no Go here"));
    };
    let tree = match facts.goroots.get(root) {
        Some(tree) => tree.get()?,
        None => return Err(NotJudged::Unknown(format!("{} was not looked at", facts.shown(root)))),
    };
    known(&tree.programs, |name| format!("{root}/{name}"))
}

/// The programs that `go install` has made.
pub(super) fn tools(facts: &Facts) -> Result<Vec<(String, &Program)>, NotJudged> {
    let tools = facts.tools.get()?;
    if tools.is_empty() {
        return Err(NotJudged::not_applicable("go install has put no program anywhere"));
    }
    known(tools, str::to_owned)
}

/// The programs whose file could be read; where none could, that is why nothing can be told.
fn known(
    programs: &BTreeMap<String, Fact<Program>>,
    path: impl Fn(&str) -> String,
) -> Result<Vec<(String, &Program)>, NotJudged> {
    let found: Vec<_> = programs.iter().filter_map(|(name, program)| Some((path(name), program.known()?))).collect();
    match programs.values().next() {
        None => Err(NotJudged::Unknown("no program was looked at".to_owned())),
        Some(first) if found.is_empty() => first.get().map(|_| found),
        Some(_) => Ok(found),
    }
}

/// Both: all programs that somebody runs who works with Go here.
pub(super) fn all_programs(facts: &Facts) -> Result<Vec<(String, &Program)>, NotJudged> {
    match (own_programs(facts), tools(facts)) {
        (Ok(own), Ok(tools)) => Ok(own.into_iter().chain(tools).collect()),
        (Ok(some), Err(_)) | (Err(_), Ok(some)) => Ok(some),
        (Err(NotJudged::NotApplicable(_)), Err(error)) | (Err(error), Err(_)) => Err(error),
    }
}

/// Numbers of a version of macOS, to compare: `15.6.1`.
pub(super) fn macos(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim().split('.').map(str::parse);
    let major = parts.next()?.ok()?;
    let minor = parts.next().and_then(Result::ok).unwrap_or(0);
    Some((major, minor))
}

/// The fields of GOFLAGS, as Go's `internal/quoted` splits them; an error where a quote is not closed.
pub(super) fn go_flags(value: &str) -> Result<Vec<String>, ()> {
    let mut flags = Vec::new();
    let mut rest = value.trim_start();
    while let Some(first) = rest.chars().next() {
        let (flag, after) = match first {
            '"' | '\'' => rest[1..].split_once(first).ok_or(())?,
            _ => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        flags.push(flag.to_owned());
        rest = after.trim_start();
    }
    Ok(flags)
}

/// Whether the system runs such a program. Apple silicon runs those of Intel by Rosetta, and 64-bit processors those of
/// their 32-bit forebears.
pub(super) fn runs_on(program: &Program, os: &str, arch: &str) -> bool {
    let format = if os == "darwin" { "mach-o" } else { "elf" };
    let runs = |known: &String| {
        known == arch
            || matches!(
                (os, arch, known.as_str()),
                ("darwin", "arm64", "amd64") | (_, "amd64", "386") | (_, "arm64", "arm")
            )
    };
    program.format == "script"
        || program.format.is_empty()
        || (program.format == format && program.archs.iter().any(runs))
}

/// What a program is, in words: `mach-o for arm64`.
pub(super) fn kind(program: &Program) -> String {
    match program.archs.as_slice() {
        [] => program.format.clone(),
        archs => format!("{} for {}", program.format, archs.join(" and ")),
    }
}

/// Rids a Mac of the Go of Go's own package, and of what macOS remembers of it.
pub(super) const PKG_REMOVAL: &str = "sudo rm -rf /usr/local/go /etc/paths.d/go && sudo pkgutil --forget org.golang.go";

/// What macOS remembers of Go's own package.
pub(super) fn receipt_evidence(receipt: &Receipt) -> Evidence {
    let version = receipt.version.as_deref().unwrap_or("some version");
    let came = receipt.file_name.as_ref().map(|name| format!(", which came as {name}")).unwrap_or_default();
    let path = format!("/var/db/receipts/{}.plist", receipt.package);
    Evidence::Path { path, what: format!("macOS's receipt of {version}{came}") }
}

/// How to have a Go anew.
pub(super) fn reinstall(facts: &Facts, root: &str) -> Fix {
    let versions = facts.gvr.root.known().map(|root| format!("{root}/versions/"));
    match versions.as_deref().and_then(|versions| root.strip_prefix(versions)) {
        Some(name) => Fix::words("install it anew").by(format!("gvr uninstall {name} && gvr install {name}")),
        None => {
            Fix::words("let gvr install a Go, and put its shims first on PATH").by("gvr install latest && gvr init")
        }
    }
}

/// Keys of GODEBUG that the runtime itself reads; Go's table does not have them. From the documentation of package runtime.
const RUNTIME_KEYS: [&str; 36] = [
    "adaptivestackstart",
    "allocfreetrace",
    "asyncpreemptoff",
    "cgocheck",
    "checkfinalizers",
    "checkmark",
    "clobberfree",
    "cpu",
    "dataindependenttiming",
    "decoratemappings",
    "disablethp",
    "dontfreezetheworld",
    "efence",
    "gccheckmark",
    "gcpacertrace",
    "gcshrinkstackoff",
    "gcstoptheworld",
    "gctrace",
    "harddecommit",
    "inittrace",
    "invalidptr",
    "madvdontneed",
    "memprofilerate",
    "netdns",
    "panicnil",
    "profstackdepth",
    "runtimecontentionstacks",
    "sbrk",
    "scavtrace",
    "scheddetail",
    "schedtrace",
    "traceadvanceperiod",
    "traceallocfree",
    "tracebackancestors",
    "tracecheckstackownership",
    "tracefpunwindoff",
];

pub(super) fn is_runtime_key(key: &str) -> bool {
    RUNTIME_KEYS.contains(&key)
        || key.starts_with("cpu.")
        || ["execerrdot", "gocachehash", "gocachetest", "gocacheverify"].contains(&key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_split_as_go_splits_them() {
        let split = |value: &str| go_flags(value).map(|flags| flags.join("|"));
        assert_eq!(split("-a  '-b=c d' \"-e\""), Ok("-a|-b=c d|-e".to_owned()));
        assert_eq!(split("-a=it's"), Ok("-a=it's".to_owned()));
        assert_eq!(split("'-a"), Err(()));
        assert_eq!(split(""), Ok(String::new()));
    }
}

//! Go's own toolchain switch: what GOTOOLCHAIN says, and which Go will run in the end.
//!
//! Since Go 1.21 the go command reads `go.work` or `go.mod` itself and hands over to a newer toolchain where they ask
//! for one. The rules are those of go.dev/doc/toolchain and of `cmd/go/internal/toolchain/select.go`.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::files::Files;
use crate::pins::Requirement;
use crate::search::Source;
use crate::{Version, paths};

/// The first Go that switches.
const FIRST_TO_SWITCH: Version = Version::release(1, 21, 0);

/// The largest file of Go's settings that is read, in bytes.
pub const SETTINGS_LIMIT: u64 = 1 << 20;

/// A value of GOTOOLCHAIN: `auto`, `local`, `path`, `go1.22.5`, `go1.22.5+auto`, `local+path`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoToolchain<'a> {
    /// The toolchain to begin with, if it is not the one that was started.
    pub name: Option<&'a str>,
    /// Where a newer one may be taken from.
    pub mode: Mode,
}

/// Where Go may take another toolchain from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// From nowhere.
    Local,
    /// From PATH, where it is called `go1.22.5`.
    Path,
    /// From PATH, else by download.
    Auto,
}

impl Mode {
    /// The word that GOTOOLCHAIN has for it.
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Local => "local",
            Mode::Path => "path",
            Mode::Auto => "auto",
        }
    }
}

impl<'a> GoToolchain<'a> {
    /// Reads a value. An empty one is `auto`, the default of a Go release.
    pub fn parse(value: &'a str) -> Self {
        let (name, mode) = match value.split_once('+') {
            Some((name, "path")) => (name, Mode::Path),
            Some((name, _)) => (name, Mode::Auto),
            None => match value {
                "" | "auto" => ("local", Mode::Auto),
                "path" => ("local", Mode::Path),
                name => (name, Mode::Local),
            },
        };
        Self { name: Some(name).filter(|name| *name != "local"), mode }
    }

    /// What a pinned version makes of a *persisted* value that names another: the same permission to switch, without the
    /// name. `None` where the value names no version, and so is fine as it is.
    pub fn without_name(self) -> Option<Mode> {
        self.name.map(|_| self.mode)
    }
}

/// Go's own file of settings (`go env -w`), as `os.UserConfigDir` and GOENV place it; `None` where it is switched off or
/// has no place.
///
/// With a relative `XDG_CONFIG_HOME` it has none, as Go has had it since 1.24; before, such a folder was the working folder's.
pub fn settings_file(
    goenv: Option<&OsStr>,
    config_home: Option<&OsStr>,
    home: Option<&OsStr>,
    is_macos: bool,
) -> Option<PathBuf> {
    let set = |value: Option<&OsStr>| value.filter(|value| !value.is_empty()).map(PathBuf::from);
    match set(goenv) {
        Some(value) if value == Path::new("off") => None,
        Some(file) => Some(file),
        None => {
            let below = |folder: PathBuf, name: &str| paths::below(&folder, &[name.as_ref(), "go/env".as_ref()]);
            if is_macos {
                return Some(below(set(home)?, "Library/Application Support"));
            }
            match set(config_home) {
                Some(folder) => folder.is_absolute().then(|| paths::below(&folder, &["go/env".as_ref()])),
                None => Some(below(set(home)?, ".config")),
            }
        }
    }
}

/// The value of a name in the text of such a file, with its line counted from 1. As in Go's reader the last line that sets it
/// counts, a blank before the name makes it another name, and one behind the value, a carriage return too, belongs to the value.
pub fn setting<'a>(content: &'a str, name: &str) -> Option<(u32, &'a str)> {
    let lines = content.split('\n').zip(1..);
    let values = lines.filter_map(|(line, number)| {
        let (key, value) = line.split_once('=')?;
        (key == name).then_some((number, value))
    });
    values.last()
}

/// What GOTOOLCHAIN must be for one call, where it must be another than it is.
///
/// `local` where exactly the chosen version is wanted. Else, where a version was pinned and only Go's own file of settings
/// (`go env -w`) names another, the same permission to switch without that name: it would silently beat the pin.
pub fn override_for<T: Into<OsString>>(
    source: &Source,
    is_strict: bool,
    variable: impl Fn(&str) -> Option<T>,
    files: &impl Files,
    is_macos: bool,
) -> Option<&'static str> {
    if is_strict {
        return Some(Mode::Local.name());
    }
    let is_pinned = match source {
        Source::File(kind, _) => !kind.is_minimum(),
        Source::Argument | Source::Variable(_) | Source::Global(_) => true,
        Source::Default => false,
    };
    let set = |name: &str| variable(name).map(Into::into).filter(|value: &OsString| !value.is_empty());
    if !is_pinned || set("GOTOOLCHAIN").is_some() {
        return None;
    }
    let (goenv, config_home, home) = (set("GOENV"), set("XDG_CONFIG_HOME"), set("HOME"));
    let file = settings_file(goenv.as_deref(), config_home.as_deref(), home.as_deref(), is_macos)?;
    let content = files.read(&file, SETTINGS_LIMIT).ok()?;
    let (_, value) = setting(str::from_utf8(&content).ok()?, "GOTOOLCHAIN")?;
    GoToolchain::parse(value).without_name().map(Mode::name)
}

/// The Go that runs in the end, and how it comes to that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// The version that does the work; `None` where Go stops with an error.
    pub version: Option<Version>,
    /// Why.
    pub reason: Reason,
}

/// Why a Go runs, or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is too old to switch.
    TooOldToSwitch,
    /// It satisfies what is asked for.
    Satisfied,
    /// The environment or Go's settings name another toolchain.
    Named(String),
    /// The file asks for a newer one, which is found on PATH.
    OnPath(Requirement),
    /// The file asks for a newer one, which Go downloads.
    Download(Requirement),
    /// The file asks for a newer one, and it may not be taken from anywhere.
    Forbidden(Requirement, Mode),
    /// The name cannot be understood.
    BadName(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |requirement: &Requirement| match requirement.directive.keyword() {
            "go" => format!("go {}", requirement.version),
            keyword => format!("{keyword} {}", requirement.version.release_name()),
        };
        match self {
            Reason::TooOldToSwitch => f.write_str("this Go is older than 1.21 and never switches"),
            Reason::Satisfied => f.write_str("it satisfies what the module asks for"),
            Reason::Named(value) => write!(f, "GOTOOLCHAIN={value} names it"),
            Reason::OnPath(requirement) => write!(f, "'{}' asks for a newer one, which gvr has", line(requirement)),
            Reason::Download(requirement) => {
                write!(f, "'{}' asks for a newer one, which Go downloads", line(requirement))
            }
            Reason::Forbidden(requirement, mode) => {
                write!(f, "'{}' asks for a newer one, and GOTOOLCHAIN={} forbids it", line(requirement), mode.name())
            }
            Reason::BadName(name) => write!(f, "GOTOOLCHAIN names '{}', which is no Go", name.escape_debug()),
        }
    }
}

/// Foretells which Go does the work when `started` is run under this GOTOOLCHAIN in a module with this requirement.
/// `is_on_path` says whether a program such as `go1.22.5` is found there, as it is for every version that gvr installed.
pub fn foretell(
    started: Version,
    value: &str,
    requirement: Option<Requirement>,
    is_on_path: impl Fn(Version) -> bool,
) -> Effective {
    if started < FIRST_TO_SWITCH {
        return Effective { version: Some(started), reason: Reason::TooOldToSwitch };
    }
    let setting = GoToolchain::parse(value);
    let (minimum, stay) = match setting.name {
        None => (started, Reason::Satisfied),
        Some(name) => match Version::from_release_name(name.split_once('-').map_or(name, |(name, _)| name)) {
            Ok(version) if version == started => (version, Reason::Satisfied),
            Ok(version) => (version, Reason::Named(value.to_owned())),
            Err(_) => return Effective { version: None, reason: Reason::BadName(name.to_owned()) },
        },
    };
    let asked = requirement.filter(|requirement| requirement.version > minimum);
    match (asked, setting.mode) {
        (None, _) => Effective { version: Some(minimum), reason: stay },
        // A local Go obeys the `go` line alone; the `toolchain` line is only a wish.
        (Some(asked), Mode::Local) if asked.language.is_none_or(|language| language <= minimum) => {
            Effective { version: Some(minimum), reason: stay }
        }
        (Some(asked), Mode::Local) => Effective { version: None, reason: Reason::Forbidden(asked, Mode::Local) },
        (Some(asked), mode) => {
            let version = asked.version.first_release();
            match mode {
                _ if is_on_path(version) => Effective { version: Some(version), reason: Reason::OnPath(asked) },
                Mode::Auto => Effective { version: Some(version), reason: Reason::Download(asked) },
                Mode::Path | Mode::Local => Effective { version: None, reason: Reason::Forbidden(asked, mode) },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::MemoryFiles;
    use crate::pins::{Directive, PinFile};

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    fn asks(text: &str, directive: Directive, language: &str) -> Requirement {
        Requirement { version: version(text), directive, line: 3, language: Some(version(language)) }
    }

    #[track_caller]
    fn check(started: &str, value: &str, requirement: Option<Requirement>, expected: &str) {
        let on_path = [version("1.24.11"), version("1.25.0")];
        let effective = foretell(version(started), value, requirement, |version| on_path.contains(&version));
        let found = effective.version.map_or_else(|| "error".to_owned(), |version| version.to_string());
        assert_eq!(format!("{found}: {}", effective.reason), expected);
    }

    #[test]
    fn the_switch_follows_gos_rules() {
        let toolchain = asks("1.24.11", Directive::Toolchain, "1.22");
        let language = asks("1.25", Directive::Go, "1.25");
        let unknown = asks("1.26.1", Directive::Go, "1.26.1");
        check("1.20.14", "auto", Some(language), "1.20.14: this Go is older than 1.21 and never switches");
        check("1.23.1", "auto", None, "1.23.1: it satisfies what the module asks for");
        check("1.27.3", "auto", Some(unknown), "1.27.3: it satisfies what the module asks for");
        check("1.23.1", "", Some(toolchain), "1.24.11: 'toolchain go1.24.11' asks for a newer one, which gvr has");
        check("1.23.1", "path", Some(language), "1.25.0: 'go 1.25' asks for a newer one, which gvr has");
        check("1.23.1", "auto", Some(unknown), "1.26.1: 'go 1.26.1' asks for a newer one, which Go downloads");
        check(
            "1.23.1",
            "path",
            Some(unknown),
            "error: 'go 1.26.1' asks for a newer one, and GOTOOLCHAIN=path forbids it",
        );
        check(
            "1.23.1",
            "local",
            Some(unknown),
            "error: 'go 1.26.1' asks for a newer one, and GOTOOLCHAIN=local forbids it",
        );
        check("1.23.1", "local", Some(toolchain), "1.23.1: it satisfies what the module asks for");
        check("1.27.3", "go1.23.5+auto", None, "1.23.5: GOTOOLCHAIN=go1.23.5+auto names it");
        check(
            "1.27.3",
            "go1.23.5+auto",
            Some(toolchain),
            "1.24.11: 'toolchain go1.24.11' asks for a newer one, which gvr has",
        );
        check("1.27.3", "go1.23.5", Some(toolchain), "1.23.5: GOTOOLCHAIN=go1.23.5 names it");
        check("1.27.3", "gone", None, "error: GOTOOLCHAIN names 'gone', which is no Go");
    }

    #[test]
    fn a_persisted_name_is_dropped_and_its_suffix_kept() {
        let without = |value| GoToolchain::parse(value).without_name().map(Mode::name);
        assert_eq!(without("go1.23.5+auto"), Some("auto"));
        assert_eq!(without("go1.23.5+path"), Some("path"));
        assert_eq!(without("go1.23.5"), Some("local"));
        for value in ["auto", "local", "path", "", "local+auto", "local+path"] {
            assert_eq!(without(value), None, "{value}");
        }
    }

    #[test]
    fn gos_settings_lie_where_go_looks() {
        let os = |text: &'static str| Some(OsStr::new(text));
        let file = |goenv, config_home, is_macos| settings_file(goenv, config_home, os("/h"), is_macos);
        assert_eq!(file(None, None, false), Some("/h/.config/go/env".into()));
        assert_eq!(file(os(""), os("/c"), false), Some("/c/go/env".into()));
        assert_eq!(file(None, os("/c"), true), Some("/h/Library/Application Support/go/env".into()));
        assert_eq!(file(os("/e"), os("/c"), true), Some("/e".into()));
        assert_eq!(file(os("off"), None, false), None);
        assert_eq!(file(None, os("relative"), false), None, "the home is not looked into instead");
        assert_eq!(file(None, os(""), false), Some("/h/.config/go/env".into()));
        assert_eq!(settings_file(None, None, None, false), None);
    }

    #[test]
    fn a_persisted_name_does_not_beat_a_pin() {
        let files = MemoryFiles::default().file("/h/.config/go/env", "GOTOOLCHAIN=go1.23.5+auto\n");
        let decide = |source: &Source, is_strict, pairs: &[(&str, &'static str)]| {
            let variable = |name: &str| {
                let given = pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
                given.or_else(|| (name == "HOME").then_some("/h"))
            };
            override_for(source, is_strict, variable, &files, false)
        };
        let pin = Source::File(PinFile::GoVersion, "/r/.go-version".into());
        let module = Source::File(PinFile::GoMod, "/r/go.mod".into());
        assert_eq!(decide(&pin, false, &[]), Some("auto"));
        assert_eq!(decide(&Source::Global("/g".into()), false, &[]), Some("auto"));
        assert_eq!(decide(&module, false, &[]), None);
        assert_eq!(decide(&Source::Default, false, &[]), None);
        assert_eq!(decide(&pin, false, &[("GOTOOLCHAIN", "go1.26.0")]), None, "what the environment says was said now");
        assert_eq!(decide(&pin, false, &[("GOENV", "off")]), None);
        assert_eq!(decide(&module, true, &[("GOTOOLCHAIN", "auto")]), Some("local"));
    }

    #[test]
    fn the_last_line_of_a_setting_counts() {
        let content = "# x\nGOTOOLCHAIN=go1.21.0\nGOPROXY=off\nGOTOOLCHAIN=go1.23.5+auto\nNOGOTOOLCHAIN=1\n";
        assert_eq!(setting(content, "GOTOOLCHAIN"), Some((4, "go1.23.5+auto")));
        assert_eq!(setting(content, "GOFLAGS"), None);
    }

    #[test]
    fn blanks_belong_to_names_and_values() {
        let content = "GOTOOLCHAIN=local\r\n GOTOOLCHAIN=go1.21.0\n\tGOTOOLCHAIN=x\nGOTOOLCHAIN =y\n";
        assert_eq!(setting(content, "GOTOOLCHAIN"), Some((1, "local\r")));
    }
}

//! What a command line asks of the shim: which program, in which version.

use std::borrow::Cow;
use std::ffi::{CStr, OsStr};
use std::path::{Path, PathBuf};

use gvr_core::{Version, paths};

use crate::process::text;

/// A call of the shim, understood.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Call<'a> {
    /// The program to become: `go`, `gofmt`.
    pub(crate) program: &'a OsStr,
    /// The version that the command line asks for: `go +1.22`, or the name `go1.22.5`.
    pub(crate) version: Option<Cow<'a, str>>,
    /// The arguments that are meant for the program.
    pub(crate) arguments: &'a [&'a CStr],
}

/// The variable in which Go tells the toolchain that it switches to which one that should be; that one stops where it is
/// another (cmd/go/internal/toolchain, Select).
pub(crate) const SWITCH: &str = "GOTOOLCHAIN_INTERNAL_SWITCH_VERSION";

/// Understands a command line; `None` where it does not say by what name the shim was called. `switch` is the value of
/// [`SWITCH`].
pub(crate) fn understand<'a>(
    arguments: &'a [&'a CStr],
    executable: Option<&'a Path>,
    switch: Option<&'a OsStr>,
) -> Option<Call<'a>> {
    let name_of = |path| Some(paths::last_name(path)).filter(|name| !name.is_empty());
    let called = arguments.first().and_then(|name| name_of(text(name)));
    let file = executable.and_then(|path| name_of(path.as_os_str()));
    let name = called.or(file)?;
    let rest = arguments.get(1..).unwrap_or_default();
    let asked = rest.first().and_then(|first| first.to_str().ok()).and_then(|first| first.strip_prefix('+'));
    // `go1.22.5 +1.23` says it twice; what stands last on the line counts.
    match (asked, release(name).or_else(|| release_of_switch(name, switch, file))) {
        (Some(version), release) => {
            let program = if release.is_some() { OsStr::new("go") } else { name };
            Some(Call { program, version: Some(Cow::Borrowed(version)), arguments: &rest[1..] })
        }
        (None, Some(release)) => Some(Call { program: OsStr::new("go"), version: Some(release), arguments: rest }),
        (None, None) => Some(Call { program: name, version: None, arguments: rest }),
    }
}

/// The release that Go itself switches to. It looks for `go1.22.5` on PATH and starts that file under the name that it was
/// called by itself (cmd/go/internal/toolchain, Exec), so the file's name says it too.
fn release_of_switch<'a>(name: &OsStr, switch: Option<&'a OsStr>, file: Option<&'a OsStr>) -> Option<Cow<'a, str>> {
    if name == "go" { switch.and_then(release).or_else(|| release(file?)) } else { None }
}

/// The release that a name such as `go1.22.5` stands for. `go1.20` is 1.20.0, as its archive is called.
fn release(name: &OsStr) -> Option<Cow<'_, str>> {
    let name = name.to_str()?;
    let version = Version::from_release_name(name).ok()?;
    let bare = name.strip_prefix("go")?;
    let full = version.to_string();
    // As a request `1.20` would mean the newest 1.20.x.
    Some(if full == bare || version.is_language() { Cow::Borrowed(bare) } else { Cow::Owned(full) })
}

/// The folder of the first Go file among the arguments. As in goenv, `go run ../other/main.go` goes by the version of
/// the other folder.
pub(crate) fn folder_of_file_argument(arguments: &[&CStr], working_folder: Option<&Path>) -> Option<PathBuf> {
    let is_source = |argument: &&&CStr| {
        let bytes = argument.to_bytes();
        bytes.ends_with(b".go") && bytes.contains(&b'/') && !bytes.starts_with(b"-")
    };
    let file = Path::new(text(arguments.iter().find(is_source)?));
    let folder = file.parent()?;
    let folder = if folder.is_absolute() { folder.to_owned() } else { working_folder?.join(folder) };
    file.is_file().then(|| without_dots(&folder))
}

/// The path with `.` and `..` taken out of it, so that its ancestors are those one sees.
fn without_dots(path: &Path) -> PathBuf {
    use std::path::Component;

    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use std::ffi::CString;

    use super::*;

    #[track_caller]
    fn check(line: &[&str], program: &str, version: Option<&str>, rest: &[&str]) {
        let c_strings = |words: &[&str]| words.iter().map(|word| CString::new(*word).unwrap()).collect::<Vec<_>>();
        let (line, rest) = (c_strings(line), c_strings(rest));
        let (line, rest): (Vec<_>, Vec<_>) =
            (line.iter().map(|word| &**word).collect(), rest.iter().map(|word| &**word).collect());
        let call = understand(&line, Some(Path::new("/gvr/shims/go")), None).unwrap();
        assert_eq!(call, Call { program: OsStr::new(program), version: version.map(Cow::Borrowed), arguments: &rest });
    }

    #[test]
    fn the_name_says_which_program() {
        check(&["go", "build", "./..."], "go", None, &["build", "./..."]);
        check(&["/gvr/shims/gofmt", "-l", "."], "gofmt", None, &["-l", "."]);
        check(&["", "version"], "go", None, &["version"]);
        check(&[], "go", None, &[]);
    }

    #[test]
    fn a_plus_or_a_name_says_which_version() {
        check(&["go", "+1.22", "test"], "go", Some("1.22"), &["test"]);
        check(&["go", "test", "+1.22"], "go", None, &["test", "+1.22"]);
        check(&["go1.22.5", "version"], "go", Some("1.22.5"), &["version"]);
        check(&["go1.20"], "go", Some("1.20.0"), &[]);
        check(&["go1.21"], "go", Some("1.21"), &[]);
        check(&["go1.23rc1"], "go", Some("1.23rc1"), &[]);
        check(&["go1.22.5", "+1.23", "x"], "go", Some("1.23"), &["x"]);
        check(&["gofmt", "+", "x"], "gofmt", Some(""), &["x"]);
    }

    #[test]
    fn go_says_which_version_it_switches_to() {
        let check = |name: &str, file: &str, switch: Option<&str>, version: Option<&str>| {
            let name = CString::new(name).unwrap();
            let arguments = [name.as_c_str(), c"build"];
            let call = understand(&arguments, Some(Path::new(file)), switch.map(OsStr::new)).unwrap();
            let found = (call.version.as_deref(), call.arguments);
            assert_eq!(found, (version, &arguments[1..]), "{name:?} {file} {switch:?}");
        };
        check("/gvr/versions/1.22.5/bin/go", "/gvr/shims/go1.24.1", None, Some("1.24.1"));
        check("go", "/gvr/shims/go1.20", None, Some("1.20.0"));
        check("go", "/gvr/shims/go", None, None);
        check("go1.22.5", "/gvr/shims/go1.24.1", None, Some("1.22.5"));
        check("gofmt", "/gvr/shims/go1.24.1", None, None);
        check("go", "/gvr/shims/go", Some("go1.24.1"), Some("1.24.1"));
        check("go", "/gvr/shims/go1.24.2", Some("go1.24.1"), Some("1.24.1"));
        check("go", "/gvr/shims/go1.24.2", Some("../evil"), Some("1.24.2"));
        check("go", "/gvr/shims/go", Some("1.24.1"), None);
        check("gofmt", "/gvr/shims/gofmt", Some("go1.24.1"), None);
    }

    #[test]
    fn paths_lose_their_dots() {
        assert_eq!(without_dots(Path::new("/a/b/../c/./d")), Path::new("/a/c/d"));
        assert_eq!(without_dots(Path::new("/../a")), Path::new("/a"));
    }
}

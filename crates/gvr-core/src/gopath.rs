//! A GOPATH for each version, as goenv has it: `~/go/1.22.5`. Off unless somebody asked for it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::Toolchain;
use crate::settings::switch;

/// The folder that is a version's own GOPATH: below `GOENV_GOPATH_PREFIX`, else below `go` in the home folder. `None` where
/// there is no home either.
pub fn folder<T: AsRef<OsStr>>(toolchain: Toolchain, variable: impl Fn(&str) -> Option<T>) -> Option<PathBuf> {
    let set = |name: &str| variable(name).filter(|value| !value.as_ref().is_empty());
    let prefix = match set("GOENV_GOPATH_PREFIX") {
        Some(prefix) => PathBuf::from(prefix.as_ref()),
        None => Path::new(set("HOME")?.as_ref()).join("go"),
    };
    Some(prefix.join(toolchain.folder_name()))
}

/// The value of GOPATH for a toolchain's programs; `variable` gives a variable's value.
///
/// An inherited GOPATH is replaced, or stays behind or in front of the version's own where `GOENV_APPEND_GOPATH` or
/// `GOENV_PREPEND_GOPATH` says so. It is not added twice, so that a program which a program of the same version calls sees what that
/// one saw.
pub fn value<T: AsRef<OsStr>>(toolchain: Toolchain, variable: impl Fn(&str) -> Option<T>) -> Option<OsString> {
    let own = folder(toolchain, &variable)?.into_os_string();
    let Some(inherited) = variable("GOPATH").filter(|value| !value.as_ref().is_empty()) else { return Some(own) };
    let inherited = inherited.as_ref();
    let asks = |name: &str| variable(name).and_then(|value| switch(value.as_ref())) == Some(true);
    let join = |first: &OsStr, second: &OsStr| {
        let mut joined = first.to_owned();
        joined.push(":");
        joined.push(second);
        joined
    };
    let (is_behind, is_in_front) = (asks("GOENV_APPEND_GOPATH"), asks("GOENV_PREPEND_GOPATH"));
    Some(if (is_behind || is_in_front) && has(inherited, &own) {
        inherited.to_owned()
    } else if is_behind {
        join(&own, inherited)
    } else if is_in_front {
        join(inherited, &own)
    } else {
        own
    })
}

/// Whether a list of folders has this one.
fn has(list: &OsStr, folder: &OsStr) -> bool {
    use std::os::unix::ffi::OsStrExt as _;

    list.as_bytes().split(|&byte| byte == b':').any(|entry| entry == folder.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;

    #[track_caller]
    fn check(variables: &[(&str, &'static str)], expected: Option<&str>) {
        let toolchain = Toolchain::native(Version::parse("1.22.5").unwrap());
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        assert_eq!(value(toolchain, variable).as_deref(), expected.map(OsStr::new), "{variables:?}");
    }

    #[test]
    fn is_goenvs() {
        check(&[("HOME", "/h")], Some("/h/go/1.22.5"));
        check(&[], None);
        check(&[("HOME", "/h"), ("GOENV_GOPATH_PREFIX", "/opt/gp")], Some("/opt/gp/1.22.5"));
        check(&[("HOME", "/h"), ("GOENV_GOPATH_PREFIX", "")], Some("/h/go/1.22.5"));
        check(&[("HOME", "/h"), ("GOPATH", "/old")], Some("/h/go/1.22.5"));
        let appended = [("HOME", "/h"), ("GOPATH", "/old"), ("GOENV_APPEND_GOPATH", "1")];
        check(&appended, Some("/h/go/1.22.5:/old"));
        let prepended = [("HOME", "/h"), ("GOPATH", "/old"), ("GOENV_PREPEND_GOPATH", "1")];
        check(&prepended, Some("/old:/h/go/1.22.5"));
        check(&[("HOME", "/h"), ("GOENV_APPEND_GOPATH", "1")], Some("/h/go/1.22.5"));
    }

    #[test]
    fn does_not_grow_when_nested() {
        let once = "/h/go/1.22.5:/old";
        check(&[("HOME", "/h"), ("GOPATH", once), ("GOENV_APPEND_GOPATH", "1")], Some(once));
        let once = "/old:/h/go/1.22.5";
        check(&[("HOME", "/h"), ("GOPATH", once), ("GOENV_PREPEND_GOPATH", "1")], Some(once));
    }
}

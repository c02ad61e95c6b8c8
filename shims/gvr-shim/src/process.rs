//! What the shim is told by the process that calls it.

use std::ffi::{CStr, OsStr};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use gvr_core::files::{self, Disk, Files as _};

/// One call of the shim. All of it lives as long as the process, so nothing is copied.
pub(crate) struct Process {
    /// The name it was called by, and its arguments.
    pub(crate) arguments: Vec<&'static CStr>,
    /// The environment: `NAME=value`.
    pub(crate) environment: Vec<&'static CStr>,
}

impl Process {
    /// A variable's value; an empty one counts as absent.
    pub(crate) fn variable(&self, name: &str) -> Option<&'static OsStr> {
        let value = self.environment.iter().find_map(|entry| value_of(entry, name))?;
        (!value.is_empty()).then(|| OsStr::from_bytes(value))
    }

    /// The shim's own file.
    pub(crate) fn executable(&self) -> Option<PathBuf> {
        files::this_program().or_else(|| self.executable_by_name())
    }

    /// Where the system does not tell a program's file (no `/proc`): what the caller's shell must have found.
    fn executable_by_name(&self) -> Option<PathBuf> {
        let name = text(self.arguments.first()?);
        if name.as_bytes().contains(&b'/') {
            return Disk.canonical(name.as_ref());
        }
        let mut folders = self.variable("PATH")?.as_bytes().split(|&byte| byte == b':');
        folders.find_map(|folder| {
            let file = Path::new(OsStr::from_bytes(folder)).join(name);
            Disk.program(&file).map(|_| file)
        })
    }
}

/// The value, if this entry of an environment has that name.
pub(crate) fn value_of<'a>(entry: &'a CStr, name: &str) -> Option<&'a [u8]> {
    entry.to_bytes().strip_prefix(name.as_bytes())?.strip_prefix(b"=")
}

/// An argument as text of the system.
pub(crate) fn text(argument: &CStr) -> &OsStr {
    OsStr::from_bytes(argument.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_whole() {
        let process =
            Process { arguments: Vec::new(), environment: vec![c"GOROOTS=/a", c"GOROOT=/b=c", c"GOENV=", c"odd"] };
        assert_eq!(process.variable("GOROOT"), Some(OsStr::new("/b=c")));
        assert_eq!(process.variable("GOENV"), None, "empty is absent");
        assert_eq!(process.variable("GO"), None);
        assert_eq!(process.variable("odd"), None);
    }
}

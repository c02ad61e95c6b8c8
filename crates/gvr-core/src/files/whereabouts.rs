//! Where this process is: the folder that it works in, and the file that it runs.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// The folder that the process works in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingFolder {
    /// Its path. Absolute.
    pub path: PathBuf,
    /// Whether that path has no links in it, so that each folder above is just what `..` leads to.
    pub is_plain: bool,
}

impl WorkingFolder {
    /// The one of this process, by the path that leads there for the user: `pwd`, the value of PWD, where it names the
    /// same folder, as Go and every shell have it; else the path without links. `None` where it was removed.
    pub fn current(pwd: Option<&OsStr>) -> Option<Self> {
        let plain = plain_working_folder();
        let is_plain = |path: &Path| plain.as_ref().is_some_and(|plain| plain.as_os_str() == path.as_os_str());
        match pwd.map(Path::new).filter(|pwd| pwd.is_absolute()) {
            Some(pwd) if !is_plain(pwd) && is_here(pwd) => Some(Self { path: pwd.to_owned(), is_plain: false }),
            _ => plain.map(|path| Self { path, is_plain: true }),
        }
    }
}

/// Whether a path leads to the folder that the process works in.
fn is_here(path: &Path) -> bool {
    let identity = |path: &Path| fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()));
    identity(path).is_some_and(|id| Some(id) == identity(Path::new(".")))
}

/// The working folder by its path without links.
fn plain_working_folder() -> Option<PathBuf> {
    // Linux answers `(unreachable)/...` for a folder outside of the process's root.
    let is_path = |path: &PathBuf| path.is_absolute();
    #[cfg(target_os = "linux")]
    {
        use std::ffi::OsString;
        use std::os::unix::ffi::OsStringExt as _;

        if let Ok(path) = rustix::process::getcwd(Vec::with_capacity(256)) {
            return Some(PathBuf::from(OsString::from_vec(path.into_bytes()))).filter(is_path);
        }
    }
    std::env::current_dir().ok().filter(is_path)
}

/// The file that this process runs, links followed; `None` where the system does not tell (Linux without `/proc`).
pub fn this_program() -> Option<PathBuf> {
    // Asked with a buffer on the stack; std would take memory for it twice.
    #[cfg(target_os = "linux")]
    {
        use std::mem::MaybeUninit;
        use std::os::unix::ffi::OsStrExt as _;

        let mut room = [MaybeUninit::uninit(); 1024];
        let (path, left) = rustix::fs::readlinkat_raw(rustix::fs::CWD, "/proc/self/exe", &mut room).ok()?;
        // A path that fills it may have been cut.
        if !left.is_empty() {
            return Some(PathBuf::from(OsStr::from_bytes(path)));
        }
    }
    std::env::current_exe().ok()
}

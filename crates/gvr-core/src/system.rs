//! The Go that is on PATH without gvr.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use crate::files::{FileId, Files};
use crate::{Layout, Version};

/// Where to look for it.
#[derive(Clone, Copy, Debug)]
pub struct SystemPath<'a> {
    /// The value of PATH.
    pub path: Option<&'a OsStr>,
    /// The program that must not be found: the shim itself, under whatever name and in whatever folder.
    pub shim: Option<&'a Path>,
}

impl SystemPath<'_> {
    /// The first program of that name on PATH that is no shim of gvr's.
    ///
    /// Empty and relative entries are passed over, so that a `go` in the working directory is never run by surprise.
    /// Folders of shims are passed over even where they belong to another root, and so are copies of the shim in any
    /// other folder: they would call each other for ever.
    pub fn find(&self, files: &impl Files, name: impl AsRef<Path>) -> Option<PathBuf> {
        let folders = self.folders().filter(|folder| folder.is_absolute());
        folders
            .map(|folder| folder.join(name.as_ref()))
            .find(|program| files.program(program).is_some_and(|id| !self.is_shim(files, program, id)))
    }

    /// PATH without the entries that lead back to a shim of gvr's, by the rules of [`SystemPath::find`].
    pub fn without_shims(&self, files: &impl Files, name: impl AsRef<Path>) -> OsString {
        let kept = self.folders().filter(|folder| {
            let program = folder.join(name.as_ref());
            // A folder of shims goes even where this one program is not among them: others are.
            !is_folder_of_shims(files, folder)
                && files.program(&program).is_none_or(|id| !self.is_shim(files, &program, id))
        });
        OsString::from_vec(kept.map(|folder| folder.as_os_str().as_bytes()).collect::<Vec<_>>().join(&b':'))
    }

    fn folders(&self) -> impl Iterator<Item = &Path> {
        let path = self.path.map(OsStr::as_bytes);
        path.into_iter()
            .flat_map(|path| path.split(|&byte| byte == b':'))
            .map(|entry| Path::new(OsStr::from_bytes(entry)))
    }

    fn is_shim(&self, files: &impl Files, program: &Path, id: FileId) -> bool {
        self.shim.is_some_and(|shim| files.program(shim) == Some(id) || files.same_content(shim, program))
            || program.parent().is_some_and(|folder| is_folder_of_shims(files, folder))
    }

    /// The version of the first real `go` on PATH, from its own `VERSION` file; nothing is run. `None` where there is no
    /// `go`, or it does not say: a development build, or a tree that is laid out unlike Go's.
    pub fn version(&self, files: &impl Files) -> Option<Version> {
        let program = files.canonical(&self.find(files, "go")?)?;
        let goroot = program.parent()?.parent()?;
        version_of_goroot(files, goroot)
    }
}

fn is_folder_of_shims(files: &impl Files, folder: &Path) -> bool {
    files.canonical(&folder.join(Layout::SHIMS_MARKER)).is_some()
}

/// Whether a program on PATH only leads to another one: a script, or a link to a program of another name. Go's own `go` is
/// neither; what other managers put on PATH is one or the other.
pub fn is_wrapper(files: &impl Files, program: &Path) -> bool {
    let is_renamed = files.canonical(program).is_some_and(|file| file.file_name() != program.file_name());
    is_renamed || files.starts_with(program, b"#!")
}

/// The version that a GOROOT's `VERSION` file names in its first line.
pub fn version_of_goroot(files: &impl Files, goroot: &Path) -> Option<Version> {
    const LIMIT: u64 = 4096;
    let content = files.read(&goroot.join("VERSION"), LIMIT).ok()?;
    let name = str::from_utf8(&content).ok()?.split_whitespace().next()?;
    Version::from_release_name(name.split_once('-').map_or(name, |(name, _)| name)).ok()
}

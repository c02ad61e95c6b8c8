//! The folder that is being filled. Every file is created anew, by a name that was checked, in a folder that this made.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, fchmod, mkdirat, openat};
use rustix::io::Errno;

use super::{EntryProblem, UnpackError, name};

const FOLDER: Mode = Mode::from_raw_mode(0o755);
const PROGRAM: Mode = Mode::from_raw_mode(0o755);
const PLAIN: Mode = Mode::from_raw_mode(0o644);

/// A folder with all that was put into it.
pub(super) struct Tree {
    path: PathBuf,
    root: OwnedFd,
    /// By folded path, so that names which some file systems take for one another meet here.
    nodes: HashMap<String, Node>,
    /// The folder that the last file went into: entries come folder by folder.
    open: Option<(String, OwnedFd)>,
}

struct Node {
    is_folder: bool,
    /// The path as it was spelt; absent where that is how it is folded.
    spelt: Option<String>,
}

/// A file that is being written.
pub(super) struct NewFile<'a> {
    root: &'a Path,
    below: &'a str,
    file: File,
}

/// Makes an error of a problem with the entry at hand.
type Fail<'a> = &'a dyn Fn(EntryProblem) -> UnpackError;

impl Tree {
    /// Fills the folder at `path`.
    pub(super) fn open(path: &Path) -> Result<Self, UnpackError> {
        let root = open_folder(CWD, path)
            .map_err(|error| UnpackError::Write { path: path.to_owned(), source: error.into() })?;
        Ok(Self { path: path.to_owned(), root, nodes: HashMap::new(), open: None })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes a folder and those above it. It may be there already; the empty path is the tree itself.
    pub(super) fn add_folder(&mut self, path: &str, fail: Fail<'_>) -> Result<(), UnpackError> {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for ancestor in ends.map(|end| &path[..end]).filter(|ancestor| !ancestor.is_empty()) {
            let folded = name::fold(ancestor);
            match self.nodes.get(&folded) {
                Some(node) => node.check_same(&folded, ancestor, true).map_err(fail)?,
                None => self.make_folder(ancestor, folded)?,
            }
        }
        Ok(())
    }

    /// Creates a file, and the folders above it.
    pub(super) fn add_file<'a>(
        &'a mut self,
        path: &'a str,
        is_executable: bool,
        fail: Fail<'_>,
    ) -> Result<NewFile<'a>, UnpackError> {
        let (parent, file_name) = path.rsplit_once('/').unwrap_or(("", path));
        if self.open.as_ref().is_none_or(|(open, _)| open != parent) {
            self.add_folder(parent, fail)?;
            let folder = if parent.is_empty() { open_folder(&self.root, ".") } else { open_folder(&self.root, parent) };
            self.open = Some((parent.to_owned(), folder.map_err(|error| self.cannot_write(parent, error))?));
        }
        let folded = name::fold(path);
        if let Some(node) = self.nodes.get(&folded) {
            node.check_same(&folded, path, false).map_err(fail)?;
            return Err(fail(EntryProblem::Twice));
        }
        self.nodes.insert(folded.clone(), Node::new(false, path, &folded));
        let at = self.open.as_ref().map_or(&self.root, |(_, at)| at);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = if is_executable { PROGRAM } else { PLAIN };
        let file = openat(at, file_name, flags, mode).map_err(|error| self.cannot_write(path, error))?;
        // The umask has its say in `openat`, but an installed Go is the same whoever installs it.
        fchmod(&file, mode).map_err(|error| self.cannot_write(path, error))?;
        Ok(NewFile { root: &self.path, below: path, file: File::from(file) })
    }

    fn make_folder(&mut self, path: &str, folded: String) -> Result<(), UnpackError> {
        mkdirat(&self.root, path, FOLDER)
            .and_then(|()| open_folder(&self.root, path))
            .and_then(|folder| fchmod(folder, FOLDER))
            .map_err(|error| self.cannot_write(path, error))?;
        let node = Node::new(true, path, &folded);
        self.nodes.insert(folded, node);
        Ok(())
    }

    fn cannot_write(&self, below: &str, error: Errno) -> UnpackError {
        UnpackError::Write { path: self.path.join(below), source: error.into() }
    }
}

impl Node {
    fn new(is_folder: bool, path: &str, folded: &str) -> Self {
        Self { is_folder, spelt: (path != folded).then(|| path.to_owned()) }
    }

    /// Whether this is what an entry at `path` takes it for.
    fn check_same(&self, folded: &str, path: &str, is_folder: bool) -> Result<(), EntryProblem> {
        let spelt = self.spelt.as_deref().unwrap_or(folded);
        if spelt != path {
            Err(EntryProblem::Twin(spelt.to_owned()))
        } else if self.is_folder != is_folder {
            Err(EntryProblem::FileAndFolder)
        } else {
            Ok(())
        }
    }
}

impl NewFile<'_> {
    pub(super) fn write(&mut self, data: &[u8]) -> Result<(), UnpackError> {
        self.file.write_all(data).map_err(|source| UnpackError::Write { path: self.root.join(self.below), source })
    }
}

fn open_folder(at: impl std::os::fd::AsFd, path: impl rustix::path::Arg) -> Result<OwnedFd, Errno> {
    openat(at, path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())
}

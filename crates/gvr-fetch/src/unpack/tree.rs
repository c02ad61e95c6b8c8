//! The folder that is being filled: which names are taken, and the folders. Files are created by the writers, in folders
//! that this made, by names that were checked here.

use std::collections::HashMap;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{CWD, Mode, OFlags, fchmod, fstat, mkdirat, openat};
use rustix::io::Errno;

use super::{EntryProblem, UnpackError, name};

const FOLDER: Mode = Mode::from_raw_mode(0o755);

/// A folder with all that is to be put into it.
pub(super) struct Tree {
    path: PathBuf,
    root: Arc<OwnedFd>,
    /// By folded path, so that names which some file systems take for one another meet here.
    nodes: HashMap<String, Node>,
    /// The folder that the last file went into: entries come folder by folder.
    open: Option<(String, Arc<OwnedFd>)>,
    /// Whether new folders get another mode than they are asked to have: see [`Self::make_folder`].
    mends_folders: Option<bool>,
}

struct Node {
    is_folder: bool,
    /// The path as it was spelt; absent where that is how it is folded.
    spelt: Option<String>,
}

/// Makes an error of a problem with the entry at hand.
type Fail<'a> = &'a dyn Fn(EntryProblem) -> UnpackError;

impl Tree {
    /// Fills the folder at `path`.
    pub(super) fn open(path: &Path) -> Result<Self, UnpackError> {
        let root = open_folder(CWD, path)
            .map_err(|error| UnpackError::Write { path: path.to_owned(), source: error.into() })?;
        Ok(Self { path: path.to_owned(), root: Arc::new(root), nodes: HashMap::new(), open: None, mends_folders: None })
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

    /// Takes the name of a file, and makes the folders above it. The answer is the folder to create it in.
    pub(super) fn add_file(&mut self, path: &str, fail: Fail<'_>) -> Result<Arc<OwnedFd>, UnpackError> {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        if self.open.as_ref().is_none_or(|(open, _)| open != parent) {
            self.add_folder(parent, fail)?;
            let folder = if parent.is_empty() {
                Arc::clone(&self.root)
            } else {
                Arc::new(open_folder(&self.root, parent).map_err(|error| self.cannot_write(parent, error))?)
            };
            self.open = Some((parent.to_owned(), folder));
        }
        let folded = name::fold(path);
        if let Some(node) = self.nodes.get(&folded) {
            node.check_same(&folded, path, false).map_err(fail)?;
            return Err(fail(EntryProblem::Twice));
        }
        let node = Node::new(false, path, &folded);
        self.nodes.insert(folded, node);
        Ok(self.open.as_ref().map_or_else(|| Arc::clone(&self.root), |(_, folder)| Arc::clone(folder)))
    }

    /// The umask, or a default access list, has its say about the mode of a new folder. It is the same for all of the tree,
    /// so one look at the first one says whether all have to be mended.
    fn make_folder(&mut self, path: &str, folded: String) -> Result<(), UnpackError> {
        let made = mkdirat(&self.root, path, FOLDER).and_then(|()| self.mend(path));
        made.map_err(|error| self.cannot_write(path, error))?;
        let node = Node::new(true, path, &folded);
        self.nodes.insert(folded, node);
        Ok(())
    }

    fn mend(&mut self, path: &str) -> Result<(), Errno> {
        if self.mends_folders == Some(false) {
            return Ok(());
        }
        let folder = open_folder(&self.root, path)?;
        let has_other_mode = Mode::from_raw_mode(fstat(&folder)?.st_mode) != FOLDER;
        self.mends_folders = Some(has_other_mode);
        if has_other_mode { fchmod(folder, FOLDER) } else { Ok(()) }
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

fn open_folder(at: impl AsFd, path: impl rustix::path::Arg) -> Result<OwnedFd, Errno> {
    openat(at, path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())
}

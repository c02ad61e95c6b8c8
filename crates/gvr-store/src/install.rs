//! Putting a toolchain into the store, so that nobody ever sees a part of one.
//!
//! The order is what makes it safe: lock, look again, sweep, stage, fill, receipt last, all of it to the disk, rename
//! without replacing, the parent folder to the disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gvr_core::{Layout, Toolchain};

use crate::stage::Stage;
use crate::{FolderError, Interrupted, LockError, Manifest, ManifestError, Receipt, Store, Waiting, durable, tree};

/// What to do if the toolchain is installed already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replace {
    /// Leave it.
    Never,
    /// Install it again, and let the new one take its place in one step.
    Always,
}

/// How an installation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Installed {
    /// It was not there and now is.
    Fresh,
    /// The new one took the old one's place.
    Replaced,
    /// It was there already, or another process installed it meanwhile; nothing was filled.
    AlreadyThere,
}

/// A toolchain could not be installed; what was there before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum InstallError<E> {
    /// The store's folders cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Another process works on the same toolchain.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Something that is no folder has the toolchain's name.
    #[error("cannot install to {}: something else is there", path.display())]
    InTheWay {
        /// What is in the way.
        path: PathBuf,
    },
    /// No folder could be made to build the tree in.
    #[error("cannot make a folder in {}", path.display())]
    Stage {
        /// Where it was to be.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The tree could not be filled: the closure's own error.
    #[error(transparent)]
    Fill(E),
    /// The finished tree could not be read again.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The receipt could not be written.
    #[error("cannot write the receipt of {toolchain}")]
    Receipt {
        /// Which toolchain.
        toolchain: Toolchain,
        /// Why.
        source: io::Error,
    },
    /// The disk did not take what was written.
    #[error("cannot bring {} to the disk", path.display())]
    Sync {
        /// What was written.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The process was told to end, and what it had begun is removed.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// The finished tree could not be put in its place.
    #[error("cannot move the finished toolchain to {}", path.display())]
    Commit {
        /// Its place.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl<E> InstallError<E> {
    /// What can be done about it; the closure's own error knows for itself.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Folder(error) => Some(error.hint()),
            Self::Lock(error) => error.hint(),
            Self::InTheWay { path } => Some(format!("move it away: mv {0} {0}.old", path.display())),
            Self::Commit { source, .. } if source.kind() == io::ErrorKind::CrossesDevices => {
                Some("the folders tmp and versions must be on the same file system".to_owned())
            }
            _ => None,
        }
    }
}

impl Store {
    /// Installs a toolchain: `fill` is given an empty folder, makes it the GOROOT and says what it did.
    ///
    /// `fill` is called at most once, and by one process alone: others that want the same toolchain wait and then find it
    /// there. Whatever `fill` leaves behind when it fails is removed, also folders without write permission.
    pub fn install<E>(
        &self,
        toolchain: Toolchain,
        replace: Replace,
        waiting: &dyn Waiting,
        fill: impl FnOnce(&Path) -> Result<Receipt, E>,
    ) -> Result<Installed, InstallError<E>> {
        self.install_recorded(toolchain, replace, waiting, |tree| fill(tree).map(|receipt| (receipt, None)))
    }

    /// The same, where `fill` may also know what every file has in it, because it has hashed them as it wrote them. Where it
    /// does not, the tree is read again.
    pub fn install_recorded<E>(
        &self,
        toolchain: Toolchain,
        replace: Replace,
        waiting: &dyn Waiting,
        fill: impl FnOnce(&Path) -> Result<(Receipt, Option<Manifest>), E>,
    ) -> Result<Installed, InstallError<E>> {
        let is_done = || replace == Replace::Never && self.contains(toolchain);
        if is_done() {
            // Whoever installed it may have been killed right after that.
            self.sweep();
            self.settle();
            return Ok(Installed::AlreadyThere);
        }
        let layout = self.layout();
        self.prepare_folders(&[layout.versions(), layout.locks(), layout.temporary()])?;
        let _shared = self.lock_shared(waiting)?;
        let lock = self.lock(&toolchain.to_string(), waiting)?;
        self.sweep();
        // Another process may have installed it while this one waited, or sweeping has brought it back.
        if is_done() {
            self.settle();
            return Ok(Installed::AlreadyThere);
        }
        let target = layout.toolchain(toolchain);
        if replace == Replace::Never && fs::symlink_metadata(&target).is_ok() {
            return Err(InstallError::InTheWay { path: target });
        }
        let (stage, entry) = self
            .live()
            .begin(|| Stage::create(&layout.temporary(), toolchain), Stage::folder)?
            .map_err(|source| InstallError::Stage { path: layout.temporary(), source })?;
        let tree = stage.tree();
        let (completed, synced) = self.durability().sync_during(&tree, |is_filled| {
            let (receipt, manifest) = fill(&tree).map_err(InstallError::Fill)?;
            is_filled();
            complete(toolchain, &tree, &receipt, manifest)
        });
        completed?;
        synced
            .and_then(|()| self.durability().sync_tree(&tree))
            .map_err(|source| InstallError::Sync { path: tree, source })?;
        let installed = self.live().in_one_piece(|| self.commit(toolchain, &stage, &target, replace))??;
        // Who waits for this toolchain need not wait until the old one is removed, which happens when the stage goes.
        drop(lock);
        drop(stage);
        drop(entry);
        Ok(installed)
    }

    /// Shows a complete and durable tree to everybody.
    fn commit<E>(
        &self,
        toolchain: Toolchain,
        stage: &Stage,
        target: &Path,
        replace: Replace,
    ) -> Result<Installed, InstallError<E>> {
        let placed = match place(stage, target, replace) {
            // Where there are no locks, another process may have been as far; its tree is as good.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && self.contains(toolchain) => {
                self.settle();
                return Ok(Installed::AlreadyThere);
            }
            placed => placed.map_err(|source| InstallError::Commit { path: target.to_owned(), source })?,
        };
        let versions = self.layout().versions();
        if let Err(source) = self.durability().sync_folder(&versions) {
            placed.undo(stage, target);
            return Err(InstallError::Sync { path: versions, source });
        }
        if placed == Placed::MovedAside {
            // It must not come back when this process is killed and the new one is uninstalled.
            let _ = fs::rename(stage.aside(), stage.waste());
        }
        Ok(if placed == Placed::New { Installed::Fresh } else { Installed::Replaced })
    }
}

/// Adds to a filled tree what is gvr's own. All of it comes to the disk with the tree: among things that nobody is shown yet
/// there is no order to keep.
fn complete<E>(
    toolchain: Toolchain,
    tree: &Path,
    receipt: &Receipt,
    manifest: Option<Manifest>,
) -> Result<(), InstallError<E>> {
    let manifest = match manifest {
        Some(known) => known,
        None => Manifest::of_tree(tree)?,
    };
    tree::make_writable(tree)
        .and_then(|()| manifest.write(&tree.join(Layout::MANIFEST)))
        .and_then(|digest| receipt.write(&tree.join(Layout::RECEIPT), Some(&digest)))
        .map_err(|source| InstallError::Receipt { toolchain, source })
}

/// How a tree came to its place, and so how to take it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Placed {
    /// There was nothing.
    New,
    /// It and the old one changed places.
    Exchanged,
    /// The old one was moved aside first.
    MovedAside,
}

fn place(stage: &Stage, target: &Path, replace: Replace) -> io::Result<Placed> {
    match durable::rename_new(&stage.tree(), target) {
        Err(error) if replace == Replace::Always && error.kind() == io::ErrorKind::AlreadyExists => {}
        result => return result.map(|()| Placed::New),
    }
    tree::make_writable(target)?;
    if durable::exchange(&stage.tree(), target)? { Ok(Placed::Exchanged) } else { place_in_two_steps(stage, target) }
}

/// For file systems that cannot exchange: for a moment the toolchain is not there, but never is a part of one.
fn place_in_two_steps(stage: &Stage, target: &Path) -> io::Result<Placed> {
    fs::rename(target, stage.aside())?;
    match durable::rename_new(&stage.tree(), target) {
        Ok(()) => Ok(Placed::MovedAside),
        Err(error) => {
            let _ = durable::rename_new(&stage.aside(), target);
            Err(error)
        }
    }
}

impl Placed {
    /// Restores what was there before. What fails here cannot be mended: the disk is failing already.
    fn undo(self, stage: &Stage, target: &Path) {
        let _ = match self {
            Self::New => fs::rename(target, stage.tree()),
            Self::Exchanged => durable::exchange(&stage.tree(), target).map(|_| ()),
            Self::MovedAside => {
                fs::rename(target, stage.tree()).and_then(|()| durable::rename_new(&stage.aside(), target))
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stage with the tree `new`, and a place for it.
    fn prepared(root: &Path) -> (Stage, PathBuf) {
        let toolchain = Toolchain::from_folder_name("1.22.5").unwrap();
        let stage = Stage::create(root, toolchain).unwrap();
        fs::write(stage.tree().join("VERSION"), "new").unwrap();
        (stage, root.join("1.22.5"))
    }

    fn put_old(target: &Path) {
        fs::create_dir(target).unwrap();
        fs::write(target.join("VERSION"), "old").unwrap();
    }

    fn content(target: &Path) -> String {
        fs::read_to_string(target.join("VERSION")).unwrap()
    }

    #[test]
    fn a_new_tree_can_be_taken_back() {
        let root = tempfile::tempdir().unwrap();
        let (stage, target) = prepared(root.path());
        let placed = place(&stage, &target, Replace::Never).unwrap();
        assert_eq!((placed, content(&target).as_str()), (Placed::New, "new"));
        placed.undo(&stage, &target);
        assert!(!target.exists() && stage.tree().exists());
    }

    #[test]
    fn the_old_tree_comes_back_either_way() {
        let by_one_step = |stage: &Stage, target: &Path| place(stage, target, Replace::Always);
        let ways: [fn(&Stage, &Path) -> io::Result<Placed>; 2] = [by_one_step, place_in_two_steps];
        for place in ways {
            let root = tempfile::tempdir().unwrap();
            let (stage, target) = prepared(root.path());
            put_old(&target);
            let placed = place(&stage, &target).unwrap();
            assert_eq!(content(&target), "new", "{placed:?}");
            placed.undo(&stage, &target);
            assert_eq!(content(&target), "old", "{placed:?}");
            assert_eq!(content(&stage.tree()), "new", "{placed:?}");
        }
    }

    #[test]
    fn nothing_is_replaced_unasked() {
        let root = tempfile::tempdir().unwrap();
        let (stage, target) = prepared(root.path());
        put_old(&target);
        let error = place(&stage, &target, Replace::Never).unwrap_err();
        assert_eq!((error.kind(), content(&target).as_str()), (io::ErrorKind::AlreadyExists, "old"));
    }

    #[test]
    fn a_failed_second_step_is_undone() {
        let root = tempfile::tempdir().unwrap();
        let (stage, target) = prepared(root.path());
        put_old(&target);
        tree::remove(&stage.tree()).unwrap();
        assert!(place_in_two_steps(&stage, &target).is_err());
        assert_eq!(content(&target), "old");
    }
}

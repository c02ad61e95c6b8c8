//! Taking a toolchain out of the store.

use std::fs;
use std::io;
use std::path::PathBuf;

use gvr_core::Toolchain;

use crate::{FolderError, Interrupted, LockError, Store, Waiting, durable, stage, tree};

/// A toolchain could not be removed; it is still there, whole.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// There is nothing to remove.
    #[error("version '{toolchain}' not installed")]
    NotInstalled {
        /// Which toolchain.
        toolchain: Toolchain,
    },
    /// The store's folders cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Another process works on the same toolchain.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// It could not be taken out of the folder of versions.
    #[error("cannot remove {}", path.display())]
    Rename {
        /// The toolchain's folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The disk did not take the change.
    #[error("cannot bring {} to the disk", path.display())]
    Sync {
        /// The folder of versions.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The process was told to end before anything had happened.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl RemoveError {
    /// What can be done about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotInstalled { .. } => Some("see what is installed: gvr versions".to_owned()),
            Self::Folder(error) => Some(error.hint()),
            Self::Lock(error) => error.hint(),
            Self::Rename { .. } | Self::Sync { .. } | Self::Interrupted(_) => None,
        }
    }
}

impl Store {
    /// Removes a toolchain: it is gone for everybody in one step, then its files are deleted.
    ///
    /// A program of it that runs keeps running. Links in it, and a link in its place, are removed and not followed. If
    /// some of its files cannot be deleted it is uninstalled all the same, and the next operation tries them again.
    pub fn remove(&self, toolchain: Toolchain, waiting: &dyn Waiting) -> Result<(), RemoveError> {
        let layout = self.layout();
        let target = layout.toolchain(toolchain);
        // A dangling link or a file of that name counts: who asks to remove it wants the name to be free.
        let require = || match fs::symlink_metadata(&target) {
            Ok(_) => Ok(()),
            Err(_) => Err(RemoveError::NotInstalled { toolchain }),
        };
        if require().is_err() {
            // Whoever removed it may have been killed right after that; or a reinstallation was, which had moved it aside.
            self.sweep();
            require()?;
        }
        let (versions, temporary) = (layout.versions(), layout.temporary());
        self.prepare_folders(&[versions.clone(), layout.locks(), temporary.clone()])?;
        let _shared = self.lock_shared(waiting)?;
        let lock = self.lock(&toolchain.to_string(), waiting)?;
        // As long as it is there, lest something that was moved aside takes its place afterwards.
        self.sweep();
        require()?;

        let doomed = stage::doomed(&temporary, toolchain);
        let _under_way = self.live().enter(&doomed)?;
        self.live()
            .in_one_piece(|| tree::make_writable(&target).and_then(|()| durable::rename_new(&target, &doomed)))?
            .map_err(|source| RemoveError::Rename { path: target.clone(), source })?;
        if let Err(source) = self.durability().sync_folder(&versions) {
            // Were the name to come back after a power cut, there would have to be a whole tree behind it.
            let _ = durable::rename_new(&doomed, &target);
            return Err(RemoveError::Sync { path: versions, source });
        }
        drop(lock);
        // What cannot be deleted now is swept later.
        let _ = tree::remove(&doomed);
        Ok(())
    }
}

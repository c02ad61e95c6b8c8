//! The store itself: what is installed, and what all operations share.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gvr_core::{Layout, Toolchain};

use crate::live::Live;
use crate::lock::{self, Kind, Lock};
use crate::{
    Durability, FolderError, LockError, Manifest, ManifestError, Receipt, ReceiptError, Room, Waiting, folders, stage,
};

/// How a store behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long an operation waits for a lock that somebody else holds; 15 minutes unless set, which a slow line needs
    /// for one toolchain.
    pub lock_wait: Duration,
    /// Whether an operation returns only when its work would outlive a power cut.
    pub durability: Durability,
    /// The user for whom this process works as root, as sudo tells: no store is begun in a folder of that user's. Root's
    /// files there would be in the user's way ever after.
    pub invoked_by: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { lock_wait: Duration::from_mins(15), durability: Durability::Full, invoked_by: None }
    }
}

/// The toolchains below one root.
///
/// Clones share what is under way, so that one of them can give up what another one does.
#[derive(Clone, Debug)]
pub struct Store {
    layout: Layout,
    options: Options,
    live: Arc<Live>,
}

/// The installed toolchains could not be listed.
#[derive(Debug, thiserror::Error)]
#[error("cannot list {}", path.display())]
pub struct ListError {
    /// The folder that could not be read.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

/// What was written down about an installed tree cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The receipt.
    #[error(transparent)]
    Receipt(#[from] ReceiptError),
    /// The manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

impl Store {
    /// The store at `layout`, which need not exist yet. Nothing is read or written before an operation asks for it.
    pub fn new(layout: Layout) -> Self {
        Self::with_options(layout, Options::default())
    }

    /// The same, with other options than the usual ones.
    pub fn with_options(layout: Layout, options: Options) -> Self {
        Self { layout, options, live: Arc::default() }
    }

    /// Makes sure that there is a root that can be written to.
    pub fn prepare(&self) -> Result<(), FolderError> {
        self.prepare_folders(&[self.layout.root().to_owned()])
    }

    /// Makes sure that these folders of the store are there and can be written to.
    pub(crate) fn prepare_folders(&self, paths: &[PathBuf]) -> Result<(), FolderError> {
        folders::prepare(&self.layout, paths, self.options.invoked_by)
    }

    /// Where everything lies.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Every installed toolchain, oldest first; none where the root does not exist.
    ///
    /// A folder whose name is no toolchain's is not gvr's and is passed over. A link to a folder counts: a Go that was
    /// built by hand can be linked into the store.
    pub fn installed(&self) -> Result<Vec<Toolchain>, ListError> {
        let path = self.layout.versions();
        let fail = |source| ListError { path: path.clone(), source };
        let entries = match fs::read_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(fail)?,
        };
        let mut toolchains = Vec::new();
        for entry in entries {
            let name = entry.map_err(fail)?.file_name();
            let toolchain = name.to_str().and_then(Toolchain::from_folder_name);
            toolchains.extend(toolchain.filter(|&toolchain| self.contains(toolchain)));
        }
        toolchains.sort_unstable();
        Ok(toolchains)
    }

    /// Whether a toolchain is installed.
    pub fn contains(&self, toolchain: Toolchain) -> bool {
        self.layout.toolchain(toolchain).is_dir()
    }

    /// What was written down when a toolchain was installed; `None` if it is not installed, or was not installed by gvr.
    pub fn receipt(&self, toolchain: Toolchain) -> Result<Option<Receipt>, ReceiptError> {
        Receipt::read(&self.layout.receipt(toolchain))
    }

    /// What the tree at `goroot` consisted of when a gvr installed it; `None` where none did, or one before manifests.
    pub fn manifest_of(goroot: &Path) -> Result<Option<Manifest>, RecordError> {
        match Receipt::read_tree_digest(&goroot.join(Layout::RECEIPT))? {
            Some(digest) => match Manifest::read(&goroot.join(Layout::MANIFEST), &digest)? {
                Some(manifest) => Ok(Some(manifest)),
                None => Err(ManifestError::Altered {
                    path: goroot.join(Layout::MANIFEST),
                    reason: "the receipt speaks of it, and it is not there",
                }
                .into()),
            },
            None => Ok(None),
        }
    }

    /// The digest of the list of files in the tree at `goroot`, as its receipt states it.
    pub fn tree_digest_of(goroot: &Path) -> Result<Option<String>, ReceiptError> {
        Receipt::read_tree_digest(&goroot.join(Layout::RECEIPT))
    }

    /// The receipt in the tree at `goroot`, if there is one.
    pub fn receipt_of(goroot: &Path) -> Result<Option<Receipt>, ReceiptError> {
        Receipt::read(&goroot.join(Layout::RECEIPT))
    }

    pub(crate) fn durability(&self) -> Durability {
        self.options.durability
    }

    /// What the store's file system can still take.
    pub fn room(&self) -> io::Result<Room> {
        Room::at(self.layout.root())
    }

    /// Gives up what this process has under way, for it has been told to end: what is in `tmp` of it is removed, and
    /// nothing of it becomes visible any more. For another thread than the one that works.
    pub fn give_up(&self) {
        self.live.give_up();
    }

    pub(crate) fn live(&self) -> &Live {
        &self.live
    }

    /// Removes what killed processes left in `tmp`, or puts back what they had taken away; what cannot be removed stays.
    /// Makes nothing, and as root touches no other user's store.
    pub fn sweep(&self) {
        if folders::refuse_another_owner(self.layout.root()).is_ok() {
            stage::sweep(&self.layout);
        }
    }

    /// Makes sure that what others have just made visible outlives a power cut too. Where that cannot be done it need not:
    /// a store that cannot be written has not changed.
    pub(crate) fn settle(&self) {
        let _ = self.durability().sync_folder(&self.layout.versions());
    }

    /// Keeps whoever wants the store for himself alone out of it, and nobody else.
    pub(crate) fn lock_shared(&self, waiting: &dyn Waiting) -> Result<Lock, LockError> {
        lock::acquire(&self.layout.locks().join("store"), Kind::Shared, self.options.lock_wait, waiting)
    }

    /// Makes this process the only one that changes what `name` stands for: a toolchain's folder name, or `shims`.
    pub(crate) fn lock(&self, name: &str, waiting: &dyn Waiting) -> Result<Lock, LockError> {
        lock::acquire(&self.layout.locks().join(name), Kind::Exclusive, self.options.lock_wait, waiting)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[track_caller]
    fn toolchain(name: &str) -> Toolchain {
        Toolchain::from_folder_name(name).unwrap()
    }

    #[test]
    fn lists_what_is_installed_in_order() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(Layout::new(root.path()));
        let versions = store.layout().versions();
        for name in ["1.22.10", "1.22.9", "1.9.2rc2", "1.15.15-darwin-amd64", "notes", "1.20", ".tmp"] {
            fs::create_dir_all(versions.join(name)).unwrap();
        }
        fs::write(versions.join("1.21.1"), "a file").unwrap();
        symlink("1.22.9", versions.join("1.23.0")).unwrap();
        symlink("nowhere", versions.join("1.24.0")).unwrap();
        let expected = ["1.9.2rc2", "1.15.15-darwin-amd64", "1.22.9", "1.22.10", "1.23.0"].map(toolchain);
        assert_eq!(store.installed().unwrap(), expected);
        assert!(store.contains(toolchain("1.23.0")));
        assert!(!store.contains(toolchain("1.21.1")));
        assert!(store.receipt(toolchain("1.22.9")).unwrap().is_none());
    }

    #[test]
    fn asking_creates_nothing() {
        let parent = tempfile::tempdir().unwrap();
        let store = Store::new(Layout::new(parent.path().join("root")));
        assert_eq!(store.installed().unwrap(), []);
        assert!(!store.contains(toolchain("1.22.5")));
        assert!(store.receipt(toolchain("1.22.5")).unwrap().is_none());
        assert!(!store.layout().root().exists());
    }

    #[test]
    fn a_root_that_cannot_be_listed_is_not_taken_for_an_empty_one() {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("root");
        fs::write(&root, "").unwrap();
        let error = Store::new(Layout::new(&root)).installed().unwrap_err();
        assert_eq!(error.path, root.join("versions"));
    }
}

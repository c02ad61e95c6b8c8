//! Every path under gvr's root, in one tree.
//!
//! Nothing stored there holds an absolute path, so the root can be moved.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::{Toolchain, paths};

/// The folders and files under `GVR_ROOT`. A value of this type creates nothing; creating is the store's work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The tree below `root`, which is absolute.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The root itself: `~/.gvr` unless `GVR_ROOT` says otherwise.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `versions`: a folder for each installed toolchain, complete or absent.
    pub fn versions(&self) -> PathBuf {
        self.below("versions")
    }

    /// A toolchain's own folder, which is its GOROOT.
    pub fn toolchain(&self, toolchain: Toolchain) -> PathBuf {
        let name = toolchain.folder_name();
        paths::below(&self.root, &["versions".as_ref(), name.as_ref()])
    }

    /// A program of a toolchain: `versions/1.22.5/bin/go`.
    pub fn program(&self, toolchain: Toolchain, name: impl AsRef<OsStr>) -> PathBuf {
        let toolchain = toolchain.folder_name();
        let names = ["versions".as_ref(), toolchain.as_ref(), "bin".as_ref(), name.as_ref()];
        paths::below(&self.root, &names)
    }

    /// What was installed, from where, and how it was checked; inside the toolchain's folder.
    pub fn receipt(&self, toolchain: Toolchain) -> PathBuf {
        self.toolchain(toolchain).join(Self::RECEIPT)
    }

    /// The receipt's name inside a toolchain's folder.
    pub const RECEIPT: &'static str = ".gvr-receipt.toml";

    /// The file beside the receipt that lists what the toolchain consists of.
    pub const MANIFEST: &'static str = ".gvr-manifest.gz";

    /// `shims`: the folder that stands on PATH.
    pub fn shims(&self) -> PathBuf {
        self.below("shims")
    }

    /// The file by which any gvr knows a folder of shims, whichever root it belongs to.
    pub const SHIMS_MARKER: &'static str = ".gvr-shims";

    /// `cache`: archives by their SHA-256, partial downloads, the release index.
    pub fn cache(&self) -> PathBuf {
        self.below("cache")
    }

    /// What is kept of checksum databases: their newest states, pieces of their trees, evidence against them.
    pub fn checksum_databases(&self) -> PathBuf {
        self.root.join("sumdb")
    }

    /// The release index as it was last fetched, with what is needed to ask whether it changed.
    pub fn index(&self) -> PathBuf {
        self.cache().join("index.json")
    }

    /// `locks`: files that are locked, never removed.
    pub fn locks(&self) -> PathBuf {
        self.below("locks")
    }

    /// `tmp`: what is being built or removed; on the same file system as `versions`.
    pub fn temporary(&self) -> PathBuf {
        self.below("tmp")
    }

    /// `doctor`: copies of the files that `gvr doctor --fix` has changed, a folder for each time.
    pub fn doctor_backups(&self) -> PathBuf {
        self.root.join("doctor")
    }

    /// `setup`: copies of the start-up files that `gvr setup` has changed.
    pub fn setup_backups(&self) -> PathBuf {
        self.below("setup")
    }

    /// The global version.
    pub fn global_version(&self) -> PathBuf {
        self.below("version")
    }

    /// The user's settings.
    pub fn config(&self) -> PathBuf {
        self.below("config.toml")
    }

    /// The part of the settings that the shim needs, rendered for it; absent while all are at their defaults.
    pub fn shim_settings(&self) -> PathBuf {
        self.below("shim-settings")
    }

    /// `bin/gvr`: where the installer puts gvr itself.
    pub fn own_program(&self) -> PathBuf {
        paths::below(&self.root, &["bin".as_ref(), "gvr".as_ref()])
    }

    fn below(&self, name: &str) -> PathBuf {
        paths::below(&self.root, &[name.as_ref()])
    }
}

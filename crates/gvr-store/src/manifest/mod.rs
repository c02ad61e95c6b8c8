//! What a toolchain consists of, file by file, as it was when it was installed, and what became of it.
//!
//! The manifest lies beside the receipt, compressed: about 70 bytes a file. The receipt has its digest, which so is the
//! digest of the whole tree. No path in it is absolute.

mod compare;
mod file;
mod hash;

use std::io;
use std::path::PathBuf;

pub use compare::Differences;

/// One thing in a tree that is no folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path below the tree's root, with `/` between the parts.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Its length in bytes.
    pub size: u64,
    /// The SHA-256 of what is in it; of a link, of where it leads; of anything else, of nothing.
    pub sha256: [u8; 32],
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file that its owner cannot execute.
    File,
    /// A file that its owner can execute.
    Program,
    /// A symbolic link, which is not followed.
    Link,
    /// A pipe, a socket or a device.
    Other,
}

/// Every entry of a tree, sorted by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    entries: Vec<Entry>,
}

/// A tree could not be read, or its manifest not be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// A file or folder of the tree could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The manifest is not the one that the receipt speaks of, or none at all: it was damaged or altered.
    #[error("{} is not what was written when the toolchain was installed: {reason}", path.display())]
    Altered {
        /// The manifest.
        path: PathBuf,
        /// In what.
        reason: &'static str,
    },
}

impl Manifest {
    /// The manifest of a tree that has just these entries, in any order.
    pub fn of_entries(mut entries: Vec<Entry>) -> Self {
        entries.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        Self { entries }
    }

    /// The entries, sorted by path.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The lengths of all entries together, in bytes.
    pub fn bytes(&self) -> u64 {
        self.entries.iter().map(|entry| entry.size).fold(0, u64::saturating_add)
    }
}

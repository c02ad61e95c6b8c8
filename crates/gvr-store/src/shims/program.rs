//! The program that shims are made of, and how a file in the folder relates to it.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

/// What everybody must be allowed to do with a shim.
pub(super) const MODE: u32 = 0o755;

/// The program that shims are to be made of.
pub(super) struct Program {
    bytes: Vec<u8>,
}

/// A file as the folder of shims has it.
pub(super) struct Known {
    metadata: Metadata,
    bytes: Vec<u8>,
}

impl Program {
    pub(super) fn read(path: &Path) -> io::Result<Self> {
        let bytes = fs::read(path)?;
        if bytes.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is empty"));
        }
        Ok(Self { bytes })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether `file` does what a shim has to: it is this program, and may be run.
    pub(super) fn is_same_as(&self, file: &Known) -> bool {
        file.bytes == self.bytes && file.metadata.permissions().mode() & 0o555 == 0o555
    }

    /// Whether `file` has been made of this program at some time.
    pub(super) fn has_bytes_of(&self, file: &Known) -> bool {
        file.bytes == self.bytes
    }
}

impl Known {
    /// Reads a file; `None` if there is none, or something else than a file.
    pub(super) fn read(path: &Path) -> io::Result<Option<Self>> {
        let metadata = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            metadata => metadata?,
        };
        if !metadata.is_file() {
            return Ok(None);
        }
        match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            bytes => Ok(Some(Self { metadata, bytes: bytes? })),
        }
    }

    pub(super) fn is_linked_to(&self, metadata: &Metadata) -> bool {
        (self.metadata.dev(), self.metadata.ino()) == (metadata.dev(), metadata.ino())
    }

    pub(super) fn has_length_of(&self, metadata: &Metadata) -> bool {
        self.metadata.len() == metadata.len()
    }

    pub(super) fn has_bytes_of(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

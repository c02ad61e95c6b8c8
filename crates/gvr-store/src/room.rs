//! How much the store's file system can still take.

use std::io;
use std::path::Path;

use rustix::io::retry_on_intr;

/// What is free for this user, as the file system counts it. A quota may be less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Bytes.
    pub bytes: u64,
    /// Files and folders; absent where the file system has no fixed number of them.
    pub files: Option<u64>,
}

impl Room {
    /// Asks the file system that `path` lies on, or would lie on if it existed.
    pub(crate) fn at(path: &Path) -> io::Result<Self> {
        let existing = path.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
        let about = retry_on_intr(|| rustix::fs::statvfs(existing))?;
        let files = (about.f_files > 0).then_some(about.f_favail);
        Ok(Self { bytes: about.f_bavail.saturating_mul(about.f_frsize), files })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_that_of_the_nearest_folder_that_exists() {
        let folder = tempfile::tempdir().unwrap();
        let room = Room::at(&folder.path().join("a/b/c")).unwrap();
        assert!(room.bytes > 0);
        assert!(room.files.is_none_or(|files| files > 0));
    }
}

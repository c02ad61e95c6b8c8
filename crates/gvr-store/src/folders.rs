//! The folders that an operation is about to write to: made where they are missing, refused where writing would do harm.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use gvr_core::Layout;
use rustix::fs::{Access, access};
use rustix::process::geteuid;

/// A folder of the store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Something else has the folder's name.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// What stands there.
        path: PathBuf,
    },
    /// The folder could not be made.
    #[error("cannot create the folder {}", path.display())]
    Create {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder is there but nothing can be put into it.
    #[error("cannot write to {}", path.display())]
    NotWritable {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// root would leave files in another user's store that this user could not replace afterwards.
    #[error("{} belongs to user {owner}, and gvr runs as root", path.display())]
    OtherOwner {
        /// The store's root.
        path: PathBuf,
        /// The user id that owns it.
        owner: u32,
    },
    /// root would begin a store in the home of the user who called sudo, and that user could not write to it.
    #[error("{} would belong to root, in a folder of user {owner}: gvr runs as root", path.display())]
    WouldBeRoots {
        /// The store's root, which does not exist.
        path: PathBuf,
        /// The user id that owns the folder around it.
        owner: u32,
    },
}

impl FolderError {
    /// What can be done about it.
    pub fn hint(&self) -> String {
        match self {
            Self::NotAFolder { path } => {
                format!("move {} away, or set GVR_ROOT to another folder", path.display())
            }
            Self::Create { .. } | Self::NotWritable { .. } => {
                "set GVR_ROOT to a folder that you may write to".to_owned()
            }
            Self::WouldBeRoots { .. } => {
                "run gvr without sudo; for a store of root's own: sudo -H gvr …, or set GVR_ROOT".to_owned()
            }
            Self::OtherOwner { path, owner } => {
                format!("run gvr without sudo, or hand the store over: chown -R root {} (was {owner})", path.display())
            }
        }
    }
}

/// Makes the root and the given folders below it, and makes sure that they can be written to.
pub(crate) fn prepare(layout: &Layout, folders: &[PathBuf], invoked_by: Option<u32>) -> Result<(), FolderError> {
    refuse_another_owner(layout.root())?;
    refuse_to_begin(layout.root(), invoked_by)?;
    create(layout.root())?;
    for folder in folders {
        create(folder)?;
        access(folder, Access::WRITE_OK | Access::EXEC_OK)
            .map_err(|errno| FolderError::NotWritable { path: folder.clone(), source: errno.into() })?;
    }
    Ok(())
}

/// Refuses to write as root into a store that is not root's. A root that does not exist yet is nobody's.
pub(crate) fn refuse_another_owner(root: &Path) -> Result<(), FolderError> {
    match fs::metadata(root) {
        Ok(metadata) if leaves_strange_files(geteuid().as_raw(), metadata.uid()) => {
            Err(FolderError::OtherOwner { path: root.to_owned(), owner: metadata.uid() })
        }
        _ => Ok(()),
    }
}

/// Refuses to begin a store as root in a folder of the user who called sudo. Containers, where root works in folders of
/// all kinds of owners, know no sudo.
fn refuse_to_begin(root: &Path, invoked_by: Option<u32>) -> Result<(), FolderError> {
    let Some(user) = invoked_by.filter(|user| leaves_strange_files(geteuid().as_raw(), *user)) else { return Ok(()) };
    if fs::symlink_metadata(root).is_ok() {
        return Ok(());
    }
    match root.ancestors().skip(1).find_map(|folder| fs::metadata(folder).ok()) {
        Some(around) if around.uid() == user => Err(FolderError::WouldBeRoots { path: root.to_owned(), owner: user }),
        _ => Ok(()),
    }
}

fn leaves_strange_files(user: u32, owner: u32) -> bool {
    user == 0 && owner != 0
}

fn create(folder: &Path) -> Result<(), FolderError> {
    match DirBuilder::new().recursive(true).mode(0o755).create(folder) {
        Ok(()) => Ok(()),
        Err(_) if folder.exists() && !folder.is_dir() => Err(FolderError::NotAFolder { path: folder.to_owned() }),
        Err(source) => Err(FolderError::Create { path: folder.to_owned(), source }),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::chown;

    use super::*;

    #[test]
    fn makes_what_is_missing_once() {
        let parent = tempfile::tempdir().unwrap();
        let layout = Layout::new(parent.path().join("a").join("root"));
        for _ in 0..2 {
            prepare(&layout, &[layout.versions(), layout.locks()], None).unwrap();
        }
        assert!(layout.versions().is_dir() && layout.locks().is_dir() && !layout.temporary().exists());
    }

    #[test]
    fn says_what_is_in_the_way() {
        let parent = tempfile::tempdir().unwrap();
        let layout = Layout::new(parent.path().join("root"));
        fs::write(layout.root(), "").unwrap();
        let error = prepare(&layout, &[layout.versions()], None).unwrap_err();
        assert_eq!(error.to_string(), format!("{} is not a folder", layout.root().display()));

        let below = Layout::new(layout.root().join("deeper"));
        let error = prepare(&below, &[], None).unwrap_err();
        assert!(matches!(error, FolderError::Create { path, .. } if path == below.root()));
    }

    #[test]
    fn root_stays_out_of_other_users_stores() {
        assert!(leaves_strange_files(0, 1000));
        assert!(!leaves_strange_files(0, 0));
        assert!(!leaves_strange_files(1000, 1000));
        // A folder that is shared by a group: its modes decide.
        assert!(!leaves_strange_files(1000, 1001));

        let root = tempfile::tempdir().unwrap();
        if chown(root.path(), Some(12_345), None).is_ok() {
            let layout = Layout::new(root.path());
            let error = prepare(&layout, &[layout.versions()], None).unwrap_err();
            assert!(matches!(error, FolderError::OtherOwner { owner: 12_345, .. }), "{error}");
            assert!(!layout.versions().exists());

            let layout = Layout::new(root.path().join(".gvr"));
            let error = prepare(&layout, &[layout.versions()], Some(12_345)).unwrap_err();
            assert!(matches!(error, FolderError::WouldBeRoots { owner: 12_345, .. }), "{error}");
            assert!(!layout.root().exists());
            prepare(&layout, &[layout.versions()], Some(54_321)).unwrap();
            prepare(&layout, &[layout.versions()], Some(12_345)).unwrap();
        }
    }
}

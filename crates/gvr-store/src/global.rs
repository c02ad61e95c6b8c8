//! The global version: `version` in the root. Reading it is the work of gvr-core, which the shim shares.

use std::fs;
use std::io;
use std::path::PathBuf;

use crate::small_file::WriteError;
use crate::{FolderError, Store, folders, write_small_file};

/// The global version could not be changed; it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum GlobalError {
    /// The store's folders cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The file could not be removed.
    #[error("cannot remove {}", path.display())]
    Remove {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Store {
    /// Sets the global version: the first of `versions`, and where that lacks a program, the next one that has it. None
    /// at all is the same as [`Store::unset_global`].
    pub fn set_global(&self, versions: &[String]) -> Result<(), GlobalError> {
        if versions.is_empty() {
            return self.unset_global();
        }
        self.prepare()?;
        let text = versions.join("\n") + "\n";
        Ok(write_small_file(&self.layout().global_version(), text.as_bytes(), 0o644)?)
    }

    /// Forgets the global version; that there was none is no error.
    pub fn unset_global(&self) -> Result<(), GlobalError> {
        folders::refuse_another_owner(self.layout().root())?;
        let path = self.layout().global_version();
        match fs::remove_file(&path) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(()),
            result => result
                .and_then(|()| self.durability().sync_folder(self.layout().root()))
                .map_err(|source| GlobalError::Remove { path, source }),
        }
    }
}

#[cfg(test)]
mod tests {
    use gvr_core::Layout;

    use super::*;

    #[test]
    fn is_set_and_forgotten() {
        let parent = tempfile::tempdir().unwrap();
        let store = Store::new(Layout::new(parent.path().join("root")));
        store.unset_global().unwrap();
        assert!(!store.layout().root().exists(), "forgetting creates nothing");
        store.set_global(&["1.22.5".to_owned(), "1.21.0".to_owned()]).unwrap();
        assert_eq!(fs::read_to_string(store.layout().global_version()).unwrap(), "1.22.5\n1.21.0\n");
        store.set_global(&["system".to_owned()]).unwrap();
        assert_eq!(fs::read_to_string(store.layout().global_version()).unwrap(), "system\n");
        store.set_global(&[]).unwrap();
        assert!(!store.layout().global_version().exists());
        store.unset_global().unwrap();
    }

    #[test]
    fn says_what_is_wrong_with_the_root() {
        let parent = tempfile::tempdir().unwrap();
        let root = parent.path().join("root");
        fs::write(&root, "").unwrap();
        let store = Store::new(Layout::new(&root));
        let error = store.set_global(&["1.22.5".to_owned()]).unwrap_err();
        assert!(matches!(error, GlobalError::Folder(FolderError::NotAFolder { .. })), "{error}");
    }
}

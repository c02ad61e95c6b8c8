//! Why something was not mended.

use std::io;
use std::path::PathBuf;

/// Mending failed. Nothing was changed that is not named as changed.
#[derive(Debug, thiserror::Error)]
pub enum MendError {
    /// A file changed between judging and mending.
    #[error("line {line} of {} is another one by now: nothing was changed", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u32,
    },
    /// The file belongs to somebody else.
    #[error("{} belongs to another user", path.display())]
    NotOwn {
        /// The file.
        path: PathBuf,
    },
    /// It is no text.
    #[error("{} is not UTF-8 text", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// It is no regular file.
    #[error("{} is not a regular file", path.display())]
    NotAFile {
        /// The file.
        path: PathBuf,
    },
    /// There is nothing to undo.
    #[error("there is nothing to undo")]
    NothingToUndo,
    /// The list of what was changed cannot be read.
    #[error("{} cannot be understood: {error}", path.display())]
    BadManifest {
        /// The list.
        path: PathBuf,
        /// Why.
        error: serde_json::Error,
    },
    /// The system refused.
    #[error("cannot {action} {}: {error}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
}

/// Says on what something failed.
pub(super) trait On<T> {
    /// The value, or the error with what was tried and on what.
    fn on(self, action: &'static str, path: &std::path::Path) -> Result<T, MendError>;
}

impl<T, E: Into<io::Error>> On<T> for Result<T, E> {
    fn on(self, action: &'static str, path: &std::path::Path) -> Result<T, MendError> {
        self.map_err(|error| MendError::Io { action, path: path.to_owned(), error: error.into() })
    }
}

//! Where the database's files are read: the way to it is not the client's business.

use crate::FetchError;

/// Something that has the database's files: a server of it, or a proxy that passes it on.
pub trait Remote: Sync {
    /// The file at `path`, such as `lookup/M@V` or `tile/8/0/000`. More than `limit` bytes are an error. Several threads may
    /// ask at the same time.
    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, RemoteError>;

    /// Who that is, as messages name it: an address.
    fn place(&self) -> String;
}

/// A file that did not come.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// There is none, says who was asked (404 or 410).
    #[error("it has no {path}")]
    NotFound {
        /// What was asked for.
        path: String,
    },
    /// Nobody answered, or not as one should.
    #[error(transparent)]
    Failed(Box<FetchError>),
}

impl From<FetchError> for RemoteError {
    fn from(error: FetchError) -> Self {
        Self::Failed(Box::new(error))
    }
}

//! Brings an archive here and through the unpacker: cache, folders, servers; resumed where possible, always hashed.

mod error;
mod file;
mod install;
mod intake;
mod part;
mod range;
mod server;

pub use error::{InstallError, SourceFailure, SourceProblem};
pub use install::Fetched;
pub(crate) use install::install;

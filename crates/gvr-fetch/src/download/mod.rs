//! Brings an archive here and through the unpacker: cache, folders, servers; resumed where possible, always hashed.

mod contents;
mod error;
mod file;
mod install;
mod intake;
mod part;
mod range;
mod server;

pub use contents::Content;
pub use error::{InstallError, SourceFailure, SourceProblem};
pub(crate) use file::open;
pub use install::Fetched;
pub(crate) use install::{install, install_file};

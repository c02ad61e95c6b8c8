//! Why the tour ended early.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::dist::DistError;
use crate::process::ProcessError;

/// The tour ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrialError {
    /// gvr could not be built.
    #[error(transparent)]
    Build(#[from] ProcessError),
    /// Neither go.dev nor a Go of our own.
    #[error("go.dev cannot be reached, and no real Go could be had elsewhere")]
    Dist(#[from] DistError),
    /// The loopback server did not start.
    #[error("could not serve {folder} on 127.0.0.1")]
    Serve {
        /// What was to be served.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The disk refused.
    #[error("could not use {path}")]
    Disk {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// bash is missing.
    #[error("could not start bash, in which the commands are typed")]
    Shell(#[source] io::Error),
    /// A command did not end.
    #[error("`{line}` had not ended after {} s", .patience.as_secs())]
    Hangs {
        /// What was typed.
        line: String,
        /// How long it had.
        patience: Duration,
    },
    /// A command did not do what it should.
    #[error("`{line}` {wrong}")]
    Wrong {
        /// What was typed.
        line: String,
        /// What was expected, and what came.
        wrong: String,
    },
}

impl TrialError {
    pub(super) fn disk(path: &Path, source: io::Error) -> Self {
        Self::Disk { path: path.to_owned(), source }
    }
}

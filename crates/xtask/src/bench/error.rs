//! Why nothing was measured.

use std::io;
use std::path::{Path, PathBuf};

use crate::process::ProcessError;

/// Something could not be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// A program was not built, or the one that measures failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The disk refused.
    #[error("could not use {path}")]
    Disk {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A way does not lead to its program, so its time would say nothing.
    #[error("{name} does not lead where it should: expected {expected:?}, got {got:?}")]
    WrongProgram {
        /// The row.
        name: String,
        /// What the right program says.
        expected: String,
        /// What came, or how it ended.
        got: String,
    },
    /// What goes to the measuring program is a line of fields with tabs between.
    #[error("{field:?} has a tab or a line break in it, or is not UTF-8: measure in another folder")]
    Field {
        /// The path or variable.
        field: String,
    },
    /// The measuring program was changed without this one.
    #[error("the measuring program said something unexpected: {line:?}")]
    Answer {
        /// The line.
        line: String,
    },
    /// A row without a single run.
    #[error("{name} was never measured")]
    Unmeasured {
        /// The row.
        name: String,
    },
    /// The page does not say where the results belong.
    #[error("{page} has no place for the results: it needs these two lines\n{begin}{end}")]
    NoSection {
        /// The page.
        page: PathBuf,
        /// The line before them.
        begin: String,
        /// The line behind them.
        end: String,
    },
    /// The report is no JSON.
    #[error("could not write the results as JSON")]
    Json(#[from] serde_json::Error),
}

impl BenchError {
    pub(crate) fn disk(path: &Path, source: io::Error) -> Self {
        Self::Disk { path: path.to_owned(), source }
    }
}

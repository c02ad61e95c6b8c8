//! Why an archive could not be installed.

use std::fmt;
use std::io;
use std::path::PathBuf;

use gvr_core::Version;

use crate::{ErrorKind, FetchError, ProofError, Sha256, UnpackError};

/// Why an archive could not be installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// Nothing says what the archive's hash should be.
    #[error("no SHA-256 is known for {file}, so it cannot be verified")]
    NoHash {
        /// The archive's name.
        file: String,
    },
    /// Another hash is asked for than the one that this gvr knows Go to have published.
    #[error("{file} was to have the SHA-256 {asked}, but Go published {published} (gvr's own table)")]
    NotPublished {
        /// The archive's name.
        file: String,
        /// What somebody says.
        asked: Sha256,
        /// What Go published.
        published: Sha256,
    },
    /// No source gave the archive.
    #[error("{}", Listed(.0))]
    Sources(Vec<SourceFailure>),
    /// The bytes are the published ones, but they are no Go archive that gvr would unpack.
    #[error("{file} is refused: {source}")]
    Archive {
        /// The archive's name.
        file: String,
        /// What is wrong with it.
        source: UnpackError,
    },
    /// The settings name a source that is none.
    #[error(transparent)]
    Settings(FetchError),
    /// This machine failed.
    #[error("cannot unpack {file}: {source}")]
    Local {
        /// The archive's name.
        file: String,
        /// What failed.
        source: UnpackError,
    },
    /// The folder to fill is none, is not empty, or cannot be emptied for another attempt.
    #[error("cannot fill {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

/// Why one source did not give an archive.
#[derive(Debug)]
pub struct SourceFailure {
    /// The file's URL or path there, without a password.
    pub place: String,
    /// What went wrong.
    pub problem: SourceProblem,
}

/// What went wrong with one source.
#[derive(Debug, thiserror::Error)]
pub enum SourceProblem {
    /// The file could not be had.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The server sent a page for people instead of the file.
    #[error("{url} answered 200 OK with a web page ({content_type}) instead of the archive")]
    WebPage {
        /// Who answered, after redirects.
        url: String,
        /// What the answer says it is.
        content_type: String,
    },
    /// A file of a folder cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The source has only the beginning of the file.
    #[error("{place} has only {got} of {expected} bytes")]
    Truncated {
        /// The file's URL, after redirects, or its path.
        place: String,
        /// The published size in bytes.
        expected: u64,
        /// What there was of it.
        got: u64,
    },
    /// What arrived has another hash.
    #[error("{place} has the SHA-256 {got}, but {expected} was published")]
    Mismatch {
        /// The file's URL, after redirects, or its path.
        place: String,
        /// The published hash.
        expected: Sha256,
        /// The hash of what arrived.
        got: Sha256,
    },
    /// What arrived has the right hash and another length than was published: one of the two is wrong.
    #[error("{place} has {got} bytes, but {expected} were published")]
    Length {
        /// The file's URL, after redirects, or its path.
        place: String,
        /// The published size in bytes.
        expected: u64,
        /// The size of what arrived.
        got: u64,
    },
    /// The list of Go module proxies says `off`.
    #[error("the list of Go module proxies says 'off', so nobody is asked for {module}")]
    Off {
        /// The module with its version.
        module: String,
    },
    /// Go has no module of that version.
    #[error("Go {version} is no module: there are only those from 1.21 on")]
    NoModule {
        /// Which Go.
        version: Version,
    },
    /// A module is not proven to be what Go published.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// A module is no toolchain.
    #[error("{place} is refused: {source}")]
    BadModule {
        /// Who sent it.
        place: String,
        /// What is wrong with it.
        source: UnpackError,
    },
    /// It goes on far beyond its end.
    #[error("{place} is longer than the archive can be ({limit} bytes)")]
    TooLong {
        /// The file's URL, after redirects, or its path.
        place: String,
        /// The most that is read, in bytes.
        limit: u64,
    },
}

impl SourceFailure {
    /// Whether nothing proves or disproves what it has.
    fn is_unproven(&self) -> bool {
        matches!(self.problem, SourceProblem::Proof(ProofError::Unproven { .. }))
    }

    /// Whether that is for good: not because the checksum database could not be reached.
    fn stays_unproven(&self) -> bool {
        self.is_unproven() && self.problem.kind() != ErrorKind::Network
    }

    /// Whether it was sent something in the checksum database's name that cannot be its word.
    pub(super) fn is_of_log(&self) -> bool {
        matches!(self.problem, SourceProblem::Proof(ProofError::Log(_)))
    }
}

impl SourceProblem {
    /// The class of this problem.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Fetch(error) => error.kind(),
            Self::WebPage { .. } | Self::Truncated { .. } => ErrorKind::Network,
            Self::Read { .. } | Self::Off { .. } => ErrorKind::Local,
            Self::Proof(error) => error.kind(),
            Self::NoModule { .. } => ErrorKind::NoBuild,
            Self::Mismatch { .. } | Self::Length { .. } | Self::TooLong { .. } | Self::BadModule { .. } => {
                ErrorKind::Refused
            }
        }
    }

    /// Whether what arrived is at fault, so that it must not be continued.
    pub(super) fn is_about_bytes(&self) -> bool {
        match self {
            Self::Mismatch { .. } | Self::Truncated { .. } | Self::Length { .. } | Self::TooLong { .. } => true,
            Self::Fetch(_)
            | Self::WebPage { .. }
            | Self::Read { .. }
            | Self::Off { .. }
            | Self::NoModule { .. }
            | Self::Proof(_)
            | Self::BadModule { .. } => false,
        }
    }
}

impl InstallError {
    /// The class of this error. Of several sources' failures the gravest counts: wrong bytes before no bytes.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoHash { .. } | Self::NotPublished { .. } | Self::Archive { .. } => ErrorKind::Refused,
            Self::Settings(_) | Self::Local { .. } | Self::Folder { .. } => ErrorKind::Local,
            // That nothing proves a module is no lie of anybody, so it counts only where there is nothing else to tell.
            Self::Sources(failures) if !failures.is_empty() && failures.iter().all(SourceFailure::stays_unproven) => {
                ErrorKind::Refused
            }
            Self::Sources(failures) => {
                let has = |kind| failures.iter().any(|failure| failure.problem.kind() == kind);
                let by_gravity = [ErrorKind::Refused, ErrorKind::Network, ErrorKind::Local];
                by_gravity.into_iter().find(|kind| has(*kind)).unwrap_or(ErrorKind::Network)
            }
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Settings(error) => error.hint(),
            // Of the gravest: that another place has nothing is not what matters after wrong bytes.
            Self::Sources(failures) => {
                failures.iter().rev().filter(|it| it.problem.kind() == self.kind() || it.is_unproven()).find_map(
                    |failure| {
                        match &failure.problem {
                SourceProblem::Fetch(error) => error.hint(),
                SourceProblem::WebPage { .. } => Some(
                    "does this network want you to log in first? are GVR_DIST_URL and GVR_MIRROR right?".to_owned(),
                ),
                SourceProblem::Mismatch { .. } | SourceProblem::Length { .. } | SourceProblem::TooLong { .. } => Some(
                "nothing of it was kept; the place has another file than Go published, or the list of releases is old: \
                 try again with --refresh, or without GVR_MIRROR"
                    .to_owned(),
                ),
                SourceProblem::Truncated { .. } => Some("to go on with it: run the same command again".to_owned()),
                SourceProblem::Proof(error) => error.hint(),
                    SourceProblem::BadModule { .. } => {
                        Some("nothing of it was kept; tell the owner of that Go module proxy".to_owned())
                    }
                    SourceProblem::Off { .. } => Some("change GVR_GOPROXY, or unset it".to_owned()),
                    SourceProblem::NoModule { .. } | SourceProblem::Read { .. } => None,
            }
                    },
                )
            }
            _ => None,
        }
    }
}

/// Several failures in one line.
struct Listed<'a>(&'a [SourceFailure]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, failure) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str("; ")?;
            }
            fmt::Display::fmt(&failure.problem, f)?;
        }
        Ok(())
    }
}

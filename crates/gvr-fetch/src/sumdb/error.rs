//! Why a module is not proved.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::{AnswerError, GosumdbError, HeadError, RemoteError, Tile};
use crate::dirhash::H1;
use crate::{ErrorKind, FetchError};

/// A module of which the database proves nothing, or the opposite.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// There is no database to ask.
    #[error(transparent)]
    Database(#[from] GosumdbError),
    /// No database has such a module.
    #[error("{module} is no name that a checksum database could have")]
    Name {
        /// The module and its version.
        module: String,
    },
    /// It could not be asked.
    #[error("cannot ask the checksum database {database} at {place}: {source}")]
    Unreachable {
        /// The database.
        database: String,
        /// Who was asked.
        place: String,
        /// What happened.
        source: RemoteError,
    },
    /// Who was asked says that it has none. Nothing signs that.
    #[error("{place} says that the checksum database {database} has no {module}")]
    Unlisted {
        /// The module and its version.
        module: String,
        /// The database.
        database: String,
        /// Who said so.
        place: String,
    },
    /// The answer says nothing about the module.
    #[error("{place} was asked about {module}, and its answer is not believed: {source}")]
    Answer {
        /// The module and its version.
        module: String,
        /// Who answered.
        place: String,
        /// What is wrong with it.
        source: AnswerError,
    },
    /// The answer is not signed by the database.
    #[error("{place} was asked about {module}, and answered with a state of {database} that is not believed: {source}")]
    Head {
        /// The module and its version.
        module: String,
        /// The database.
        database: String,
        /// Who answered.
        place: String,
        /// What is wrong with it.
        source: HeadError,
    },
    /// The answer's record cannot be in the log that it comes with.
    #[error("{place} says that {module} is record {number} of {database}, which has {size}")]
    Number {
        /// The module and its version.
        module: String,
        /// The database.
        database: String,
        /// Who answered.
        place: String,
        /// The record's number.
        number: u64,
        /// How many there are.
        size: u64,
    },
    /// A piece of the tree is no such piece.
    #[error("{place} answered {tile} with {got} bytes instead of {}", tile.length())]
    Tile {
        /// Who answered.
        place: String,
        /// What was asked for.
        tile: Tile,
        /// How many bytes came.
        got: usize,
    },
    /// The hashes that came do not lead to the root that the database has signed.
    #[error("what {place} sent does not prove {what}: its hashes do not lead to the root that {database} has signed")]
    Untied {
        /// The database.
        database: String,
        /// Who sent them.
        place: String,
        /// What they should prove.
        what: Untied,
    },
    /// The database has signed two states of which neither extends the other.
    #[error(
        "SECURITY ERROR: the checksum database {database} has signed two histories that contradict each other, \
         one of {older} records and one of {newer}, which {place} sent{}",
        Kept(evidence)
    )]
    Fork {
        /// The database.
        database: String,
        /// Who sent one of them.
        place: String,
        /// How many records one of them has.
        older: u64,
        /// How many the other has.
        newer: u64,
        /// The file in which both are kept with their signatures, or why they could not be kept.
        evidence: Result<PathBuf, io::Error>,
    },
    /// The log has another hash.
    #[error(
        "SECURITY ERROR: this is not the {module} that everybody else gets: its hash is {ours}, and the checksum database \
         {database} has {logged} (record {record}, proved by what {place} sent)"
    )]
    Mismatch {
        /// The module and its version.
        module: String,
        /// The database.
        database: String,
        /// Who sent the proof.
        place: String,
        /// The record's number.
        record: u64,
        /// The hash in the log.
        logged: Box<H1>,
        /// The hash of what is here.
        ours: Box<H1>,
    },
    /// The state that an earlier run has kept is not what it kept.
    #[error("the state of {database} that gvr has kept in {} is not believed: {source}", path.display())]
    KeptHead {
        /// The database.
        database: String,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: HeadError,
    },
    /// What has to be kept could not be read or written.
    #[error("cannot keep the state of {database} in {}: {source}", path.display())]
    Storage {
        /// The database.
        database: String,
        /// Where it is kept.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What is not proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untied {
    /// That a record is in the log.
    Record(String),
    /// That the log extends the one that was seen before.
    History {
        /// How many records it had.
        older: u64,
        /// How many it has.
        newer: u64,
    },
}

impl fmt::Display for Untied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(module) => write!(f, "that {module} is in the log"),
            Self::History { older, newer } => {
                write!(f, "that the log of {newer} records extends the one of {older} that was seen before")
            }
        }
    }
}

/// Where evidence is, at the end of a sentence.
struct Kept<'a>(&'a Result<PathBuf, io::Error>);

impl fmt::Display for Kept<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Ok(path) => write!(f, "; the evidence is kept in {}", path.display()),
            Err(error) => write!(f, "; the evidence could not be kept: {error}"),
        }
    }
}

impl LogError {
    /// The class of this error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreachable { source: RemoteError::Failed(error), .. } => error.kind(),
            Self::Unreachable { source: RemoteError::NotFound { .. }, .. } => ErrorKind::Network,
            Self::Database(_) | Self::Name { .. } | Self::KeptHead { .. } | Self::Storage { .. } => ErrorKind::Local,
            _ => ErrorKind::Refused,
        }
    }

    /// Whether nothing was said about the module, neither for it nor against it: the database could not be asked, may
    /// not be asked, or does not have it. Everything else is a refusal, whatever is required.
    pub fn is_silence(&self) -> bool {
        let is_off = matches!(self, Self::Database(GosumdbError::Off));
        is_off || matches!(self, Self::Unreachable { .. } | Self::Unlisted { .. })
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Database(error) => Some(error.hint()),
            // A mirror of archives is of no help here, which is what the error itself would suggest.
            Self::Unreachable { source: RemoteError::Failed(error), .. } => match &**error {
                FetchError::Connect { .. } => {
                    Some("behind a proxy, set HTTPS_PROXY; GOSUMDB and GOPROXY can name another way to it".to_owned())
                }
                other => other.hint(),
            },
            Self::Fork { .. } => Some(
                "install nothing, and tell security@golang.org: only the database's key can sign such a pair".to_owned(),
            ),
            Self::Mismatch { .. } => Some(
                "nothing of it was kept; take it from another place, for example from go.dev without GVR_MIRROR and GOPROXY"
                    .to_owned(),
            ),
            Self::Answer { .. } | Self::Head { .. } | Self::Number { .. } | Self::Tile { .. } | Self::Untied { .. } => {
                Some("does this network or GOPROXY stand between you and the database? GOSUMDB can name another way to it"
                    .to_owned())
            }
            Self::KeptHead { path, .. } => Some(format!("if the disk was damaged: rm {}", path.display())),
            Self::Name { .. } | Self::Unreachable { .. } | Self::Unlisted { .. } | Self::Storage { .. } => None,
        }
    }
}

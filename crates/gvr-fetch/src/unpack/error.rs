//! Why an archive was refused.

use std::io;
use std::path::PathBuf;

use gvr_core::Version;

/// Why an archive could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The first bytes are not those of gzip.
    #[error("it is not a gzip archive ({looks_like})")]
    NotGzip {
        /// What it seems to be instead.
        looks_like: &'static str,
    },
    /// It stops before its end.
    #[error("the archive ends too early")]
    Truncated,
    /// The compressed data are damaged, or their check sum or length is wrong.
    #[error("the archive's compressed data are damaged: {0}")]
    Gzip(String),
    /// Something follows after the compressed data.
    #[error("something follows after the archive's end")]
    TrailingData,
    /// It grows more than any real archive does.
    #[error("the archive grows {times} times over, more than any Go archive does")]
    Bomb {
        /// By how much it had grown when it was stopped.
        times: u64,
    },
    /// The tar inside is damaged.
    #[error("the tar inside the archive is damaged: {0}")]
    Tar(String),
    /// The zip of a module is damaged, or says what cannot be.
    #[error("the module's zip is refused: {0}")]
    Zip(String),
    /// An entry that no Go archive has.
    #[error("the archive's entry {name:?} is refused: {problem}")]
    Entry {
        /// Its name as far as it can be shown; control characters are escaped.
        name: String,
        /// What is wrong with it.
        problem: EntryProblem,
    },
    /// More entries than any real archive has.
    #[error("the archive has more than {limit} entries")]
    TooManyEntries {
        /// The most that is accepted.
        limit: u64,
    },
    /// More bytes than any real archive has.
    #[error("the archive unpacks to more than {limit} bytes")]
    TooLarge {
        /// The most that is accepted, in bytes.
        limit: u64,
    },
    /// It is the archive of another version, or of no Go at all.
    #[error("the archive's VERSION file says {found:?}, not {expected:?}")]
    OtherVersion {
        /// The release's name that it should say.
        expected: String,
        /// Its first line, or what is wrong with the file.
        found: String,
    },
    /// It has no `go` program that can be run.
    #[error("Go {version}'s archive has no program bin/go: {why}")]
    NoProgram {
        /// Which Go it should be.
        version: Version,
        /// What is in its place.
        why: &'static str,
    },
    /// This machine cannot write what is in it.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// This machine cannot run the threads that unpack.
    #[error("cannot unpack: {0}")]
    Threads(#[source] io::Error),
}

impl UnpackError {
    /// Whether this machine failed, and not the archive.
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Write { .. } | Self::Threads(_))
    }

    /// Whether what there was may have been the beginning of a good archive.
    pub(crate) fn is_early_end(&self) -> bool {
        matches!(self, Self::Truncated | Self::NotGzip { looks_like: Self::EMPTY })
    }

    /// How [`UnpackError::NotGzip`] puts that there is nothing.
    pub(super) const EMPTY: &'static str = "it is empty";
}

/// What is wrong with an entry of an archive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryProblem {
    /// A link, a device, a sparse file and the like.
    #[error("it is {0}; only files and folders are accepted")]
    Type(&'static str),
    /// A name that is empty, or not text.
    #[error("its name is empty or not text")]
    NotText,
    /// A name with a character that a Go archive never has.
    #[error("its name has the character {0:?}")]
    Character(char),
    /// An absolute name.
    #[error("its name is absolute")]
    Absolute,
    /// A name with an empty part, `.` or `..`.
    #[error("its name has the part {0:?}")]
    Part(String),
    /// A name that does not lie below `go/`.
    #[error("it does not lie below go/")]
    OutsideGo,
    /// A name, or a part of it, that is too long, or too deep.
    #[error("its name is too long or too deep")]
    TooLong,
    /// A name that gvr or macOS gives a meaning of its own.
    #[error("its name is reserved")]
    Reserved,
    /// A file that was there before.
    #[error("it occurs twice")]
    Twice,
    /// A name that differs from an earlier one in upper and lower case only.
    #[error("it differs from {0:?} only in upper and lower case")]
    Twin(String),
    /// A file where a folder is, or a folder where a file is.
    #[error("it is a file in one place and a folder in another")]
    FileAndFolder,
    /// An entry of a module's zip that no module has.
    #[error("{0}")]
    Zip(&'static str),
    /// An extended header that is damaged, contradicts itself or asks for something that is not accepted.
    #[error("its extended header is refused: {0}")]
    Header(String),
}

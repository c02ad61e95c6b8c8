//! The files in a repository that say which Go it wants. They are data: reading them runs nothing and fetches nothing.

mod go_mod;
mod go_version;
mod lines;
mod tool_versions;

use std::path::Path;

pub use go_mod::{Directive, Requirement};

use crate::files::{Files, ReadError, Walk};
use crate::{Request, RequestError};

/// A kind of file, in the order in which one folder's files are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinFile {
    /// `.go-version`: a pin.
    GoVersion,
    /// `.tool-versions` of asdf and mise: a pin where it has a line for Go.
    ToolVersions,
    /// `go.work`: a minimum.
    GoWork,
    /// `go.mod`: a minimum.
    GoMod,
}

impl PinFile {
    /// All kinds, in their order of precedence within one folder.
    pub const ORDER: [PinFile; 4] = [PinFile::GoVersion, PinFile::ToolVersions, PinFile::GoWork, PinFile::GoMod];

    /// The file's name.
    pub const fn name(self) -> &'static str {
        match self {
            PinFile::GoVersion => ".go-version",
            PinFile::ToolVersions => ".tool-versions",
            PinFile::GoWork => "go.work",
            PinFile::GoMod => "go.mod",
        }
    }

    /// Whether it states a minimum, as Go itself reads it, rather than a pin.
    pub const fn is_minimum(self) -> bool {
        matches!(self, PinFile::GoWork | PinFile::GoMod)
    }

    /// The largest file that is read, in bytes. A `go.mod` of a large repository has some thousand lines; a pin has one.
    const fn limit(self) -> u64 {
        match self {
            PinFile::GoVersion => 64 << 10,
            PinFile::ToolVersions => 1 << 20,
            PinFile::GoWork | PinFile::GoMod => 32 << 20,
        }
    }

    /// Reads and understands the file at `path`; `None` where there is none.
    pub fn read(self, files: &impl Files, path: &Path) -> Option<Result<Asks, PinError>> {
        self.understand(files.read(path, self.limit()))
    }

    /// The same for the file of this kind in the folder that a walk has come to.
    pub(crate) fn read_on(self, walk: &mut impl Walk) -> Option<Result<Asks, PinError>> {
        self.understand(walk.read(self.name(), self.limit()))
    }

    fn understand(self, content: Result<Vec<u8>, ReadError>) -> Option<Result<Asks, PinError>> {
        let content = match content {
            Ok(content) => content,
            Err(ReadError::Absent) => return None,
            Err(error) => return Some(Err(PinError::Unreadable(error))),
        };
        Some(self.parse(&content))
    }

    /// Understands what such a file says.
    pub fn parse(self, content: &[u8]) -> Result<Asks, PinError> {
        match self {
            PinFile::GoVersion => go_version::parse(content),
            PinFile::ToolVersions => tool_versions::parse(content),
            PinFile::GoWork | PinFile::GoMod => go_mod::parse(content),
        }
    }
}

/// What a file asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Exactly these; the first decides, the others only add commands that it lacks. Never empty.
    Pin(Vec<Pinned>),
    /// At least this.
    Minimum(Requirement),
    /// Nothing about Go, for the reason given.
    Nothing(&'static str),
}

/// One version that a pin names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// What was asked for.
    pub request: Request,
    /// Where: the line, counted from 1; also 1 where it was no file that asked.
    pub line: u32,
}

/// Why a file that is there says nothing that can be used.
#[derive(Debug)]
pub enum PinError {
    /// It cannot be read.
    Unreadable(ReadError),
    /// The text in this line (from 1) names no version.
    Invalid {
        /// The line, counted from 1.
        line: u32,
        /// What is wrong with it.
        error: RequestError,
    },
    /// This line (from 1) is not UTF-8 text.
    NotText {
        /// The line, counted from 1.
        line: u32,
    },
}

impl PinError {
    /// The line that is at fault, counted from 1, if a line is.
    pub const fn line(&self) -> Option<u32> {
        match self {
            PinError::Unreadable(_) => None,
            PinError::Invalid { line, .. } | PinError::NotText { line } => Some(*line),
        }
    }
}

impl std::fmt::Display for PinError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PinError::Unreadable(error) => write!(f, "cannot read it: {error}"),
            PinError::Invalid { error, .. } => error.fmt(f),
            PinError::NotText { .. } => f.write_str("it is not UTF-8 text"),
        }
    }
}

impl std::error::Error for PinError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            PinError::Unreadable(error) => Some(error),
            PinError::Invalid { error, .. } => Some(error),
            PinError::NotText { .. } => None,
        }
    }
}

//! The one door to the machine.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::facts::OpenFiles;

/// What the doctor asks of a machine. Nothing here waits for a pipe or terminal, or uses the network; what a session writes by
/// itself lies in a temporary folder that is gone when it has ended.
pub trait Host: Sync {
    /// The environment.
    fn environment(&self) -> Vec<(OsString, OsString)>;

    /// The folder that is worked in.
    fn folder(&self) -> Result<PathBuf, HostError>;

    /// The user's home folder.
    fn home(&self) -> Result<PathBuf, HostError>;

    /// The system, as Go names it: `darwin`, `linux`.
    fn system(&self) -> Result<&'static str, HostError>;

    /// The content of a regular file of at most `limit` bytes.
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, HostError>;

    /// A regular file, to read parts of it.
    fn open(&self, path: &Path) -> Result<Box<dyn ReadSeek>, HostError>;

    /// The names in a folder, of which at most `limit` are given, sorted.
    fn list(&self, folder: &Path, limit: usize) -> Result<Vec<OsString>, HostError>;

    /// What is at a path, links followed.
    fn stat(&self, path: &Path) -> Result<Stat, HostError>;

    /// The path without links.
    fn real_path(&self, path: &Path) -> Result<PathBuf, HostError>;

    /// Where a link leads, as it is written.
    fn link(&self, path: &Path) -> Result<PathBuf, HostError>;

    /// An extended attribute; `None` where the file has none of that name, or the file system knows none.
    fn attribute(&self, path: &Path, name: &str) -> Result<Option<Vec<u8>>, HostError>;

    /// The user's number.
    fn user(&self) -> Result<u32, HostError>;

    /// Whose the files in a folder are that do not belong to `user`: how many, the first of them, and whose they are. The walk
    /// follows no links and ends after some time, and then says so.
    fn foreign(&self, folder: &Path, user: u32) -> Result<Foreign, HostError>;

    /// The limit on open files.
    fn open_files(&self) -> Result<OpenFiles, HostError>;

    /// What the hardware is.
    fn hardware(&self) -> Result<gvr_core::HardwareFacts, HostError>;

    /// Runs a program with no input, and ends it with all that it started after the time-out.
    fn run(
        &self,
        program: &Path,
        arguments: &[&str],
        environment: &[(OsString, OsString)],
        time_out: Duration,
    ) -> Result<Ended, HostError>;

    /// Runs a program with no input and no terminal, in a session and a temporary folder of its own, and ends it with all that
    /// it started when it has ended, after the time-out, or as soon as `limits` say so. `prepare` is told the folder, which is
    /// removed afterwards.
    fn session(&self, prepare: &dyn Fn(&Path) -> Session, limits: &SessionLimits) -> Result<SessionEnd, HostError>;
}

/// How long a session may go on.
#[derive(Clone, Debug)]
pub struct SessionLimits {
    /// At most this long.
    pub time_out: Duration,
    /// And no longer than until somebody sets this.
    pub stop: Arc<AtomicBool>,
}

/// A program to run in a session of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Its whole environment.
    pub environment: Vec<(OsString, OsString)>,
    /// The folder that it works in.
    pub folder: PathBuf,
    /// What is to lie in the session's folder, by paths in it.
    pub entries: Vec<(PathBuf, Entry)>,
    /// The files there that are read when it has ended.
    pub wanted: Vec<&'static str>,
}

/// Something that a session finds in its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A folder.
    Folder,
    /// A file with this content.
    File(Vec<u8>),
    /// A link to this path.
    Link(PathBuf),
}

/// How a session ended, and what it left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    /// Its folder, which is gone.
    pub folder: PathBuf,
    /// Whether it was ended by the time-out.
    pub is_timed_out: bool,
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
    /// The wanted files that were there, each cut at [`MOST_OF_A_SESSION`] bytes.
    pub files: BTreeMap<&'static str, Vec<u8>>,
}

/// How much is read of a file that a session left, in bytes.
pub const MOST_OF_A_SESSION: u64 = 16 << 20;

/// A file that is open.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// A program that came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// What it printed, cut at a megabyte.
    pub output: Vec<u8>,
}

/// Files of other users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Foreign {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub first: Vec<PathBuf>,
    /// Whose the first one is.
    pub owner: Option<u32>,
    /// Why not all of the folder was seen; `None` where all was.
    pub cut_short: Option<String>,
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// Its permissions, without the bits for its kind.
    pub mode: u32,
    /// Its owner.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    /// The device it is on.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
}

/// What something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// Something else.
    Other,
}

/// Why the machine does not tell.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// Nothing is there.
    #[error("it does not exist")]
    Absent,
    /// It is no regular file.
    #[error("it is not a regular file")]
    NotAFile,
    /// It is too large.
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
    /// It took too long.
    #[error("it did not answer within {0:?}")]
    TimedOut(Duration),
    /// Somebody wanted it to end.
    #[error("it was stopped")]
    Stopped,
    /// The system refused.
    #[error("{0}")]
    Io(io::Error),
    /// This machine has nothing of that kind.
    #[error("{0}")]
    Unavailable(&'static str),
}

impl From<io::Error> for HostError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename => {
                HostError::Absent
            }
            _ => HostError::Io(error),
        }
    }
}

impl From<rustix::io::Errno> for HostError {
    fn from(error: rustix::io::Errno) -> Self {
        Self::from(io::Error::from(error))
    }
}

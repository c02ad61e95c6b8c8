//! The one door to the file system, so that every decision can be tested on files that exist only in a test.

mod disk_walk;
mod whereabouts;

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::{self, Read as _};
use std::os::fd::BorrowedFd;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

pub use self::disk_walk::DiskWalk;
pub use self::whereabouts::{WorkingFolder, this_program};
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;

/// What gvr asks of a file system. Nothing here writes.
pub trait Files {
    /// What [`Files::walk`] gives.
    type Walk<'a>: Walk
    where
        Self: 'a;

    /// The content of a regular file of at most `limit` bytes. Never waits for a pipe, a socket or a terminal.
    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError>;

    /// Begins a walk in this folder; `is_here` says that it is the process's working folder, and named by its path
    /// without links.
    fn walk<'a>(&'a self, start: &'a Path, is_here: bool) -> Self::Walk<'a>;

    /// The names in a folder, in no particular order; empty where there is no such folder.
    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>>;

    /// Whether this is a folder, links followed.
    fn is_folder(&self, path: &Path) -> bool;

    /// Which file this is, if it is a regular file that somebody may execute, links followed.
    fn program(&self, path: &Path) -> Option<FileId>;

    /// Whether this is a file that begins with these bytes.
    fn starts_with(&self, path: &Path, bytes: &[u8]) -> bool;

    /// Whether these are two copies of one file, or one file under two names.
    fn same_content(&self, left: &Path, right: &Path) -> bool;

    /// The path without links; `None` where nothing is there.
    fn canonical(&self, path: &Path) -> Option<PathBuf>;
}

/// A walk from a folder upwards, one folder at a time.
pub trait Walk {
    /// The content of the file of that name in the present folder; otherwise as [`Files::read`].
    fn read(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, ReadError>;

    /// Goes on to the folder above; stays in the topmost one.
    fn up(&mut self);
}

/// A file's identity: hard links of one file share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// The file with this inode on this device.
    pub const fn new(device: u64, inode: u64) -> Self {
        Self { device, inode }
    }
}

/// Why a file's content cannot be had.
#[derive(Debug)]
pub enum ReadError {
    /// There is none, or it lies in a folder that cannot be searched.
    Absent,
    /// It is something else than a regular file: this.
    NotAFile(&'static str),
    /// It is larger than the limit, in bytes.
    TooLarge(u64),
    /// The system refused.
    Io(io::Error),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Absent => f.write_str("it does not exist"),
            ReadError::NotAFile(kind) => write!(f, "it is {kind}, not a file"),
            ReadError::TooLarge(limit) => write!(f, "it is larger than {limit} bytes"),
            ReadError::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ReadError::Io(error) => Some(error),
            ReadError::Absent | ReadError::NotAFile(_) | ReadError::TooLarge(_) => None,
        }
    }
}

/// The machine's own file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Files for Disk {
    type Walk<'a> = DiskWalk<'a>;

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        read_at(CWD, path, limit)
    }

    fn walk<'a>(&'a self, start: &'a Path, is_here: bool) -> DiskWalk<'a> {
        DiskWalk::new(start, is_here)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        match fs::read_dir(folder) {
            Ok(entries) => entries.map(|entry| entry.map(|entry| entry.file_name())).collect(),
            Err(error) if is_absent(&error) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    fn is_folder(&self, path: &Path) -> bool {
        rustix::fs::stat(path).is_ok_and(|stat| kind(&stat).is_dir())
    }

    fn program(&self, path: &Path) -> Option<FileId> {
        let metadata = fs::metadata(path).ok()?;
        let is_program = metadata.is_file() && metadata.permissions().mode() & 0o111 != 0;
        is_program.then(|| FileId::new(metadata.dev(), metadata.ino()))
    }

    fn starts_with(&self, path: &Path, bytes: &[u8]) -> bool {
        let mut start = vec![0; bytes.len()];
        path.is_file()
            && fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
            && start == bytes
    }

    fn same_content(&self, left: &Path, right: &Path) -> bool {
        let size = |path: &Path| fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len());
        // Nearly always the sizes say it.
        size(left).is_some_and(|length| size(right) == Some(length))
            && fs::read(left).is_ok_and(|content| fs::read(right).is_ok_and(|other| other == content))
    }

    fn canonical(&self, path: &Path) -> Option<PathBuf> {
        fs::canonicalize(path).ok()
    }
}

/// Reads a file by a path from `base` on.
fn read_at(base: BorrowedFd<'_>, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let stat = look(base, path).map_err(absent_or_refused)?;
    read_found(base, path, &stat, limit)
}

/// What there is. Asked before it is opened: opening a pipe waits for a writer that may never come.
fn look(base: BorrowedFd<'_>, path: &Path) -> Result<Stat, Errno> {
    rustix::fs::statat(base, path, AtFlags::empty())
}

fn read_found(base: BorrowedFd<'_>, path: &Path, stat: &Stat, limit: u64) -> Result<Vec<u8>, ReadError> {
    if !kind(stat).is_file() {
        return Err(ReadError::NotAFile(kind_of(kind(stat))));
    }
    let length = u64::try_from(stat.st_size).unwrap_or(u64::MAX);
    if length > limit {
        return Err(ReadError::TooLarge(limit));
    }
    let expected = usize::try_from(length).map_err(|_| ReadError::TooLarge(limit))?;
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let file = rustix::fs::openat(base, path, flags, Mode::empty()).map_err(|error| ReadError::Io(error.into()))?;
    let mut file = fs::File::from(file);
    let mut content = vec![0; expected];
    let mut filled = 0;
    // The length that the system told saves the read that would find the end. Files of /proc say 0 and have content.
    while filled < expected {
        match file.read(&mut content[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ReadError::Io(error)),
        }
    }
    content.truncate(filled);
    if expected == 0 {
        file.take(limit + 1).read_to_end(&mut content).map_err(ReadError::Io)?;
    }
    if content.len() as u64 > limit { Err(ReadError::TooLarge(limit)) } else { Ok(content) }
}

fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

fn is_absent(error: &io::Error) -> bool {
    // A path that is too long to be asked for, in a very deep folder, cannot name a file either.
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename)
}

/// A folder that may not be searched hides whether the file is there; that must not keep `go` from running elsewhere.
fn absent_or_refused(error: Errno) -> ReadError {
    let error = io::Error::from(error);
    if is_absent(&error) || error.kind() == io::ErrorKind::PermissionDenied {
        ReadError::Absent
    } else {
        ReadError::Io(error)
    }
}

fn kind_of(kind: FileType) -> &'static str {
    match kind {
        FileType::Directory => "a folder",
        FileType::Fifo => "a named pipe",
        FileType::Socket => "a socket",
        _ => "a device",
    }
}

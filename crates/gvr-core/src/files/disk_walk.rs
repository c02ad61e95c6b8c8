//! A walk upwards on the machine's own file system.
//!
//! The kernel finds `../../go.mod` quicker than `/home/me/src/repo/go.mod`, and a walk asks for four files in each of
//! many folders. So where it begins in the working folder, and that is named by its path without links, the files are
//! asked for from there: each folder above is then just what `..` leads to.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;

use super::{ReadError, Walk, absent_or_refused, look, read_at, read_found};
use crate::paths;

/// What leads one folder up.
const UP: &str = "../";

/// After so many folders the walk goes on from a new place: every `..` on the way costs something, too.
const LEVELS: usize = 7;

/// The way and a name: enough for the longest, so that it never has to move.
const ROOM: usize = LEVELS * UP.len() + 16;

/// How such a place is opened: without a need for permission to list the folder, where the system can do that.
#[cfg(target_os = "linux")]
const PLACE: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
#[cfg(not(target_os = "linux"))]
const PLACE: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

/// A walk upwards from a folder.
#[derive(Debug)]
pub struct DiskWalk<'a> {
    /// The present folder.
    folder: &'a Path,
    /// Where the way begins; the working folder, if nowhere else.
    base: Option<OwnedFd>,
    /// From there to the present folder: `../../`. `None` where files are to be asked for by their whole paths.
    way: Option<String>,
}

impl<'a> DiskWalk<'a> {
    pub(super) fn new(start: &'a Path, is_here: bool) -> Self {
        Self { folder: start, base: None, way: is_here.then(|| String::with_capacity(ROOM)) }
    }

    fn base(&self) -> BorrowedFd<'_> {
        self.base.as_ref().map_or(CWD, |base| base.as_fd())
    }

    /// Asks by the whole path.
    fn read_by_path(&self, name: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        read_at(CWD, &paths::below(self.folder, &[name.as_ref()]), limit)
    }
}

impl Walk for DiskWalk<'_> {
    fn read(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        let Some(mut way) = self.way.take() else { return self.read_by_path(name, limit) };
        let length = way.len();
        way.push_str(name);
        let path = Path::new(&way);
        let content = match look(self.base(), path) {
            Ok(stat) => read_found(self.base(), path, &stat, limit),
            // A folder that may not be searched hides what lies above it from this way alone.
            Err(Errno::ACCESS) if length > 0 => self.read_by_path(name, limit),
            Err(error) => Err(absent_or_refused(error)),
        };
        way.truncate(length);
        self.way = Some(way);
        content
    }

    fn up(&mut self) {
        let Some(folder) = paths::above(self.folder) else { return };
        self.folder = folder;
        let Some(mut way) = self.way.take() else { return };
        way.push_str(UP);
        if way.len() == LEVELS * UP.len()
            && let Ok(base) = openat(self.base(), &way, PLACE, Mode::empty())
        {
            self.base = Some(base);
            way.clear();
        }
        self.way = Some(way);
    }
}

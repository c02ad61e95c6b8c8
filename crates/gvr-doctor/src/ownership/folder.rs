//! An open folder, which knows the way to it without having written it down.

use std::ffi::{CStr, OsStr};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::Errno;

use super::entries::{Buffer, Entries};

/// Each level holds an open folder; real caches have some twenty.
const DEEPEST: usize = 128;

/// Whether this is what the system says of something that was there a moment ago: caches live, and a walk takes a while. In a
/// folder's place there may be a file or a link by now; a server of files has a word of its own.
pub(super) fn has_vanished(error: Errno) -> bool {
    matches!(error, Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::STALE)
}

/// What matters of an entry.
pub(super) struct Entry {
    pub(super) owner: u32,
    pub(super) is_folder: bool,
    pub(super) device: u64,
}

pub(super) struct Folder {
    /// Which of the folders that were asked for it belongs to.
    pub(super) root: usize,
    /// The file system, by its number.
    pub(super) device: u64,
    entries: Entries,
    way: Way,
    depth: usize,
}

enum Way {
    Root(PathBuf),
    Below(Arc<Folder>, Box<CStr>),
}

const FLAGS: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

impl Folder {
    /// Opens a folder that was asked for, through links if it is one.
    pub(super) fn open_root(root: usize, path: &Path) -> Result<(Self, Entry), Errno> {
        let folder = openat(rustix::fs::CWD, path, FLAGS, Mode::empty())?;
        let entry = Entry::of(&fstat(&folder)?);
        let entries = Entries::new(folder)?;
        Ok((Self { root, device: entry.device, entries, way: Way::Root(path.to_owned()), depth: 0 }, entry))
    }

    /// Opens a folder in this one, unless it has become a link.
    pub(super) fn open(self: &Arc<Self>, name: &CStr) -> Result<Self, Errno> {
        if self.depth >= DEEPEST {
            return Err(Errno::NAMETOOLONG);
        }
        let folder = self.open_in(name)?;
        Ok(Self {
            root: self.root,
            device: self.device,
            entries: Entries::new(folder)?,
            way: Way::Below(Arc::clone(self), name.into()),
            depth: self.depth + 1,
        })
    }

    fn open_in(&self, name: &CStr) -> Result<OwnedFd, Errno> {
        openat(self.entries.folder(), name, FLAGS | OFlags::NOFOLLOW, Mode::empty())
    }

    /// Hands over some entries; says whether there may be more.
    pub(super) fn read(&self, buffer: &mut Buffer, mut each: impl FnMut(&CStr, Entry)) -> Result<bool, Errno> {
        let folder = self.entries.folder();
        self.entries.read(buffer, |name| {
            match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(stat) => each(name, Entry::of(&stat)),
                Err(error) if has_vanished(error) => {}
                Err(error) => return Err(error),
            }
            Ok(())
        })
    }

    pub(super) fn path(&self) -> PathBuf {
        match &self.way {
            Way::Root(path) => path.clone(),
            Way::Below(parent, name) => parent.path_of(name),
        }
    }

    pub(super) fn path_of(&self, name: &CStr) -> PathBuf {
        let mut path = self.path();
        path.push(OsStr::from_bytes(name.to_bytes()));
        path
    }
}

impl Entry {
    #[allow(clippy::unnecessary_cast, clippy::cast_sign_loss, reason = "devices and modes have other types on macOS")]
    fn of(stat: &Stat) -> Self {
        Self {
            owner: stat.st_uid,
            is_folder: FileType::from_raw_mode(stat.st_mode) == FileType::Directory,
            device: stat.st_dev as u64,
        }
    }
}

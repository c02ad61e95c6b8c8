//! Creates files and fills them, on threads of their own.

use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender};

use rustix::fs::{Mode, OFlags, fchmod, fstat, openat};
use rustix::io::Errno;

use super::UnpackError;
use super::batch::{Batch, New, ToWrite};
use super::observe::{Observer, Watch};

const PROGRAM: Mode = Mode::from_raw_mode(0o755);
const PLAIN: Mode = Mode::from_raw_mode(0o644);

/// How files are written.
pub(super) struct Writing {
    /// How many threads do it.
    pub(super) writers: usize,
    pub(super) observer: Option<Arc<dyn Observer>>,
    pub(super) files: Box<dyn Files>,
}

/// What writers ask of the operating system. Tests have disks that fail.
pub(super) trait Files: Send + Sync {
    /// Creates a file that is not there yet, in a folder that is open.
    fn create(&self, folder: &OwnedFd, name: &str, mode: Mode) -> Result<OwnedFd, Errno> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        openat(folder, name, flags, mode)
    }

    /// Adds some bytes to it; how many may be fewer than all.
    fn write(&self, file: &OwnedFd, content: &[u8]) -> Result<usize, Errno> {
        rustix::io::write(file, content)
    }
}

/// The files of this machine.
pub(super) struct Disk;

impl Files for Disk {}

/// What all writers of one archive have in common.
pub(super) struct Work<'a> {
    /// The folder that is being filled, for messages.
    pub(super) root: &'a Path,
    pub(super) observer: Option<&'a dyn Observer>,
    pub(super) files: &'a dyn Files,
    /// Whether all of it is in vain, because something has failed.
    pub(super) is_over: AtomicBool,
}

/// Writes all that comes from `batches`, and gives it back to `used`.
pub(super) fn run(work: &Work<'_>, batches: &Receiver<Batch>, used: &Sender<Batch>) -> Result<(), UnpackError> {
    let mut writer = Writer { work, modes: Modes::default(), open: None };
    for batch in batches {
        for piece in batch.pieces() {
            if work.is_over.load(Ordering::Relaxed) {
                return Ok(());
            }
            writer.write(&piece).inspect_err(|_| work.is_over.store(true, Ordering::Relaxed))?;
        }
        // The reader makes a new one if none comes back.
        let _ = used.send(batch);
    }
    Ok(())
}

struct Writer<'a> {
    work: &'a Work<'a>,
    modes: Modes,
    open: Option<Open>,
}

/// A file of which more is to come.
struct Open {
    file: OwnedFd,
    path: String,
    watch: Option<Box<dyn Watch>>,
}

impl Writer<'_> {
    fn write(&mut self, piece: &ToWrite<'_>) -> Result<(), UnpackError> {
        if let Some(new) = &piece.new {
            let file = self.modes.create(self.work.files, new).map_err(|error| self.failed(new.path, error))?;
            let watch = self.work.observer.and_then(|observer| observer.begin(new.path, new.is_program));
            self.open = Some(Open { file, path: new.path.to_owned(), watch });
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        if let Some(watch) = &mut open.watch {
            watch.content(piece.content);
        }
        if let Err(error) = write_all(self.work.files, &open.file, piece.content) {
            let path = open.path.clone();
            return Err(self.failed(&path, error));
        }
        if piece.is_last
            && let Some(watch) = self.open.take().and_then(|open| open.watch)
        {
            watch.end();
        }
        Ok(())
    }

    fn failed(&self, path: &str, error: Errno) -> UnpackError {
        UnpackError::Write { path: self.work.root.join(path), source: error.into() }
    }
}

fn write_all(files: &dyn Files, file: &OwnedFd, mut content: &[u8]) -> Result<(), Errno> {
    while !content.is_empty() {
        match files.write(file, content) {
            // Where nothing can be added and nothing is said, no further attempt adds more.
            Ok(0) => return Err(Errno::IO),
            Ok(count) => content = content.get(count..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What the modes of new files turn out to be.
///
/// The umask, or the folder's default access list, has its say when a file is created; but an installed Go is the same
/// whoever installs it. Both are the same for all files of the tree, so one look at the first of each kind says whether
/// all of them have to be mended.
#[derive(Default)]
struct Modes {
    mends_programs: Option<bool>,
    mends_plain: Option<bool>,
}

impl Modes {
    fn create(&mut self, files: &dyn Files, new: &New<'_>) -> Result<OwnedFd, Errno> {
        let (mode, mends) =
            if new.is_program { (PROGRAM, &mut self.mends_programs) } else { (PLAIN, &mut self.mends_plain) };
        let name = new.path.rsplit_once('/').map_or(new.path, |(_, name)| name);
        let file = files.create(new.folder, name, mode)?;
        let must_mend = match *mends {
            Some(known) => known,
            None => *mends.insert(Mode::from_raw_mode(fstat(file.as_fd())?.st_mode) != mode),
        };
        if must_mend {
            fchmod(&file, mode)?;
        }
        Ok(file)
    }
}

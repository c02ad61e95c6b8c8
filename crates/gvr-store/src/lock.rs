//! Locks between processes: files under `locks` that are locked and never removed.
//!
//! The kernel frees a lock when its holder ends in whatever way, so there is nothing to clean up and no time limit after
//! which a lock would count as abandoned. A file names its holder for those who wait; nothing depends on what it says.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

/// Between two attempts: short at first, as most locks are held for milliseconds, then longer, as some are for minutes.
const SHORTEST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(200);

/// Is told what a lock makes one wait for.
pub trait Waiting {
    /// Another process holds the lock `file`, and now one waits for it. Called once for a lock.
    fn waits(&self, file: &Path, holder: &Holder);

    /// The file system knows no locks (some network ones do not): the operation goes on without `file`. Two that run at
    /// once may then do the same work twice, and one of them may fail, but neither can harm what is installed.
    fn locks_unsupported(&self, file: &Path, error: &io::Error);
}

/// Keeps it to itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct SayNothing;

impl Waiting for SayNothing {
    fn waits(&self, _: &Path, _: &Holder) {}
    fn locks_unsupported(&self, _: &Path, _: &io::Error) {}
}

/// Who holds a lock, as far as its file tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holder {
    /// The process, unless there are several or none has written its id down yet.
    pub pid: Option<u32>,
    /// When it got the lock, by the file system's clock.
    pub since: Option<SystemTime>,
}

/// A lock was not to be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The file to lock could not be opened.
    #[error("cannot open the lock {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The system refused to lock it.
    #[error("cannot lock {}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Somebody else held it all the time.
    #[error("waited {} s for {holder}, which holds the lock {}", waited.as_secs(), path.display())]
    TimedOut {
        /// The file.
        path: PathBuf,
        /// Who holds it.
        holder: Holder,
        /// How long one waited.
        waited: Duration,
    },
}

impl LockError {
    /// What can be done about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::TimedOut { holder: Holder { pid: Some(pid), .. }, .. } => {
                Some(format!("see what it does: ps -p {pid}; end it if it hangs: kill {pid}"))
            }
            _ => None,
        }
    }
}

impl Holder {
    /// How long it has held the lock; `None` if that is not known, or lies in the future of `now`.
    pub fn held_for(&self, now: SystemTime) -> Option<Duration> {
        now.duration_since(self.since?).ok()
    }

    fn read(file: &File) -> Self {
        let mut text = [0; PID_LINE];
        let length = file.read_at(&mut text, 0).unwrap_or(0);
        let pid = str::from_utf8(&text[..length]).ok().and_then(|text| text.trim().parse().ok());
        let since = pid.and_then(|_| file.metadata().ok()?.modified().ok());
        Self { pid, since }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pid {
            Some(pid) => write!(f, "process {pid}"),
            None => f.write_str("another process"),
        }
    }
}

/// Always as long as this, so that one write replaces another's id completely.
const PID_LINE: usize = 11;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Shared,
    Exclusive,
}

/// A lock for as long as the value lives.
#[derive(Debug)]
pub(crate) struct Lock {
    /// `None` where the file system knows no locks.
    file: Option<File>,
    kind: Kind,
}

impl Lock {
    /// Whether others are really kept out.
    pub(crate) fn is_held(&self) -> bool {
        self.file.is_some()
    }

    fn new(file: File, kind: Kind) -> Self {
        // What is written helps those who wait. A full disk must not keep anybody from removing a toolchain.
        let _ = match kind {
            Kind::Exclusive => {
                let line = format!("{:<width$}\n", std::process::id(), width = PID_LINE - 1);
                file.write_all_at(line.as_bytes(), 0)
            }
            Kind::Shared => clear(&file),
        };
        Self { file: Some(file), kind }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let (Some(file), Kind::Exclusive) = (&self.file, self.kind) {
            let _ = clear(file);
        }
    }
}

/// Forgets an earlier holder, who may have been killed, lest somebody waits for a process that is no more.
fn clear(file: &File) -> io::Result<()> {
    if file.metadata()?.len() == 0 { Ok(()) } else { file.set_len(0) }
}

/// Takes the lock `path`, waiting up to `limit` for it.
pub(crate) fn acquire(path: &Path, kind: Kind, limit: Duration, waiting: &dyn Waiting) -> Result<Lock, LockError> {
    let started = Instant::now();
    let mut pause = SHORTEST_PAUSE;
    let mut told = false;
    loop {
        let file = open(path).map_err(|source| LockError::Open { path: path.to_owned(), source })?;
        match attempt(&file, path, kind) {
            Attempt::Taken => return Ok(Lock::new(file, kind)),
            Attempt::Replaced => continue,
            Attempt::Busy => {}
            Attempt::Unsupported(error) => {
                waiting.locks_unsupported(path, &error);
                return Ok(Lock { file: None, kind });
            }
            Attempt::Refused(source) => return Err(LockError::Refused { path: path.to_owned(), source }),
        }
        let holder = Holder::read(&file);
        if !told {
            waiting.waits(path, &holder);
            told = true;
        }
        let waited = started.elapsed();
        if waited >= limit {
            return Err(LockError::TimedOut { path: path.to_owned(), holder, waited });
        }
        thread::sleep(pause.min(limit.saturating_sub(waited)));
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// How one attempt to lock a file went.
#[derive(Debug)]
pub(crate) enum Attempt {
    Taken,
    /// Locked, but meanwhile the file has been removed or another one has its name, so the lock excludes nobody.
    Replaced,
    Busy,
    Unsupported(io::Error),
    Refused(io::Error),
}

/// Opens a file to lock, creating it. Never through a link: that could be used to create files elsewhere.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    open_with(path, OFlags::CREATE)
}

/// Opens a file to lock that somebody else has made.
pub(crate) fn open_existing(path: &Path) -> io::Result<File> {
    open_with(path, OFlags::empty())
}

fn open_with(path: &Path, flags: OFlags) -> io::Result<File> {
    let flags = flags | OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    Ok(rustix::fs::open(path, flags, Mode::from_raw_mode(0o644))?.into())
}

/// Tries to lock `file`, which was opened as `path`, without waiting.
pub(crate) fn attempt(file: &File, path: &Path, kind: Kind) -> Attempt {
    let result = match kind {
        Kind::Shared => file.try_lock_shared(),
        Kind::Exclusive => file.try_lock(),
    };
    match result {
        Ok(()) if is_named(file, path) => Attempt::Taken,
        Ok(()) => Attempt::Replaced,
        Err(TryLockError::WouldBlock) => Attempt::Busy,
        Err(TryLockError::Error(error)) if is_unsupported(&error) => Attempt::Unsupported(error),
        Err(TryLockError::Error(error)) => Attempt::Refused(error),
    }
}

fn is_named(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(held), Ok(named)) => (held.dev(), held.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// What file systems without locks answer (NFS without its lock service: ENOLCK).
fn is_unsupported(error: &io::Error) -> bool {
    let answers = [Errno::NOLCK, Errno::NOTSUP, Errno::OPNOTSUPP, Errno::NOSYS];
    Errno::from_io_error(error).is_some_and(|errno| answers.contains(&errno))
        || error.kind() == io::ErrorKind::Unsupported
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::os::unix::fs::symlink;

    use super::*;

    /// Writes down what it is told.
    #[derive(Default)]
    struct Notes(RefCell<Vec<Holder>>);

    impl Waiting for Notes {
        fn waits(&self, _: &Path, holder: &Holder) {
            self.0.borrow_mut().push(*holder);
        }
        fn locks_unsupported(&self, _: &Path, _: &io::Error) {}
    }

    fn take(path: &Path, kind: Kind) -> Result<Lock, LockError> {
        acquire(path, kind, Duration::ZERO, &SayNothing)
    }

    #[test]
    fn names_the_holder_to_who_waits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.22.5");
        let held = take(&path, Kind::Exclusive).unwrap();
        let notes = Notes::default();
        let error = acquire(&path, Kind::Exclusive, Duration::from_millis(20), &notes).unwrap_err();
        let holder = match &error {
            LockError::TimedOut { holder, .. } => *holder,
            other => panic!("{other}"),
        };
        assert_eq!(holder.pid, Some(std::process::id()));
        assert!(holder.held_for(holder.since.unwrap() + Duration::from_secs(3)) == Some(Duration::from_secs(3)));
        assert_eq!(*notes.0.borrow(), [holder], "told once, although there were several attempts");
        assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
        assert!(error.to_string().contains("1.22.5"), "{error}");
        drop(held);
        take(&path, Kind::Exclusive).unwrap();
        assert!(path.exists());
    }

    #[test]
    fn shared_locks_keep_out_exclusive_ones_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        // As a killed process leaves it.
        fs::write(&path, "4194305   \n").unwrap();
        let _first = take(&path, Kind::Shared).unwrap();
        let _second = take(&path, Kind::Shared).unwrap();
        match take(&path, Kind::Exclusive) {
            Err(LockError::TimedOut { holder, .. }) => assert_eq!(holder, Holder::default()),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_longer_id_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.22.5");
        fs::write(&path, "4294967295\n").unwrap();
        let _lock = take(&path, Kind::Exclusive).unwrap();
        assert_eq!(Holder::read(&File::open(&path).unwrap()).pid, Some(std::process::id()));
        assert_eq!(fs::metadata(&path).unwrap().len(), PID_LINE as u64);
    }

    #[test]
    fn a_lock_on_a_removed_file_does_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.22.5");
        let file = open(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(matches!(attempt(&file, &path, Kind::Exclusive), Attempt::Replaced));
        let _other = take(&path, Kind::Exclusive).unwrap();
        assert!(matches!(attempt(&file, &path, Kind::Exclusive), Attempt::Replaced));
    }

    #[test]
    fn does_not_create_through_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.22.5");
        symlink(folder.path().join("elsewhere"), &path).unwrap();
        assert!(matches!(take(&path, Kind::Exclusive), Err(LockError::Open { .. })));
        assert!(!folder.path().join("elsewhere").exists());
    }

    #[test]
    fn knows_file_systems_without_locks() {
        for errno in [Errno::NOLCK, Errno::NOTSUP, Errno::OPNOTSUPP, Errno::NOSYS] {
            assert!(is_unsupported(&errno.into()));
        }
        assert!(!is_unsupported(&Errno::IO.into()));
        assert!(!is_unsupported(&Errno::ACCESS.into()));
    }
}

//! Disks that fail in the middle of an archive.

use std::fs;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::fs::Mode;
use rustix::io::Errno;

use super::tests::{VERSION, archive, feed_all, many, unpacked};
use super::*;
use crate::unpack::write::Files;

/// How often each call was made.
#[derive(Default)]
struct Calls {
    creations: AtomicUsize,
    writes: AtomicUsize,
}

/// A disk on which one call goes wrong, and all after it too.
struct Failing {
    calls: Arc<Calls>,
    create: Option<(usize, Errno)>,
    write: Option<(usize, Errno)>,
}

fn count(counter: &AtomicUsize, fault: Option<(usize, Errno)>) -> Result<(), Errno> {
    let number = counter.fetch_add(1, Ordering::SeqCst);
    match fault {
        Some((first, error)) if number >= first => Err(error),
        _ => Ok(()),
    }
}

impl Files for Failing {
    fn create(&self, folder: &OwnedFd, name: &str, mode: Mode) -> Result<OwnedFd, Errno> {
        count(&self.calls.creations, self.create)?;
        Disk.create(folder, name, mode)
    }

    fn write(&self, file: &OwnedFd, content: &[u8]) -> Result<usize, Errno> {
        count(&self.calls.writes, self.write)?;
        Disk.write(file, content)
    }
}

fn start(folder: &Path, writers: usize, files: impl Files + 'static) -> Unpacker {
    Unpacker::start_with(folder, VERSION, Writing { writers, observer: None, files: Box::new(files) }).unwrap()
}

#[test]
fn a_disk_that_fails_anywhere_ends_it_and_is_named() {
    let bytes = archive(&many());
    let calls = Arc::new(Calls::default());
    let whole = tempfile::tempdir().unwrap();
    let fault_free = Failing { calls: Arc::clone(&calls), create: None, write: None };
    feed_all(start(whole.path(), 2, fault_free), &bytes, &AtomicUsize::new(0)).unwrap();
    let counted = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
    let (creations, writes) = (counted(&calls.creations), counted(&calls.writes));
    assert!(creations > 100 && writes > 100, "{creations} {writes}");

    let errors = [Errno::NOSPC, Errno::DQUOT, Errno::IO, Errno::ROFS, Errno::MFILE, Errno::FBIG];
    for (turn, error) in errors.into_iter().enumerate() {
        for part in 0..6 {
            let writers = 1 + (turn + part) % 3;
            for (create, write) in
                [(Some((creations * part / 6, error)), None), (None, Some((writes * part / 6, error)))]
            {
                let folder = tempfile::tempdir().unwrap();
                let files = Failing { calls: Arc::default(), create, write };
                let outcome = feed_all(start(folder.path(), writers, files), &bytes, &AtomicUsize::new(0));
                let Err(UnpackError::Write { path, source }) = outcome else { panic!("{error}: {outcome:?}") };
                assert_eq!(source.raw_os_error(), Some(error.raw_os_error()));
                assert!(path.starts_with(folder.path()) && path != folder.path(), "{}", path.display());
                // Nobody writes any more: what is there goes at once, and stays gone.
                let path = folder.path().to_owned();
                folder.close().unwrap();
                assert!(!path.exists());
            }
        }
    }
}

#[test]
fn a_fault_at_the_last_call_is_not_overlooked() {
    let bytes = archive(&[]);
    for (create, write) in [(Some((1, Errno::NOSPC)), None), (None, Some((1, Errno::IO)))] {
        let folder = tempfile::tempdir().unwrap();
        let files = Failing { calls: Arc::default(), create, write };
        let mut unpacker = start(folder.path(), 1, files);
        // All is taken in before anything fails, and it must not count as done.
        let outcome = unpacker.feed(&bytes).and_then(|()| unpacker.finish());
        assert!(outcome.as_ref().is_err_and(UnpackError::is_local), "{outcome:?}");
    }
}

/// A disk that takes little at a time, after being asked twice.
#[derive(Default)]
struct Reluctant(AtomicUsize);

impl Files for Reluctant {
    fn write(&self, file: &OwnedFd, content: &[u8]) -> Result<usize, Errno> {
        if self.0.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) {
            return Err(Errno::INTR);
        }
        Disk.write(file, &content[..content.len().min(100_000)])
    }
}

#[test]
fn interrupted_and_short_writes_lose_nothing() {
    let files = many();
    let folder = tempfile::tempdir().unwrap();
    feed_all(start(folder.path(), 2, Reluctant::default()), &archive(&files), &AtomicUsize::new(0)).unwrap();
    let unpacked = unpacked(folder.path());
    assert!(files.iter().all(|(name, content)| unpacked.get(name) == Some(content)));
}

/// A disk that takes nothing and says nothing.
struct Deaf;

impl Files for Deaf {
    fn write(&self, _file: &OwnedFd, _content: &[u8]) -> Result<usize, Errno> {
        Ok(0)
    }
}

#[test]
fn a_disk_that_takes_nothing_is_not_asked_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let error = feed_all(start(folder.path(), 2, Deaf), &archive(&[]), &AtomicUsize::new(0)).unwrap_err();
    assert!(error.is_local(), "{error}");
    assert_eq!(fs::read(folder.path().join("VERSION")).unwrap(), b"");
}

//! An unfinished download in the cache: `<sha256>.part`, and beside it what is needed to go on with it.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek as _, SeekFrom};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::thread;

use serde::{Deserialize, Serialize};
use tempfile::{NamedTempFile, TempPath};

use super::range::Validator;
use crate::Sha256;

/// The number of the form of [`Record`]. Another one makes it count as absent.
const SCHEMA: u32 = 1;
/// How much is gathered before it is written.
const BUFFER: usize = 256 << 10;
/// How often to open the file again if another process removed it in between.
const MOST_OPENINGS: usize = 10;

/// From where an unfinished download is, and how to recognise the file there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    schema: u32,
    /// The URL that was asked, without a password.
    pub(super) url: String,
    pub(super) validator: Validator,
    /// How long the whole file is, if the server said so.
    pub(super) total: Option<u64>,
}

impl Record {
    pub(super) fn new(url: String, validator: Validator, total: Option<u64>) -> Self {
        Self { schema: SCHEMA, url, validator, total }
    }
}

/// An unfinished download. This process holds its lock, or it is a private file that nobody else knows.
pub(super) struct Part {
    file: File,
    pending: Vec<u8>,
    /// How many bytes are in the file.
    written: u64,
    record: Option<Record>,
    place: Place,
}

enum Place {
    /// The one that the next process finds too.
    Shared { path: PathBuf, record_path: PathBuf },
    /// Another process is at it, or locks do not work here.
    Private(TempPath),
}

impl Part {
    /// Opens the unfinished download of an archive, or begins one. `None` where the cache cannot be written: then a download
    /// is simply not resumable.
    pub(super) fn open(cache: &Path, sha256: Sha256) -> Option<Self> {
        fs::create_dir_all(cache).ok()?;
        Self::shared(cache, sha256).or_else(|| Self::private(cache, sha256))
    }

    fn shared(cache: &Path, sha256: Sha256) -> Option<Self> {
        let path = cache.join(format!("{sha256}.part"));
        let record_path = cache.join(format!("{sha256}.part.json"));
        for _ in 0..MOST_OPENINGS {
            // Never wait for a pipe that someone put there.
            let no_wait = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
            let mut options = File::options();
            options.read(true).write(true).create(true).truncate(false).custom_flags(no_wait);
            let file = options.open(&path).ok()?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return None,
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(TryLockError::Error(_)) => {
                    // There are no locks here. What was just made would be of no use to anybody.
                    if file.metadata().is_ok_and(|about| about.len() == 0) {
                        let _ = fs::remove_file(&path);
                    }
                    return None;
                }
            }
            let about = file.metadata().ok().filter(fs::Metadata::is_file)?;
            // Its former owner may have finished, and renamed or removed it, between opening and locking.
            let still_there = fs::symlink_metadata(&path).ok();
            if still_there.is_some_and(|now| (now.dev(), now.ino()) == (about.dev(), about.ino())) {
                let record = read_record(&record_path);
                let place = Place::Shared { path, record_path };
                return Some(Self { file, pending: Vec::new(), written: about.len(), record, place });
            }
        }
        None
    }

    fn private(cache: &Path, sha256: Sha256) -> Option<Self> {
        let named = tempfile::Builder::new().prefix(&format!("{sha256}.")).suffix(".part").tempfile_in(cache).ok()?;
        let (file, path) = NamedTempFile::into_parts(named);
        Some(Self { file, pending: Vec::new(), written: 0, record: None, place: Place::Private(path) })
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> u64 {
        self.written + self.pending.len() as u64
    }

    /// What is known of them; without it they are of no use.
    pub(super) fn record(&self) -> Option<&Record> {
        self.record.as_ref()
    }

    /// Begins anew, with a file that `record` describes.
    pub(super) fn restart(&mut self, record: Option<Record>) -> io::Result<()> {
        self.pending.clear();
        self.record = None;
        if let Place::Shared { record_path, .. } = &self.place {
            remove_if_there(record_path)?;
        }
        self.file.set_len(0)?;
        self.written = 0;
        if let (Place::Shared { record_path, .. }, Some(record)) = (&self.place, &record) {
            fs::write(record_path, serde_json::to_vec(record)?)?;
        }
        self.record = record;
        Ok(())
    }

    /// Reads what is there from the beginning.
    pub(super) fn reader(&mut self) -> io::Result<impl Read + '_> {
        self.flush()?;
        self.file.seek(SeekFrom::Start(0))?;
        Ok((&self.file).take(self.written))
    }

    /// Adds to what is there, as long as that works: a full cache does not stop a download.
    pub(super) fn keep_adding(part: &mut Option<Self>, data: &[u8]) {
        if part.as_mut().is_some_and(|open| open.append(data).is_err()) {
            part.take().into_iter().for_each(Self::remove);
        }
    }

    fn append(&mut self, data: &[u8]) -> io::Result<()> {
        if self.pending.is_empty() && data.len() >= BUFFER / 4 {
            // Enough to be worth a call by itself.
            self.file.write_all_at(data, self.written)?;
            self.written += data.len() as u64;
            return Ok(());
        }
        self.pending.extend_from_slice(data);
        if self.pending.len() >= BUFFER { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.file.write_all_at(&self.pending, self.written)?;
        self.written += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }

    /// It is complete and verified: keeps it as `path`.
    pub(super) fn keep(mut self, path: &Path) -> io::Result<()> {
        self.flush()?;
        self.forget_record();
        match &mut self.place {
            Place::Shared { path: own, .. } => fs::rename(own, path),
            Place::Private(own) => fs::rename(&*own, path),
        }
    }

    /// It is of no more use.
    pub(super) fn remove(mut self) {
        self.pending.clear();
        self.written = 0;
        self.forget_record();
        if let Place::Shared { path, .. } = &self.place {
            let _ = fs::remove_file(path);
        }
        // When the names are gone, what the file takes is given back by whoever closes it last. That takes a while, which
        // nobody needs to wait for.
        let last = self.file.try_clone();
        drop(self);
        if let Ok(file) = last {
            // Where no thread can be had, it is closed here.
            let _ = thread::Builder::new().name("gvr-remove".to_owned()).spawn(move || drop(file));
        }
    }

    /// Without a record the next process does not take up what is there.
    fn forget_record(&mut self) {
        self.record = None;
        if let Place::Shared { record_path, .. } = &self.place {
            let _ = fs::remove_file(record_path);
        }
    }
}

impl Drop for Part {
    /// What has arrived is kept for the next attempt, if that can make use of it.
    fn drop(&mut self) {
        let _ = self.flush();
        if let (Place::Shared { path, .. }, None) = (&self.place, &self.record) {
            let is_own = fs::symlink_metadata(path)
                .and_then(|there| self.file.metadata().map(|own| there.ino() == own.ino()))
                .unwrap_or(false);
            if is_own {
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn read_record(path: &Path) -> Option<Record> {
    let mut text = Vec::new();
    File::open(path).ok()?.take(BUFFER as u64).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok().filter(|record: &Record| record.schema == SCHEMA)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        Record::new("http://127.0.0.1/x".to_owned(), Validator::Etag("\"1\"".to_owned()), Some(10))
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn is_taken_up_again() {
        let folder = tempfile::tempdir().unwrap();
        let sha256 = Sha256::of(b"x");
        let mut part = Part::open(folder.path(), sha256).unwrap();
        part.restart(Some(record())).unwrap();
        part.append(b"01234").unwrap();
        drop(part);
        let mut part = Part::open(folder.path(), sha256).unwrap();
        assert_eq!((part.len(), part.record()), (5, Some(&record())));
        let mut text = String::new();
        part.reader().unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "01234");
        part.append(b"56").unwrap();
        part.keep(&folder.path().join("kept")).unwrap();
        assert_eq!(fs::read(folder.path().join("kept")).unwrap(), b"0123456");
        assert_eq!(names(folder.path()), ["kept"]);
    }

    #[test]
    fn a_second_one_is_private_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let sha256 = Sha256::of(b"x");
        let mut first = Part::open(folder.path(), sha256).unwrap();
        first.restart(Some(record())).unwrap();
        let mut second = Part::open(folder.path(), sha256).unwrap();
        assert_eq!((second.len(), second.record()), (0, None));
        second.restart(Some(record())).unwrap();
        second.append(b"private").unwrap();
        drop(second);
        first.append(b"shared").unwrap();
        drop(first);
        assert_eq!(fs::read(folder.path().join(format!("{sha256}.part"))).unwrap(), b"shared");
        assert_eq!(names(folder.path()).len(), 2);
    }

    #[test]
    fn what_cannot_be_taken_up_is_not_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let sha256 = Sha256::of(b"x");
        let mut part = Part::open(folder.path(), sha256).unwrap();
        part.restart(None).unwrap();
        part.append(b"something").unwrap();
        drop(part);
        assert!(names(folder.path()).is_empty());
        let file = folder.path().join("file");
        fs::write(&file, b"").unwrap();
        assert!(Part::open(&file, sha256).is_none(), "the cache cannot be made");
    }
}

//! What outlives a run: the newest state of the log, pieces of its tree, and evidence against it.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::{Tile, TreeHead};

/// The most that is read of a kept head.
const LARGEST_HEAD: u64 = 1 << 20;

/// Where a client keeps what it must not forget, and what it need not ask for again.
pub trait Storage: Sync {
    /// Where the newest head is, as messages name it.
    fn head_path(&self) -> PathBuf;
    /// The signed head that was kept, if one was.
    fn head(&self) -> io::Result<Option<Vec<u8>>>;
    /// Keeps a signed head of `size` records, unless a larger one was kept meanwhile.
    fn keep_head(&self, note: &[u8], size: u64) -> io::Result<()>;
    /// A tile that was kept. It is not believed.
    fn tile(&self, tile: Tile) -> Option<Vec<u8>>;
    /// Keeps a tile, if that is possible.
    fn keep_tile(&self, tile: Tile, data: &[u8]);
    /// Forgets a tile.
    fn forget_tile(&self, tile: Tile);
    /// Keeps the proof of a fork for ever, and says where.
    fn keep_evidence(&self, text: &str) -> io::Result<PathBuf>;
}

/// A folder of one database's.
#[derive(Clone, Debug)]
pub struct FolderStorage {
    folder: PathBuf,
}

impl FolderStorage {
    /// Keeps things in `folder`, which is made when there is something to keep.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn tile_path(&self, tile: Tile) -> PathBuf {
        self.folder.join(tile.to_string())
    }
}

impl Storage for FolderStorage {
    fn head_path(&self) -> PathBuf {
        self.folder.join("latest")
    }

    fn head(&self) -> io::Result<Option<Vec<u8>>> {
        read_if_there(&self.head_path())
    }

    fn keep_head(&self, note: &[u8], size: u64) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let lock = File::options().create(true).truncate(false).write(true).open(self.folder.join("lock"))?;
        // Where a file system has no locks, two gvr at once may keep the smaller of two good heads.
        let _ = lock.lock();
        if kept_size(&self.head_path()).is_some_and(|kept| kept >= size) {
            return Ok(());
        }
        replace(&self.head_path(), note)
    }

    fn tile(&self, tile: Tile) -> Option<Vec<u8>> {
        let data = fs::read(self.tile_path(tile)).ok()?;
        (data.len() == tile.length()).then_some(data)
    }

    fn keep_tile(&self, tile: Tile, data: &[u8]) {
        let path = self.tile_path(tile);
        let kept = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| replace(&path, data));
        // It will be asked for again.
        drop(kept);
    }

    fn forget_tile(&self, tile: Tile) {
        let _ = fs::remove_file(self.tile_path(tile));
    }

    fn keep_evidence(&self, text: &str) -> io::Result<PathBuf> {
        fs::create_dir_all(&self.folder)?;
        for number in 1.. {
            let path = self.folder.join(format!("fork-{number}.txt"));
            match File::options().write(true).create_new(true).open(&path) {
                Ok(mut file) => {
                    file.write_all(text.as_bytes())?;
                    file.sync_all()?;
                    return Ok(path);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    // The same again needs no second file.
                    if fs::read_to_string(&path).is_ok_and(|kept| kept == text) {
                        return Ok(path);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }
}

fn read_if_there(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let mut data = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(LARGEST_HEAD).read_to_end(&mut data).map(|_| Some(data)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The size that a kept head states; whether it is signed does not matter for which is the larger.
fn kept_size(path: &Path) -> Option<u64> {
    let note = read_if_there(path).ok()??;
    let text = std::str::from_utf8(&note).ok()?;
    TreeHead::parse(text).ok().map(|head| head.size)
}

/// Puts a whole new file in the place of an old one.
fn replace(path: &Path, data: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
    file.write_all(data)?;
    file.as_file().sync_data()?;
    file.persist(path).map_err(|error| error.error).map(|_| ())
}

#[cfg(test)]
mod tests {
    use gvr_testkit::FakeLog;

    use super::*;

    #[test]
    fn keeps_the_largest_head() {
        let folder = tempfile::tempdir().unwrap();
        let storage = FolderStorage::new(folder.path().join("a/b"));
        let log = FakeLog::of_numbers("example.test", 9);
        assert_eq!(storage.head().unwrap(), None);
        for (size, expected) in [(5, 5), (3, 5), (9, 9), (5, 9)] {
            storage.keep_head(log.signed_head(size).as_bytes(), size).unwrap();
            assert_eq!(storage.head().unwrap(), Some(log.signed_head(expected).into_bytes()));
        }
    }

    #[test]
    fn has_tiles_of_the_right_length_only() {
        let folder = tempfile::tempdir().unwrap();
        let storage = FolderStorage::new(folder.path());
        let tile = Tile { level: 0, index: 1234, width: 2 };
        assert_eq!(storage.tile(tile), None);
        storage.keep_tile(tile, &[7; 64]);
        assert_eq!(storage.tile(tile), Some(vec![7; 64]));
        assert!(folder.path().join("tile/8/0/x001/234.p/2").is_file());
        storage.keep_tile(tile, &[7; 63]);
        assert_eq!(storage.tile(tile), None);
        storage.forget_tile(tile);
        assert!(!folder.path().join("tile/8/0/x001/234.p/2").exists());
    }

    #[test]
    fn evidence_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let storage = FolderStorage::new(folder.path().join("new"));
        let first = storage.keep_evidence("one").unwrap();
        assert_eq!(storage.keep_evidence("one").unwrap(), first);
        let second = storage.keep_evidence("two").unwrap();
        assert_ne!(first, second);
        assert_eq!(fs::read_to_string(first).unwrap(), "one");
        assert_eq!(fs::read_to_string(second).unwrap(), "two");
    }
}

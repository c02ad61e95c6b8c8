//! What outlives a power cut, and renames that either happen as asked or do not happen.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::fs::{CWD, RenameFlags, fsync, renameat_with};
use rustix::io::{Errno, retry_on_intr};

use crate::volume;

/// Whether work is on the disk itself before an operation returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// It is: a power cut right afterwards undoes nothing.
    #[default]
    Full,
    /// The system writes it when it likes. For tests, and for machines that are thrown away after one job.
    None,
}

impl Durability {
    /// Everything below `folder`, the folder included.
    pub(crate) fn sync_tree(self, folder: &Path) -> io::Result<()> {
        match self {
            Self::None => Ok(()),
            Self::Full => sync_tree(folder),
        }
    }

    /// Does `work`, which fills `folder`, and has the disk write meanwhile what is there already, so that little is left for
    /// [`sync_tree`](Self::sync_tree) in the end. What the disk says of it counts: it says it once. `work` is given something
    /// to call when most of it is there.
    pub(crate) fn sync_during<T>(self, folder: &Path, work: impl FnOnce(&dyn Fn()) -> T) -> (T, io::Result<()>) {
        match self {
            Self::Full if SYNCS_AHEAD => sync_during(folder, GATHERING, work),
            Self::Full | Self::None => (work(&|| {}), Ok(())),
        }
    }

    /// Which names `folder` has.
    pub(crate) fn sync_folder(self, folder: &Path) -> io::Result<()> {
        match self {
            Self::None => Ok(()),
            Self::Full => tolerate_unsupported(flush(&File::open(folder)?)),
        }
    }

    /// What `file` holds.
    pub(crate) fn sync_file(self, file: &File) -> io::Result<()> {
        match self {
            Self::None => Ok(()),
            Self::Full => Ok(flush(file)?),
        }
    }
}

/// One call for the whole volume: some ten thousand single calls would take seconds.
fn sync_tree(folder: &Path) -> io::Result<()> {
    let file = File::open(folder)?;
    volume::or_each(volume::sync(&file), || sync_each(folder))
}

/// How long files gather before the disk is told to write them. Too short a time makes writers wait for the journal.
const GATHERING: Duration = Duration::from_millis(250);

/// On macOS a call for the volume also empties the drive's cache, and writers would wait for that again and again.
const SYNCS_AHEAD: bool = cfg!(target_os = "linux");

fn sync_during<T>(folder: &Path, gathering: Duration, work: impl FnOnce(&dyn Fn()) -> T) -> (T, io::Result<()>) {
    let file = match File::open(folder) {
        Ok(file) => file,
        Err(error) => return (work(&|| {}), Err(error)),
    };
    let (now, is_done) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let ahead = scope.spawn(move || {
            let wait = || is_done.recv_timeout(gathering) != Err(RecvTimeoutError::Disconnected);
            sync_ahead(wait, || free(&file), || volume::sync(&file))
        });
        // If nobody listens any more, the disk has failed, or can only be synced in the end.
        let value = work(&|| {
            let _ = now.send(());
        });
        drop(now);
        (value, ahead.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

/// Calls `sync` again and again, whenever there is something new on the volume, as long as `wait` says that there is more
/// to come.
fn sync_ahead(
    mut wait: impl FnMut() -> bool,
    mut free: impl FnMut() -> Option<(u64, u64)>,
    mut sync: impl FnMut() -> rustix::io::Result<()>,
) -> io::Result<()> {
    let mut before = free();
    while wait() {
        let now = free();
        if now.is_some() && now == before {
            // A download that stalls does not keep the disk busy.
            continue;
        }
        before = now;
        match sync() {
            Ok(()) => {}
            Err(errno) if volume::is_of_the_disk(errno) => return Err(errno.into()),
            // There is no such call, and in the end each file is synced by itself.
            Err(_) => break,
        }
    }
    Ok(())
}

/// How many blocks and files are free on the volume, which changes with all that is written, also before the disk has it.
/// `None` where the system does not say.
fn free(file: &File) -> Option<(u64, u64)> {
    rustix::fs::fstatvfs(file).ok().map(|about| (about.f_bfree, about.f_ffree))
}

/// Hands over every file and folder, then has the drive write what it was handed, once for all.
fn sync_each(folder: &Path) -> io::Result<()> {
    const WORKERS: usize = 4;
    let mut paths = Vec::new();
    collect(folder, &mut paths)?;
    let share = paths.len().div_ceil(WORKERS).max(1);
    thread::scope(|scope| {
        let workers: Vec<_> = paths.chunks(share).map(|paths| scope.spawn(|| hand_over(paths))).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })?;
    tolerate_unsupported(flush(&File::open(folder)?))
}

/// Files and folders below `folder`, and itself. A link is part of the folder that it lies in.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            collect(&entry.path(), paths)?;
        } else if kind.is_file() {
            paths.push(entry.path());
        }
    }
    paths.push(folder.to_owned());
    Ok(())
}

fn hand_over(paths: &[PathBuf]) -> io::Result<()> {
    paths.iter().try_for_each(|path| {
        let file = File::open(path)?;
        let result = retry_on_intr(|| fsync(&file));
        if path.is_dir() { tolerate_unsupported(result) } else { Ok(result?) }
    })
}

/// On macOS `fsync` leaves the data in the drive's cache; its manual names `F_FULLFSYNC` for more. Volumes without that
/// (network ones) have `fsync`.
#[cfg(target_vendor = "apple")]
fn flush(file: &File) -> rustix::io::Result<()> {
    match retry_on_intr(|| rustix::fs::fcntl_fullfsync(file)) {
        Err(errno) if is_unsupported(errno) => retry_on_intr(|| fsync(file)),
        result => result,
    }
}

#[cfg(not(target_vendor = "apple"))]
fn flush(file: &File) -> rustix::io::Result<()> {
    retry_on_intr(|| fsync(file))
}

/// Some file systems cannot sync a folder and need not.
fn tolerate_unsupported(result: rustix::io::Result<()>) -> io::Result<()> {
    match result {
        Err(errno) if is_unsupported(errno) => Ok(()),
        result => Ok(result?),
    }
}

fn is_unsupported(errno: Errno) -> bool {
    [Errno::INVAL, Errno::NOSYS, Errno::NOTSUP, Errno::OPNOTSUPP, Errno::NOTTY].contains(&errno)
}

/// Renames, and fails with `AlreadyExists` if there is something at `to`, an empty folder included.
pub(crate) fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match retry_on_intr(|| renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)) {
        Err(errno) if is_unsupported(errno) => rename_checked(from, to),
        result => Ok(result?),
    }
}

/// For file systems that cannot do it in one step. Whoever calls this holds the lock, so nobody comes in between; where
/// there are no locks either, a folder that is not empty still cannot be replaced.
fn rename_checked(from: &Path, to: &Path) -> io::Result<()> {
    match fs::symlink_metadata(to) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(from, to),
        Err(error) => Err(error),
    }
}

/// Lets two names change places in one step; `false` where the file system cannot, and nothing has happened.
pub(crate) fn exchange(one: &Path, other: &Path) -> io::Result<bool> {
    match retry_on_intr(|| renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)) {
        Ok(()) => Ok(true),
        Err(errno) if is_unsupported(errno) => Ok(false),
        Err(errno) => Err(errno.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn both_renames_refuse_what_is_there() {
        for rename in [rename_new, rename_checked] {
            let folder = tempfile::tempdir().unwrap();
            let path = |name: &str| folder.path().join(name);
            fs::create_dir(path("from")).unwrap();
            fs::create_dir(path("empty")).unwrap();
            symlink("nowhere", path("dangling")).unwrap();
            for taken in ["empty", "dangling"] {
                let error = rename(&path("from"), &path(taken)).unwrap_err();
                assert_eq!(error.kind(), io::ErrorKind::AlreadyExists, "{taken}");
            }
            rename(&path("from"), &path("to")).unwrap();
            assert!(path("to").is_dir() && !path("from").exists());
        }
    }

    #[test]
    fn exchanges_folders() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["a", "b"] {
            fs::create_dir(path(name)).unwrap();
            fs::write(path(name).join("name"), name).unwrap();
        }
        if exchange(&path("a"), &path("b")).unwrap() {
            assert_eq!(fs::read_to_string(path("a").join("name")).unwrap(), "b");
            assert_eq!(fs::read_to_string(path("b").join("name")).unwrap(), "a");
        }
        assert_eq!(exchange(&path("a"), &path("c")).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn syncs_a_tree_with_links_and_read_only_files() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bin")).unwrap();
        let file = folder.path().join("bin/go");
        fs::write(&file, "go").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
        symlink("/nowhere", folder.path().join("link")).unwrap();
        Durability::Full.sync_tree(folder.path()).unwrap();
        sync_each(folder.path()).unwrap();
        let mut paths = Vec::new();
        collect(folder.path(), &mut paths).unwrap();
        assert_eq!(paths, [file.clone(), folder.path().join("bin"), folder.path().to_owned()]);

        let absent = folder.path().join("absent");
        assert!(Durability::Full.sync_tree(&absent).is_err());
        assert!(sync_each(&absent).is_err());
        assert!(Durability::Full.sync_folder(&absent).is_err());
        Durability::None.sync_tree(&absent).unwrap();
    }

    #[test]
    fn what_is_done_during_a_sync_comes_back_from_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        let (value, synced) = sync_during(folder.path(), Duration::ZERO, |now| {
            now();
            fs::write(&file, "content").map(|()| 7)
        });
        synced.unwrap();
        assert_eq!(value.unwrap(), 7);
        // What cannot be brought to the disk is said, and the work's own outcome is not lost by it.
        let absent = folder.path().join("absent");
        let (value, synced) = Durability::Full.sync_during(&absent, |_now| 7);
        assert_eq!((value, synced.is_err()), (7, SYNCS_AHEAD));
        let (value, synced) = Durability::None.sync_during(&absent, |_now| 7);
        assert_eq!((value, synced.is_ok()), (7, true));
    }

    #[test]
    fn the_disk_is_left_alone_while_nothing_is_written() {
        // How often it is synced, where this is what is free at first and each time that it is looked at.
        let count = |free: &[Option<(u64, u64)>], result: rustix::io::Result<()>| {
            let (mut waits, mut looks, mut syncs) = (1..free.len(), free.iter(), 0);
            let wait = || waits.next().is_some();
            let sync = || {
                syncs += 1;
                result
            };
            let outcome = sync_ahead(wait, || *looks.next().unwrap(), sync);
            (syncs, outcome.map_err(|error| error.raw_os_error()))
        };
        let (full, less, fewer) = (Some((9, 9)), Some((8, 9)), Some((8, 8)));
        assert_eq!(count(&[full], Ok(())), (0, Ok(())));
        assert_eq!(count(&[full, full, full], Ok(())), (0, Ok(())));
        assert_eq!(count(&[full, less, less, fewer, fewer], Ok(())), (2, Ok(())));
        assert_eq!(count(&[None, None, None], Ok(())), (2, Ok(())), "who cannot see it syncs");
        assert_eq!(count(&[full, less, fewer], Err(Errno::NOSYS)), (1, Ok(())));
        assert_eq!(count(&[full, less, fewer], Err(Errno::IO)), (1, Err(Some(Errno::IO.raw_os_error()))));
    }

    #[test]
    fn a_failing_disk_is_no_missing_feature() {
        assert!(tolerate_unsupported(Err(Errno::INVAL)).is_ok());
        for errno in [Errno::IO, Errno::NOSPC, Errno::DQUOT, Errno::ROFS] {
            assert!(tolerate_unsupported(Err(errno)).is_err());
        }
    }
}

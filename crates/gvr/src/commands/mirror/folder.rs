//! A mirror's folder: what is in it, and what may be written to it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use gvr_core::{Platform, Version};
use gvr_fetch::{Listing, Sha256};

use crate::error::CliError;

/// Where downloads in progress lie; web servers do not show what begins with a dot.
const WORK: &str = ".gvr-mirror";
/// Where the archives are found by their hashes.
const BY_HASH: &str = "by-sha256";

/// The folder of a mirror, which nobody else brings up to date meanwhile.
pub(super) struct Folder {
    path: PathBuf,
    /// Listing until the folder is no longer needed.
    _lock: File,
}

impl Folder {
    /// Makes the folder where there is none, and keeps others out.
    pub(super) fn open(path: &Path) -> Result<Self, CliError> {
        let work = path.join(WORK);
        fs::create_dir_all(&work).map_err(|error| cannot("make", &work, &error))?;
        let lock_path = work.join("lock");
        let lock = File::options().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.map_err(|error| cannot("write", &lock_path, &error))?;
        match lock.try_lock() {
            Err(fs::TryLockError::WouldBlock) => {
                return Err(CliError::failed(format_args!("another gvr brings {} up to date", path.display()))
                    .hint("wait until it is done, and run the same command again"));
            }
            // Or a file system without locks: what is written is replaced in one step all the same.
            Ok(()) | Err(fs::TryLockError::Error(_)) => {}
        }
        let folder = Self { path: path.to_owned(), _lock: lock };
        folder.sweep();
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// For downloads that are not complete, which the next run goes on with.
    pub(super) fn work(&self) -> PathBuf {
        self.path.join(WORK)
    }

    /// An empty folder in which an archive is unpacked to see that it can be.
    pub(super) fn scratch(&self) -> Result<PathBuf, CliError> {
        let path = self.work().join("unpacked");
        self.sweep();
        fs::create_dir(&path).map_err(|error| cannot("make", &path, &error))?;
        Ok(path)
    }

    /// Removes what was unpacked, by this run or by one that was killed.
    pub(super) fn sweep(&self) {
        // What cannot be removed is in the way of `scratch`, which says so.
        let _ = fs::remove_dir_all(self.work().join("unpacked"));
    }

    /// Puts a verified archive to its place.
    pub(super) fn put(&self, kept: &Path, file_name: &str) -> Result<(), CliError> {
        let path = self.path.join(file_name);
        let put = || {
            File::open(kept)?.sync_all()?;
            fs::rename(kept, &path)
        };
        put().map_err(|error| cannot("write", &path, &error))
    }

    /// Gives each archive its SHA-256 as a second name, under which goenv asks for it, and takes away what has no such right
    /// any more.
    pub(super) fn link_by_hash(&self, held: &BTreeMap<(Version, Platform), Listing>) -> Result<(), CliError> {
        let below = self.path.join(BY_HASH);
        fs::create_dir_all(&below).map_err(|error| cannot("make", &below, &error))?;
        let mut names = BTreeSet::new();
        for ((version, platform), listing) in held {
            let (archive, name) = (self.path.join(platform.archive_name(*version)), listing.sha256.to_string());
            let path = below.join(&name);
            link(&archive, &path, &self.work().join("link")).map_err(|error| cannot("link", &path, &error))?;
            names.insert(name);
        }
        let unreadable = |error| cannot("read", &below, &error);
        for entry in fs::read_dir(&below).map_err(unreadable)? {
            let name = entry.map_err(unreadable)?.file_name();
            let is_hash = name.to_str().is_some_and(|name| name.parse::<Sha256>().is_ok() && !names.contains(name));
            if is_hash {
                let path = below.join(name);
                fs::remove_file(&path).map_err(|error| cannot("remove", &path, &error))?;
            }
        }
        Ok(())
    }

    /// Every archive in the folder, hashed now.
    pub(super) fn archives(&self) -> Result<BTreeMap<(Version, Platform), Listing>, CliError> {
        let mut archives = BTreeMap::new();
        let names = names(&self.path).map_err(|error| cannot("read", &self.path, &error))?;
        for (key, name) in names {
            let path = self.path.join(name);
            let held = hash(&path).map_err(|error| cannot("read", &path, &error))?;
            archives.insert(key, held);
        }
        Ok(archives)
    }
}

/// The archives in a folder, which need not be there, by their names alone.
pub(super) fn names(folder: &Path) -> io::Result<Vec<((Version, Platform), String)>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        names.extend(name.to_str().and_then(|name| Some((Platform::of_archive_name(name)?, name.to_owned()))));
    }
    Ok(names)
}

/// Makes `path` another name of `file`, in one step, where it is none yet.
fn link(file: &Path, path: &Path, staged: &Path) -> io::Result<()> {
    let about = fs::metadata(file)?;
    if fs::symlink_metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == (about.dev(), about.ino())) {
        return Ok(());
    }
    match fs::remove_file(staged) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => fs::hard_link(file, staged)?,
    }
    fs::rename(staged, path)
}

/// Hashes an archive.
pub(super) fn hash(path: &Path) -> io::Result<Listing> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    Ok(Listing { sha256: Sha256::of_reader(file)?, size })
}

pub(super) fn cannot(what: &str, path: &Path, error: &io::Error) -> CliError {
    let shown = if path.as_os_str() == OsStr::new("") { Path::new(".") } else { path };
    CliError::failed(format_args!("cannot {what} {}: {error}", shown.display()))
}

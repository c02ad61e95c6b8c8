//! Copies somebody else's tree into one that is being made, sharing its blocks where the file system can.
//!
//! Never by hard links: whoever owns the original may write into its files, and those would be ours too.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix::fs::OFlags;

use crate::crew;

/// More threads do not help: the disk is the limit then.
const MOST_THREADS: usize = 4;

/// What was copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// How many files came by sharing their blocks.
    pub shared: u64,
    /// How many files were copied byte by byte.
    pub copied: u64,
    /// The lengths of all of them together, in bytes.
    pub bytes: u64,
    /// What was not wanted: paths below the tree's root, those of folders with a slash at their end. Sorted.
    pub left_out: Vec<String>,
}

/// A tree could not be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Something of the original could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something is neither a file nor a folder.
    #[error("{} is neither a file nor a folder", path.display())]
    Special {
        /// What.
        path: PathBuf,
    },
    /// The copy could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// Which file of the copy.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Copies what is wanted of the tree `from` into the folder `to`, which is empty. Files get the mode 0644 or 0755, folders 0755.
/// `is_wanted` is asked with paths below the root, those of folders with a slash at their end; of a folder that is not wanted
/// nothing is.
pub fn copy_tree(from: &Path, to: &Path, is_wanted: impl Fn(&str) -> bool) -> Result<Copied, CopyError> {
    let Listing { folders, files, left_out } = list(from, is_wanted)?;
    for folder in &folders {
        let path = to.join(folder);
        fs::create_dir(&path)
            .and_then(|()| fs::set_permissions(&path, Permissions::from_mode(0o755)))
            .map_err(|source| CopyError::Write { path, source })?;
    }
    let copying = Copying { can_share: AtomicBool::new(true), shared: AtomicU64::new(0), bytes: AtomicU64::new(0) };
    crew::share(&files, MOST_THREADS, |queue| {
        while let Some(file) = queue.take() {
            copying.copy(&from.join(file), &to.join(file))?;
        }
        Ok(())
    })?;
    let (shared, bytes) = (copying.shared.into_inner(), copying.bytes.into_inner());
    Ok(Copied { shared, copied: (files.len() as u64).saturating_sub(shared), bytes, left_out })
}

/// What a tree has, by paths below its root; a folder comes before what is in it.
struct Listing {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
    left_out: Vec<String>,
}

fn list(root: &Path, is_wanted: impl Fn(&str) -> bool) -> Result<Listing, CopyError> {
    let mut listing = Listing { folders: Vec::new(), files: Vec::new(), left_out: Vec::new() };
    let mut waiting = vec![PathBuf::new()];
    while let Some(folder) = waiting.pop() {
        let path = root.join(&folder);
        let fail = |source| CopyError::Read { path: path.clone(), source };
        for entry in fs::read_dir(&path).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let below = folder.join(entry.file_name());
            let kind = entry.file_type().map_err(fail)?;
            let name = format!("{}{}", below.display(), if kind.is_dir() { "/" } else { "" });
            if !is_wanted(&name) {
                listing.left_out.push(name);
            } else if kind.is_dir() {
                listing.folders.push(below.clone());
                waiting.push(below);
            } else if kind.is_file() {
                listing.files.push(below);
            } else {
                return Err(CopyError::Special { path: entry.path() });
            }
        }
    }
    listing.left_out.sort_unstable();
    Ok(listing)
}

/// What all threads of one copy share.
struct Copying {
    /// Whether the two file systems have not yet said that they cannot share blocks.
    can_share: AtomicBool,
    shared: AtomicU64,
    bytes: AtomicU64,
}

impl Copying {
    fn copy(&self, from: &Path, to: &Path) -> Result<(), CopyError> {
        let unreadable = |source| CopyError::Read { path: from.to_owned(), source };
        // It was a file when it was listed; should it be a link or a pipe by now, it is not followed or waited for.
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
        let mut source = File::options().read(true).custom_flags(flags).open(from).map_err(unreadable)?;
        let about = source.metadata().map_err(unreadable)?;
        if !about.is_file() {
            return Err(CopyError::Special { path: from.to_owned() });
        }
        let mode = if about.permissions().mode() & 0o100 == 0 { 0o644 } else { 0o755 };
        let fail = |source| CopyError::Write { path: to.to_owned(), source };
        if self.can_share.load(Ordering::Relaxed) {
            match share(&source, to) {
                Ok(()) => {
                    self.shared.fetch_add(1, Ordering::Relaxed);
                    self.bytes.fetch_add(about.len(), Ordering::Relaxed);
                    return fs::set_permissions(to, Permissions::from_mode(mode)).map_err(fail);
                }
                // Whatever the reason: if it is one that a copy has too, the copy says so.
                Err(_) => self.can_share.store(false, Ordering::Relaxed),
            }
        }
        let mut target = File::options().write(true).create_new(true).mode(mode).open(to).map_err(fail)?;
        let bytes = io::copy(&mut source, &mut target).map_err(fail)?;
        // Whatever the umask.
        target.set_permissions(Permissions::from_mode(mode)).map_err(fail)?;
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }
}

/// Makes a file of the same blocks. Where that fails nothing is left at `to`.
#[cfg(target_os = "linux")]
fn share(source: &File, to: &Path) -> io::Result<()> {
    let target = File::options().write(true).create_new(true).mode(0o600).open(to)?;
    rustix::fs::ioctl_ficlone(&target, source).map_err(|error| {
        // The copy that comes instead says what is wrong, should it be in its way.
        let _ = fs::remove_file(to);
        error.into()
    })
}

#[cfg(target_vendor = "apple")]
fn share(source: &File, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, CloneFlags, fclonefileat, removexattr};

    fclonefileat(source, CWD, to, CloneFlags::NOOWNERCOPY)?;
    // Attributes come along. This one has macOS stop a program that somebody has downloaded with a browser; what lies here was
    // compared with what Go published. Most files do not have it.
    let _ = removexattr(to, "com.apple.quarantine");
    Ok(())
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn share(_source: &File, _to: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn tree() -> tempfile::TempDir {
        let tree = tempfile::tempdir().unwrap();
        for (path, mode) in [("bin/go", 0o555), ("bin/gopls", 0o755), ("src/a.go", 0o600), ("cache/x", 0o644)] {
            let path = tree.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, path.display().to_string()).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        }
        tree
    }

    #[test]
    fn what_is_wanted_comes_with_plain_modes_and_files_of_its_own() {
        let (from, to) = (tree(), tempfile::tempdir().unwrap());
        let copied = copy_tree(from.path(), to.path(), |name| name != "bin/gopls" && name != "cache/").unwrap();
        assert_eq!(copied.left_out, ["bin/gopls", "cache/"]);
        assert_eq!(copied.shared + copied.copied, 2);
        let (go, source) = (to.path().join("bin/go"), to.path().join("src/a.go"));
        assert_eq!((mode(&go), mode(&source), mode(go.parent().unwrap())), (0o755, 0o644, 0o755));
        assert_eq!(fs::read(&go).unwrap(), fs::read(from.path().join("bin/go")).unwrap());
        assert!(!to.path().join("cache").exists() && !to.path().join("bin/gopls").exists());
        // A change to the original is none to the copy.
        assert_ne!(fs::metadata(&source).unwrap().ino(), fs::metadata(from.path().join("src/a.go")).unwrap().ino());
        fs::write(from.path().join("src/a.go"), "changed").unwrap();
        assert_ne!(fs::read(&source).unwrap(), b"changed");
        assert_eq!(mode(&from.path().join("bin/go")), 0o555);
    }

    #[test]
    fn links_and_what_cannot_be_read_are_named() {
        let (from, to) = (tree(), tempfile::tempdir().unwrap());
        symlink("/etc/passwd", from.path().join("src/link")).unwrap();
        let error = copy_tree(from.path(), to.path(), |_| true).unwrap_err();
        assert!(matches!(&error, CopyError::Special { path } if path.ends_with("src/link")), "{error}");
        let error = copy_tree(&from.path().join("nowhere"), to.path(), |_| true).unwrap_err();
        assert!(matches!(error, CopyError::Read { .. }));
    }
}

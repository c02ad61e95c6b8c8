//! Hashes the files of a toolchain that lies on disk, on all processors.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::num::NonZero;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use gvr_core::Layout;

use super::{DirHash, DirHashError, H1, ToolchainModule};
use crate::Sha256;
use crate::digest::Hasher;

/// How much of a file is read at once.
const BUFFER: usize = 256 << 10;
/// How many files a thread takes at once: most are small, and they lie side by side.
const SHARE: usize = 32;

/// A file of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// Its path below the tree, `/` between the parts.
    pub path: String,
    /// The hash of what is in it.
    pub sha256: Sha256,
    /// Its length in bytes.
    pub size: u64,
    /// Whether its owner can execute it.
    pub is_executable: bool,
}

/// A tree that cannot be hashed.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// A file or folder could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is neither a regular file nor a folder; Go's trees have nothing else.
    #[error("{} is neither a file nor a folder", path.display())]
    Kind {
        /// Which.
        path: PathBuf,
    },
    /// Go's trees have no such name.
    #[error("the name of {} is not UTF-8", path.display())]
    Name {
        /// Which.
        path: PathBuf,
    },
    /// A thread did not do its part.
    #[error("a thread that hashes files has stopped unexpectedly; this is a bug in gvr")]
    Stopped,
    /// The files have no module hash.
    #[error(transparent)]
    Hash(#[from] DirHashError),
}

/// Hashes every file below `root`, sorted by path. gvr's own two files in it do not count.
///
/// Nothing outside is read: a symbolic link is an error, wherever it leads.
pub fn hash_tree(root: &Path) -> Result<Vec<TreeFile>, TreeError> {
    let mut paths = Vec::new();
    list(root, "", &mut paths)?;
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(paths.len().div_ceil(SHARE));
    let (next, has_failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let hashed = Mutex::new(Vec::with_capacity(paths.len()));
    let work = || -> Result<(), TreeError> {
        let mut buffer = vec![0; BUFFER];
        while !has_failed.load(Ordering::Relaxed) {
            let from = next.fetch_add(SHARE, Ordering::Relaxed);
            let Some(share) = paths.get(from..paths.len().min(from.saturating_add(SHARE))) else { break };
            if share.is_empty() {
                break;
            }
            let done: Result<Vec<_>, _> = share.iter().map(|path| hash_file(root, path, &mut buffer)).collect();
            let done = done.inspect_err(|_| has_failed.store(true, Ordering::Relaxed))?;
            hashed.lock().unwrap_or_else(PoisonError::into_inner).extend(done);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        others.into_iter().map(|thread| thread.join().unwrap_or(Err(TreeError::Stopped))).fold(own, Result::and)
    })?;
    let mut files = hashed.into_inner().unwrap_or_else(PoisonError::into_inner);
    files.sort_unstable_by(|a: &TreeFile, b: &TreeFile| a.path.cmp(&b.path));
    Ok(files)
}

/// The module hash of the toolchain that lies at `root`.
pub fn h1_of_tree(root: &Path, module: ToolchainModule) -> Result<H1, TreeError> {
    let mut hash = DirHash::new(module);
    for file in hash_tree(root)? {
        hash.add(&file.path, file.sha256);
    }
    Ok(hash.finish()?)
}

/// Adds the paths of all files below `folder`, which is a path below `root`.
fn list(root: &Path, folder: &str, paths: &mut Vec<String>) -> Result<(), TreeError> {
    let whole = root.join(folder);
    let unreadable = |source| TreeError::Read { path: whole.clone(), source };
    for entry in fs::read_dir(&whole).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let kind = entry.file_type().map_err(unreadable)?;
        let name = entry.file_name().into_string().map_err(|_| TreeError::Name { path: entry.path() })?;
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        if kind.is_dir() {
            list(root, &path, paths)?;
        } else if !kind.is_file() {
            return Err(TreeError::Kind { path: entry.path() });
        } else if ![Layout::RECEIPT, Layout::MANIFEST].contains(&path.as_str()) {
            paths.push(path);
        }
    }
    Ok(())
}

fn hash_file(root: &Path, path: &str, buffer: &mut [u8]) -> Result<TreeFile, TreeError> {
    let whole = root.join(path);
    let unreadable = |source| TreeError::Read { path: whole.clone(), source };
    // What became a link or a pipe since it was listed is neither followed nor waited for.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let mut file = File::options().read(true).custom_flags(flags).open(&whole).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(TreeError::Kind { path: whole });
    }
    let (mut hasher, mut size) = (Hasher::default(), 0);
    loop {
        match file.read(buffer) {
            Ok(0) => break,
            Ok(count) => {
                hasher.update(&buffer[..count]);
                size += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(error)),
        }
    }
    let is_executable = about.permissions().mode() & 0o100 != 0;
    Ok(TreeFile { path: path.to_owned(), sha256: hasher.finish(), size, is_executable })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A tree of more files than one thread takes at once.
    fn tree() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for folder in ["bin", "src/a", "src/a-b", "test"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
            for number in 0..50 {
                fs::write(root.path().join(folder).join(number.to_string()), format!("{folder}{number}")).unwrap();
            }
        }
        fs::write(root.path().join("src/go.mod"), "module std\n").unwrap();
        fs::write(root.path().join(Layout::RECEIPT), "schema = 1\n").unwrap();
        fs::write(root.path().join(Layout::MANIFEST), "").unwrap();
        root
    }

    fn module() -> ToolchainModule {
        ToolchainModule::new("1.22.5".parse().unwrap(), "linux-amd64".parse().unwrap()).unwrap()
    }

    #[test]
    fn hashes_every_file_once() {
        let root = tree();
        let files = hash_tree(root.path()).unwrap();
        assert_eq!(files.len(), 201);
        assert!(files.is_sorted_by(|a, b| a.path < b.path));
        let go_mod = files.iter().find(|file| file.path == "src/go.mod").unwrap();
        assert_eq!((go_mod.sha256, go_mod.size), (Sha256::of(b"module std\n"), 11));
        let expected = DirHash::of_zip(
            files
                .iter()
                .filter(|file| !file.path.starts_with("test/"))
                .map(|file| (format!("{}{}", module().prefix(), file.path.replace("go.mod", "_go.mod")), file.sha256)),
        );
        assert_eq!(h1_of_tree(root.path(), module()).unwrap(), expected.unwrap());
    }

    #[test]
    fn one_bit_makes_another_hash() {
        let root = tree();
        let before = h1_of_tree(root.path(), module()).unwrap();
        fs::write(root.path().join("test/0"), "the module does not have this").unwrap();
        assert_eq!(h1_of_tree(root.path(), module()).unwrap(), before);
        fs::write(root.path().join("bin/0"), "bin1").unwrap();
        assert_ne!(h1_of_tree(root.path(), module()).unwrap(), before);
    }

    #[test]
    fn leaves_links_alone() {
        let root = tree();
        symlink("/etc/passwd", root.path().join("bin/link")).unwrap();
        let error = hash_tree(root.path()).unwrap_err();
        assert!(matches!(&error, TreeError::Kind { path } if path.ends_with("bin/link")), "{error}");
        assert!(matches!(hash_tree(&root.path().join("missing")), Err(TreeError::Read { .. })));
    }
}

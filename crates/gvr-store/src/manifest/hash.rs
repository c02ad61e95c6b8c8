//! Hashes a tree, with as many threads as the machine has processors.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use gvr_core::Layout;
use sha2::{Digest as _, Sha256};

use super::{Entry, EntryKind, Manifest, ManifestError};
use crate::crew;

/// More threads do not help: the disk or the memory is the limit then.
const MOST_THREADS: usize = 8;

/// How much of a file is read at once.
const BUFFER: usize = 256 << 10;

impl Manifest {
    /// Hashes the tree at `root`. What gvr itself puts into a toolchain's folder does not count. No link is followed but
    /// `root` itself.
    pub fn of_tree(root: &Path) -> Result<Self, ManifestError> {
        let found = list(root)?;
        let entries = crew::share(&found, MOST_THREADS, |queue| {
            let mut buffer = vec![0; BUFFER];
            let mut entries = Vec::with_capacity(found.len());
            while let Some(found) = queue.take() {
                entries.push(hash(root, found, &mut buffer)?);
            }
            Ok(entries)
        })?;
        Ok(Self::of_entries(entries.into_iter().flatten().collect()))
    }
}

/// Something in a tree, not looked into yet.
struct Found {
    below: PathBuf,
    kind: Option<EntryKind>,
}

/// Everything in a tree that is no folder.
fn list(root: &Path) -> Result<Vec<Found>, ManifestError> {
    let mut found = Vec::with_capacity(1 << 14);
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let path = if folder.as_os_str().is_empty() { root.to_owned() } else { root.join(&folder) };
        let fail = |source| ManifestError::Read { path: path.clone(), source };
        for entry in fs::read_dir(&path).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = entry.file_name();
            let is_ours = folder.as_os_str().is_empty() && (name == Layout::RECEIPT || name == Layout::MANIFEST);
            if is_ours {
                continue;
            }
            let below = folder.join(name);
            let kind = entry.file_type().map_err(fail)?;
            if kind.is_dir() {
                folders.push(below);
            } else {
                let special = if kind.is_symlink() { EntryKind::Link } else { EntryKind::Other };
                found.push(Found { below, kind: (!kind.is_file()).then_some(special) });
            }
        }
    }
    Ok(found)
}

fn hash(root: &Path, found: &Found, buffer: &mut [u8]) -> Result<Entry, ManifestError> {
    let path = root.join(&found.below);
    let fail = |source| ManifestError::Read { path: path.clone(), source };
    let (kind, size, sha256) = match found.kind {
        None => {
            let file = File::open(&path).map_err(fail)?;
            let about = file.metadata().map_err(fail)?;
            let (size, sha256) = digest(file, buffer).map_err(fail)?;
            (kind_of(&about), size, sha256)
        }
        Some(EntryKind::Link) => {
            let target = fs::read_link(&path).map_err(fail)?;
            let target = target.as_os_str().as_bytes();
            (EntryKind::Link, target.len() as u64, Sha256::digest(target).into())
        }
        Some(other) => (other, 0, Sha256::digest(b"").into()),
    };
    Ok(Entry { path: found.below.to_string_lossy().into_owned(), kind, size, sha256 })
}

fn kind_of(about: &Metadata) -> EntryKind {
    if about.permissions().mode() & 0o100 == 0 { EntryKind::File } else { EntryKind::Program }
}

fn digest(mut file: File, buffer: &mut [u8]) -> io::Result<(u64, [u8; 32])> {
    let mut hasher = Sha256::new();
    let mut size: u64 = 0;
    loop {
        match file.read(buffer) {
            Ok(0) => return Ok((size, hasher.finalize().into())),
            Ok(count) => {
                hasher.update(&buffer[..count]);
                size = size.saturating_add(count as u64);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn everything_counts_but_folders_and_what_is_gvr_s_own() {
        let tree = tempfile::tempdir().unwrap();
        let put = |path: &str, mode| {
            let path = tree.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "abc").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        };
        for (path, mode) in [("bin/go", 0o755), ("src/a.go", 0o644), ("src-x", 0o644), (Layout::RECEIPT, 0o644)] {
            put(path, mode);
        }
        put(Layout::MANIFEST, 0o644);
        put(&format!("src/{}", Layout::RECEIPT), 0o644);
        fs::create_dir(tree.path().join("empty")).unwrap();
        symlink("/etc", tree.path().join("link")).unwrap();
        let manifest = Manifest::of_tree(tree.path()).unwrap();
        let entries: Vec<_> = manifest.entries().iter().map(|entry| (entry.path.as_str(), entry.kind)).collect();
        let nested = format!("src/{}", Layout::RECEIPT);
        let expected = [
            ("bin/go", EntryKind::Program),
            ("link", EntryKind::Link),
            ("src-x", EntryKind::File),
            (nested.as_str(), EntryKind::File),
            ("src/a.go", EntryKind::File),
        ];
        assert_eq!(entries, expected);
        let abc: [u8; 32] = Sha256::digest(b"abc").into();
        assert_eq!((manifest.entries()[0].sha256, manifest.bytes()), (abc, 16));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let error = Manifest::of_tree(Path::new("/nonexistent/go")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read /nonexistent/go");
    }
}

//! A file system that exists only in a test.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use crate::files::{FileId, Files, ReadError, Walk};

/// Files by path; whatever is a parent of one is a folder.
#[derive(Default)]
pub(crate) struct MemoryFiles {
    files: BTreeMap<PathBuf, Entry>,
}

enum Entry {
    File(Vec<u8>),
    Program(FileId),
    Folder,
    Other(&'static str),
}

impl MemoryFiles {
    pub(crate) fn file(mut self, path: &str, content: &str) -> Self {
        self.files.insert(path.into(), Entry::File(content.into()));
        self
    }

    pub(crate) fn folder(mut self, path: &str) -> Self {
        self.files.insert(path.into(), Entry::Folder);
        self
    }

    pub(crate) fn other(mut self, path: &str, kind: &'static str) -> Self {
        self.files.insert(path.into(), Entry::Other(kind));
        self
    }

    pub(crate) fn program(mut self, path: &str, inode: u64) -> Self {
        self.files.insert(path.into(), Entry::Program(FileId::new(1, inode)));
        self
    }

    /// Installed toolchains under `/gvr`.
    pub(crate) fn installed(self, names: &[&str]) -> Self {
        names.iter().fold(self, |files, name| files.program(&format!("/gvr/versions/{name}/bin/go"), 100))
    }
}

impl Files for MemoryFiles {
    type Walk<'a> = MemoryWalk<'a>;

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
        match self.files.get(path) {
            Some(Entry::File(content)) if content.len() as u64 > limit => Err(ReadError::TooLarge(limit)),
            Some(Entry::File(content)) => Ok(content.clone()),
            Some(Entry::Program(_)) => Ok(Vec::new()),
            Some(Entry::Folder) => Err(ReadError::NotAFile("a folder")),
            Some(Entry::Other(kind)) => Err(ReadError::NotAFile(kind)),
            None => Err(ReadError::Absent),
        }
    }

    fn walk<'a>(&'a self, start: &'a Path, _is_here: bool) -> MemoryWalk<'a> {
        MemoryWalk { files: self, folder: start }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        let mut names: Vec<_> = self
            .files
            .keys()
            .filter_map(|path| Some(path.strip_prefix(folder).ok()?.iter().next()?.to_owned()))
            .collect();
        names.dedup();
        Ok(names)
    }

    fn is_folder(&self, path: &Path) -> bool {
        self.files.keys().any(|known| known.starts_with(path) && known != path)
            || matches!(self.files.get(path), Some(Entry::Folder))
    }

    fn program(&self, path: &Path) -> Option<FileId> {
        match self.files.get(path) {
            Some(Entry::Program(id)) => Some(*id),
            _ => None,
        }
    }

    fn starts_with(&self, path: &Path, bytes: &[u8]) -> bool {
        matches!(self.files.get(path), Some(Entry::File(content)) if content.starts_with(bytes))
    }

    fn same_content(&self, left: &Path, right: &Path) -> bool {
        match (self.files.get(left), self.files.get(right)) {
            (Some(Entry::File(left)), Some(Entry::File(right))) => left == right,
            (Some(Entry::Program(left)), Some(Entry::Program(right))) => left == right,
            _ => false,
        }
    }

    fn canonical(&self, path: &Path) -> Option<PathBuf> {
        self.files.contains_key(path).then(|| path.to_owned())
    }
}

/// A walk among files that exist only in a test.
pub(crate) struct MemoryWalk<'a> {
    files: &'a MemoryFiles,
    folder: &'a Path,
}

impl Walk for MemoryWalk<'_> {
    fn read(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.files.read(&self.folder.join(name), limit)
    }

    fn up(&mut self) {
        self.folder = self.folder.parent().unwrap_or(self.folder);
    }
}

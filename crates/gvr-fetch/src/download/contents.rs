//! What every file of an archive has in it, found out while the files are written.

use std::sync::{Arc, Mutex, PoisonError};

use crate::Sha256;
use crate::digest::Hasher;
use crate::unpack::{Observer, Watch};

/// A file of an archive that was unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its path below `go/`.
    pub path: String,
    /// Whether it can be executed.
    pub is_program: bool,
    /// Its length in bytes.
    pub size: u64,
    /// The SHA-256 of what is in it.
    pub sha256: Sha256,
}

/// Gathers the contents of all files.
#[derive(Default)]
pub(super) struct Contents(Arc<Mutex<Vec<Content>>>);

impl Contents {
    /// All files that were written, sorted by path.
    pub(super) fn take(&self) -> Vec<Content> {
        let mut all = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        all.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        all
    }
}

impl Observer for Contents {
    fn begin(&self, path: &str, is_program: bool) -> Option<Box<dyn Watch>> {
        let all = Arc::clone(&self.0);
        Some(Box::new(Hashing { all, path: path.to_owned(), is_program, size: 0, hasher: Hasher::default() }))
    }
}

struct Hashing {
    all: Arc<Mutex<Vec<Content>>>,
    path: String,
    is_program: bool,
    size: u64,
    hasher: Hasher,
}

impl Watch for Hashing {
    fn content(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.hasher.update(bytes);
    }

    fn end(self: Box<Self>) {
        let Self { all, path, is_program, size, hasher } = *self;
        let content = Content { path, is_program, size, sha256: hasher.finish() };
        all.lock().unwrap_or_else(PoisonError::into_inner).push(content);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_hashed_in_pieces_and_sorted() {
        let contents = Contents::default();
        let begin = |path: &str, is_program| contents.begin(path, is_program).unwrap();
        let (mut one, mut other) = (begin("b", true), begin("a", false));
        one.content(b"ab");
        other.content(b"x");
        one.content(b"c");
        one.end();
        other.end();
        begin("broken off", false).content(b"x");
        let content = |path: &str, is_program, bytes: &[u8]| Content {
            path: path.to_owned(),
            is_program,
            size: bytes.len() as u64,
            sha256: Sha256::of(bytes),
        };
        assert_eq!(contents.take(), [content("a", false, b"x"), content("b", true, b"abc")]);
    }
}

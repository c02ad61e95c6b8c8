//! What goes from the reader to a writer: many small files at once, or a piece of a large one.

use std::ops::Range;
use std::os::fd::OwnedFd;
use std::sync::Arc;

/// How many bytes of files are handed on at once.
pub(super) const BATCH: usize = 256 << 10;

/// Pieces of files, in the order in which they are to be written.
#[derive(Default)]
pub(super) struct Batch {
    /// The pieces' content; always [`BATCH`] bytes, of which the first `filled` count.
    content: Vec<u8>,
    filled: usize,
    /// The paths of the files that begin here, one after the other.
    paths: String,
    pieces: Vec<Piece>,
}

/// A piece of a file: all of it where it fits, else there are more in the batches after this.
struct Piece {
    /// Where the file begins: what to create.
    start: Option<Start>,
    content: Range<usize>,
    is_last: bool,
}

struct Start {
    folder: Arc<OwnedFd>,
    path: Range<usize>,
    is_program: bool,
}

/// A file to create.
pub(super) struct New<'a> {
    /// The folder to create it in.
    pub(super) folder: &'a OwnedFd,
    /// Its path below `go/`; the last part is its name in the folder.
    pub(super) path: &'a str,
    pub(super) is_program: bool,
}

/// A piece as its writer sees it.
pub(super) struct ToWrite<'a> {
    /// The file that begins with this piece. Otherwise it belongs to the file of the piece before it.
    pub(super) new: Option<New<'a>>,
    pub(super) content: &'a [u8],
    pub(super) is_last: bool,
}

impl Batch {
    /// Makes it ready to be filled.
    pub(super) fn clear(&mut self) {
        self.content.resize(BATCH, 0);
        self.filled = 0;
        self.paths.clear();
        self.pieces.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Where more content goes. [`Self::add`] says how much of it was filled.
    pub(super) fn room(&mut self) -> &mut [u8] {
        &mut self.content[self.filled..]
    }

    /// Begins a file.
    pub(super) fn begin(&mut self, folder: Arc<OwnedFd>, path: &str, is_program: bool) {
        let from = self.paths.len();
        self.paths.push_str(path);
        let start = Start { folder, path: from..self.paths.len(), is_program };
        self.pieces.push(Piece { start: Some(start), content: self.filled..self.filled, is_last: false });
    }

    /// Goes on with the file that the batch before this one has left unfinished.
    pub(super) fn go_on(&mut self) {
        self.pieces.push(Piece { start: None, content: self.filled..self.filled, is_last: false });
    }

    /// So much of the room was filled, for the file at hand.
    pub(super) fn add(&mut self, count: usize) {
        self.filled += count;
        if let Some(piece) = self.pieces.last_mut() {
            piece.content.end = self.filled;
        }
    }

    /// The file at hand is complete.
    pub(super) fn end(&mut self) {
        if let Some(piece) = self.pieces.last_mut() {
            piece.is_last = true;
        }
    }

    /// What is to be written, in its order.
    pub(super) fn pieces(&self) -> impl Iterator<Item = ToWrite<'_>> {
        self.pieces.iter().map(|piece| ToWrite {
            new: piece.start.as_ref().map(|start| New {
                folder: &start.folder,
                path: &self.paths[start.path.clone()],
                is_program: start.is_program,
            }),
            content: &self.content[piece.content.clone()],
            is_last: piece.is_last,
        })
    }
}

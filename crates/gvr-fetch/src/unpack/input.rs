//! The compressed blocks as one stream that gives them back when they are used up.

use std::sync::mpsc::{Receiver, Sender};

/// The archive as it arrives.
pub(super) struct Input {
    compressed: Receiver<Vec<u8>>,
    used: Sender<Vec<u8>>,
    block: Vec<u8>,
    at: usize,
}

impl Input {
    /// Blocks come from `compressed`, and go to `used` when they were read.
    pub(super) fn new(compressed: Receiver<Vec<u8>>, used: Sender<Vec<u8>>) -> Self {
        Self { compressed, used, block: Vec::new(), at: 0 }
    }

    /// What is there, after waiting for it; nothing at the archive's end.
    pub(super) fn peek(&mut self) -> &[u8] {
        while self.at == self.block.len() {
            // A closed channel is the end of the archive.
            let Ok(next) = self.compressed.recv() else { return &[] };
            // The feeder makes a new block if none comes back.
            let _ = self.used.send(std::mem::replace(&mut self.block, next));
            self.at = 0;
        }
        &self.block[self.at..]
    }

    /// Passes over bytes that were peeked at.
    pub(super) fn skip(&mut self, count: usize) {
        self.at += count;
    }

    /// The next byte; none at the archive's end.
    pub(super) fn byte(&mut self) -> Option<u8> {
        let byte = self.peek().first().copied()?;
        self.skip(1);
        Some(byte)
    }
}

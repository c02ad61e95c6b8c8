//! The threads that unpack, and the way in and out of them.

use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::{self, JoinHandle};

use gvr_core::Version;

use super::inflate::BLOCK;
use super::observe::Observer;
use super::tree::Tree;
use super::write::{Disk, Writing};
use super::{UnpackError, inflate, read};

/// Blocks on the way to the thread that inflates, and from it to the one that writes. Together some megabytes. Go's archives
/// begin with large files, which are inflated more slowly than they are written, and then come small ones: what was downloaded
/// and hashed before those is work that they need not wait for.
const DOWNLOADED: usize = 24;
const INFLATED: usize = 8;

/// The most threads that write at once.
const MOST_WRITERS: usize = 4;

/// What was unpacked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unpacked {
    /// All entries, extended headers included.
    pub(super) entries: u64,
    /// How many files were written.
    pub(crate) files: u64,
    /// How many bytes they have.
    pub(crate) bytes: u64,
}

/// Unpacks what it is fed into a folder. Dropping it stops it: afterwards nothing writes to the folder any more.
pub(crate) struct Unpacker {
    /// Absent once the archive has ended or nobody takes more of it.
    compressed: Option<SyncSender<Vec<u8>>>,
    used: Receiver<Vec<u8>>,
    block: Vec<u8>,
    writer: Option<JoinHandle<Result<Unpacked, UnpackError>>>,
}

impl Unpacker {
    /// Begins to unpack the archive of `version` into the empty folder `destination`. The observer is told of its files
    /// before anybody knows whether the archive is the right one.
    pub(crate) fn start(
        destination: &Path,
        version: Version,
        observer: Option<Arc<dyn Observer>>,
    ) -> Result<Self, UnpackError> {
        Self::start_with(destination, version, Writing { writers: writers(), observer, files: Box::new(Disk) })
    }

    fn start_with(destination: &Path, version: Version, writing: Writing) -> Result<Self, UnpackError> {
        let tree = Tree::open(destination)?;
        let (compressed, to_inflate) = mpsc::sync_channel(DOWNLOADED);
        let (give_back, used) = mpsc::channel();
        let (plain, to_write) = mpsc::sync_channel(INFLATED);
        let (emptied, empty) = mpsc::channel();
        // Not joined: it ends as soon as one of its neighbours does, and it touches no file.
        thread::Builder::new()
            .name("gvr-inflate".to_owned())
            .spawn(move || inflate::run(to_inflate, give_back, &empty, &plain))
            .map_err(UnpackError::Threads)?;
        let writer = thread::Builder::new()
            .name("gvr-unpack".to_owned())
            .spawn(move || read::run(to_write, emptied, tree, version, &writing))
            .map_err(UnpackError::Threads)?;
        Ok(Self { compressed: Some(compressed), used, block: Vec::new(), writer: Some(writer) })
    }

    /// Takes the next bytes of the archive. An error says that it is refused, or cannot be written; after it nothing more
    /// is taken.
    pub(crate) fn feed(&mut self, mut data: &[u8]) -> Result<(), UnpackError> {
        while !data.is_empty() {
            let room = BLOCK - self.block.len();
            let (now, later) = data.split_at(room.min(data.len()));
            self.block.extend_from_slice(now);
            data = later;
            if self.block.len() == BLOCK && !self.send() {
                // Nobody listens any more: both threads have ended, and not because the archive has.
                return Err(self.join().err().unwrap_or_else(ended_early));
            }
        }
        Ok(())
    }

    /// The archive has ended: waits until all of it is on disk and was looked at.
    pub(crate) fn finish(mut self) -> Result<Unpacked, UnpackError> {
        if !self.block.is_empty() {
            // If nobody takes it, the thread that should have says why.
            self.send();
        }
        self.join()
    }

    /// Hands the block on. `false` if nobody takes it.
    fn send(&mut self) -> bool {
        let mut next = self.used.try_recv().unwrap_or_default();
        next.clear();
        next.reserve_exact(BLOCK);
        let block = std::mem::replace(&mut self.block, next);
        self.compressed.as_ref().is_some_and(|compressed| compressed.send(block).is_ok())
    }

    fn join(&mut self) -> Result<Unpacked, UnpackError> {
        self.compressed = None;
        match self.writer.take().map(JoinHandle::join) {
            Some(Ok(result)) => result,
            _ => Err(ended_early()),
        }
    }
}

/// How many threads write. Creating a file is work for one core; more than a few only wait for the file system's locks.
fn writers() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(MOST_WRITERS)
}

fn ended_early() -> UnpackError {
    UnpackError::Threads(std::io::Error::other("a thread has ended early"))
}

impl Drop for Unpacker {
    fn drop(&mut self) {
        if self.writer.is_some() {
            // What it says no longer interests anybody; that it has stopped does.
            let _ = self.join();
        }
    }
}

#[cfg(test)]
mod faults;
#[cfg(test)]
mod tests;

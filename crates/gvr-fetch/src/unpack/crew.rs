//! The writers as the reader sees them: files go in, in their order, and come to rest on disk in any.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::thread::{Builder, Scope, ScopedJoinHandle};

use super::UnpackError;
use super::batch::{BATCH, Batch};
use super::write::{self, Work};

/// Batches that wait for one writer, beside the one that it writes.
const WAITING: usize = 1;

/// Threads that write files. They end when this is dropped.
pub(super) struct Crew<'scope> {
    writers: Vec<Lane<'scope>>,
    used: Receiver<Batch>,
    batch: Batch,
    /// Whose turn it is.
    next: usize,
    /// Whether a file was begun and is not complete.
    is_in_file: bool,
    /// Whether the batch begins in the middle of a file, and so is for the writer who has the file's beginning.
    follows: bool,
}

struct Lane<'scope> {
    batches: SyncSender<Batch>,
    thread: ScopedJoinHandle<'scope, Result<(), UnpackError>>,
}

impl<'scope> Crew<'scope> {
    /// Starts `count` writers.
    pub(super) fn start<'env>(
        scope: &'scope Scope<'scope, 'env>,
        count: usize,
        work: &'env Work<'env>,
    ) -> Result<Self, UnpackError> {
        let (give_back, used) = mpsc::channel();
        let start_one = |number| {
            let (batches, to_write) = mpsc::sync_channel(WAITING);
            let give_back = give_back.clone();
            let thread = Builder::new()
                .name(format!("gvr-write-{number}"))
                .spawn_scoped(scope, move || write::run(work, &to_write, &give_back))
                .map_err(UnpackError::Threads)?;
            Ok(Lane { batches, thread })
        };
        let writers = (0..count.max(1)).map(start_one).collect::<Result<_, _>>()?;
        let mut batch = Batch::default();
        batch.clear();
        Ok(Self { writers, used, batch, next: 0, is_in_file: false, follows: false })
    }

    /// Begins a file of `size` bytes.
    pub(super) fn begin(
        &mut self,
        folder: Arc<OwnedFd>,
        path: &str,
        is_program: bool,
        size: u64,
    ) -> Result<(), UnpackError> {
        // A file that would fit into a batch is not torn apart.
        let room = self.batch.room().len() as u64;
        if size > room && (size <= BATCH as u64 || room < BATCH as u64 / 2) {
            self.hand_on()?;
        }
        self.batch.begin(folder, path, is_program);
        self.is_in_file = true;
        Ok(())
    }

    /// Where the file's next bytes go; never empty. [`Self::add`] says how many there are.
    pub(super) fn room(&mut self) -> Result<&mut [u8], UnpackError> {
        if self.batch.room().is_empty() {
            self.hand_on()?;
        }
        Ok(self.batch.room())
    }

    /// So much of the room was filled.
    pub(super) fn add(&mut self, count: usize) {
        self.batch.add(count);
    }

    /// The file at hand is complete.
    pub(super) fn end(&mut self) {
        self.batch.end();
        self.is_in_file = false;
    }

    /// Nothing more comes: waits until all of it is written.
    pub(super) fn finish(mut self) -> Result<(), UnpackError> {
        if !self.batch.is_empty() {
            self.hand_on()?;
        }
        self.join()
    }

    /// Hands the batch to the next writer who has room for it, or waits.
    fn hand_on(&mut self) -> Result<(), UnpackError> {
        let mut fresh = self.used.try_recv().unwrap_or_default();
        fresh.clear();
        if self.is_in_file {
            fresh.go_on();
        }
        let full = std::mem::replace(&mut self.batch, fresh);
        if let Some(writer) = self.send(full) {
            self.follows = self.is_in_file;
            self.next = if self.follows { writer } else { (writer + 1) % self.writers.len() };
            return Ok(());
        }
        // A writer has ended although there is more to write, so it has failed.
        Err(self
            .join()
            .err()
            .unwrap_or_else(|| UnpackError::Threads(std::io::Error::other("a writer has ended early"))))
    }

    /// Who took it. `None` if a writer is not there any more.
    fn send(&mut self, mut full: Batch) -> Option<usize> {
        let count = self.writers.len();
        for turn in 0..if self.follows { 0 } else { count } {
            let writer = (self.next + turn) % count;
            match self.writers.get(writer)?.batches.try_send(full) {
                Ok(()) => return Some(writer),
                Err(TrySendError::Full(back)) => full = back,
                Err(TrySendError::Disconnected(_)) => return None,
            }
        }
        self.writers.get(self.next)?.batches.send(full).ok()?;
        Some(self.next)
    }

    fn join(&mut self) -> Result<(), UnpackError> {
        // All are told that nothing more comes before any is waited for.
        let threads: Vec<_> = self.writers.drain(..).map(|lane| lane.thread).collect();
        let results: Vec<_> = threads.into_iter().map(join_one).collect();
        results.into_iter().collect()
    }
}

fn join_one(thread: ScopedJoinHandle<'_, Result<(), UnpackError>>) -> Result<(), UnpackError> {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

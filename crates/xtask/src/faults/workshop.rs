//! What all experiments share: the built programs, places to work at, threads to work with.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use gvr_testkit::Strace;
use tempfile::TempDir;

use super::FaultError;
use crate::context::Context;
use crate::process;

/// A file system in memory, where syncing costs nothing.
const MEMORY: &str = "/dev/shm";

pub(crate) struct Workshop {
    /// gvr, beside which lies gvr-shim.
    pub(crate) gvr: PathBuf,
    pub(crate) strace: Option<Strace>,
    /// Whether a sample is enough.
    pub(crate) is_quick: bool,
    /// Where random schedules begin.
    pub(crate) seed: u64,
    only: String,
    /// Whether this is root, who can mount.
    pub(crate) is_root: bool,
}

impl Workshop {
    /// Builds gvr and looks at what there is to work with.
    pub(crate) fn open(context: &Context, is_quick: bool, seed: u64, only: &str) -> Result<Self, FaultError> {
        process::run(context.cargo().args(["build", "--quiet", "--package", "gvr", "--package", "gvr-shim"]))?;
        let id = process::output(std::process::Command::new("id").arg("-u"))?;
        let is_root = id.stdout.trim_ascii() == b"0";
        Ok(Self { gvr: context.built("gvr"), strace: Strace::find(), is_quick, seed, only: only.to_owned(), is_root })
    }

    /// Whether an experiment of this name shall be made.
    pub(crate) fn wants(&self, name: &str) -> bool {
        name.contains(&self.only)
    }

    /// A folder of one's own, in memory where that can be had.
    pub(crate) fn folder() -> io::Result<TempDir> {
        let mut builder = tempfile::Builder::new();
        builder.prefix("gvr-faults-");
        if Path::new(MEMORY).is_dir() { builder.tempdir_in(MEMORY) } else { builder.tempdir() }
    }

    /// All of them, or an evenly spread sample of at most this many where that is enough.
    pub(crate) fn sample<'a, T>(&self, all: &'a [T], most: usize) -> Vec<&'a T> {
        let step = if self.is_quick { all.len().div_ceil(most).max(1) } else { 1 };
        all.iter().step_by(step).collect()
    }

    /// Does the work for each item, on as many threads as there are processors; `note` hears of each result on this one.
    /// Every worker has a number of its own.
    pub(crate) fn each<T: Sync, R: Send>(
        items: &[T],
        work: impl Fn(usize, &T) -> io::Result<R> + Sync,
        mut note: impl FnMut(&T, R),
    ) -> io::Result<()> {
        let workers = thread::available_parallelism().map_or(1, Into::into).min(items.len()).max(1);
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            let (sender, results) = mpsc::channel();
            for worker in 0..workers {
                let (sender, next, work) = (sender.clone(), &next, &work);
                scope.spawn(move || {
                    while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if sender.send((item, work(worker, item))).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            for (item, result) in results {
                note(item, result?);
            }
            Ok(())
        })
    }
}

/// A generator of numbers that look random: splitmix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not zero.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

//! Whose the files of Go's caches are. After one `sudo go build` some belong to root, and every later call without sudo
//! stops at them.
//!
//! This is the one part of the doctor that walks folders itself, as a recording of a cache would be larger than the cache.
//! It never follows links, but for the folders that it is given, stays on their file systems, and changes nothing.

mod entries;
mod folder;
mod mend;
mod queue;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use self::entries::Buffer;
use self::folder::{Entry, Folder, has_vanished};
use self::queue::{Queue, Task};

pub use self::mend::mend_command;

/// How much a walk may cost, and how much it tells.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many threads walk.
    pub threads: NonZero<usize>,
    /// How many offenders are named in each folder.
    pub named: usize,
    /// After how many entries in all the walk ends.
    pub entries: u64,
    /// After how long the walk ends.
    pub patience: Duration,
}

impl Default for Limits {
    /// All processors but no more than eight, ten offenders, ten million entries, half a minute.
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get).clamp(1, 8);
        Self {
            threads: NonZero::new(processors).unwrap_or(NonZero::<usize>::MIN),
            named: 10,
            entries: 10_000_000,
            patience: Duration::from_secs(30),
        }
    }
}

/// Whose the files in a folder are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ownership {
    /// How many entries were seen: the folder itself, and all in it.
    pub entries: u64,
    /// How many belong to each user, by user number.
    pub owners: BTreeMap<u32, u64>,
    /// The first of those that belong to somebody else, in the order of their paths.
    pub offenders: Vec<Offender>,
    /// How many folders could not be looked into, and the first of them.
    pub unreadable: Unreadable,
    /// Whether a limit ended the walk.
    pub is_cut_short: bool,
}

/// What belongs to somebody else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Offender {
    /// Where it is.
    pub path: PathBuf,
    /// Whose it is, as a user number.
    pub owner: u32,
    /// Whether it is a folder: then nothing can be put there.
    pub is_folder: bool,
}

/// Folders that could not be looked into.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unreadable {
    /// How many.
    pub count: u64,
    /// One of them, with what the system said.
    pub example: Option<(PathBuf, String)>,
}

impl Ownership {
    /// How many entries do not belong to `user`.
    pub fn foreign(&self, user: u32) -> u64 {
        self.owners.iter().filter(|(owner, _)| **owner != user).map(|(_, count)| count).sum()
    }

    fn add(&mut self, other: Self, named: usize) {
        self.entries += other.entries;
        for (owner, count) in other.owners {
            *self.owners.entry(owner).or_default() += count;
        }
        self.offenders.extend(other.offenders);
        self.offenders.sort();
        self.offenders.truncate(named);
        self.unreadable.count += other.unreadable.count;
        self.unreadable.example = self.unreadable.example.take().or(other.unreadable.example);
        self.is_cut_short |= other.is_cut_short;
    }
}

/// Walks folders, and says of each whose its files are, and which do not belong to `user`. A folder that does not exist
/// has no entries.
pub fn walk(folders: &[PathBuf], user: u32, limits: &Limits) -> Vec<Ownership> {
    let mut all: Vec<_> = folders.iter().map(|_| Ownership::default()).collect();
    let shared = Shared {
        queue: Queue::default(),
        user,
        limits,
        seen: AtomicU64::new(0),
        is_over: AtomicBool::new(false),
        until: Instant::now() + limits.patience,
    };
    for (root, path) in folders.iter().enumerate() {
        shared.begin(root, path, &mut all[root]);
    }
    let add = |all: &mut Vec<Ownership>, found: Vec<Tally>| {
        for (sum, tally) in all.iter_mut().zip(found) {
            sum.add(tally.finish(), limits.named);
        }
    };
    std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..limits.threads.get()).map(|_| scope.spawn(|| shared.work(folders.len()))).collect();
        add(&mut all, shared.work(folders.len()));
        for helper in helpers {
            match helper.join() {
                Ok(found) => add(&mut all, found),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    for ownership in &mut all {
        ownership.is_cut_short |= shared.is_over.load(Ordering::Relaxed);
    }
    all
}

struct Shared<'a> {
    queue: Queue,
    user: u32,
    limits: &'a Limits,
    seen: AtomicU64,
    is_over: AtomicBool,
    until: Instant,
}

/// What one thread has seen of one of the folders.
#[derive(Default)]
struct Tally {
    ownership: Ownership,
    /// A run of entries of one owner, which is what most are.
    run: (u32, u64),
    offenders: BTreeSet<Offender>,
}

impl Tally {
    fn count(&mut self, owner: u32) {
        if self.run.0 != owner {
            self.end_run();
            self.run.0 = owner;
        }
        self.run.1 += 1;
    }

    fn end_run(&mut self) {
        let (owner, count) = std::mem::take(&mut self.run);
        if count > 0 {
            *self.ownership.owners.entry(owner).or_default() += count;
            self.ownership.entries += count;
        }
    }

    fn name(&mut self, offender: Offender, most: usize) {
        self.offenders.insert(offender);
        if self.offenders.len() > most {
            self.offenders.pop_last();
        }
    }

    fn is_unreadable(&mut self, path: PathBuf, error: rustix::io::Errno) {
        self.ownership.unreadable.count += 1;
        self.ownership.unreadable.example.get_or_insert_with(|| (path, error.to_string()));
    }

    fn finish(mut self) -> Ownership {
        self.end_run();
        self.ownership.offenders = self.offenders.into_iter().collect();
        self.ownership
    }
}

impl Shared<'_> {
    /// Opens one of the folders that were asked for.
    fn begin(&self, root: usize, path: &Path, ownership: &mut Ownership) {
        let mut tally = Tally::default();
        match Folder::open_root(root, path) {
            Ok((folder, entry)) => {
                self.look_at(&entry, || path.to_owned(), &mut tally);
                self.queue.push([Task::Read(Arc::new(folder))]);
            }
            Err(rustix::io::Errno::NOENT) => {}
            Err(error) => tally.is_unreadable(path.to_owned(), error),
        }
        *ownership = tally.finish();
    }

    fn look_at(&self, entry: &Entry, path: impl FnOnce() -> PathBuf, tally: &mut Tally) {
        tally.count(entry.owner);
        if entry.owner != self.user {
            let offender = Offender { path: path(), owner: entry.owner, is_folder: entry.is_folder };
            tally.name(offender, self.limits.named);
        }
    }

    fn work(&self, roots: usize) -> Vec<Tally> {
        let mut tallies: Vec<_> = (0..roots).map(|_| Tally::default()).collect();
        let mut buffer = Buffer::default();
        while let Some(task) = self.queue.pop() {
            if !self.is_over() {
                self.run(task, &mut tallies, &mut buffer);
            }
            self.queue.done();
        }
        tallies
    }

    fn run(&self, task: Task, tallies: &mut [Tally], buffer: &mut Buffer) {
        let folder = match task {
            Task::Read(folder) => folder,
            Task::Open(parent, name) => match parent.open(&name) {
                Ok(folder) => Arc::new(folder),
                Err(error) if has_vanished(error) => return,
                Err(error) => {
                    tallies[parent.root].is_unreadable(parent.path_of(&name), error);
                    return;
                }
            },
        };
        let tally = &mut tallies[folder.root];
        let mut below = Vec::new();
        let mut seen = 0;
        let more = folder.read(buffer, |name, entry| {
            seen += 1;
            self.look_at(&entry, || folder.path_of(name), tally);
            if entry.is_folder && entry.device == folder.device {
                below.push(name.to_owned());
            }
        });
        self.seen.fetch_add(seen, Ordering::Relaxed);
        match more {
            Ok(true) => self.queue.push([Task::Read(Arc::clone(&folder))]),
            Ok(false) => {}
            // A folder that was removed while it was read.
            Err(error) if has_vanished(error) => {}
            Err(error) => tally.is_unreadable(folder.path(), error),
        }
        // These are taken first, so that what waits is never more than a path's worth of it.
        self.queue.push(below.into_iter().map(|name| Task::Open(Arc::clone(&folder), name)));
    }

    fn is_over(&self) -> bool {
        let is_over = self.seen.load(Ordering::Relaxed) >= self.limits.entries || Instant::now() >= self.until;
        if is_over {
            self.is_over.store(true, Ordering::Relaxed);
        }
        is_over
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A walk that has come to a folder, with one thread and one task at a time.
    fn at_work<T>(run: impl FnOnce(&Shared<'_>, &Arc<Folder>, &mut [Tally]) -> T) -> T {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("one")).unwrap();
        fs::write(folder.path().join("one/file"), "").unwrap();
        let limits = Limits::default();
        let shared = Shared {
            queue: Queue::default(),
            user: 0,
            limits: &limits,
            seen: AtomicU64::new(0),
            is_over: AtomicBool::new(false),
            until: Instant::now() + limits.patience,
        };
        let (root, _) = Folder::open_root(0, folder.path()).unwrap();
        run(&shared, &Arc::new(root), &mut [Tally::default()])
    }

    #[test]
    fn what_vanishes_in_the_middle_is_not_unreadable() {
        at_work(|shared, root, tallies| {
            let mut buffer = Buffer::default();
            let open = || Task::Open(Arc::clone(root), c"one".to_owned());
            let one = root.path_of(c"one");
            let reading = Task::Read(Arc::new(root.open(c"one").unwrap()));
            fs::remove_dir_all(&one).unwrap();
            shared.run(open(), tallies, &mut buffer);
            shared.run(reading, tallies, &mut buffer);
            fs::write(&one, "a file in the folder's place").unwrap();
            shared.run(open(), tallies, &mut buffer);
            fs::remove_file(&one).unwrap();
            std::os::unix::fs::symlink(".", &one).unwrap();
            shared.run(open(), tallies, &mut buffer);
            assert_eq!(tallies[0].ownership.unreadable, Unreadable::default());
        });
    }
}

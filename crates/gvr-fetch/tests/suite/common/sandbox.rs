//! A folder for one test, with a fetcher that is quick to give up.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gvr_core::Layout;
use gvr_fetch::{Config, Fetched, Fetcher, InstallError, Progress, RetryPolicy};
use tempfile::TempDir;

use super::FakeGo;

pub(crate) struct Sandbox {
    folder: TempDir,
    is_used: AtomicBool,
    pub(crate) config: Config,
}

impl Sandbox {
    /// Asks the server at `dist_url`.
    pub(crate) fn new(dist_url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(&Layout::new(folder.path().join("root")));
        dist_url.clone_into(&mut config.dist_url);
        config.retry = RetryPolicy {
            attempts: 3,
            first_wait: Duration::from_millis(1),
            longest_wait: Duration::from_millis(2),
            longest_retry_after: Duration::from_millis(5),
        };
        fs::create_dir(folder.path().join("stage")).unwrap();
        fs::write(folder.path().join("canary"), "unharmed").unwrap();
        Self { folder, is_used: AtomicBool::new(false), config }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn stage(&self) -> PathBuf {
        self.path().join("stage")
    }

    pub(crate) fn fetcher(&self) -> Fetcher {
        Fetcher::new(self.config.clone())
    }

    pub(crate) fn install(&self, go: &FakeGo) -> Result<Fetched, InstallError> {
        self.install_noting(go, &Notes::default(), false)
    }

    /// Into a new stage, as a caller has it for each install.
    pub(crate) fn install_noting(&self, go: &FakeGo, notes: &Notes, keep: bool) -> Result<Fetched, InstallError> {
        if self.is_used.swap(true, Ordering::SeqCst) {
            fs::remove_dir_all(self.stage()).unwrap();
            fs::create_dir(self.stage()).unwrap();
        }
        self.fetcher().install_into(&go.archive, &self.stage(), notes, keep)
    }

    /// The names of what is in the cache.
    pub(crate) fn cached(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.config.cache) else { return Vec::new() };
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) fn part_of(&self, go: &FakeGo) -> PathBuf {
        self.config.cache.join(format!("{}.part", go.archive.sha256.unwrap()))
    }

    pub(crate) fn kept(&self, go: &FakeGo) -> PathBuf {
        self.config.cache.join(format!("{}.tar.gz", go.archive.sha256.unwrap()))
    }

    /// Nothing but the stage and the cache has been touched.
    #[track_caller]
    pub(crate) fn assert_unharmed(&self) {
        let names = fs::read_dir(self.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let strangers: Vec<_> = names.filter(|name| name != "root" && name != "stage" && name != "canary").collect();
        assert!(strangers.is_empty(), "{strangers:?}");
        assert_eq!(fs::read_to_string(self.path().join("canary")).unwrap(), "unharmed");
    }

    /// Every file below the stage, with its mode and its size; folders end in a slash.
    pub(crate) fn unpacked(&self) -> BTreeMap<String, (u32, u64)> {
        let mut found = BTreeMap::new();
        walk(&self.stage(), "", &mut found);
        found
    }
}

fn walk(folder: &Path, prefix: &str, found: &mut BTreeMap<String, (u32, u64)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let about = entry.metadata().unwrap();
        let name = format!("{prefix}{}", entry.file_name().into_string().unwrap());
        let mode = about.permissions().mode() & 0o7777;
        if about.is_dir() {
            found.insert(format!("{name}/"), (mode, 0));
            walk(&entry.path(), &format!("{name}/"), found);
        } else {
            found.insert(name, (mode, about.len()));
        }
    }
}

/// Notes what a download tells.
#[derive(Default)]
pub(crate) struct Notes(Mutex<Vec<String>>);

impl Notes {
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn count(&self, word: &str) -> usize {
        self.all().iter().filter(|note| note.starts_with(word)).count()
    }

    fn add(&self, note: String) {
        self.0.lock().unwrap().push(note);
    }
}

impl Progress for Notes {
    fn start(&self, total: Option<u64>, already: u64) {
        self.add(format!("start {total:?} {already}"));
    }

    fn advance(&self, bytes: u64) {
        assert!(bytes > 0);
        let mut notes = self.0.lock().unwrap();
        match notes.last().and_then(|last| last.strip_prefix("advance ")).and_then(|sum| sum.parse::<u64>().ok()) {
            Some(sum) => *notes.last_mut().unwrap() = format!("advance {}", sum + bytes),
            None => notes.push(format!("advance {bytes}")),
        }
    }

    fn retry(&self, why: &str, _wait: Duration) {
        self.add(format!("retry {why}"));
    }

    fn finish(&self) {
        self.add("finish".to_owned());
    }
}

//! A home folder with start-up files, and a shell to start in it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gvr_doctor::facts::{Fact, Trace};
use gvr_doctor::probe::{RealHost, SessionLimits};
use gvr_doctor::trace::{self, TraceQuestion, TraceShell};
use tempfile::TempDir;

/// A program of this machine; `None`, and a line on stderr, where it is missing or `GVR_TEST_SKIP` names it.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let skipped = std::env::var("GVR_TEST_SKIP").unwrap_or_default();
    let is_skipped = skipped.split([',', ' ']).any(|skipped| skipped == name);
    let folders = ["/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin"];
    let found = folders.iter().map(|folder| Path::new(folder).join(name)).find(|path| path.is_file() && !is_skipped);
    if found.is_none() {
        // A test that passes has its `eprintln!` swallowed; this is not.
        let _ = writeln!(std::io::stderr(), "left out: what needs {name}");
    }
    found
}

/// A home folder.
pub(crate) struct Home {
    folder: TempDir,
    /// Its path without links.
    pub(crate) path: PathBuf,
    /// Variables that the terminal has.
    pub(crate) environment: Vec<(OsString, OsString)>,
}

impl Home {
    pub(crate) fn with(files: &[(String, String)]) -> Self {
        let folder = tempfile::Builder::new().prefix("gvr-trace-").tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("home");
        fs::create_dir(&path).unwrap();
        let home = Self { folder, path, environment: Vec::new() };
        for (name, text) in files {
            home.write(name, text);
        }
        home
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let file = self.path.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Starts a shell, and checks that nothing in the home folder and nothing beside it has changed.
    pub(crate) fn trace(
        &self,
        shell: TraceShell,
        program: &Path,
        is_login: bool,
        time_out: Duration,
    ) -> Fact<Option<Trace>> {
        let temporary = self.folder.path().join("tmp");
        fs::create_dir_all(&temporary).unwrap();
        let mut environment = self.environment.clone();
        environment.push(("TMPDIR".into(), temporary.clone().into()));
        let host = RealHost { environment, folder: None, home: Some(self.path.clone()) };
        let before = contents(&self.path);
        let limits = SessionLimits { time_out, stop: std::sync::Arc::default() };
        let question = TraceQuestion { shell, program: program.to_owned(), is_login, limits };
        let trace = trace::run(&host, &question);
        assert_eq!(contents(&self.path), before, "the home folder was changed");
        let left: Vec<_> = contents(&temporary).into_keys().skip(1).collect();
        assert!(left.is_empty(), "left behind: {left:?}");
        trace
    }
}

/// Everything below a folder, with its content and the time of its last change.
fn contents(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, Option<std::time::SystemTime>)> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        let metadata = fs::symlink_metadata(&path).unwrap();
        if metadata.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        let content = if metadata.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
        // The temporary folder itself has had something in it.
        let is_top = path == folder;
        found.insert(path, (content, (!is_top).then(|| metadata.modified().unwrap())));
    }
    found
}

//! A store in a folder of its own, and toolchains to put into it.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use gvr_core::{Layout, Toolchain};
use gvr_store::{Check, Durability, InstallError, Installed, Options, Receipt, Replace, SayNothing, Store};
use tempfile::TempDir;

/// Tests of a race need many rounds, and a power cut is not among them.
pub(crate) const FAST: Options =
    Options { lock_wait: Duration::from_mins(1), durability: Durability::None, invoked_by: None };

/// A root, and a place beside it for what does not belong to the store.
pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn store(&self) -> Store {
        self.store_with(FAST)
    }

    pub(crate) fn store_with(&self, options: Options) -> Store {
        open(&self.path("root"), options)
    }

    /// What lies in `tmp`.
    pub(crate) fn leftovers(&self) -> Vec<String> {
        names(&self.store().layout().temporary())
    }
}

pub(crate) fn open(root: &Path, options: Options) -> Store {
    Store::with_options(Layout::new(root), options)
}

#[track_caller]
pub(crate) fn toolchain(name: &str) -> Toolchain {
    Toolchain::from_folder_name(name).unwrap()
}

/// The names in a folder, sorted; none if there is no folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

pub(crate) fn receipt(name: &str) -> Receipt {
    Receipt {
        version: toolchain(name).version,
        platform: "linux-amd64".parse().unwrap(),
        url: "http://127.0.0.1/go.tar.gz".to_owned(),
        sha256: "0".repeat(64),
        size: 1,
        files: 2,
        unpacked: 3,
        installed_at: "2026-01-31T12:00:00Z".to_owned(),
        gvr: "0.1.0".to_owned(),
        h1: None,
        checked: vec![Check { by: "index".to_owned(), detail: "127.0.0.1".to_owned() }],
        unanswered: Vec::new(),
    }
}

/// Fills a tree whose files all say `content`.
pub(crate) fn fill(tree: &Path, content: &str) -> io::Result<()> {
    fs::create_dir_all(tree.join("bin"))?;
    for name in ["VERSION", "bin/go", "bin/gofmt"] {
        fs::write(tree.join(name), content)?;
    }
    for name in ["bin/go", "bin/gofmt"] {
        fs::set_permissions(tree.join(name), Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// Installs such a tree.
pub(crate) fn install(
    store: &Store,
    name: &str,
    replace: Replace,
    content: &str,
) -> Result<Installed, InstallError<io::Error>> {
    store.install(toolchain(name), replace, &SayNothing, |tree| fill(tree, content).map(|()| receipt(name)))
}

/// What the tree of a toolchain says.
pub(crate) fn content(store: &Store, name: &str) -> String {
    fs::read_to_string(store.layout().toolchain(toolchain(name)).join("VERSION")).unwrap()
}

/// Copies a program so that it can be started at once.
///
/// Another process does it: whatever this one has open for writing, the children of other tests hold for a moment too,
/// and a program that anybody has open for writing cannot be started.
pub(crate) fn copy_program(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg(from).arg(to).status().unwrap().success());
}

//! The folder of shims.

use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use gvr_core::Layout;
use gvr_store::{Replace, SayNothing, ShimError, ShimReport, Store};

use crate::common::{Sandbox, install, names, toolchain};

/// A store, its folder of shims, and a program to make them of.
struct Shims {
    sandbox: Sandbox,
    store: Store,
    folder: PathBuf,
}

impl Shims {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let store = sandbox.store();
        let shims = Self { folder: store.layout().shims(), sandbox, store };
        shims.set_program("the shim");
        shims
    }

    fn program(&self) -> PathBuf {
        self.sandbox.path("gvr-shim")
    }

    fn set_program(&self, content: &str) {
        fs::write(self.program(), content).unwrap();
    }

    fn sync(&self) -> ShimReport {
        self.store.sync_shims(&self.program(), &SayNothing).unwrap()
    }

    fn inode(&self, name: &str) -> u64 {
        fs::symlink_metadata(self.folder.join(name)).unwrap().ino()
    }

    fn content(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }
}

fn list(names: &[&str]) -> Vec<OsString> {
    names.iter().map(OsString::from).collect()
}

fn put_executable(path: &Path) {
    fs::write(path, "a tool").unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn an_empty_store_has_the_two_that_every_go_has() {
    let shims = Shims::new();
    let report = shims.sync();
    assert_eq!(report, ShimReport { created: list(&["go", "gofmt"]), ..ShimReport::default() });
    assert_eq!(names(&shims.folder), [".gvr-shim", Layout::SHIMS_MARKER, "go", "gofmt"]);
    assert!(shims.content(Layout::SHIMS_MARKER).contains("gvr"));
    assert_eq!(shims.content("go"), "the shim");
    assert_eq!(shims.inode("go"), shims.inode("gofmt"));
    let metadata = fs::metadata(shims.folder.join("go")).unwrap();
    assert_eq!((metadata.permissions().mode() & 0o7777, metadata.nlink()), (0o755, 3));
    assert_ne!(metadata.ino(), fs::metadata(shims.program()).unwrap().ino(), "a shim outlives gvr's own update");
}

#[test]
fn every_native_version_has_its_programs_and_its_name() {
    let shims = Shims::new();
    for name in ["1.22.5", "1.20.0", "1.23rc1", "1.15.15-darwin-amd64"] {
        install(&shims.store, name, Replace::Never, "go").unwrap();
    }
    put_executable(&shims.store.layout().program(toolchain("1.20.0"), "godoc"));
    put_executable(&shims.store.layout().program(toolchain("1.20.0"), ".hidden"));
    put_executable(&shims.store.layout().program(toolchain("1.15.15-darwin-amd64"), "foreign-tool"));
    fs::write(shims.store.layout().program(toolchain("1.22.5"), "README"), "not executable").unwrap();
    fs::create_dir(shims.store.layout().program(toolchain("1.22.5"), "folder")).unwrap();
    let expected = list(&["go", "go1.20", "go1.22.5", "go1.23rc1", "godoc", "gofmt"]);
    assert_eq!(shims.sync().created, expected);
    assert_eq!(shims.sync(), ShimReport { kept: expected.clone(), ..ShimReport::default() });

    shims.store.remove(toolchain("1.20.0"), &SayNothing).unwrap();
    let report = shims.sync();
    assert_eq!(report.removed, list(&["go1.20", "godoc"]));
    assert_eq!(report.kept, list(&["go", "go1.22.5", "go1.23rc1", "gofmt"]));
}

#[test]
fn what_is_right_is_not_written_again() {
    let shims = Shims::new();
    shims.sync();
    let before = [".gvr-shim", "go", "gofmt"].map(|name| shims.inode(name));
    let changed = || {
        let metadata = fs::metadata(&shims.folder).unwrap();
        (metadata.ctime(), metadata.ctime_nsec())
    };
    let folder_before = changed();
    assert_eq!(shims.sync(), ShimReport { kept: list(&["go", "gofmt"]), ..ShimReport::default() });
    assert_eq!(changed(), folder_before);
    install(&shims.store, "1.22.5", Replace::Never, "go").unwrap();
    assert_eq!(shims.sync().created, list(&["go1.22.5"]));
    assert_eq!([".gvr-shim", "go", "gofmt"].map(|name| shims.inode(name)), before);
    assert_eq!(shims.inode("go1.22.5"), before[0]);
}

#[test]
fn a_new_program_takes_the_place_of_the_old_one() {
    let shims = Shims::new();
    install(&shims.store, "1.22.5", Replace::Never, "go").unwrap();
    shims.sync();
    let running = fs::File::open(shims.folder.join("go")).unwrap();
    shims.set_program("a newer shim");
    assert_eq!(shims.sync().replaced, list(&["go", "go1.22.5", "gofmt"]));
    for name in ["go", "go1.22.5", "gofmt"] {
        assert_eq!((shims.content(name).as_str(), shims.inode(name)), ("a newer shim", shims.inode(".gvr-shim")));
    }
    assert_eq!(running.metadata().unwrap().len(), "the shim".len() as u64);
    assert_eq!(names(&shims.folder).len(), 5);
}

#[test]
fn an_update_that_was_killed_half_way_is_completed() {
    let shims = Shims::new();
    install(&shims.store, "1.22.5", Replace::Never, "go").unwrap();
    shims.sync();
    shims.set_program("a newer shim");
    // As a killed process leaves it: some names are of the new file, the master is still the old one.
    let fresh = shims.folder.join(".gvr-shim-4194305-0123456789abcdef");
    put_executable(&fresh);
    fs::write(&fresh, "a newer shim").unwrap();
    for name in ["go", "stale"] {
        let _ = fs::remove_file(shims.folder.join(name));
        fs::hard_link(&fresh, shims.folder.join(name)).unwrap();
    }
    let report = shims.sync();
    let expected = ShimReport {
        kept: list(&["go"]),
        replaced: list(&["go1.22.5", "gofmt"]),
        removed: list(&["stale"]),
        ..ShimReport::default()
    };
    assert_eq!(report, expected);
    assert_eq!(names(&shims.folder), [".gvr-shim", ".gvr-shims", "go", "go1.22.5", "gofmt"]);
    assert_eq!(shims.sync().kept, list(&["go", "go1.22.5", "gofmt"]));
}

#[test]
fn copies_are_known_as_shims_too() {
    let shims = Shims::new();
    shims.sync();
    for name in ["gofmt", "stale"] {
        let _ = fs::remove_file(shims.folder.join(name));
        fs::copy(shims.program(), shims.folder.join(name)).unwrap();
        fs::set_permissions(shims.folder.join(name), Permissions::from_mode(0o755)).unwrap();
    }
    let inode = shims.inode("gofmt");
    let report = shims.sync();
    assert_eq!((report.kept, report.removed), (list(&["go", "gofmt"]), list(&["stale"])));
    assert_eq!(shims.inode("gofmt"), inode);
    // The old copies are known by the old master.
    shims.set_program("a newer shim");
    assert_eq!(shims.sync().replaced, list(&["go", "gofmt"]));
}

#[test]
fn a_shim_that_cannot_be_run_is_made_again() {
    let shims = Shims::new();
    shims.sync();
    fs::set_permissions(shims.folder.join("go"), Permissions::from_mode(0o644)).unwrap();
    assert_eq!(shims.sync().replaced, list(&["go", "gofmt"]));
    assert_eq!(fs::metadata(shims.folder.join("go")).unwrap().permissions().mode() & 0o777, 0o755);
}

#[test]
fn what_is_not_gvrs_stays() {
    let shims = Shims::new();
    fs::create_dir_all(&shims.folder).unwrap();
    put_executable(&shims.folder.join("my-tool"));
    put_executable(&shims.folder.join("gofmt"));
    fs::write(shims.folder.join("same-length"), "not shim").unwrap();
    symlink(shims.program(), shims.folder.join("link")).unwrap();
    fs::create_dir(shims.folder.join("folder")).unwrap();
    fs::write(shims.folder.join(".DS_Store"), "").unwrap();
    let report = shims.sync();
    assert_eq!(report.created, list(&["go"]));
    assert_eq!(report.foreign, list(&["folder", "gofmt", "link", "my-tool", "same-length"]));
    assert_eq!(shims.content("gofmt"), "a tool");
    shims.set_program("a newer shim");
    assert_eq!(shims.sync().replaced, list(&["go"]));
    assert_eq!(shims.content("gofmt"), "a tool");
    assert_eq!(shims.content("my-tool"), "a tool");
    assert!(shims.folder.join(".DS_Store").exists());
}

#[test]
fn a_program_that_is_not_there_changes_nothing() {
    let shims = Shims::new();
    shims.sync();
    fs::write(shims.program(), "").unwrap();
    let empty = shims.store.sync_shims(&shims.program(), &SayNothing).unwrap_err();
    fs::remove_file(shims.program()).unwrap();
    let absent = shims.store.sync_shims(&shims.program(), &SayNothing).unwrap_err();
    for error in [empty, absent] {
        assert!(matches!(error, ShimError::Program { .. }), "{error}");
    }
    assert_eq!(shims.content("go"), "the shim");
}

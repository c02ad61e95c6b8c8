//! Removing toolchains.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::symlink;

use gvr_store::{Installed, RemoveError, Replace, SayNothing};

use crate::common::{Sandbox, fill, install, names, toolchain};

#[test]
fn removes_one_and_leaves_the_others() {
    let sandbox = Sandbox::new();
    let store = sandbox.store();
    for name in ["1.22.5", "1.23.1"] {
        install(&store, name, Replace::Never, name).unwrap();
    }
    let mut open = File::open(store.layout().program(toolchain("1.22.5"), "go")).unwrap();
    store.remove(toolchain("1.22.5"), &SayNothing).unwrap();
    assert_eq!(store.installed().unwrap(), [toolchain("1.23.1")]);
    assert_eq!(sandbox.leftovers(), [""; 0]);
    let mut content = String::new();
    open.read_to_string(&mut content).unwrap();
    assert_eq!(content, "1.22.5", "what runs keeps its file");
}

#[test]
fn what_is_not_there_is_not_removed_and_nothing_is_made() {
    let sandbox = Sandbox::new();
    let store = sandbox.store();
    let error = store.remove(toolchain("7.7.7"), &SayNothing).unwrap_err();
    assert!(matches!(error, RemoveError::NotInstalled { .. }));
    assert_eq!(error.to_string(), "version '7.7.7' not installed");
    assert!(!store.layout().root().exists());
}

#[test]
fn follows_no_link() {
    let sandbox = Sandbox::new();
    let store = sandbox.store();
    let outside = sandbox.path("outside");
    fill(&outside, "kept").unwrap();
    install(&store, "1.22.5", Replace::Never, "go").unwrap();
    symlink(&outside, store.layout().toolchain(toolchain("1.22.5")).join("link")).unwrap();
    symlink(&outside, store.layout().toolchain(toolchain("1.23.1"))).unwrap();
    symlink("nowhere", store.layout().toolchain(toolchain("1.24.0"))).unwrap();
    for name in ["1.22.5", "1.23.1", "1.24.0"] {
        store.remove(toolchain(name), &SayNothing).unwrap();
    }
    assert_eq!(names(&store.layout().versions()), [""; 0]);
    assert_eq!(names(&outside), ["VERSION", "bin"]);
    assert_eq!(names(&outside.join("bin")), ["go", "gofmt"]);
    assert_eq!(sandbox.leftovers(), [""; 0]);
}

#[test]
fn sweeps_what_an_earlier_removal_left() {
    let sandbox = Sandbox::new();
    let store = sandbox.store();
    install(&store, "1.22.5", Replace::Never, "go").unwrap();
    fill(&store.layout().temporary().join("del-1.23.1-4194305-0123456789abcdef"), "half deleted").unwrap();
    assert_eq!(store.installed().unwrap(), [toolchain("1.22.5")]);
    store.remove(toolchain("1.22.5"), &SayNothing).unwrap();
    assert_eq!(sandbox.leftovers(), [""; 0]);
}

#[test]
fn also_sweeps_when_there_is_nothing_else_to_do() {
    let sandbox = Sandbox::new();
    let store = sandbox.store();
    install(&store, "1.22.5", Replace::Never, "go").unwrap();
    let left_by_a_killed_process = || {
        fill(&store.layout().temporary().join("del-1.23.1-4194305-0123456789abcdef"), "half deleted").unwrap();
        fill(&store.layout().temporary().join("1.22.5-4194305-0123456789abcdef/tree"), "replaced").unwrap();
    };
    left_by_a_killed_process();
    assert_eq!(install(&store, "1.22.5", Replace::Never, "go").unwrap(), Installed::AlreadyThere);
    assert_eq!(sandbox.leftovers(), [""; 0]);
    left_by_a_killed_process();
    store.remove(toolchain("1.23.1"), &SayNothing).unwrap_err();
    assert_eq!(sandbox.leftovers(), [""; 0]);
    assert!(store.contains(toolchain("1.22.5")));
}

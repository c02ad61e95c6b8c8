//! Installing, by one process.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use gvr_core::Layout;
use gvr_store::{InstallError, Installed, Manifest, Options, Receipt, Replace, SayNothing, Store};

use crate::common::{Sandbox, content, copy_program, fill, install, names, receipt, toolchain};

#[test]
fn installs_once_and_again_when_asked_to() {
    let sandbox = Sandbox::new();
    let store = sandbox.store_with(Options::default());
    assert_eq!(install(&store, "1.22.5", Replace::Never, "first").unwrap(), Installed::Fresh);
    assert_eq!(install(&store, "1.22.5", Replace::Never, "second").unwrap(), Installed::AlreadyThere);
    assert_eq!(content(&store, "1.22.5"), "first");
    assert_eq!(install(&store, "1.22.5", Replace::Always, "third").unwrap(), Installed::Replaced);
    assert_eq!(content(&store, "1.22.5"), "third");
    assert_eq!(install(&store, "1.23.1", Replace::Always, "fresh").unwrap(), Installed::Fresh);

    assert_eq!(store.installed().unwrap(), ["1.22.5", "1.23.1"].map(toolchain));
    assert_eq!(store.receipt(toolchain("1.22.5")).unwrap(), Some(receipt("1.22.5")));
    let tree = store.layout().toolchain(toolchain("1.22.5"));
    assert_eq!(names(&tree), [Layout::MANIFEST, Layout::RECEIPT, "VERSION", "bin"]);
    let now = Manifest::of_tree(&tree).unwrap();
    assert_eq!(Store::manifest_of(&tree).unwrap(), Some(now));
    assert_eq!(fs::metadata(tree).unwrap().permissions().mode() & 0o7777, 0o755);
    assert_eq!(sandbox.leftovers(), [""; 0]);
    assert_eq!(names(&store.layout().locks()), ["1.22.5", "1.23.1", "store"]);
}

#[test]
fn what_cannot_be_filled_leaves_nothing() {
    let sandbox = Sandbox::new();
    let store = sandbox.store();
    let result = store.install(toolchain("1.22.5"), Replace::Never, &SayNothing, |tree| {
        fill(tree, "half").unwrap();
        fs::set_permissions(tree.join("bin"), Permissions::from_mode(0o555)).unwrap();
        fs::set_permissions(tree, Permissions::from_mode(0o555)).unwrap();
        Err::<Receipt, _>(io::Error::other("the line is cut"))
    });
    let error = result.unwrap_err();
    assert!(matches!(error, InstallError::Fill(_)));
    assert_eq!(error.to_string(), "the line is cut");
    assert!(!store.contains(toolchain("1.22.5")));
    assert_eq!(sandbox.leftovers(), [""; 0]);
    assert_eq!(install(&store, "1.22.5", Replace::Never, "whole").unwrap(), Installed::Fresh);
}

#[test]
fn a_failed_reinstall_leaves_the_old_one() {
    let sandbox = Sandbox::new();
    let store = sandbox.store();
    install(&store, "1.22.5", Replace::Never, "old").unwrap();
    let fail = |_: &Path| Err::<Receipt, _>(io::Error::other("no"));
    store.install(toolchain("1.22.5"), Replace::Always, &SayNothing, fail).unwrap_err();
    assert_eq!(content(&store, "1.22.5"), "old");
    assert_eq!(sandbox.leftovers(), [""; 0]);
}

#[test]
fn an_archive_cannot_bring_its_own_receipt() {
    let sandbox = Sandbox::new();
    let store = sandbox.store();
    let outside = sandbox.path("outside");
    let result = store.install(toolchain("1.22.5"), Replace::Never, &SayNothing, |tree| {
        symlink(&outside, tree.join(Layout::RECEIPT)).map(|()| receipt("1.22.5"))
    });
    assert!(matches!(result, Err(InstallError::Receipt { .. })));
    assert!(!outside.exists());
    assert!(!store.contains(toolchain("1.22.5")));
    assert_eq!(sandbox.leftovers(), [""; 0]);
}

#[test]
fn what_is_in_the_way_is_named_before_anything_is_filled() {
    let sandbox = Sandbox::new();
    let store = sandbox.store();
    fs::create_dir_all(store.layout().versions()).unwrap();
    symlink("nowhere", store.layout().toolchain(toolchain("1.22.5"))).unwrap();
    let result = store.install(toolchain("1.22.5"), Replace::Never, &SayNothing, |_| -> io::Result<Receipt> {
        panic!("filled for nothing")
    });
    assert!(matches!(result, Err(InstallError::InTheWay { .. })));
    assert_eq!(install(&store, "1.22.5", Replace::Always, "new").unwrap(), Installed::Replaced);
    assert_eq!(content(&store, "1.22.5"), "new");
    assert_eq!(sandbox.leftovers(), [""; 0]);
}

#[test]
fn replacing_a_link_leaves_what_it_leads_to() {
    let sandbox = Sandbox::new();
    let store = sandbox.store();
    let own = sandbox.path("own");
    fill(&own, "built by hand").unwrap();
    fs::create_dir_all(store.layout().versions()).unwrap();
    symlink(&own, store.layout().toolchain(toolchain("1.22.5"))).unwrap();
    assert_eq!(install(&store, "1.22.5", Replace::Never, "new").unwrap(), Installed::AlreadyThere);
    assert_eq!(install(&store, "1.22.5", Replace::Always, "new").unwrap(), Installed::Replaced);
    assert_eq!(content(&store, "1.22.5"), "new");
    assert_eq!(fs::read_to_string(own.join("VERSION")).unwrap(), "built by hand");
}

#[test]
fn a_root_that_is_a_file_is_refused() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("root"), "").unwrap();
    let error = install(&sandbox.store(), "1.22.5", Replace::Never, "").unwrap_err();
    assert_eq!(error.to_string(), format!("{} is not a folder", sandbox.path("root").display()));
    assert!(error.hint().unwrap().contains("GVR_ROOT"));

    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("root")).unwrap();
    fs::write(sandbox.path("root/tmp"), "").unwrap();
    let error = install(&sandbox.store(), "1.22.5", Replace::Never, "").unwrap_err();
    assert_eq!(error.to_string(), format!("{} is not a folder", sandbox.path("root/tmp").display()));
}

#[test]
fn one_of_sixteen_threads_fills() {
    let sandbox = Sandbox::new();
    let store = sandbox.store();
    let filled = AtomicUsize::new(0);
    let outcomes: Vec<_> = thread::scope(|scope| {
        let install = || {
            store
                .install(toolchain("1.22.5"), Replace::Never, &SayNothing, |tree| {
                    filled.fetch_add(1, Ordering::Relaxed);
                    fill(tree, "whole").map(|()| receipt("1.22.5"))
                })
                .unwrap()
        };
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(install)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(filled.load(Ordering::Relaxed), 1);
    assert_eq!(outcomes.iter().filter(|&&outcome| outcome == Installed::Fresh).count(), 1);
    assert_eq!(outcomes.iter().filter(|&&outcome| outcome == Installed::AlreadyThere).count(), 15);
    assert_eq!(sandbox.leftovers(), [""; 0]);
}

/// On a file system that can exchange two names in one step, as those of Linux and macOS can.
#[test]
fn a_program_can_be_started_at_every_moment_of_a_reinstall() {
    const ROUNDS: usize = 60;
    let sandbox = Sandbox::new();
    let store = sandbox.store();
    // Linked and not written for each tree: a program that is open for writing in any process cannot be started.
    let program = sandbox.path("program");
    let works = ["/bin/true", "/usr/bin/true"].into_iter().map(Path::new).find(|path| path.exists()).unwrap();
    copy_program(works, &program);
    let install = |content: String| {
        store
            .install(toolchain("1.22.5"), Replace::Always, &SayNothing, |tree| {
                fs::create_dir(tree.join("bin"))?;
                fs::write(tree.join("VERSION"), content.repeat(1000))?;
                fs::hard_link(&program, tree.join("bin/go"))?;
                Ok::<_, io::Error>(receipt("1.22.5"))
            })
            .unwrap()
    };
    install("0".to_owned());
    let go = store.layout().program(toolchain("1.22.5"), "go");
    let version = store.layout().toolchain(toolchain("1.22.5")).join("VERSION");
    let is_over = AtomicBool::new(false);
    let started = thread::scope(|scope| {
        let runner = scope.spawn(|| {
            let mut started = 0;
            while !is_over.load(Ordering::Relaxed) || started == 0 {
                assert!(Command::new(&go).status().unwrap().success());
                assert_eq!(fs::read_to_string(&version).unwrap().len(), 1000);
                started += 1;
            }
            started
        });
        for round in 0..ROUNDS {
            assert_eq!(install((round % 10).to_string()), Installed::Replaced);
        }
        is_over.store(true, Ordering::Relaxed);
        runner.join().unwrap()
    });
    assert!(started > 0);
    assert_eq!(sandbox.leftovers(), [""; 0]);
}

//! Several processes, some of which are killed.
//!
//! A test plays both parts: it starts this same test program again, which finds itself told to be the child.

use std::cell::RefCell;
use std::env;
use std::fs::{self, Permissions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::Duration;

use gvr_store::{Holder, InstallError, Installed, LockError, Options, Replace, SayNothing, Waiting};

use crate::common::{FAST, Sandbox, content, copy_program, fill, install, names, open, receipt, toolchain};

/// Names the root to a child, and so makes it one.
const CHILD_ROOT: &str = "GVR_STORE_TEST_ROOT";

const READY: &str = "ready";

/// A second process that runs the test `name` as the child; killed with the value.
struct Second {
    child: Child,
    stdin: Option<ChildStdin>,
    output: BufReader<Box<dyn Read>>,
}

impl Second {
    fn start(name: &str, root: &Path) -> Self {
        let program = env::current_exe().unwrap();
        Self::spawn(Command::new(program).args(["--exact", name, "--nocapture"]).env(CHILD_ROOT, root))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output: Box<dyn Read> = Box::new(child.stdout.take().unwrap());
        Self { stdin: child.stdin.take(), output: BufReader::new(output), child }
    }

    /// Waits until the child says the word.
    fn wait_for(&mut self, word: &str) {
        let mut line = String::new();
        while !line.ends_with(&format!("{word}\n")) {
            line.clear();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0, "the child ended without saying {word}");
        }
    }

    /// Lets the child go on.
    fn release(&mut self) {
        self.stdin = None;
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn child_root() -> Option<PathBuf> {
    env::var_os(CHILD_ROOT).map(PathBuf::from)
}

/// The child's part of [`Second::wait_for`]; past the test harness, which keeps `print!` to itself.
fn say(word: &str) {
    let mut stdout = io::stdout();
    stdout.write_all(format!("{word}\n").as_bytes()).unwrap();
    stdout.flush().unwrap();
}

/// The child's part of [`Second::release`].
fn wait_for_release() {
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

/// The child begins to install, says that it holds everything, and goes on when it is let.
fn install_slowly(root: &Path, name: &str) {
    let result = open(root, FAST).install(toolchain(name), Replace::Never, &SayNothing, |tree| {
        fill(tree, "by the child")?;
        say(READY);
        wait_for_release();
        Ok::<_, io::Error>(receipt(name))
    });
    say(&format!("{:?}", result.unwrap()));
}

/// Lets the other process go on as soon as one waits for it.
struct ReleaseWhenWaiting<'a>(RefCell<&'a mut Second>);

impl Waiting for ReleaseWhenWaiting<'_> {
    fn waits(&self, file: &Path, holder: &Holder) {
        assert!(file.ends_with("locks/1.22.5"), "{}", file.display());
        assert_eq!(holder.pid, Some(self.0.borrow().child.id()));
        self.0.borrow_mut().release();
    }

    fn locks_unsupported(&self, file: &Path, error: &io::Error) {
        panic!("no locks on {}: {error}", file.display());
    }
}

#[test]
fn waits_for_another_process_and_uses_its_work() {
    if let Some(root) = child_root() {
        return install_slowly(&root, "1.22.5");
    }
    let sandbox = Sandbox::new();
    let mut other = Second::start("processes::waits_for_another_process_and_uses_its_work", &sandbox.path("root"));
    other.wait_for(READY);
    let store = sandbox.store();
    let waiting = ReleaseWhenWaiting(RefCell::new(&mut other));
    let installed = store
        .install(toolchain("1.22.5"), Replace::Never, &waiting, |_| -> io::Result<_> { panic!("filled twice") })
        .unwrap();
    assert_eq!(installed, Installed::AlreadyThere);
    assert_eq!(content(&store, "1.22.5"), "by the child");
    other.wait_for("Fresh");
}

#[test]
fn a_killed_process_holds_nothing_back() {
    if let Some(root) = child_root() {
        return install_slowly(&root, "1.22.5");
    }
    let sandbox = Sandbox::new();
    let mut other = Second::start("processes::a_killed_process_holds_nothing_back", &sandbox.path("root"));
    other.wait_for(READY);

    let impatient = sandbox.store_with(Options { lock_wait: Duration::ZERO, ..FAST });
    match install(&impatient, "1.22.5", Replace::Never, "") {
        Err(InstallError::Lock(error @ LockError::TimedOut { holder, .. })) => {
            assert_eq!(holder.pid, Some(other.child.id()));
            assert!(error.hint().unwrap().contains(&other.child.id().to_string()));
        }
        result => panic!("{result:?}"),
    }
    // Another toolchain is not held up, and does not sweep what is alive.
    assert_eq!(install(&impatient, "1.23.1", Replace::Never, "").unwrap(), Installed::Fresh);
    assert_eq!(sandbox.leftovers().len(), 1);

    other.kill();
    assert_eq!(sandbox.leftovers().len(), 1, "a killed process cannot clean up");
    assert_eq!(install(&impatient, "1.22.5", Replace::Never, "by the parent").unwrap(), Installed::Fresh);
    assert_eq!(content(&impatient, "1.22.5"), "by the parent");
    assert_eq!(sandbox.leftovers(), [""; 0]);
}

#[test]
fn of_many_processes_one_fills() {
    const NAME: &str = "processes::of_many_processes_one_fills";
    if let Some(root) = child_root() {
        say(READY);
        wait_for_release();
        let result = open(&root, FAST).install(toolchain("1.22.5"), Replace::Never, &SayNothing, |tree| {
            // Fails if there was another one before.
            fs::create_dir(root.join("filled"))?;
            fill(tree, "whole")?;
            Ok::<_, io::Error>(receipt("1.22.5"))
        });
        return say(&format!("{:?}", result.unwrap()));
    }
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("root")).unwrap();
    let mut others: Vec<_> = (0..8).map(|_| Second::start(NAME, &sandbox.path("root"))).collect();
    for other in &mut others {
        other.wait_for(READY);
    }
    for other in &mut others {
        other.release();
    }
    let mut fresh = 0;
    for other in &mut others {
        let mut output = String::new();
        other.output.read_to_string(&mut output).unwrap();
        assert!(other.child.wait().unwrap().success(), "{output}");
        fresh += usize::from(output.contains("Fresh"));
    }
    assert_eq!(fresh, 1);
    assert_eq!(content(&sandbox.store(), "1.22.5"), "whole");
    assert_eq!(sandbox.leftovers(), [""; 0]);
}

#[test]
fn many_processes_make_the_same_shims() {
    const NAME: &str = "processes::many_processes_make_the_same_shims";
    if let Some(root) = child_root() {
        let store = open(&root, FAST);
        let program = root.with_file_name("program");
        say(READY);
        wait_for_release();
        for _ in 0..10 {
            store.sync_shims(&program, &SayNothing).unwrap();
        }
        return;
    }
    let sandbox = Sandbox::new();
    let store = sandbox.store();
    install(&store, "1.22.5", Replace::Never, "go").unwrap();
    fs::write(sandbox.path("program"), "the first shim").unwrap();
    store.sync_shims(&sandbox.path("program"), &SayNothing).unwrap();
    fs::write(sandbox.path("program"), "the second shim").unwrap();
    let mut others: Vec<_> = (0..8).map(|_| Second::start(NAME, &sandbox.path("root"))).collect();
    for other in &mut others {
        other.wait_for(READY);
    }
    // One is killed somewhere on its way.
    let mut victim = others.pop().unwrap();
    victim.release();
    let go = store.layout().shims().join("go");
    thread::scope(|scope| {
        let looker = scope.spawn(|| while fs::read_to_string(&go).unwrap() != "the second shim" {});
        victim.kill();
        for other in &mut others {
            other.release();
        }
        for other in &mut others {
            assert!(other.child.wait().unwrap().success());
        }
        looker.join().unwrap();
    });
    let expected = [".gvr-shim", ".gvr-shims", "go", "go1.22.5", "gofmt"];
    assert_eq!(names(&store.layout().shims()), expected);
    for name in ["go", "go1.22.5", "gofmt"] {
        assert_eq!(fs::read_to_string(store.layout().shims().join(name)).unwrap(), "the second shim");
    }
}

/// root may write everywhere, so the tests of modes run as somebody else if root runs them.
fn as_an_ordinary_user(name: &str) -> Second {
    const NOBODY: u32 = 65_534;
    if !rustix::process::geteuid().is_root() {
        return Second::start(name, Path::new(""));
    }
    // A user without rights may not reach the program where it was built.
    let folder = tempfile::Builder::new().prefix("gvr-store-").tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("tests");
    copy_program(&env::current_exe().unwrap(), &program);
    Second::spawn(
        Command::new(&program)
            .args(["--exact", name, "--nocapture"])
            .env(CHILD_ROOT, "")
            .current_dir("/")
            .uid(NOBODY)
            .gid(NOBODY),
    )
}

#[track_caller]
fn assert_success(mut second: Second) {
    second.release();
    let mut output = String::new();
    second.output.read_to_string(&mut output).unwrap();
    assert!(second.child.wait().unwrap().success() && output.contains("1 passed"), "{output}");
}

#[test]
fn an_ordinary_user_removes_read_only_trees() {
    if child_root().is_none() {
        return assert_success(as_an_ordinary_user("processes::an_ordinary_user_removes_read_only_trees"));
    }
    let sandbox = Sandbox::new();
    let store = sandbox.store();
    let lock_up = |tree: &Path| -> io::Result<()> {
        fill(tree, "read-only")?;
        for (name, mode) in [("bin/go", 0o444), ("bin", 0o555), ("", 0o555)] {
            fs::set_permissions(tree.join(name), Permissions::from_mode(mode))?;
        }
        assert!(fs::write(tree.join("bin/new"), "").is_err(), "modes hold for this user");
        Ok(())
    };
    let install = |replace| {
        store.install(toolchain("1.22.5"), replace, &SayNothing, |tree| lock_up(tree).map(|()| receipt("1.22.5")))
    };
    let fail = |tree: &Path| lock_up(tree).and_then(|()| Err::<gvr_store::Receipt, _>(io::Error::other("no")));
    store.install(toolchain("1.22.5"), Replace::Never, &SayNothing, fail).unwrap_err();
    assert_eq!(sandbox.leftovers(), [""; 0]);
    assert_eq!(install(Replace::Never).unwrap(), Installed::Fresh);
    assert_eq!(install(Replace::Always).unwrap(), Installed::Replaced);
    assert_eq!(sandbox.leftovers(), [""; 0]);
    let tree = store.layout().toolchain(toolchain("1.22.5"));
    fs::set_permissions(&tree, Permissions::from_mode(0o555)).unwrap();
    store.remove(toolchain("1.22.5"), &SayNothing).unwrap();
    assert_eq!(names(&store.layout().versions()), [""; 0]);
    assert_eq!(sandbox.leftovers(), [""; 0]);
}

#[test]
fn an_ordinary_user_uses_a_store_that_he_may_not_change() {
    const NAME: &str = "processes::an_ordinary_user_uses_a_store_that_he_may_not_change";
    if child_root().is_none() {
        return assert_success(as_an_ordinary_user(NAME));
    }
    let sandbox = Sandbox::new();
    let store = sandbox.store();
    install(&store, "1.22.5", Replace::Never, "go").unwrap();
    fs::write(sandbox.path("program"), "the shim").unwrap();
    store.sync_shims(&sandbox.path("program"), &SayNothing).unwrap();
    let folders = [store.layout().versions(), store.layout().locks(), store.layout().shims(), sandbox.path("root")];
    let set_mode = |mode| {
        for folder in &folders {
            fs::set_permissions(folder, Permissions::from_mode(mode)).unwrap();
        }
    };
    set_mode(0o555);
    assert_eq!(store.installed().unwrap(), [toolchain("1.22.5")]);
    assert_eq!(store.receipt(toolchain("1.22.5")).unwrap(), Some(receipt("1.22.5")));
    assert_eq!(install(&store, "1.22.5", Replace::Never, "").unwrap(), Installed::AlreadyThere);
    assert_eq!(store.sync_shims(&sandbox.path("program"), &SayNothing).unwrap().kept.len(), 3);
    let versions = store.layout().versions();
    let error = install(&store, "1.23.1", Replace::Never, "").unwrap_err();
    assert_eq!(error.to_string(), format!("cannot write to {}", versions.display()));
    assert!(error.hint().unwrap().contains("GVR_ROOT"));
    store.remove(toolchain("1.22.5"), &SayNothing).unwrap_err();
    store.set_global(&["1.22.5".to_owned()]).unwrap_err();
    assert!(store.contains(toolchain("1.22.5")));
    set_mode(0o755);
}

//! Ctrl-C, SIGTERM and SIGHUP, and terminals that go away.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Duration;

use gvr_testkit::{FakeDist, FakeToolchain, Fault, Invocation, Signal};

use crate::common::{Sandbox, entries, say_left_out, tool};

const VERSION: &str = "1.23.90";
/// Where the server stops: more than what gvr gathers before it writes to the unfinished download.
const HELD: usize = 1_500_000;

/// What of that has been written for sure, whatever is gathered at the end.
const MOST: u64 = 1_000_000;

/// A toolchain whose archive does not fit into any buffer.
fn large() -> FakeToolchain {
    let mut state = 1_u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33).to_le_bytes()[0]
    });
    FakeToolchain::native(VERSION).file("pkg/noise", 0o644, noise.take(2_000_000).collect::<Vec<_>>())
}

/// A sandbox whose server stops in the middle of the first download.
fn held() -> Sandbox {
    let mut dist = FakeDist::new();
    dist.add(&large());
    let sandbox = Sandbox::serving(&dist);
    sandbox.server().fail_next("*.tar.gz", Fault::Hold(HELD));
    sandbox
}

/// The unfinished downloads and their sizes.
fn parts(sandbox: &Sandbox) -> Vec<u64> {
    let cache = sandbox.root().join("cache");
    let names = entries(&cache)
        .into_iter()
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "part"));
    names.map(|name| fs::metadata(cache.join(name)).unwrap().len()).collect()
}

/// Waits until a download has come as far as the server lets it, and most of it has been written down.
#[track_caller]
fn wait_in_the_middle(sandbox: &Sandbox) {
    sandbox.server().wait_for_held(1);
    for _ in 0..3000 {
        if matches!(parts(sandbox)[..], [size] if size > MOST) {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("the download does not get on: {:?}", parts(sandbox));
}

/// Nothing is left of an interrupted installation but what the next one goes on with.
#[track_caller]
fn is_clean_and_resumable(sandbox: &Sandbox) {
    assert_eq!(sandbox.installed(), [""; 0]);
    sandbox.has_no_leftovers();
    assert!(matches!(parts(sandbox)[..], [size] if size > MOST), "{:?}", parts(sandbox));
    sandbox.server().release();
    sandbox.server().forget_requests();
    sandbox.gvr(["install", VERSION]).run().succeeds();
    let requests = sandbox.server().requests();
    assert!(requests.iter().any(|request| request.range.is_some()), "{requests:?}");
    assert_eq!(sandbox.installed(), [VERSION]);
    assert_eq!(parts(sandbox), [0; 0]);
}

/// Whether programs that are started here ignore a signal, as below `nohup` and in the background of a script.
pub(crate) fn is_ignored(signal: Signal) -> bool {
    let is_ignored = gvr_testkit::is_ignored(signal);
    if is_ignored {
        say_left_out(format_args!("{signal:?}, as these tests were started with it ignored"));
    }
    is_ignored
}

#[test]
fn what_is_unfinished_goes_and_what_was_downloaded_stays() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP].into_iter().filter(|signal| !is_ignored(*signal)) {
        let sandbox = held();
        let running = sandbox.gvr(["install", VERSION]).spawn();
        wait_in_the_middle(&sandbox);
        running.signal(signal);
        let finished = running.wait();
        assert_eq!(finished.signal, Some(signal.as_raw()), "{finished:?}");
        assert_eq!(String::from_utf8_lossy(&finished.stderr), "", "an interrupted command has nothing to say");
        is_clean_and_resumable(&sandbox);
    }
}

#[test]
fn a_shell_reports_130_143_and_129() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        if is_ignored(signal) {
            continue;
        }
        let sandbox = held();
        let gvr = env!("CARGO_BIN_EXE_gvr");
        let script = format!("trap : INT TERM HUP; '{gvr}' install {VERSION}; echo $?");
        let running = sandbox.run("/bin/sh").args(["-c", &script]).spawn();
        wait_in_the_middle(&sandbox);
        running.signal(signal);
        let finished = running.wait();
        assert_eq!(String::from_utf8_lossy(&finished.stdout), format!("{code}\n"), "{finished:?}");
        is_clean_and_resumable(&sandbox);
    }
}

#[test]
fn a_script_that_loops_over_versions_stops() {
    if is_ignored(Signal::INT) {
        return;
    }
    let Some(bash) = tool("bash") else { return };
    let sandbox = held();
    let gvr = env!("CARGO_BIN_EXE_gvr");
    let script = format!("for version in {VERSION} {VERSION}; do '{gvr}' install $version; echo next; done");
    let running = sandbox.run(bash).args(["-c", &script]).spawn();
    wait_in_the_middle(&sandbox);
    running.signal(Signal::INT);
    let finished = running.wait();
    assert_eq!(String::from_utf8_lossy(&finished.stdout), "", "{finished:?}");
    is_clean_and_resumable(&sandbox);
}

#[test]
fn what_was_started_with_nohup_goes_on() {
    let sandbox = held();
    let gvr = env!("CARGO_BIN_EXE_gvr");
    let script = format!("trap '' HUP; exec '{gvr}' install {VERSION}");
    let running = sandbox.run("/bin/sh").args(["-c", &script]).spawn();
    sandbox.server().wait_for_held(1);
    running.signal(Signal::HUP);
    sandbox.server().release();
    assert_eq!(running.wait().code, Some(0));
    assert_eq!(sandbox.installed(), [VERSION]);
}

#[test]
fn several_at_once_are_all_given_up() {
    if is_ignored(Signal::TERM) {
        return;
    }
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90", "1.24.90"]);
    sandbox.server().fail_always("*.tar.gz", Fault::Hold(100));
    let running = sandbox.gvr(["install", "1.22.90", "1.23.90", "1.24.90"]).spawn();
    sandbox.server().wait_for_held(3);
    running.signal(Signal::TERM);
    let finished = running.wait();
    assert_eq!(finished.signal, Some(Signal::TERM.as_raw()), "{finished:?}");
    assert_eq!(sandbox.installed(), [""; 0]);
    sandbox.has_no_leftovers();
}

#[test]
fn a_reinstallation_that_is_interrupted_leaves_the_old_one() {
    if is_ignored(Signal::TERM) {
        return;
    }
    let sandbox = Sandbox::with_dist(&[VERSION]);
    sandbox.gvr(["install", VERSION]).run().succeeds();
    sandbox.server().fail_next("*.tar.gz", Fault::Hold(100));
    let running = sandbox.gvr(["install", "-f", VERSION]).spawn();
    sandbox.server().wait_for_held(1);
    running.signal(Signal::TERM);
    assert_eq!(running.wait().signal, Some(Signal::TERM.as_raw()));
    sandbox.has_no_leftovers();
    sandbox.shim("go1.23.90").arg("version").run().succeeds();
}

#[test]
fn a_terminal_gets_its_cursor_back() {
    let (Some(script), Some(kill)) = (tool("script"), tool("kill")) else { return };
    if is_ignored(Signal::INT) || !cfg!(target_os = "linux") {
        return;
    }
    let sandbox = held();
    let gvr = env!("CARGO_BIN_EXE_gvr");
    let command = format!("echo $$ >pid; exec '{gvr}' install {VERSION}");
    let call = sandbox.run(script).env("TERM", "xterm").env("SHELL", "/bin/sh");
    let running = call.args(["-q", "-e", "-c", &command, "/dev/null"]).spawn();
    wait_in_the_middle(&sandbox);
    let pid = sandbox.read("pid").unwrap();
    Invocation::new(kill).args(["-INT", pid.trim()]).run();
    let finished = running.wait();
    assert_eq!(finished.code, Some(130), "{finished:?}");
    let shown = String::from_utf8_lossy(&finished.stdout).into_owned();
    assert!(shown.trim_end().ends_with("\u{1b}[?25h"), "{shown:?}");
    is_clean_and_resumable(&sandbox);
}

#[test]
fn a_terminal_that_is_closed_ends_it() {
    let Some(script) = tool("script") else { return };
    if is_ignored(Signal::HUP) || !cfg!(target_os = "linux") {
        return;
    }
    let sandbox = held();
    let command = format!("'{}' install {VERSION}", env!("CARGO_BIN_EXE_gvr"));
    let call = sandbox.run(script).env("TERM", "xterm").env("SHELL", "/bin/sh");
    let running = call.args(["-q", "-e", "-c", &command, "/dev/null"]).spawn();
    wait_in_the_middle(&sandbox);
    // The terminal is gone with the program that lent it; what ran on it is told by SIGHUP, and waits for nobody.
    running.kill();
    for _ in 0..1000 {
        if entries(&sandbox.root().join("tmp")).is_empty() {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    is_clean_and_resumable(&sandbox);
}

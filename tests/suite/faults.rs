//! A sample of what `cargo xtask faults` does at length: signals in any system call, disks that fail or lack something,
//! locks whose holder does not move.

use std::fs;
use std::path::Path;

use gvr_testkit::{Blow, FakeToolchain, Fault, Point, Renames, Signal, StoreFolder, Strace, Strikes, Work};

use crate::common::{Call, Output, Sandbox, entries, is_skipped, say_left_out};
use crate::interrupts::is_ignored;

const VERSION: &str = "1.23.90";
const OTHER: &str = "1.22.90";

/// strace, where it may interfere with what it runs.
fn strace() -> Option<Strace> {
    let strace = if is_skipped("strace") || !cfg!(target_os = "linux") { None } else { Strace::find() };
    if strace.is_none() {
        say_left_out("what needs strace, as it is not here");
    }
    strace
}

/// Strikes some points, evenly spread over those of an undisturbed run.
#[track_caller]
fn check_strikes(work: Work, renames: Renames, blow: Blow) {
    const MOST: usize = 9;
    let Some(strace) = strace() else { return };
    let folder = tempfile::tempdir().unwrap();
    let gvr = Path::new(env!("CARGO_BIN_EXE_gvr"));
    let strikes = Strikes::prepare(gvr, &strace, work, renames, folder.path()).unwrap();
    // What changes the disk is where it matters; the rest is left to the long run.
    let changes =
        ["rename", "renameat2", "unlinkat", "unlink", "mkdir", "mkdirat", "fsync", "syncfs", "pwrite64", "linkat"];
    let points: Vec<&Point> = strikes.points().iter().filter(|point| changes.contains(&point.call.as_str())).collect();
    assert!(points.len() > MOST, "{points:?}");
    let mut hits = 0;
    for point in points.iter().step_by(points.len().div_ceil(MOST)) {
        let verdict = strikes.strike(point, blow, &folder.path().join("home")).unwrap();
        assert_eq!(verdict.problems, [""; 0], "{point:?}");
        hits += usize::from(verdict.was_hit);
    }
    assert!(hits > 0, "nothing was hit");
}

#[test]
fn a_killed_installation_breaks_nothing() {
    check_strikes(Work::Install, Renames::All, Blow::Kill);
}

#[test]
fn a_killed_reinstallation_breaks_nothing() {
    check_strikes(Work::Reinstall, Renames::All, Blow::Kill);
}

#[test]
fn a_killed_reinstallation_without_an_exchange_of_names_breaks_nothing() {
    check_strikes(Work::Reinstall, Renames::Plain, Blow::Kill);
}

#[test]
fn a_killed_import_breaks_nothing() {
    check_strikes(Work::Import, Renames::All, Blow::Kill);
}

#[test]
fn an_interrupted_import_cleans_up_wherever_it_is() {
    // gvr leaves a signal ignored that it was started with.
    if is_ignored(Signal::INT) {
        return;
    }
    check_strikes(Work::Import, Renames::All, Blow::Interrupt);
}

#[test]
fn a_killed_removal_breaks_nothing() {
    check_strikes(Work::Uninstall, Renames::All, Blow::Kill);
}

#[test]
fn an_interrupted_installation_cleans_up_wherever_it_is() {
    // gvr leaves a signal ignored that it was started with.
    if is_ignored(Signal::INT) {
        return;
    }
    check_strikes(Work::Install, Renames::All, Blow::Interrupt);
}

/// A call under strace's rules.
fn under<'a>(call: Call<'a>, strace: &Strace, rules: &[&str]) -> Call<'a> {
    let rules: Vec<_> = rules.iter().map(|rule| (*rule).to_owned()).collect();
    call.changed(|invocation| strace.inject(invocation, &rules))
}

/// The installation of a second version fails under these rules, and nothing shows afterwards.
#[track_caller]
fn check_refused(rules: &[&str]) -> Option<Output> {
    let strace = strace()?;
    let sandbox = Sandbox::with_dist(&[OTHER, VERSION]);
    sandbox.gvr(["install", OTHER]).run().succeeds();
    let output = under(sandbox.gvr(["install", VERSION]), &strace, rules).run().fails_with(1);
    assert_eq!(sandbox.installed(), [OTHER]);
    assert_eq!(StoreFolder::new(sandbox.root()).leftovers(), [""; 0]);
    sandbox.shim("go1.22.90").arg("version").run().succeeds();
    sandbox.gvr(["install", VERSION]).run().succeeds();
    assert_eq!(sandbox.installed(), [OTHER, VERSION]);
    Some(output)
}

#[test]
fn what_cannot_be_brought_to_the_disk_is_not_installed() {
    for rule in ["syncfs:error=EIO", "fsync:error=EIO"] {
        if let Some(output) = check_refused(&[rule]) {
            output.says("Input/output error");
        }
    }
}

#[test]
fn a_disk_or_quota_that_fills_up_says_what_is_needed_and_what_there_is() {
    for error in ["ENOSPC", "EDQUOT"] {
        if let Some(output) = check_refused(&[&format!("mkdirat:error={error}:when=3+")]) {
            output.says("are needed while it is installed").says("are free").says("df -h [ROOT]");
        }
    }
}

#[test]
fn a_file_system_without_locks_is_used_all_the_same() {
    let Some(strace) = strace() else { return };
    for error in ["ENOLCK", "EOPNOTSUPP"] {
        let sandbox = Sandbox::with_dist(&[VERSION]);
        let rule = format!("flock:error={error}");
        let running: Vec<_> =
            (0..3).map(|_| under(sandbox.gvr(["install", "-s", VERSION]), &strace, &[&rule]).spawn()).collect();
        for running in running {
            let finished = running.wait();
            let said = String::from_utf8_lossy(&finished.stderr).into_owned();
            assert_eq!(finished.code, Some(0), "{said}");
            assert!(said.contains("cannot be locked") || said.is_empty(), "{said}");
        }
        assert_eq!(sandbox.installed(), [VERSION]);
        assert_eq!(StoreFolder::new(sandbox.root()).leftovers(), [""; 0]);
        let forced = under(sandbox.gvr(["install", "-f", VERSION]), &strace, &[&rule]).run().succeeds();
        forced.says("cannot be locked");
        assert_eq!(sandbox.installed(), [VERSION]);
        sandbox.has_no_leftovers();
    }
}

#[test]
fn a_file_system_with_plain_renames_alone_is_used_all_the_same() {
    let Some(strace) = strace() else { return };
    for error in ["ENOSYS", "EINVAL"] {
        let sandbox = Sandbox::with_dist(&[VERSION]);
        let rule = format!("renameat2:error={error}");
        for arguments in [["install", VERSION], ["install", "-f"], ["uninstall", "-f"]] {
            let call = sandbox.gvr(arguments);
            let call = if arguments[1] == VERSION { call } else { call.arg(VERSION) };
            under(call, &strace, &[&rule]).run().succeeds();
            sandbox.has_no_leftovers();
            assert_eq!(sandbox.installed().len(), usize::from(arguments[0] == "install"));
        }
    }
}

#[test]
fn twenty_four_descriptors_are_enough() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    let script = format!("ulimit -n 24; exec '{}' install {VERSION}", env!("CARGO_BIN_EXE_gvr"));
    sandbox.run("/bin/sh").args(["-c", &script]).run().succeeds();
    assert_eq!(sandbox.installed(), [VERSION]);
}

#[test]
fn a_program_that_does_not_move_is_named_to_who_waits_for_it() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    sandbox.server().fail_next("*.tar.gz", Fault::Hold(100));
    let first = sandbox.gvr(["install", VERSION]).spawn();
    sandbox.server().wait_for_held(1);
    first.signal(Signal::STOP);
    let output = sandbox.gvr(["install", VERSION]).env("GVR_LOCK_TIMEOUT", "1").run().fails_with(1);
    let holder = format!("process {}", first.id());
    output.says(&format!("waiting for {holder}")).says("waited 1 s for").says(&format!("{holder} has held it for"));
    sandbox.gvr(["versions"]).run().prints("");
    first.signal(Signal::CONT);
    sandbox.server().release();
    assert_eq!(first.wait().code, Some(0));
    assert_eq!(sandbox.installed(), [VERSION]);
    sandbox.gvr(["install", VERSION]).env("GVR_LOCK_TIMEOUT", "soon").run().fails_with(2).says("GVR_LOCK_TIMEOUT");
}

#[test]
fn what_a_killed_reinstallation_had_taken_away_comes_back() {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    // A reinstallation that was killed between its two renames, on a file system that has no exchange of names.
    sandbox.gvr(["install", VERSION]).run().succeeds();
    let stage = sandbox.root().join(format!("tmp/{VERSION}-4194305-0123456789abcdef"));
    fs::create_dir_all(stage.join("tree")).unwrap();
    fs::rename(sandbox.version(VERSION), stage.join("aside")).unwrap();
    sandbox.gvr(["install", "-s", VERSION]).run().succeeds();
    assert_eq!(sandbox.installed(), [VERSION]);
    assert_eq!(FakeToolchain::native(VERSION).differences(&sandbox.version(VERSION)), [""; 0]);
    assert!(entries(&sandbox.root().join("tmp")).is_empty());
    let archive = FakeToolchain::native(VERSION).archive_name();
    assert_eq!(sandbox.server().downloads(&archive), 1, "it was put back, not fetched again");
}

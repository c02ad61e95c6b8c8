//! `gvr exec`: the version that applies, or another, without a shim.

use std::fs;

use gvr_testkit::{FakeToolchain, Signal};

use snapbox::str;

use crate::common::Sandbox;

#[test]
fn runs_the_version_that_applies() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.0"]);
    sandbox.write(".go-version", "1.22.5\n");
    sandbox.gvr(["exec", "go", "version"]).run().succeeds().prints("go version go1.22.5 [OS]/[ARCH]\n");
    sandbox.gvr(["x", "go", "version"]).run().succeeds().prints("go version go1.22.5 [OS]/[ARCH]\n");
    sandbox.gvr(["exec", "1.23", "go", "version"]).run().succeeds().prints("go version go1.23.0 [OS]/[ARCH]\n");
    sandbox.gvr(["exec", "+1.23.0", "go", "version"]).run().succeeds().prints("go version go1.23.0 [OS]/[ARCH]\n");
    sandbox.gvr(["exec", "1.23.0", "gofmt"]).run().succeeds().prints("gofmt of go1.23.0\n");
}

#[test]
fn arguments_status_and_environment_are_the_programs_own() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let call = sandbox.gvr(["exec", "1.22.5", "go", "test", "-run", "a b", "", "--help", "--", "-v"]);
    let output = call.env("FAKE_RC", "42").env("GOROOT", "/stale").run().fails_with(42);
    let arguments: Vec<_> = output.lines().into_iter().filter(|line| line.starts_with("argument ")).collect();
    assert_eq!(
        arguments,
        [
            "argument [test]",
            "argument [-run]",
            "argument [a b]",
            "argument []",
            "argument [--help]",
            "argument [--]",
            "argument [-v]"
        ]
    );
    assert!(output.lines().contains(&"GOROOT (unset)"), "{output}");
    assert!(output.lines().contains(&"GVR_VERSION 1.22.5"), "{output}");
    assert_eq!(output.stderr, "");
}

#[test]
fn children_find_the_same_go() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.0"]);
    sandbox.write(".go-version", "1.22.5\n");
    sandbox.gvr(["exec", "1.23.0", "go", "nest", "3"]).run().succeeds().prints("bottom go1.23.0\n");
    let output = sandbox.gvr(["exec", "1.23.0", "sh", "-c", "command -v go; echo $GVR_VERSION"]).run().succeeds();
    output.prints("[ROOT]/versions/1.23.0/bin/go\n1.23.0\n");
}

#[test]
fn stdin_passes_through() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let output = sandbox.gvr(["exec", "1.22.5", "go", "copy"]).stdin("one\ntwo\n").run();
    output.succeeds().prints("one\ntwo\n");
}

#[test]
fn the_program_takes_gvrs_place() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let running = sandbox.gvr(["exec", "1.22.5", "go", "pid"]).spawn();
    let id = running.id();
    let finished = running.wait();
    assert_eq!(String::from_utf8(finished.stdout).unwrap(), format!("{id}\n"));
    let killed = sandbox.gvr(["exec", "1.22.5", "sh", "-c", "kill -TERM $$"]).spawn().wait();
    assert_eq!(killed.signal, Some(Signal::TERM.as_raw()));
}

#[test]
fn what_cannot_be_found() {
    let sandbox = Sandbox::with_versions(&["1.21.13", "1.22.5"]);
    let with_dlv = FakeToolchain::native("1.22.5").file("bin/dlv", 0o755, "#!/bin/sh\necho dlv\n");
    with_dlv.write_to(&sandbox.version("1.22.5")).unwrap();
    sandbox.write(".go-version", "1.21.13\n");
    sandbox.gvr(["exec", "nosuchcmd"]).run().fails_with(127).prints("").says("gvr: 'nosuchcmd' command not found");
    let output = sandbox.gvr(["exec", "dlv"]).run().fails_with(127).prints("");
    output.says("gvr: 'dlv' command not found").says("The 'dlv' command exists in these Go versions:\n  1.22.5\n");
    sandbox.gvr(["exec"]).run().fails_with(1).prints("").says("Usage: gvr exec");
}

#[test]
fn a_version_that_is_not_installed() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.gvr(["exec", "1.99.0", "go", "version"]).run().is(str![[r#"
exit code: 127
--- stdout ---
--- stderr ---
gvr: version '1.99.0' is not installed (set by the command line)
  to install it: gvr install 1.99.0

"#]]);
    sandbox.write(".go-version", "1.98.0\n");
    let output = sandbox.gvr(["exec", "go", "version"]).run().fails_with(127).prints("");
    output.says("version '1.98.0' is not installed (set by [HOME]/work/.go-version").says("gvr install 1.98.0");
}

#[test]
fn a_missing_version_is_installed_where_that_is_wished() {
    let sandbox = Sandbox::with_dist(&["1.22.90"]);
    sandbox.gvr(["exec", "1.22.90", "go", "version"]).run().fails_with(127);
    let output = sandbox.gvr(["exec", "--auto-install", "1.22.90", "go", "version"]).run().succeeds();
    output.prints("go version go1.22.90 [OS]/[ARCH]\n");
    let other = Sandbox::with_dist(&["1.22.90"]);
    let output = other.gvr(["exec", "1.22", "go", "version"]).env("GVR_AUTO_INSTALL", "yes").run().succeeds();
    output.prints("go version go1.22.90 [OS]/[ARCH]\n");
}

#[test]
fn the_systems_go_can_be_asked_for() {
    let mut sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.22.5\n");
    sandbox.gvr(["exec", "system", "go", "version"]).run().fails_with(127).prints("");
    sandbox.with_system_go("1.20.1");
    sandbox.gvr(["exec", "system", "go", "version"]).run().succeeds().prints("go version go1.20.1 [OS]/[ARCH]\n");
}

#[test]
fn a_program_that_is_not_executable() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    fs::write(sandbox.version("1.22.5").join("bin/notes"), "text").unwrap();
    let output = sandbox.gvr(["exec", "1.22.5", "notes"]).run();
    assert!([126, 127].contains(&output.code), "{output}");
    output.says("notes");
}

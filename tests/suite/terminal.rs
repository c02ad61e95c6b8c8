//! Questions, which are asked on a terminal alone. `script` lends one.

use std::path::PathBuf;

use crate::common::{Output, Sandbox, tool};

/// Runs gvr on a terminal on which these lines are typed.
fn on_a_terminal(script: &PathBuf, sandbox: &Sandbox, arguments: &str, typed: &str) -> Output {
    let command = format!("'{}' {arguments}", env!("CARGO_BIN_EXE_gvr"));
    let call = sandbox.run(script).env("TERM", "xterm").env("SHELL", "/bin/sh").stdin(typed);
    if cfg!(target_os = "linux") {
        call.args(["-q", "-e", "-c", &command, "/dev/null"]).run()
    } else {
        call.args(["-q", "/dev/null", "/bin/sh", "-c", &command]).run()
    }
}

#[test]
fn a_version_that_is_there_is_installed_again_after_a_yes() {
    let Some(script) = tool("script") else { return };
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    sandbox.gvr(["install", "1.23.90"]).run().succeeds();
    let gofmt = sandbox.version("1.23.90").join("bin/gofmt");
    std::fs::remove_file(&gofmt).unwrap();
    let output = on_a_terminal(&script, &sandbox, "install 1.23.90", "n\n");
    assert!(output.stdout.contains("already installed"), "{output}");
    assert!(!gofmt.exists(), "{output}");
    let output = on_a_terminal(&script, &sandbox, "install 1.23.90", "y\n");
    assert_eq!(output.code, 0, "{output}");
    assert!(gofmt.exists(), "{output}");
}

#[test]
fn a_version_is_removed_after_a_yes() {
    let Some(script) = tool("script") else { return };
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.1"]);
    let output = on_a_terminal(&script, &sandbox, "uninstall 1.22.5", "n\n");
    assert_ne!(output.code, 0, "{output}");
    assert_eq!(sandbox.installed(), ["1.22.5", "1.23.1"], "{output}");
    let output = on_a_terminal(&script, &sandbox, "uninstall 1.22.5", "y\n");
    assert_eq!(output.code, 0, "{output}");
    assert_eq!(sandbox.installed(), ["1.23.1"], "{output}");
}

#[test]
fn a_missing_local_version_is_installed_after_a_yes() {
    let Some(script) = tool("script") else { return };
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    let output = on_a_terminal(&script, &sandbox, "local 1.23", "n\n");
    assert_eq!(output.code, 1, "{output}");
    assert!(sandbox.read(".go-version").is_none());
    let output = on_a_terminal(&script, &sandbox, "local 1.23", "y\n");
    assert_eq!(output.code, 0, "{output}");
    assert_eq!(sandbox.read(".go-version").as_deref(), Some("1.23.90\n"));
}

#[test]
fn an_installation_leaves_a_terminal_in_order() {
    let Some(script) = tool("script") else { return };
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    let output = on_a_terminal(&script, &sandbox, "install 1.23.90", "");
    assert_eq!(output.code, 0, "{output}");
    assert!(output.stdout.contains("installed 1.23.90"), "{output}");
    assert!(
        !output.stdout.contains("\u{1b}[?25l") || output.stdout.contains("\u{1b}[?25h"),
        "a hidden cursor: {output}"
    );
}

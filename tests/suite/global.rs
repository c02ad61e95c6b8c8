//! `gvr global`.

use std::fs;

use crate::common::{Sandbox, entries};

fn file(sandbox: &Sandbox) -> Option<String> {
    fs::read_to_string(sandbox.root().join("version")).ok()
}

#[test]
fn none_is_set() {
    let sandbox = Sandbox::new();
    sandbox.gvr(["global"]).run().succeeds().prints("system\n");
}

#[test]
fn writes_the_version_that_the_request_means() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.22.10", "1.23.0"]);
    sandbox.gvr(["global", "1.22"]).run().succeeds().prints("");
    assert_eq!(file(&sandbox).as_deref(), Some("1.22.10\n"));
    sandbox.gvr(["global"]).run().succeeds().prints("1.22.10\n");
    sandbox.gvr(["version"]).run().succeeds().prints("1.22.10 (set by [ROOT]/version)\n");
    sandbox.shim("go").arg("version").run().succeeds().prints("go version go1.22.10 [OS]/[ARCH]\n");
    sandbox.gvr(["global", "latest", "1.22.5"]).run().succeeds();
    assert_eq!(file(&sandbox).as_deref(), Some("1.23.0\n1.22.5\n"));
    assert_eq!(entries(sandbox.work()), [""; 0]);
}

#[test]
fn unset_and_system_go_back_to_the_systems() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.gvr(["global", "1.22.5"]).run().succeeds();
    sandbox.gvr(["global", "--unset"]).run().succeeds();
    sandbox.gvr(["global"]).run().succeeds().prints("system\n");
    sandbox.gvr(["global", "--unset"]).run().succeeds();
    sandbox.gvr(["global", "1.22.5"]).run().succeeds();
    sandbox.gvr(["global", "system"]).run().succeeds();
    sandbox.gvr(["global"]).run().succeeds().prints("system\n");
}

#[test]
fn a_version_that_is_not_installed() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.gvr(["global", "1.22.5"]).run().succeeds();
    sandbox.gvr(["global", "9.9.9"]).run().fails_with(1).says("gvr install 9.9.9");
    assert_eq!(file(&sandbox).as_deref(), Some("1.22.5\n"));
}

#[test]
fn the_local_version_comes_before_it() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.0"]);
    sandbox.gvr(["global", "1.23.0"]).run().succeeds();
    sandbox.gvr(["local", "1.22.5"]).run().succeeds();
    sandbox.gvr(["version-name"]).run().succeeds().prints("1.22.5\n");
    sandbox.gvr(["local", "--unset"]).run().succeeds();
    sandbox.gvr(["version-name"]).run().succeeds().prints("1.23.0\n");
}

//! `gvr uninstall`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use snapbox::str;

use crate::common::Sandbox;

#[test]
fn removes_the_version_and_its_shim() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.1"]);
    assert!(sandbox.shim_path("go1.22.5").exists());
    sandbox.gvr(["uninstall", "-f", "1.22.5"]).run().succeeds().prints("");
    assert_eq!(sandbox.installed(), ["1.23.1"]);
    assert!(!sandbox.shim_path("go1.22.5").exists());
    assert!(sandbox.shim_path("go1.23.1").exists());
    sandbox.has_no_leftovers();
}

#[test]
fn asks_before_it_removes() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.gvr(["uninstall", "1.22.5"]).run().is(str![[r#"
exit code: 1
--- stdout ---
--- stderr ---
gvr: Go 1.22.5 was not removed
  to remove it without being asked: gvr uninstall --force 1.22.5

"#]]);
    assert_eq!(sandbox.installed(), ["1.22.5"]);
    sandbox.gvr(["uninstall", "-y", "1.22.5"]).run().succeeds();
    assert_eq!(sandbox.installed(), [""; 0]);
}

#[test]
fn a_version_that_is_not_there() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.gvr(["uninstall", "7.7.7"]).run().is(str![[r#"
exit code: 1
--- stdout ---
--- stderr ---
gvr: version '7.7.7' not installed
  to see what is: gvr versions

"#]]);
    sandbox.gvr(["uninstall", "-f", "7.7.7"]).run().fails_with(1).says("gvr: version '7.7.7' not installed");
}

#[test]
fn a_prefix_must_mean_one_version() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.22.10", "1.23.1"]);
    sandbox.gvr(["uninstall", "-f", "1.22"]).run().is(str![[r#"
exit code: 1
--- stdout ---
--- stderr ---
gvr: '1.22' means several installed versions: 1.22.5, 1.22.10
  name the one to remove

"#]]);
    assert_eq!(sandbox.installed().len(), 3);
    sandbox.gvr(["uninstall", "-f", "1.23"]).run().succeeds();
    assert_eq!(sandbox.installed(), ["1.22.10", "1.22.5"]);
}

#[test]
fn nothing_outside_the_store_can_be_named() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let precious = sandbox.write("precious/file", "x");
    for request in ["../../work/precious", "..", ".", "", "/", "1.22.5/../../../work/precious"] {
        let output = sandbox.gvr(["uninstall", "-f", request]).run();
        assert_ne!(output.code, 0, "{request:?}: {output}");
    }
    assert!(precious.exists());
    assert_eq!(sandbox.installed(), ["1.22.5"]);
}

#[test]
fn a_tree_that_nobody_may_write_is_removed_all_the_same() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for (path, mode) in [("src/fmt/print.go", 0o444), ("src/fmt", 0o555), ("src", 0o555), ("bin", 0o000), ("", 0o555)] {
        fs::set_permissions(sandbox.version("1.22.5").join(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    sandbox.gvr(["uninstall", "-f", "1.22.5"]).run().succeeds();
    assert_eq!(sandbox.installed(), [""; 0]);
    sandbox.has_no_leftovers();
}

#[test]
fn by_its_other_names_and_spellings() {
    let sandbox = Sandbox::with_versions(&["1.21.13", "1.22.5", "1.23.1"]);
    sandbox.gvr(["remove", "-f", "go1.21.13"]).run().succeeds();
    sandbox.gvr(["rm", "-f", "v1.22.5"]).run().succeeds();
    assert_eq!(sandbox.installed(), ["1.23.1"]);
    sandbox.gvr(["uninstall"]).run().fails_with(1).says("Usage: gvr uninstall");
}

#[test]
fn the_last_version_leaves_shims_that_say_what_to_do() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.gvr(["uninstall", "-f", "1.22.5"]).run().succeeds();
    sandbox.shim("go").arg("version").run().fails_with(127).says("gvr install latest");
}

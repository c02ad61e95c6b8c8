//! `gvr versions`, of this machine and of the server.

use std::fs;

use snapbox::str;

use crate::common::Sandbox;

#[test]
fn nothing_is_installed() {
    let sandbox = Sandbox::new();
    sandbox.gvr(["versions"]).run().succeeds().prints("");
    sandbox.gvr(["versions", "--bare"]).run().succeeds().stays_silent();
    assert!(!sandbox.root().exists(), "a question creates nothing");
}

#[test]
fn versions_are_sorted_by_number_and_the_active_one_is_marked() {
    let sandbox = Sandbox::with_versions(&["1.22.10", "1.22.5", "1.21.13", "1.23rc1", "1.23.0"]);
    sandbox.write(".go-version", "1.22.5\n");
    sandbox.gvr(["versions"]).run().is(str![[r#"
exit code: 0
--- stdout ---
  1.21.13
* 1.22.5 (set by [HOME]/work/.go-version)
  1.22.10
  1.23rc1
  1.23.0
--- stderr ---

"#]]);
    let plain = "1.21.13\n1.22.5\n1.22.10\n1.23rc1\n1.23.0\n";
    for arguments in [["versions", "--bare"], ["list", "-b"], ["ls", "--bare"], ["versions", "-b"]] {
        sandbox.gvr(arguments).run().succeeds().prints(plain).says_exactly("");
    }
}

#[test]
fn several_can_be_active() {
    let sandbox = Sandbox::with_versions(&["1.21.13", "1.22.5", "1.23.0"]);
    sandbox.write(".go-version", "1.22.5\n1.21.13\n");
    sandbox
        .gvr(["versions"])
        .run()
        .succeeds()
        .prints("* 1.21.13 (set by [HOME]/work/.go-version)\n* 1.22.5 (set by [HOME]/work/.go-version)\n  1.23.0\n");
}

#[test]
fn the_global_version_and_the_variable_are_origins_too() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.0"]);
    fs::write(sandbox.root().join("version"), "1.23.0\n").unwrap();
    sandbox.gvr(["versions"]).run().succeeds().prints("  1.22.5\n* 1.23.0 (set by [ROOT]/version)\n");
    sandbox
        .gvr(["versions"])
        .env("GOENV_VERSION", "1.22.5")
        .run()
        .succeeds()
        .prints("* 1.22.5 (set by GOENV_VERSION environment variable)\n  1.23.0\n");
}

#[test]
fn the_systems_go_comes_first_and_never_in_the_bare_list() {
    let mut sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.with_system_go("1.20.1");
    let output = sandbox.gvr(["versions"]).run().succeeds();
    assert_eq!(output.lines().len(), 2, "{output}");
    assert!(output.lines()[0].starts_with("* system"), "{output}");
    assert_eq!(output.lines()[1], "  1.22.5");
    sandbox.gvr(["versions", "--bare"]).run().succeeds().prints("1.22.5\n");
    sandbox.write(".go-version", "1.22.5\n");
    let output = sandbox.gvr(["versions"]).run().succeeds();
    assert_eq!(output.lines(), ["  system", "* 1.22.5 (set by [HOME]/work/.go-version)"]);
}

#[test]
fn what_is_no_version_is_not_listed() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for name in [".tmp-1.23.0", "go1.23.0", "1.22", "current", "1.23.0-foo", "1.23.0-darwin/arm64"] {
        fs::create_dir_all(sandbox.version(name)).unwrap();
    }
    fs::write(sandbox.version("1.24.0"), "a file").unwrap();
    sandbox.gvr(["versions", "--bare"]).run().succeeds().prints("1.22.5\n");
}

#[test]
fn as_json() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.0"]);
    sandbox.write(".go-version", "1.22.5\n");
    let json = sandbox.gvr(["versions", "--json"]).run().succeeds().json();
    assert_eq!(json["schema"], 1);
    let versions = json["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0]["version"], "1.22.5");
    assert_eq!(versions[0]["path"], "[ROOT]/versions/1.22.5");
    assert_eq!(versions[0]["active"], true);
    assert_eq!(versions[1]["version"], "1.23.0");
    assert_eq!(versions[1]["active"], false);
    let json = Sandbox::new().gvr(["versions", "--json"]).run().succeeds().json();
    assert_eq!(json["versions"].as_array().unwrap().len(), 0);
}

#[test]
fn what_the_server_has() {
    let sandbox = Sandbox::with_dist(&["1.21.90", "1.22.90", "1.22.91", "1.23.90", "1.24rc9"]);
    sandbox.place(&["1.22.90"]);
    sandbox.gvr(["versions", "--remote"]).run().is(str![[r#"
exit code: 0
--- stdout ---
  1.21.90
  1.22.90 (installed)
  1.22.91
  1.23.90
--- stderr ---

"#]]);
    sandbox
        .gvr(["versions", "-r", "--bare"])
        .run()
        .succeeds()
        .prints("1.21.90\n1.22.90\n1.22.91\n1.23.90\n")
        .says_exactly("");
    sandbox
        .gvr(["list", "-r", "--bare", "--all"])
        .run()
        .succeeds()
        .prints("1.21.90\n1.22.90\n1.22.91\n1.23.90\n1.24rc9\n");
    sandbox.gvr(["list", "-r", "1.22", "--bare"]).run().succeeds().prints("1.22.90\n1.22.91\n");
    let json = sandbox.gvr(["list", "-r", "--json", "1.22"]).run().succeeds().json();
    assert_eq!(json["schema"], 1);
    assert_eq!(json["versions"].as_array().unwrap().len(), 2);
}

#[test]
fn wrong_usage_is_goenvs() {
    let sandbox = Sandbox::new();
    sandbox.gvr(["versions", "--foo"]).run().fails_with(1).prints("").says("Usage: gvr versions");
    sandbox.gvr(["versions", "--skip-aliases"]).run().succeeds();
}

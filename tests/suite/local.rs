//! `gvr local`.

use std::fs;
use std::os::unix::fs::symlink;

use snapbox::str;

use crate::common::Sandbox;

#[test]
fn none_is_set() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.gvr(["local"]).run().is(str![[r#"
exit code: 1
--- stdout ---
--- stderr ---
gvr: no local version configured for this directory
  to choose one: gvr local VERSION

"#]]);
}

#[test]
fn writes_the_version_that_the_request_means() {
    let sandbox = Sandbox::with_versions(&["1.21.13", "1.22.5", "1.22.10", "1.23.0"]);
    for (request, expected) in [
        ("1.22.5", "1.22.5\n"),
        ("go1.22.5", "1.22.5\n"),
        ("1.22", "1.22.10\n"),
        ("22", "1.22.10\n"),
        ("1", "1.23.0\n"),
        ("latest", "1.23.0\n"),
        ("oldstable", "1.22.10\n"),
        ("<1.22", "1.21.13\n"),
    ] {
        sandbox.gvr(["local", request]).run().succeeds().prints("");
        assert_eq!(sandbox.read(".go-version").as_deref(), Some(expected), "{request}");
        sandbox.gvr(["local"]).run().succeeds().prints(expected);
    }
}

#[test]
fn several_versions_take_a_line_each() {
    let sandbox = Sandbox::with_versions(&["1.21.13", "1.22.5"]);
    sandbox.gvr(["local", "1.22", "1.21.13"]).run().succeeds();
    assert_eq!(sandbox.read(".go-version").as_deref(), Some("1.22.5\n1.21.13\n"));
    sandbox.gvr(["local"]).run().succeeds().prints("1.22.5\n1.21.13\n");
}

#[test]
fn a_version_as_the_command_is_local() {
    let sandbox = Sandbox::with_versions(&["1.21.13", "1.22.5"]);
    sandbox.gvr(["1.21"]).run().succeeds();
    assert_eq!(sandbox.read(".go-version").as_deref(), Some("1.21.13\n"));
    sandbox.gvr(["latest"]).run().succeeds();
    assert_eq!(sandbox.read(".go-version").as_deref(), Some("1.22.5\n"));
}

#[test]
fn one_from_a_folder_above_is_shown_and_not_changed() {
    let sandbox = Sandbox::with_versions(&["1.21.13", "1.22.5"]);
    sandbox.write(".go-version", "1.21.13\n");
    sandbox.write("a/b/file", "");
    sandbox.gvr(["local"]).cwd("a/b").run().succeeds().prints("1.21.13\n");
    sandbox.gvr(["local", "1.22.5"]).cwd("a/b").run().succeeds();
    assert_eq!(sandbox.read(".go-version").as_deref(), Some("1.21.13\n"));
    assert_eq!(sandbox.read("a/b/.go-version").as_deref(), Some("1.22.5\n"));
}

#[test]
fn unset_never_fails_and_touches_only_this_folder() {
    let sandbox = Sandbox::with_versions(&["1.21.13"]);
    sandbox.write(".go-version", "1.21.13\n");
    sandbox.write("a/file", "");
    sandbox.gvr(["local", "--unset"]).cwd("a").run().succeeds();
    assert!(sandbox.read(".go-version").is_some());
    sandbox.gvr(["local", "-u"]).run().succeeds();
    assert!(sandbox.read(".go-version").is_none());
    sandbox.gvr(["local", "--unset"]).run().succeeds();
}

#[test]
fn system_takes_the_file_away_and_says_so() {
    let sandbox = Sandbox::with_versions(&["1.21.13"]);
    sandbox.write(".go-version", "1.21.13\n");
    sandbox.gvr(["local", "system"]).run().is(str![[r#"
exit code: 0
--- stdout ---
--- stderr ---
gvr: using system version instead of 1.21.13 now

"#]]);
    assert!(sandbox.read(".go-version").is_none());
}

#[test]
fn a_version_that_is_not_installed() {
    let sandbox = Sandbox::with_versions(&["1.21.13"]);
    sandbox.gvr(["local", "9.9"]).run().is(str![[r#"
exit code: 1
--- stdout ---
--- stderr ---
gvr: version '9.9' not installed
  to install it: gvr install 9.9

"#]]);
    assert!(sandbox.read(".go-version").is_none());
    sandbox.write(".go-version", "1.21.13\n");
    sandbox.gvr(["local", "1.21.13", "1.22.5"]).run().fails_with(1).says("gvr install 1.22.5");
    assert_eq!(sandbox.read(".go-version").as_deref(), Some("1.21.13\n"), "all or nothing");
}

#[test]
fn a_missing_version_is_installed_where_that_is_wished() {
    for variable in ["GVR_AUTO_INSTALL", "GOENV_AUTO_INSTALL"] {
        let sandbox = Sandbox::with_dist(&["1.22.90", "1.22.91"]);
        sandbox.gvr(["local", "1.22"]).env(variable, "0").run().fails_with(1);
        sandbox.gvr(["local", "1.22"]).env(variable, "1").run().succeeds();
        assert_eq!(sandbox.read(".go-version").as_deref(), Some("1.22.91\n"));
        assert_eq!(sandbox.installed(), ["1.22.91"]);
    }
}

#[test]
fn what_is_no_version_is_refused() {
    let sandbox = Sandbox::with_versions(&["1.21.13"]);
    for request in ["../../etc", "foo", "1.22.5/..", "--frobnicate", ""] {
        let output = sandbox.gvr(["local", request]).run().fails_with(1);
        assert_ne!(output.stderr, "");
        assert!(sandbox.read(".go-version").is_none(), "{request}");
    }
}

#[test]
fn go_mod_is_never_touched() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let module = "module x\n\ngo 1.21\n";
    sandbox.write("go.mod", module);
    sandbox.gvr(["local", "1.22.5"]).run().succeeds();
    assert_eq!(sandbox.read("go.mod").as_deref(), Some(module));
    sandbox.gvr(["local", "--unset"]).run().succeeds();
    assert_eq!(sandbox.read("go.mod").as_deref(), Some(module));
}

#[test]
fn a_link_stays_a_link_and_its_file_is_written() {
    let sandbox = Sandbox::with_versions(&["1.21.13", "1.22.5"]);
    let shared = sandbox.write("shared/version", "1.21.13\n");
    let link = sandbox.work().join(".go-version");
    symlink("shared/version", &link).unwrap();
    sandbox.gvr(["local", "1.22.5"]).run().succeeds();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(shared).unwrap(), "1.22.5\n");
    sandbox.gvr(["local"]).run().succeeds().prints("1.22.5\n");
}

//! `gvr verify`: what became of an installed Go.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use gvr_testkit::FakeToolchain;
use serde_json::json;

use crate::common::Sandbox;

const VERSION: &str = "1.23.90";

fn installed() -> Sandbox {
    let sandbox = Sandbox::with_dist(&[VERSION]);
    sandbox.gvr(["install", VERSION]).run().succeeds();
    sandbox
}

#[test]
fn what_was_installed_is_intact() {
    let sandbox = installed();
    for arguments in [&["verify"][..], &["verify", VERSION], &["verify", "1.23"], &["verify", "latest"]] {
        let output = sandbox.gvr(arguments).run().succeeds().says_exactly("");
        assert!(output.stdout.starts_with("1.23.90: intact (10 files, 0 MB, by its record of 20"), "{output}");
    }
    let answer = sandbox.gvr(["verify", "--json"]).run().succeeds().json();
    assert_eq!((&answer["schema"], &answer["verdict"]), (&json!(1), &json!("intact")));
    let one = &answer["toolchains"][0];
    assert_eq!((&one["version"], &one["files"], &one["changed"]), (&json!(VERSION), &json!(10), &json!([])));
    assert_eq!(one["platform"], json!("[PLATFORM]"));
}

#[test]
fn every_change_is_named_and_a_new_installation_mends_it() {
    let sandbox = installed();
    let tree = sandbox.version(VERSION);
    fs::write(tree.join("src/fmt/print.go"), "package fmt // altered\n").unwrap();
    fs::set_permissions(tree.join("bin/gofmt"), Permissions::from_mode(0o644)).unwrap();
    fs::remove_file(tree.join("test/hello.go")).unwrap();
    fs::write(tree.join("bin/evil"), "").unwrap();
    fs::remove_file(tree.join("LICENSE")).unwrap();
    symlink("VERSION", tree.join("LICENSE")).unwrap();
    let output = sandbox.gvr(["verify"]).run().fails_with(4);
    let expected = [
        "changed LICENSE",
        "changed src/fmt/print.go",
        "mode    bin/gofmt",
        "missing test/hello.go",
        "extra   bin/evil",
    ];
    let lines: Vec<_> = output.lines().into_iter().skip(1).map(str::trim).collect();
    assert_eq!(lines, expected, "{output}");
    output.says("not as it was installed: 1.23.90").says("gvr install --force 1.23.90");
    let answer = sandbox.gvr(["verify", "--json"]).run().fails_with(4).json();
    assert_eq!(answer["verdict"], json!("differs"));
    assert_eq!(answer["toolchains"][0]["missing"], json!(["test/hello.go"]));
    sandbox.gvr(["install", "--force", VERSION]).run().succeeds();
    sandbox.gvr(["verify"]).run().succeeds();
}

#[test]
fn a_record_that_was_altered_is_found() {
    let sandbox = installed();
    let record = sandbox.version(VERSION).join(".gvr-manifest.gz");
    let other = installed();
    other.gvr(["install", "--force", VERSION]).run().succeeds();
    fs::write(sandbox.version(VERSION).join("VERSION"), "go1.23.90\n").unwrap();
    for content in [&b"no record"[..], b""] {
        fs::write(&record, content).unwrap();
        let output = sandbox.gvr(["verify"]).run().fails_with(4);
        assert!(output.stdout.contains(".gvr-manifest.gz is not what was written"), "{output}");
    }
    fs::remove_file(&record).unwrap();
    let output = sandbox.gvr(["verify"]).run().fails_with(4);
    assert!(output.stdout.contains("it is not there"), "{output}");
}

#[test]
fn what_gvr_did_not_install_cannot_be_judged() {
    let sandbox = Sandbox::with_versions(&[VERSION]);
    let output = sandbox.gvr(["verify"]).run().fails_with(1).says("gvr install --force 1.23.90");
    assert!(output.stdout.starts_with("1.23.90: unknown: it has no record"), "{output}");
    sandbox.gvr(["verify", "1.22"]).run().fails_with(1).says("not installed");
    Sandbox::new().gvr(["verify"]).run().succeeds().stays_silent();
}

#[test]
fn any_other_go_is_compared_with_gvr_s_own_of_that_version() {
    let mut sandbox = Sandbox::with_dist(&[VERSION]);
    let goroot = sandbox.with_system_go(VERSION);
    let verify = |sandbox: &Sandbox| sandbox.gvr(["verify"]).arg(&goroot).run();
    let output = verify(&sandbox).fails_with(1).says("to have one: gvr install 1.23.90");
    assert!(output.stdout.contains("it says that it is Go 1.23.90"), "{output}");
    sandbox.gvr(["install", VERSION]).run().succeeds();
    for output in [verify(&sandbox), sandbox.gvr(["verify", "system"]).run()] {
        let output = output.succeeds();
        assert!(output.stdout.contains("usr-local-go: intact (10 files, 0 MB, by gvr's own 1.23.90)"), "{output}");
    }
    fs::write(goroot.join("pkg/helper"), "").unwrap();
    let output = verify(&sandbox).fails_with(4);
    assert!(output.stdout.ends_with("  extra   pkg/helper\n"), "{output}");
    sandbox.gvr(["verify", "./nothing"]).run().fails_with(1).says("is no Go");
    // A Go that was built from other sources.
    let own = sandbox.outside("own");
    FakeToolchain::native(VERSION).file("VERSION", 0o644, "devel go1.24-abcdef\n").write_to(&own).unwrap();
    let output = sandbox.gvr(["verify"]).arg(&own).run().fails_with(1);
    assert!(output.stdout.contains("names no release"), "{output}");
}

//! `gvr verify`: what became of an installed Go.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use gvr_testkit::{FakeDist, FakeLog, FakeToolchain};
use serde_json::json;

use crate::common::{Sandbox, is_skipped, say_left_out};

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

/// A sandbox that has the version, and a log that has `h1` of it.
fn logged(h1: &str) -> Sandbox {
    let toolchain = FakeToolchain::native(VERSION);
    let mut log = FakeLog::of_numbers("log.example.test", 300);
    log.append_module("golang.org/toolchain", &toolchain.module_version(), h1);
    let mut dist = FakeDist::with(&[VERSION, "1.20.90"]);
    dist.add_log("log", &log, &[&format!("golang.org/toolchain@{}", toolchain.module_version())]);
    let mut sandbox = Sandbox::serving(&dist);
    let gosumdb = format!("{} {}/log", log.verifier_key(), sandbox.server().url());
    sandbox.set("GOSUMDB", gosumdb);
    sandbox
}

#[test]
fn the_log_is_asked_where_it_is_asked_for_and_nowhere_else() {
    let h1 = FakeToolchain::native(VERSION).h1();
    let sandbox = logged(&h1);
    sandbox.gvr(["install", VERSION]).run().succeeds();
    sandbox.server().forget_requests();
    let output = sandbox.gvr(["verify"]).run().succeeds();
    assert!(!output.stdout.contains("h1"), "{output}");
    assert_eq!(sandbox.server().requests().len(), 0);
    let output = sandbox.gvr(["verify", "--online"]).run().succeeds();
    assert!(output.stdout.contains(&format!("  h1      {h1} is what Go published (checksum-database)\n")), "{output}");
    let answer = sandbox.gvr(["verify", "--online", "--json"]).run().succeeds().json();
    let one = &answer["toolchains"][0];
    assert_eq!((&one["h1"], &one["published"]), (&json!(h1), &json!(h1)));
    assert_eq!(one["published_by"], json!("checksum-database"));
    // Silence is no proof.
    let output = sandbox.gvr(["verify", "--online"]).env("GVR_OFFLINE", "1").run().fails_with(3);
    assert!(output.stdout.contains("1.23.90: intact") && output.stdout.contains("which is not proved: "), "{output}");
    sandbox.gvr(["verify", "--online"]).env("GOSUMDB", "off").run().fails_with(1).says("GOSUMDB=off");
    sandbox.gvr(["verify"]).env("GVR_OFFLINE", "1").run().succeeds();
    // A release before there were modules of them can be verified as before, and the answer says no more than that.
    sandbox.gvr(["install", "1.20.90"]).run().succeeds();
    let output = sandbox.gvr(["verify", "--online", "1.20.90"]).run().succeeds();
    assert!(output.stdout.contains("only releases from 1.21 on"), "{output}");
}

#[test]
fn the_log_finds_what_was_altered_together_with_its_record() {
    let h1 = "h1:rRL9rPpsjKfpdDFcppvNgw1/dynUMrpDcTxdIwtyFR0=";
    let sandbox = logged(h1);
    sandbox.gvr(["install", VERSION]).run().succeeds();
    sandbox.gvr(["verify"]).run().succeeds();
    let output = sandbox.gvr(["verify", "--online"]).run().fails_with(4).says("not as it was installed: 1.23.90");
    let ours = FakeToolchain::native(VERSION).h1();
    assert!(
        output.stdout.contains(&format!("  h1      {ours}, but Go published {h1} (checksum-database)")),
        "{output}"
    );
    assert!(
        output.stdout.contains("by the hash that Go published of 1.23.90 ([PLATFORM]), though not by its"),
        "{output}"
    );
}

#[test]
fn any_other_go_is_known_by_its_hash_in_the_log() {
    let sandbox = logged(&FakeToolchain::native(VERSION).h1());
    let goroot = sandbox.outside("usr-local-go");
    let toolchain = FakeToolchain::native(VERSION);
    toolchain.write_to(&goroot).unwrap();
    let verify = |more: &[&str]| sandbox.gvr(["verify"]).arg(&goroot).args(more).run();
    verify(&[]).fails_with(1);
    let output = verify(&["--online"]).succeeds();
    assert!(
        output
            .stdout
            .contains("usr-local-go: intact (10 files, 0 MB, by the hash that Go published of 1.23.90 ([PLATFORM])"),
        "{output}"
    );
    fs::write(goroot.join("pkg/helper"), "").unwrap();
    verify(&["--online"]).fails_with(4).says("to see in which files, before you verify it again: gvr install 1.23.90");
    sandbox.gvr(["install", VERSION]).run().succeeds();
    let output = verify(&["--online"]).fails_with(4);
    assert!(output.stdout.ends_with("(checksum-database)\n  extra   pkg/helper\n"), "{output}");
    // A link is in no module.
    fs::remove_file(goroot.join("pkg/helper")).unwrap();
    symlink("VERSION", goroot.join("link")).unwrap();
    let output = verify(&["--online"]).fails_with(4);
    assert!(output.stdout.contains("  h1      none, but Go published h1:"), "{output}");
}

#[test]
fn a_go_that_came_as_a_module_is_compared_without_what_a_module_has_not() {
    let whole = FakeToolchain::native(VERSION).file("src/make.bash", 0o755, "#!/bin/sh\n");
    let sandbox = Sandbox::serving(FakeDist::new().add(&whole));
    sandbox.gvr(["install", VERSION]).run().succeeds();
    let goroot = sandbox.outside("module");
    // Go makes fewer programs of a module than there are in the archive.
    whole.without("test/hello.go").file("src/make.bash", 0o644, "#!/bin/sh\n").write_to(&goroot).unwrap();
    let verify = || sandbox.gvr(["verify"]).arg(&goroot).run();
    let is_intact = || {
        let output = verify().succeeds();
        assert!(output.stdout.contains("by gvr's own 1.23.90 as far as Go's module of it goes"), "{output}");
    };
    is_intact();
    // In its module cache it has each go.mod under two names, and under one of them before it first runs that Go.
    fs::copy(goroot.join("src/go.mod"), goroot.join("src/_go.mod")).unwrap();
    fs::rename(goroot.join("src/cmd/go.mod"), goroot.join("src/cmd/_go.mod")).unwrap();
    is_intact();
    fs::set_permissions(goroot.join("bin/gofmt"), Permissions::from_mode(0o644)).unwrap();
    fs::write(goroot.join("src/_go.mod"), "module other\n").unwrap();
    fs::remove_file(goroot.join("src/fmt/print.go")).unwrap();
    let output = verify().fails_with(4);
    let expected = "  mode    bin/gofmt\n  missing src/fmt/print.go\n  extra   src/_go.mod\n";
    assert!(output.stdout.ends_with(expected), "{output}");
}

/// Needs no network and no record: the hash in Go's log of this very release is compiled in.
#[test]
fn gos_own_1_23_1_is_known_by_its_hash() {
    const NEEDED: &str = "go1.23.1.linux-amd64.tar.gz";
    let folder = std::env::var_os("GVR_TEST_OFFICIAL_DIST").map(std::path::PathBuf::from);
    let Some(folder) = folder.filter(|folder| folder.join(NEEDED).is_file() && !is_skipped("official-dist")) else {
        say_left_out("verify::gos_own_1_23_1_is_known_by_its_hash: GVR_TEST_OFFICIAL_DIST has no 1.23.1");
        return;
    };
    let mut sandbox = Sandbox::new();
    sandbox.set("GVR_OFFLINE", "1");
    sandbox.gvr(["install"]).arg(folder.join(NEEDED)).patiently().run().succeeds();
    let tree = sandbox.version(&sandbox.installed()[0]);
    let goroot = sandbox.outside("elsewhere").join("go");
    fs::rename(&tree, &goroot).unwrap();
    for record in [".gvr-receipt.toml", ".gvr-manifest.gz"] {
        fs::remove_file(goroot.join(record)).unwrap();
    }
    let verify = || sandbox.gvr(["verify"]).arg(&goroot).patiently().run();
    let output = verify().succeeds();
    let expected = "h1:TmiC7kE4hHuA7UwTcrWUtL/Curn//Xchpqc+HHYEv2M= is what Go published (known-h1)";
    assert!(output.stdout.contains("by the hash that Go published of 1.23.1 ("), "{output}");
    assert!(output.stdout.contains(expected), "{output}");
    fs::write(goroot.join("src/fmt/print.go"), "package fmt\n").unwrap();
    verify().fails_with(4).says("gvr install");
}

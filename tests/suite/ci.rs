//! `gvr ci`: which version it takes, what it refuses, and where it can work.

use gvr_testkit::{FakeDist, host_platform};
use serde_json::json;

use crate::common::Sandbox;

fn key(version: &str) -> String {
    format!("gvr-[PLATFORM]-{version}\n")
}

#[track_caller]
fn takes(sandbox: &Sandbox, arguments: &[&str], version: &str) {
    sandbox.gvr(["ci", "--cache-key"]).args(arguments).run().succeeds().prints(&key(version));
}

#[test]
fn a_go_mod_is_taken_at_its_word() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.22.91", "1.23.90"]);
    sandbox.place(&["1.23.90"]);
    sandbox.gvr(["global", "1.23.90"]).run().succeeds();
    // A newer one is there and would do; the pipeline runs what the repository names.
    sandbox.write("go.mod", "module x\n\ngo 1.22.1\n");
    takes(&sandbox, &[], "1.22.91");
    sandbox.write("go.mod", "module x\n\ngo 1.22.1\n\ntoolchain go1.22.90\n");
    takes(&sandbox, &[], "1.22.90");
    sandbox.gvr(["ci"]).run().succeeds().says("[HOME]/work/go.mod:5 asks for 1.22.90").says("Go 1.22.90 is ready");
    assert_eq!(sandbox.installed(), ["1.22.90", "1.23.90"]);
}

#[test]
fn the_command_line_and_a_matrix_come_first() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.22.91", "1.23.90"]);
    sandbox.write(".go-version", "1.22.90\n");
    sandbox.write("sub/go.mod", "module x\ngo 1.23\n");
    sandbox.write("tools.txt", "1.22.91\n");
    takes(&sandbox, &["1.23"], "1.23.90");
    takes(&sandbox, &["--file", "sub/go.mod"], "1.23.90");
    takes(&sandbox, &["--file", "tools.txt"], "1.22.91");
    let matrix = sandbox.gvr(["ci", "--cache-key"]).env("GVR_VERSION", "1.23").run().succeeds();
    matrix.prints(&key("1.23.90")).says("GVR_VERSION environment variable asks for 1.23");
    // What an earlier call exported is no wish of anybody's.
    let again = sandbox.gvr(["ci", "--cache-key"]).env("GVR_VERSION", "1.23.90");
    let again = again.env("GVR_CACHE_KEY", format!("gvr-{}-1.23.90", host_platform()));
    again.run().succeeds().prints(&key("1.22.90"));
    sandbox.gvr(["ci", "--file", "nosuch"]).run().fails_with(2).says("there is no [HOME]/work/nosuch");
    sandbox.write("go.work", "go 1.22\ntoolchain default\n");
    sandbox.gvr(["ci", "--file", "go.work"]).run().fails_with(2).says("asks for no Go version");
    sandbox.write("broken", "one.two\n");
    sandbox.gvr(["ci", "--file", "broken"]).run().fails_with(1).says("[HOME]/work/broken:1: ");
    sandbox.gvr(["ci", "--file", "broken", "1.22"]).run().fails_with(2);
}

#[test]
fn a_module_that_asks_for_more_is_named_before_anything_is_fetched() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.24.90"]);
    sandbox.write(".go-version", "1.22.90\n");
    sandbox.write("go.mod", "module x\n\ngo 1.24\n");
    let ci = |arguments: &[&str]| sandbox.gvr(["ci"]).args(arguments);
    let output = ci(&[]).run().fails_with(1).prints("(exit 1)\n");
    output
        .says("[HOME]/work/.go-version:1 asks for Go 1.22.90, and Go would stop: [HOME]/work/go.mod:3: 'go 1.24' asks for")
        .says("\n  to take what that file asks for: gvr ci --file [HOME]/work/go.mod\n")
        .says("\n  to let Go switch by itself: gvr ci --no-strict\n");
    assert_eq!(sandbox.installed(), [""; 0]);
    let shown = ci(&[]).env("GITHUB_ACTIONS", "true").run().fails_with(1).stdout;
    assert!(
        shown.starts_with("::error file=[HOME]/work/go.mod,line=3::[HOME]/work/.go-version:1 asks for Go 1.22.90"),
        "{shown}"
    );
    let shown = ci(&[]).env("TF_BUILD", "True").run().fails_with(1).stdout;
    assert!(shown.starts_with("##vso[task.logissue type=error;sourcepath=[HOME]/work/go.mod;linenumber=3]"), "{shown}");
    let output = ci(&["--no-strict"]).run().succeeds().says("Go 1.22.90 will switch to 1.24.0: [HOME]/work/go.mod:3: ");
    assert!(output.stdout.contains("\nexport GVR_STRICT='0'\n"), "{output}");
    ci(&[]).env("GVR_STRICT", "0").run().succeeds();
    ci(&["--strict"]).env("GVR_STRICT", "0").run().fails_with(1);
    ci(&["--no-strict"]).env("GOTOOLCHAIN", "local").run().fails_with(1).never_says("--no-strict");
    ci(&["--file", "go.mod"]).run().succeeds().says("Go 1.24.90 is ready");
}

#[test]
fn the_lock_file_is_honoured_and_must_be_right() {
    let sandbox = Sandbox::with_dist(&["1.22.90"]);
    sandbox.write("go.mod", "module x\n\ngo 1.22\n");
    sandbox.gvr(["lock"]).run().succeeds();
    sandbox.server().publish(&FakeDist::with(&["1.22.90", "1.22.91", "1.23.90"]));
    sandbox.gvr(["list", "--remote", "--refresh"]).run().succeeds();
    takes(&sandbox, &[], "1.22.90");
    let answer = sandbox.gvr(["ci", "--json"]).run().succeeds().json();
    assert_eq!((&answer["version"], &answer["lock"]), (&json!("1.22.90"), &json!("[HOME]/work/gvr.lock")));
    // It speaks for the repository alone.
    takes(&sandbox, &["1.22"], "1.22.91");
    let good = sandbox.read("gvr.lock").unwrap();
    let sum = |version| gvr_testkit::sha256_hex(&gvr_testkit::FakeToolchain::native(version).archive());
    sandbox.write("gvr.lock", good.replace(&sum("1.22.90"), &sum("1.23.90")));
    sandbox.gvr(["ci"]).run().fails_with(4).prints("(exit 4)\n").says("gvr.lock says that the SHA-256 of go1.22.90.");
    sandbox.write("gvr.lock", &good);
    sandbox.write("go.mod", "module x\n\ngo 1.23\n");
    sandbox.gvr(["ci"]).run().fails_with(1).says("gvr.lock has no version that answers '1.23'").says("gvr lock");
}

#[test]
fn what_is_there_needs_no_network_and_no_home() {
    let mut sandbox = Sandbox::with_versions(&["1.22.90"]);
    sandbox.write(".go-version", "1.22.90\n");
    sandbox.set("GVR_ROOT", sandbox.root().to_owned());
    std::fs::remove_dir_all(sandbox.root().join("shims")).unwrap();
    let call = || sandbox.gvr(["ci", "--offline"]).env_remove("HOME").env_remove("USER").env_remove("LOGNAME");
    let output =
        call().run().succeeds().says("HOME is not set, and without it go build has no place").says("export HOME=/");
    assert!(output.stdout.starts_with("case \"${PATH-}:\" in '[ROOT]/shims':*)"), "{output}");
    call().env("GOCACHE", "/tmp/cache").run().succeeds().never_says("HOME is not set");
    sandbox.shim("go").arg("version").run().succeeds().prints("go version go1.22.90 [OS]/[ARCH]\n");
    // Nothing of Go's own is touched.
    assert!(!sandbox.home().join("go").exists());
}

#[test]
fn programs_get_all_of_it() {
    let sandbox = Sandbox::with_dist(&["1.22.90"]);
    sandbox.write(".go-version", "1.22\n");
    let answer = sandbox.gvr(["ci", "--json", "--quiet"]).run().succeeds().says_exactly("").json();
    let expected = json!({
        "schema": 1,
        "provider": "shell",
        "version": "1.22.90",
        "versions": ["1.22.90"],
        "platform": "[PLATFORM]",
        "asked_by": "[HOME]/work/.go-version:1",
        "lock": null,
        "strict": true,
        "installed": ["1.22.90"],
        "cache_key": "gvr-[PLATFORM]-1.22.90",
        "cache_paths": ["[ROOT]/versions/1.22.90"],
        "path": ["[ROOT]/shims"],
        "variables": {
            "GVR_CACHE_KEY": "gvr-[PLATFORM]-1.22.90",
            "GVR_ROOT": "[ROOT]",
            "GVR_STRICT": "1",
            "GVR_VERSION": "1.22.90",
        },
        "files": [],
    });
    let mut answer = answer;
    let lines = answer.as_object_mut().unwrap().remove("lines").unwrap();
    assert_eq!(answer, expected);
    assert_eq!(lines.as_array().unwrap().len(), 5);
    let again = sandbox.gvr(["ci", "--json"]).run().succeeds().json();
    assert_eq!(again["installed"], json!([]));
}

#[test]
fn what_cannot_be_installed_is_said_with_its_exit_code() {
    let sandbox = Sandbox::with_dist(&["1.22.90"]);
    sandbox.gvr(["ci"]).run().fails_with(2).says("nothing here asks for a Go version").says("gvr ci 1.22");
    sandbox.gvr(["ci", "1.99"]).run().fails_with(2).says("no Go version answers '1.99'");
    sandbox.gvr(["ci", "system"]).run().fails_with(2).says("'system' is the Go that others installed");
    sandbox.gvr(["ci", "--offline", "1.22.90"]).run().fails_with(3);
    sandbox.gvr(["ci", "--provider", "nosuch"]).run().fails_with(2).prints("");
    assert_eq!(sandbox.installed(), [""; 0]);
}

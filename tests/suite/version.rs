//! `gvr version` and its relatives: which version applies, and who says so.

use std::fs;

use snapbox::str;

use crate::common::Sandbox;

#[test]
fn nothing_says_anything() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.gvr(["version"]).run().succeeds().prints("system (set by [ROOT]/version)\n");
    sandbox.gvr(["version-name"]).run().succeeds().prints("system\n");
    sandbox.gvr(["version-origin"]).run().succeeds().prints("[ROOT]/version\n");
    sandbox.gvr(["version-file"]).run().succeeds().prints("[ROOT]/version\n");
}

#[test]
fn a_file_says_it() {
    let sandbox = Sandbox::with_versions(&["1.21.13", "1.22.5", "1.22.10"]);
    sandbox.write(".go-version", "1.22\n1.21.13\n");
    for name in ["version", "current"] {
        sandbox
            .gvr([name])
            .run()
            .succeeds()
            .prints("1.22.10 (set by [HOME]/work/.go-version)\n1.21.13 (set by [HOME]/work/.go-version)\n");
    }
    sandbox.gvr(["version-name"]).run().succeeds().prints("1.22.10:1.21.13\n");
    sandbox.gvr(["version-origin"]).run().succeeds().prints("[HOME]/work/.go-version\n");
    sandbox.gvr(["version-file"]).run().succeeds().prints("[HOME]/work/.go-version\n");
}

#[test]
fn a_variable_says_it() {
    let sandbox = Sandbox::with_versions(&["1.21.13", "1.22.5"]);
    sandbox.write(".go-version", "1.21.13\n");
    for name in ["GVR_VERSION", "GOENV_VERSION"] {
        let call = |command: &str| sandbox.gvr([command]).env(name, "1.22.5:1.21.13").run().succeeds();
        let origin = format!("{name} environment variable");
        call("version").prints(&format!("1.22.5 (set by {origin})\n1.21.13 (set by {origin})\n"));
        call("version-name").prints("1.22.5:1.21.13\n");
        call("version-origin").prints(&format!("{origin}\n"));
    }
}

#[test]
fn the_version_is_not_installed() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.99.0\n");
    sandbox.gvr(["version"]).run().is(str![[r#"
exit code: 1
--- stdout ---
--- stderr ---
gvr: version '1.99.0' is not installed (set by [HOME]/work/.go-version)
  to install it: gvr install 1.99.0

"#]]);
    sandbox.gvr(["version-name"]).run().fails_with(1).says("gvr: version '1.99.0' is not installed (set by ");
    sandbox
        .gvr(["version"])
        .env("GOENV_VERSION", "7.7.7")
        .run()
        .fails_with(1)
        .says("gvr: version '7.7.7' is not installed (set by GOENV_VERSION environment variable)");
}

#[test]
fn one_of_several_is_not_installed() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.22.5\n1.99.0\n");
    let output = sandbox.gvr(["version"]).run().fails_with(1);
    output.prints("1.22.5 (set by [HOME]/work/.go-version)\n").says("1.99.0");
}

#[test]
fn as_json() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.22.5\n");
    let output = sandbox.gvr(["version", "--json"]).run().succeeds();
    let json = output.json();
    assert_eq!(json["schema"], 1);
    assert!(output.stdout.contains("\"1.22.5\""), "{output}");
    assert!(output.stdout.contains("[HOME]/work/.go-version"), "{output}");
}

#[test]
fn the_file_that_decides_for_another_folder() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let file = sandbox.write("a/.go-version", "1.22.5\n");
    sandbox.write("a/b/file", "");
    let folder = file.parent().unwrap().join("b");
    sandbox.gvr(["version-file".as_ref(), folder.as_os_str()]).run().succeeds().prints("[HOME]/work/a/.go-version\n");
}

#[test]
fn gvrs_own_version_is_another_question() {
    let sandbox = Sandbox::new();
    let own = format!("gvr {}\n", env!("CARGO_PKG_VERSION"));
    sandbox.gvr(["--version"]).run().succeeds().prints(&own).says_exactly("");
}

#[test]
fn system_is_a_version_where_there_is_a_system_go() {
    let mut sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.with_system_go("1.20.1");
    sandbox.write(".go-version", "system\n");
    sandbox.gvr(["version"]).run().succeeds().prints("system (set by [HOME]/work/.go-version)\n");
    sandbox.shim("go").arg("version").run().succeeds().prints("go version go1.20.1 [OS]/[ARCH]\n");
    // As in goenv: a version file that names no version asks for the system's.
    fs::write(sandbox.work().join(".go-version"), "# nothing\n").unwrap();
    sandbox.gvr(["version-name"]).run().succeeds().prints("system\n");
}

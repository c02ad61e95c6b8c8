//! The commands that goenv has, with goenv's answers: the texts and codes are those that goenv 2.2.44 gives, with `gvr`
//! in the place of `goenv`.

use std::fs;

use gvr_testkit::FakeToolchain;
use snapbox::str;

use crate::common::Sandbox;

const VERSIONS: [&str; 4] = ["1.21.13", "1.22.5", "1.22.10", "1.23.0"];

/// Four versions, one of which has a command that the others lack.
fn laboratory() -> Sandbox {
    let sandbox = Sandbox::new();
    let with_dlv = FakeToolchain::native("1.22.5").file("bin/dlv", 0o755, "#!/bin/sh\necho dlv\n");
    with_dlv.write_to(&sandbox.version("1.22.5")).unwrap();
    sandbox.place(&["1.21.13", "1.22.10", "1.23.0"]);
    sandbox
}

#[test]
fn root() {
    let sandbox = Sandbox::new();
    sandbox.gvr(["root"]).run().succeeds().prints("[ROOT]\n");
    let other = sandbox.outside("other");
    sandbox.gvr(["root"]).env("GVR_ROOT", &other).run().succeeds().prints("[SANDBOX]/other\n");
}

#[test]
fn shims() {
    let sandbox = laboratory();
    sandbox.gvr(["rehash"]).run().succeeds().stays_silent();
    let output = sandbox.gvr(["shims"]).run().succeeds();
    for name in ["go", "gofmt"] {
        assert!(output.lines().contains(&format!("[ROOT]/shims/{name}").as_str()), "{output}");
    }
    let short = sandbox.gvr(["shims", "--short"]).run().succeeds();
    let expected: Vec<_> =
        output.lines().iter().map(|line| line.trim_start_matches("[ROOT]/shims/").to_owned()).collect();
    assert_eq!(short.lines(), expected);
    assert!(short.lines().contains(&"go1.22.10"), "Go's own switch looks for that name: {short}");
}

#[test]
fn which() {
    let sandbox = laboratory();
    sandbox.write(".go-version", "1.21.13\n");
    sandbox.gvr(["which", "go"]).run().succeeds().prints("[ROOT]/versions/1.21.13/bin/go\n");
    sandbox.gvr(["which", "gofmt"]).run().succeeds().prints("[ROOT]/versions/1.21.13/bin/gofmt\n");
    sandbox.gvr(["which", "dlv"]).run().is(str![[r#"
exit code: 127
--- stdout ---
--- stderr ---
gvr: 'dlv' command not found

The 'dlv' command exists in these Go versions:
  1.22.5

"#]]);
    sandbox.gvr(["which", "nosuch"]).run().fails_with(127).says("gvr: 'nosuch' command not found");
    sandbox.gvr(["which"]).run().fails_with(1).prints("").says("Usage: gvr which");
}

#[test]
fn which_looks_into_every_version_that_applies() {
    let sandbox = laboratory();
    sandbox.write(".go-version", "1.21.13\n1.22.5\n");
    sandbox.gvr(["which", "go"]).run().succeeds().prints("[ROOT]/versions/1.21.13/bin/go\n");
    sandbox.gvr(["which", "dlv"]).run().succeeds().prints("[ROOT]/versions/1.22.5/bin/dlv\n");
    let output = sandbox.gvr(["which", "--all", "go"]).run().succeeds();
    assert_eq!(output.lines()[..2], ["[ROOT]/versions/1.21.13/bin/go", "[ROOT]/versions/1.22.5/bin/go"]);
    let json = sandbox.gvr(["which", "--json", "go"]).run().succeeds().json();
    assert_eq!(json["schema"], 1);
}

#[test]
fn which_of_a_version_that_is_not_installed() {
    let sandbox = laboratory();
    sandbox.write(".go-version", "1.99.0\n");
    let output = sandbox.gvr(["which", "go"]).run();
    assert!([1, 127].contains(&output.code), "{output}");
    output.prints("").says("gvr: version '1.99.0' is not installed (set by [HOME]/work/.go-version");
}

#[test]
fn whence() {
    let sandbox = laboratory();
    sandbox.gvr(["whence", "dlv"]).run().succeeds().prints("1.22.5\n");
    sandbox.gvr(["whence", "go"]).run().succeeds().prints("1.21.13\n1.22.5\n1.22.10\n1.23.0\n");
    let output = sandbox.gvr(["whence", "--path", "go"]).run().succeeds();
    assert_eq!(output.lines(), VERSIONS.map(|version| format!("[ROOT]/versions/{version}/bin/go")));
    sandbox.gvr(["whence", "nosuch"]).run().fails_with(1).stays_silent();
    sandbox.gvr(["whence"]).run().fails_with(1).prints("").says("Usage: gvr whence");
}

#[test]
fn prefix() {
    let sandbox = laboratory();
    sandbox.write(".go-version", "1.21.13\n");
    sandbox.gvr(["prefix"]).run().succeeds().prints("[ROOT]/versions/1.21.13\n");
    sandbox.gvr(["prefix", "1.22"]).run().succeeds().prints("[ROOT]/versions/1.22.10\n");
    sandbox.gvr(["prefix", "latest"]).run().succeeds().prints("[ROOT]/versions/1.23.0\n");
    sandbox.gvr(["prefix", "9.9.9"]).run().fails_with(1).prints("").says("gvr: version '9.9.9' not installed");
}

#[test]
fn installed() {
    let sandbox = laboratory();
    for (arguments, expected) in
        [(&["installed"][..], "1.23.0\n"), (&["installed", "22"], "1.22.10\n"), (&["installed", "1"], "1.23.0\n")]
    {
        sandbox.gvr(arguments).run().succeeds().prints(expected);
    }
    sandbox.gvr(["installed", "9"]).run().fails_with(1).prints("").says("gvr: version '1.9' not installed");
}

#[test]
fn latest() {
    let sandbox = Sandbox::with_dist(&["1.21.90", "1.22.90", "1.22.91", "1.23.90", "1.24rc9"]);
    sandbox.place(&["1.21.13", "1.22.5"]);
    sandbox.gvr(["latest", "--print"]).run().succeeds().prints("1.23.90\n");
    sandbox.gvr(["latest", "1.22"]).run().succeeds().prints("1.22.91\n");
    sandbox.gvr(["latest", "--installed"]).run().succeeds().prints("1.22.5\n");
    sandbox.gvr(["latest", "--installed", "1.21"]).run().succeeds().prints("1.21.13\n");
    assert!(sandbox.read(".go-version").is_none());
}

#[test]
fn the_table_of_goenvs_version_files() {
    let sandbox = laboratory();
    // The contents of .go-version, then what `version-name` prints, or the name in the complaint.
    for (contents, expected) in [
        ("# comment\n  1.22.5  extra\n\n1.21.13 # x\n", Ok("1.22.5:1.21.13")),
        ("1.23.0", Ok("1.23.0")),
        ("go-1.23.0\n", Ok("1.23.0")),
        ("1.22\n", Ok("1.22.10")),
        ("system\n", Ok("system")),
        ("", Ok("system")),
        ("1.99.0\n", Err("1.99.0")),
        // Here gvr is kinder than goenv, which says of these that they are not installed.
        ("go1.23.0\n", Ok("1.23.0")),
        ("1\n", Ok("1.23.0")),
        ("latest\n", Ok("1.23.0")),
    ] {
        sandbox.write(".go-version", contents);
        let output = sandbox.gvr(["version-name"]).run();
        match expected {
            Ok(name) => assert_eq!((output.code, output.stdout.trim()), (0, name), "{contents:?}: {output}"),
            Err(name) => {
                output
                    .fails_with(1)
                    .says(&format!("gvr: version '{name}' is not installed (set by [HOME]/work/.go-version)"));
            }
        }
    }
}

#[test]
fn the_folder_can_be_given_by_a_variable() {
    let sandbox = laboratory();
    sandbox.write(".go-version", "1.22.5\n");
    let other = sandbox.write("other/.go-version", "1.23.0\n");
    let other = other.parent().unwrap();
    for name in ["GVR_DIR", "GOENV_DIR"] {
        let output = sandbox.gvr(["version"]).env(name, other).run().succeeds();
        output.prints("1.23.0 (set by [HOME]/work/other/.go-version)\n");
        sandbox.shim("go").arg("version").env(name, other).run().prints("go version go1.23.0 [OS]/[ARCH]\n");
    }
    let empty = sandbox.outside("empty");
    sandbox.gvr(["version-name"]).env("GOENV_DIR", &empty).run().succeeds().prints("1.22.5\n");
}

#[test]
fn a_source_file_in_another_folder_goes_by_that_folders_version() {
    let sandbox = laboratory();
    sandbox.write(".go-version", "1.22.5\n");
    sandbox.write("other/.go-version", "1.23.0\n");
    sandbox.write("other/main.go", "package main\n");
    let output = sandbox.shim("go").args(["run", "other/main.go"]).run().succeeds();
    assert_eq!(output.lines()[0], "go1.23.0");
    let output = sandbox.shim("go").args(["build", "-o", "out", "./..."]).run().succeeds();
    assert_eq!(output.lines()[0], "go1.22.5");
}

#[test]
fn unknown_commands() {
    let sandbox = Sandbox::new();
    sandbox.gvr(["nosuch"]).run().fails_with(1).prints("").says("gvr: no such command 'nosuch'");
}

#[test]
fn commands_are_listed() {
    let sandbox = Sandbox::new();
    let output = sandbox.gvr(["commands"]).run().succeeds();
    for name in [
        "commands",
        "completions",
        "exec",
        "global",
        "help",
        "init",
        "install",
        "installed",
        "latest",
        "local",
        "prefix",
        "rehash",
        "root",
        "shims",
        "uninstall",
        "version",
        "version-file",
        "version-name",
        "version-origin",
        "versions",
        "whence",
        "which",
    ] {
        assert!(output.lines().contains(&name), "{name} in {output}");
    }
}

#[test]
fn versions_files_of_goenvs_store_are_understood() {
    let sandbox = laboratory();
    fs::write(sandbox.root().join("version"), "1.22\n").unwrap();
    sandbox.gvr(["global"]).run().succeeds().prints("1.22.10\n");
}

//! Which version applies. What `gvr` says and what the shim runs must be one and the same.

use std::fs;

use crate::common::Sandbox;

/// Both `gvr version-name` and the shim go by this version here.
#[track_caller]
fn applies(sandbox: &Sandbox, folder: &str, expected: &str) {
    let named = sandbox.gvr(["version-name"]).cwd(folder).run();
    assert_eq!((named.code, named.stdout.as_str()), (0, format!("{expected}\n").as_str()), "{named}");
    let ran = sandbox.shim("go").arg("version").cwd(folder).run();
    let line = format!("go version go{expected} [OS]/[ARCH]\n");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, line.as_str()), "{ran}");
}

/// Neither finds what is asked for, and both say what to type.
#[track_caller]
fn is_missing(sandbox: &Sandbox, install: &str) {
    sandbox.gvr(["version-name"]).run().fails_with(1).prints("").says("is not installed");
    let ran = sandbox.shim("go").arg("version").run().fails_with(127).prints("");
    ran.says("is not installed").says(&format!("gvr install {install}\n"));
}

fn global(sandbox: &Sandbox, version: &str) {
    fs::write(sandbox.root().join("version"), format!("{version}\n")).unwrap();
}

#[test]
fn a_go_line_is_a_minimum_that_any_newer_go_satisfies() {
    let sandbox = Sandbox::with_versions(&["1.27.3"]);
    sandbox.write("go.mod", "module x\n\ngo 1.24\n");
    applies(&sandbox, "", "1.27.3");
    global(&sandbox, "1.27.3");
    applies(&sandbox, "", "1.27.3");
}

#[test]
fn a_toolchain_line_raises_an_older_global_version_and_leaves_a_newer_one() {
    let sandbox = Sandbox::with_versions(&["1.23.1", "1.24.11", "1.27.3"]);
    sandbox.write("go.mod", "module x\n\ngo 1.24\n\ntoolchain go1.24.11\n");
    global(&sandbox, "1.23.1");
    applies(&sandbox, "", "1.24.11");
    global(&sandbox, "1.27.3");
    applies(&sandbox, "", "1.27.3");
}

#[test]
fn what_takes_the_place_of_a_minimum_that_is_not_there() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.1", "1.23.4", "1.24.2", "1.27.3"]);
    global(&sandbox, "1.22.5");
    for (module, expected) in [
        ("go 1.21", "1.22.5"),
        ("go 1.22.5", "1.22.5"),
        ("go 1.22.6", "1.23.1"),
        ("go 1.23", "1.23.4"),
        ("go 1.23.1", "1.23.1"),
        ("go 1.23.2", "1.23.4"),
        ("go 1.23.5", "1.24.2"),
        ("go 1.25", "1.27.3"),
        ("go 1.22\ntoolchain go1.23.3", "1.23.4"),
        ("go 1.24\ntoolchain default", "1.22.5"),
        ("go 1.24\ntoolchain go1.23.1", "1.24.2"),
        ("go 1.23 // a comment", "1.23.4"),
    ] {
        sandbox.write("go.mod", format!("module x\n\n{module}\n"));
        let named = sandbox.gvr(["version-name"]).run();
        assert_eq!((named.code, named.stdout.trim()), (0, expected), "{module}: {named}");
        applies(&sandbox, "", expected);
    }
}

#[test]
fn a_minimum_above_everything_is_missing() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    global(&sandbox, "1.22.5");
    sandbox.write("go.mod", "module x\n\ngo 1.24\n");
    is_missing(&sandbox, "1.24");
    sandbox.write("go.mod", "module x\n\ngo 1.24\n\ntoolchain go1.24.11\n");
    is_missing(&sandbox, "1.24.11");
}

#[test]
fn a_workspace_counts_for_its_modules() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.24.11", "1.27.3"]);
    global(&sandbox, "1.22.5");
    sandbox.write("go.work", "go 1.24\n\nuse ./module\n");
    sandbox.write("module/go.mod", "module x\n\ngo 1.22\n");
    applies(&sandbox, "module", "1.24.11");
    applies(&sandbox, "", "1.24.11");
    sandbox.write("go.work", "go 1.22\n\ntoolchain go1.27.0\n\nuse ./module\n");
    applies(&sandbox, "module", "1.27.3");
    let output = sandbox.gvr(["version-name"]).cwd("module").env("GOWORK", "off").run();
    output.succeeds().prints("1.22.5\n");
}

#[test]
fn tool_versions_of_asdf_and_mise_pin() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.1"]);
    global(&sandbox, "1.23.1");
    sandbox.write(".tool-versions", "# tools\nnodejs 20.1.0\ngolang 1.22.5\n");
    applies(&sandbox, "", "1.22.5");
    sandbox.write(".tool-versions", "go 1.22\n");
    applies(&sandbox, "", "1.22.5");
    sandbox.write(".tool-versions", "nodejs 20.1.0\n");
    applies(&sandbox, "", "1.23.1");
    sandbox.gvr(["version-origin"]).run().succeeds().prints("[ROOT]/version\n");
}

#[test]
fn within_a_folder_and_between_folders() {
    let sandbox = Sandbox::with_versions(&["1.20.14", "1.21.13", "1.22.5", "1.23.1", "1.24.11"]);
    global(&sandbox, "1.20.14");
    sandbox.write("go.mod", "module x\n\ngo 1.24\n");
    applies(&sandbox, "", "1.24.11");
    sandbox.write(".tool-versions", "golang 1.23.1\n");
    applies(&sandbox, "", "1.23.1");
    sandbox.write(".go-version", "1.22.5\n");
    applies(&sandbox, "", "1.22.5");
    sandbox.write("near/.tool-versions", "golang 1.21.13\n");
    applies(&sandbox, "near", "1.21.13");
    sandbox.write("module/go.mod", "module y\n\ngo 1.23\n");
    applies(&sandbox, "module", "1.23.1");
    sandbox.write("deep/er/and/deep/er/file", "");
    applies(&sandbox, "deep/er/and/deep/er", "1.22.5");
}

#[test]
fn variables_come_before_files_and_the_command_line_before_variables() {
    let sandbox = Sandbox::with_versions(&["1.21.13", "1.22.5", "1.23.1", "1.24.11"]);
    sandbox.write(".go-version", "1.21.13\n");
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut call = sandbox.shim("go").args(arguments);
        for (name, value) in variables {
            call = call.env(name, value);
        }
        call.run().succeeds().stdout
    };
    let version = |version: &str| format!("go version go{version} [OS]/[ARCH]\n");
    let goenv = ("GOENV_VERSION", "1.22.5");
    let own = ("GVR_VERSION", "1.23");
    assert_eq!(run(&["version"], &[goenv]), version("1.22.5"));
    assert_eq!(run(&["version"], &[goenv, own]), version("1.23.1"));
    assert_eq!(run(&["+1.24", "version"], &[goenv, own]), version("1.24.11"));
    assert_eq!(run(&["+latest", "version"], &[goenv]), version("1.24.11"));
    assert_eq!(run(&["version"], &[("GVR_VERSION", ""), goenv]), version("1.22.5"), "an empty one says nothing");
    sandbox.gvr(["version-name"]).env("GVR_VERSION", "1.23").env("GOENV_VERSION", "1.22.5").run().prints("1.23.1\n");
}

#[test]
fn a_pin_is_a_pin_whatever_go_mod_says() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.24.11"]);
    sandbox.write("go.mod", "module x\n\ngo 1.24\n");
    sandbox.write(".go-version", "1.22.5\n");
    applies(&sandbox, "", "1.22.5");
}

#[test]
fn goenvs_switch_turns_go_mod_off() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.24.11"]);
    global(&sandbox, "1.22.5");
    sandbox.write("go.mod", "module x\n\ngo 1.24\n");
    let call = |value: &str| sandbox.gvr(["version-name"]).env("GOENV_GOMOD_VERSION_ENABLE", value).run().succeeds();
    call("0").prints("1.22.5\n");
    call("1").prints("1.24.11\n");
}

#[test]
fn the_systems_go_can_satisfy_a_minimum() {
    let mut sandbox = Sandbox::with_versions(&["1.24.11"]);
    sandbox.with_system_go("1.26.1");
    sandbox.write("go.mod", "module x\n\ngo 1.25\n");
    sandbox.gvr(["version-name"]).run().succeeds().prints("system\n");
    sandbox.shim("go").arg("version").run().succeeds().prints("go version go1.26.1 [OS]/[ARCH]\n");
    sandbox.write("go.mod", "module x\n\ngo 1.27\n");
    is_missing(&sandbox, "1.27");
}

//! gvr beside real Go's own toolchain switch: what runs, and what `gvr explain` foretold.

use gvr_testkit::host_platform;

use crate::common::{Call, Output, Sandbox};
use crate::real::{OFFICIAL, archive, sandbox, server};

/// The version that is pinned, and the one that modules ask for.
const OLD: &str = "1.23.1";
const NEW: &str = "1.24.11";

#[test]
fn go_switches_within_the_store_and_explain_foretells_it() {
    const TEST: &str = "go_switches_within_the_store_and_explain_foretells_it";
    let needed = [OLD, NEW].map(|version| archive(version, &host_platform()));
    let Some(server) = server(TEST, &[(OFFICIAL, "official-dist")], &needed) else { return };
    let sandbox = sandbox(server);
    sandbox.gvr(["install", OLD, NEW]).patiently().run().succeeds();

    the_switch_finds_gvrs_toolchains(&sandbox);
    explain_agrees_with_go(&sandbox);
    a_persisted_name_does_not_beat_a_pin(&sandbox);
    a_call_that_go_makes_runs_what_go_asks_for(&sandbox);
    variables_mean_what_they_mean_to_go(&sandbox);
    tools_outlive_a_switch(&sandbox);
}

fn go<'a>(sandbox: &'a Sandbox, folder: &str, arguments: &[&str]) -> Call<'a> {
    sandbox.shim("go").args(arguments).cwd(folder).patiently()
}

/// A module that asks for something, beside a pin to the older version.
fn write_module(sandbox: &Sandbox, folder: &str, lines: &str) {
    sandbox.write(format!("{folder}/.go-version"), format!("{OLD}\n"));
    sandbox.write(format!("{folder}/go.mod"), format!("module example.test/{folder}\n\n{lines}\n"));
    sandbox.write(format!("{folder}/main.go"), "package main\n\nfunc main() {}\n");
}

fn the_switch_finds_gvrs_toolchains(sandbox: &Sandbox) {
    write_module(sandbox, "newer", &format!("go {NEW}"));
    for mode in ["auto", "path"] {
        let version = format!("go version go{NEW} [OS]/[ARCH]\n");
        go(sandbox, "newer", &["version"]).env("GOTOOLCHAIN", mode).run().succeeds().prints(&version);
        let goroot = format!("[ROOT]/versions/{NEW}\n");
        go(sandbox, "newer", &["env", "GOROOT"]).env("GOTOOLCHAIN", mode).run().succeeds().prints(&goroot);
        go(sandbox, "newer", &["build", "-o", "app", "."]).env("GOTOOLCHAIN", mode).run().succeeds();
    }
    // Nothing came by Go's own way, which is the module cache.
    assert!(!sandbox.home().join("go/pkg/mod/golang.org").exists());
}

/// A folder, variables, and what they make of the pinned version: the Go that runs, or none that does.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Option<&'a str>);

fn explain_agrees_with_go(sandbox: &Sandbox) {
    write_module(sandbox, "older", "go 1.22");
    write_module(sandbox, "line", &format!("go 1.22\n\ntoolchain go{NEW}"));
    write_module(sandbox, "future", "go 1.99");
    write_module(sandbox, "space/member", "go 1.22");
    sandbox.write("space/go.work", format!("go {NEW}\n\nuse ./member\n"));
    let cases: [Case<'_>; 15] = [
        ("older", &[], Some(OLD)),
        ("newer", &[], Some(NEW)),
        ("newer", &[("GOTOOLCHAIN", "path")], Some(NEW)),
        ("newer", &[("GOTOOLCHAIN", "local")], None),
        ("newer", &[("GVR_STRICT", "1")], None),
        ("older", &[("GVR_STRICT", "1")], Some(OLD)),
        ("newer", &[("GOTOOLCHAIN", "auto"), ("GVR_STRICT", "1")], None),
        ("older", &[("GOTOOLCHAIN", "go1.24.11")], Some(NEW)),
        ("older", &[("GOTOOLCHAIN", "go1.24.11+path")], Some(NEW)),
        ("line", &[], Some(NEW)),
        ("line", &[("GOTOOLCHAIN", "local")], Some(OLD)),
        ("space/member", &[], Some(NEW)),
        ("space/member", &[("GOWORK", "off")], Some(OLD)),
        ("future", &[("GOTOOLCHAIN", "path")], None),
        ("newer", &[("GVR_VERSION", NEW)], Some(NEW)),
    ];
    for (folder, variables, expected) in cases {
        let with = |mut call: Call<'_>| -> Output {
            for (name, value) in variables {
                call = call.env(name, value);
            }
            call.run()
        };
        let context = format!("{folder} {variables:?}");
        // A command that must read the module: `go version` answers even where the module is beyond it.
        let listed = with(go(sandbox, folder, &["list", "."]));
        let ran = with(go(sandbox, folder, &["env", "GOVERSION"]));
        let runs = (listed.code == 0).then(|| ran.stdout.trim_end().trim_start_matches("go").to_owned());
        assert_eq!(runs.as_deref(), expected, "{context}\n{listed}\n{ran}");
        let explained = with(sandbox.gvr(["explain", "--json"]).cwd(folder)).succeeds();
        let json = explained.json();
        assert_eq!(json["effective"]["version"].as_str(), expected, "{context}\n{explained}");
        let pinned = variables.iter().find(|(name, _)| *name == "GVR_VERSION").map_or(OLD, |(_, version)| version);
        assert_eq!(json["version"].as_str(), Some(pinned), "{context}\n{explained}");
        let reason = json["effective"]["reason"].as_str().unwrap_or_default();
        assert!(!reason.is_empty(), "{context}\n{explained}");
    }
}

fn a_persisted_name_does_not_beat_a_pin(sandbox: &Sandbox) {
    go(sandbox, "older", &["env", "-w", &format!("GOTOOLCHAIN=go{NEW}+auto")]).run().succeeds();
    go(sandbox, "older", &["env", "GOVERSION"]).run().succeeds().prints(&format!("go{OLD}\n"));
    go(sandbox, "newer", &["env", "GOVERSION"]).run().succeeds().prints(&format!("go{NEW}\n"));
    let explained = sandbox.gvr(["explain", "--json"]).cwd("older").run().succeeds();
    assert_eq!(explained.json()["effective"]["version"].as_str(), Some(OLD), "{explained}");
    // What the environment says was said now, and is Go's own business.
    let said = go(sandbox, "older", &["env", "GOVERSION"]).env("GOTOOLCHAIN", format!("go{NEW}"));
    said.run().succeeds().prints(&format!("go{NEW}\n"));
    go(sandbox, "older", &["env", "-u", "GOTOOLCHAIN"]).run().succeeds();
}

fn a_call_that_go_makes_runs_what_go_asks_for(sandbox: &Sandbox) {
    const SWITCH: &str = "GOTOOLCHAIN_INTERNAL_SWITCH_VERSION";
    let named = sandbox.shim("go1.24.11").args(["env", "GOVERSION"]).cwd("older").patiently();
    named.env(SWITCH, "go1.24.11").run().succeeds().prints("go1.24.11\n");
    let by_variable = go(sandbox, "older", &["env", "GOVERSION"]).env(SWITCH, "go1.24.11");
    by_variable.run().succeeds().prints("go1.24.11\n");
    go(sandbox, "older", &["env", "GOVERSION"]).env(SWITCH, "go1.21.0").run().fails_with(127).says("1.21.0");
}

/// Through the shim they are what they are to the same Go by its path.
fn variables_mean_what_they_mean_to_go(sandbox: &Sandbox) {
    const NAMES: [&str; 7] = ["GOROOT", "GOFLAGS", "GOPATH", "GOBIN", "GOCACHE", "GOMODCACHE", "GOENV"];
    let own = sandbox.home().join("own");
    let sets: [&[(&str, &str)]; 3] =
        [&[], &[("GOPATH", "own"), ("GOBIN", "own/bin"), ("GOCACHE", "own/cache")], &[("GOFLAGS", "-mod=mod")]];
    for variables in sets {
        let ask = |mut call: Call<'_>| {
            call = call.arg("env").args(NAMES).cwd("older").patiently();
            for (name, value) in variables {
                let value = value.replace("own", &own.to_string_lossy());
                call = call.env(name, value);
            }
            call.run().succeeds().stdout
        };
        let direct = ask(sandbox.run(sandbox.version(OLD).join("bin/go")));
        assert_eq!(ask(sandbox.shim("go")), direct, "{variables:?}");
        assert!(direct.starts_with(&format!("[ROOT]/versions/{OLD}\n")), "{direct}");
    }
}

/// A tool such as gopls is built by one version, asks for `go` by name, and is there under all others.
fn tools_outlive_a_switch(sandbox: &Sandbox) {
    write_module(sandbox, "tool", "go 1.22");
    sandbox.write(
        "tool/main.go",
        "package main\n\nimport (\n\t\"os\"\n\t\"os/exec\"\n\t\"runtime\"\n)\n\nfunc main() {\n\
         \tout, err := exec.Command(\"go\", \"env\", \"GOVERSION\").Output()\n\
         \tif err != nil {\n\t\tpanic(err)\n\t}\n\
         \tos.Stdout.WriteString(\"built by \" + runtime.Version() + \", asks \" + string(out))\n}\n",
    );
    go(sandbox, "tool", &["install", "."]).run().succeeds();
    let tool = sandbox.home().join("go/bin/tool");
    sandbox.run(&tool).cwd("older").patiently().run().succeeds().prints("built by go1.23.1, asks go1.23.1\n");
    for folder in ["older", "tool"] {
        sandbox.gvr(["local", NEW]).cwd(folder).run().succeeds();
    }
    sandbox.run(&tool).cwd("older").patiently().run().succeeds().prints("built by go1.23.1, asks go1.24.11\n");
    go(sandbox, "tool", &["install", "."]).run().succeeds();
    sandbox.run(&tool).cwd("older").patiently().run().succeeds().prints("built by go1.24.11, asks go1.24.11\n");
    // What an editor asks for is a real GOROOT.
    let goroot = format!("[ROOT]/versions/{NEW}\n");
    sandbox.gvr(["prefix"]).cwd("older").run().succeeds().prints(&goroot);
    go(sandbox, "older", &["env", "GOROOT"]).run().succeeds().prints(&goroot);
    sandbox.gvr(["which", "go"]).cwd("older").run().succeeds().prints(&format!("[ROOT]/versions/{NEW}/bin/go\n"));
}

//! `gvr explain`: every candidate, which won, and what Go will then do.

use std::fs;

use snapbox::str;

use crate::common::Sandbox;

fn laboratory() -> Sandbox {
    let sandbox = Sandbox::with_versions(&["1.21.13", "1.22.5", "1.24.11"]);
    fs::write(sandbox.root().join("version"), "1.21.13\n").unwrap();
    sandbox.write("go.mod", "module x\n\ngo 1.24\n");
    sandbox.write(".go-version", "# ours\n1.22.5\n");
    sandbox
}

#[test]
fn every_candidate_is_named_in_its_order() {
    let sandbox = laboratory();
    let output = sandbox.gvr(["explain"]).run().succeeds();
    let position = |text: &str| output.stdout.find(text).unwrap_or_else(|| panic!("{text} in {output}"));
    assert!(position("[HOME]/work/.go-version:2") < position("[HOME]/work/go.mod:3"), "{output}");
    assert!(position("[HOME]/work/go.mod:3") < position("[ROOT]/version:1"), "{output}");
    output.is(str![[r#"
exit code: 0
--- stdout ---
1.22.5 applies here (set by [HOME]/work/.go-version)

In order of precedence:
> [HOME]/work/.go-version:2: 1.22.5
  [HOME]/work/go.mod:3: at least 1.24; comes later
  [ROOT]/version:1: 1.21.13; comes later
  PATH: system; comes later

Go itself will run 1.24.0: 'go 1.24' asks for a newer one, which Go downloads
GOTOOLCHAIN=auto (set by [ROOT]/versions/1.22.5/go.env:2)
--- stderr ---

"#]]);
}

#[test]
fn a_variable_beats_them_all() {
    let sandbox = laboratory();
    let output = sandbox.gvr(["explain"]).env("GOENV_VERSION", "1.24.11").run().succeeds();
    assert!(output.stdout.find("GOENV_VERSION").unwrap() < output.stdout.find("/.go-version").unwrap(), "{output}");
}

#[test]
fn as_json() {
    let sandbox = laboratory();
    let output = sandbox.gvr(["explain", "--json"]).run().succeeds();
    let json = output.json();
    assert_eq!(json["schema"], 1);
    let candidates = json["candidates"].as_array().unwrap_or_else(|| panic!("candidates in {output}"));
    assert!(candidates.len() >= 3, "{output}");
    assert!(output.stdout.contains("\"[HOME]/work/.go-version\""), "{output}");
}

#[test]
fn of_another_folder() {
    let sandbox = laboratory();
    sandbox.write("other/.go-version", "1.24.11\n");
    let output = sandbox.gvr(["explain", "--dir", "other"]).run().succeeds();
    assert!(output.stdout.contains("[HOME]/work/other/.go-version:1"), "{output}");
}

#[test]
fn what_is_missing_and_what_is_broken() {
    let sandbox = laboratory();
    sandbox.write(".go-version", "1.99.0\n");
    let output = sandbox.gvr(["explain"]).run();
    output.is(str![[r#"
exit code: 0
--- stdout ---
1.99.0 applies here (set by [HOME]/work/.go-version), but it is not installed
  to install it: gvr install 1.99.0

In order of precedence:
> [HOME]/work/.go-version:1: 1.99.0; not installed
  [HOME]/work/go.mod:3: at least 1.24; comes later
  [ROOT]/version:1: 1.21.13; comes later
  PATH: system; comes later
--- stderr ---

"#]]);
    sandbox.write(".go-version", "1.22.5\nnonsense\n");
    let output = sandbox.gvr(["explain"]).run();
    output.is(str![[r#"
exit code: 0
--- stdout ---
No Go can be chosen here: [HOME]/work/.go-version:2: 'nonsense' is not a Go version

In order of precedence:
  [HOME]/work/.go-version:2: 'nonsense' is not a Go version
  [HOME]/work/go.mod:3: at least 1.24; comes later
  [ROOT]/version:1: 1.21.13; comes later
  PATH: system; comes later
--- stderr ---

"#]]);
}

#[test]
fn where_nothing_asks() {
    let sandbox = Sandbox::new();
    sandbox.gvr(["explain"]).run().is(str![[r#"
exit code: 0
--- stdout ---
No Go version is chosen here, and PATH has no other go
  to choose a version: gvr local VERSION

In order of precedence:
> PATH: system
--- stderr ---

"#]]);
    assert!(!sandbox.root().exists(), "a question creates nothing");
}

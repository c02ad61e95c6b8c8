//! `gvr vscode`: one setting in a file that belongs to somebody else.

use std::fs;
use std::os::unix::fs::symlink;

use crate::common::{Sandbox, entries, tool};

fn settings(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.work().join(".vscode/settings.json")).unwrap()
}

#[test]
fn settings_are_made_and_lead_to_the_version_that_applies() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.1"]);
    sandbox.write(".go-version", "1.22.5\n");
    sandbox.gvr(["vscode"]).run().succeeds().stays_silent();
    let shim = sandbox.root().join("shims/go");
    let expected = format!("{{\n  \"go.alternateTools\": {{\n    \"go\": \"{}\"\n  }}\n}}\n", shim.display());
    assert_eq!(settings(&sandbox), expected);
    sandbox.run(&shim).args(["version"]).run().succeeds().prints(&version_line("1.22.5"));
    sandbox.write(".go-version", "1.23.1\n");
    sandbox.run(&shim).args(["version"]).run().succeeds().prints(&version_line("1.23.1"));

    let written = fs::metadata(sandbox.work().join(".vscode/settings.json")).unwrap().modified().unwrap();
    sandbox.gvr(["vscode"]).run().succeeds().stays_silent();
    assert_eq!(settings(&sandbox), expected);
    let again = fs::metadata(sandbox.work().join(".vscode/settings.json")).unwrap().modified().unwrap();
    assert_eq!(written, again, "a second call does not touch the file");
    assert_eq!(entries(&sandbox.work().join(".vscode")), ["settings.json"]);

    sandbox.gvr(["vscode", "--unset"]).run().succeeds().stays_silent();
    assert_eq!(settings(&sandbox), "{}\n");
}

fn version_line(version: &str) -> String {
    format!("go version go{version} [OS]/[ARCH]\n")
}

#[test]
fn everything_else_stays() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let before = "// The team's settings\n{\n    \"editor.rulers\": [100], // wide\n    \"go.goroot\": \"/usr/local/go\",\n    \
                  /* linting */\n    \"go.lintTool\": \"staticcheck\",\n}\n";
    sandbox.write(".vscode/settings.json", before);
    sandbox.gvr(["vscode"]).run().succeeds().prints("").says("gvr: took go.goroot away, which was /usr/local/go");
    let after = settings(&sandbox);
    for kept in ["// The team's settings\n{\n", "    \"editor.rulers\": [100], // wide\n", "/* linting */\n"] {
        assert!(after.contains(kept), "{kept:?} in {after}");
    }
    assert!(after.contains("    \"go.lintTool\": \"staticcheck\",\n    \"go.alternateTools\": {\n"), "{after}");
    assert!(!after.contains("go.goroot"), "{after}");
}

#[test]
fn a_file_that_cannot_be_understood_stays_as_it_is() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for text in ["{\"a\": }", "[1]", "{\"go.alternateTools\": \"go\"}", "\u{1}", &"{\"a\":".repeat(50_000)] {
        sandbox.write(".vscode/settings.json", text);
        let output = sandbox.gvr(["vscode"]).run().fails_with(1);
        output.says("[HOME]/work/.vscode/settings.json").says("nothing was changed");
        assert_eq!(settings(&sandbox), text);
    }
    let file = sandbox.work().join(".vscode/settings.json");
    fs::write(&file, b"{\"a\": \"\xff\"}").unwrap();
    sandbox.gvr(["vscode"]).run().fails_with(1).says("not UTF-8");
    fs::write(&file, vec![b' '; 2 << 20]).unwrap();
    sandbox.gvr(["vscode"]).run().fails_with(1);
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    sandbox.gvr(["vscode"]).run().fails_with(1).says("a folder");
}

#[test]
fn links_and_pipes() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write("shared/settings.json", "{}\n");
    fs::create_dir(sandbox.work().join(".vscode")).unwrap();
    let file = sandbox.work().join(".vscode/settings.json");
    symlink("../shared/settings.json", &file).unwrap();
    sandbox.gvr(["vscode"]).run().succeeds();
    assert!(fs::symlink_metadata(&file).unwrap().is_symlink());
    assert!(fs::read_to_string(sandbox.work().join("shared/settings.json")).unwrap().contains("/shims/go"));

    if let Some(mkfifo) = tool("mkfifo") {
        fs::remove_file(&file).unwrap();
        sandbox.run(mkfifo).arg(".vscode/settings.json").run().succeeds();
        sandbox.gvr(["vscode"]).run().fails_with(1).says("a named pipe");
    }

    // A file where the folder should be.
    fs::remove_dir_all(sandbox.work().join(".vscode")).unwrap();
    sandbox.write(".vscode", "mine\n");
    sandbox.gvr(["vscode"]).run().fails_with(1);
    assert_eq!(fs::read_to_string(sandbox.work().join(".vscode")).unwrap(), "mine\n");
}

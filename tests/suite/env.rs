//! `gvr env`: the environment of a version. Whatever is in it, every shell reads back exactly that.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use snapbox::str;

use crate::common::{Sandbox, Shell, tool};

const SHELLS: [&str; 8] = ["bash", "zsh", "fish", "ksh", "sh", "nu", "pwsh", "elvish"];

#[test]
fn code_for_each_shell() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.22.5\n");
    let code = |shell: &str| {
        let call = sandbox.gvr(["env", "--shell", shell]).env("PATH", "/usr/bin:/with space");
        call.run().succeeds().says_exactly("").stdout
    };
    let all: String = SHELLS.map(|shell| format!("{shell}:\n{}", code(shell))).concat();
    snapbox::Assert::new().action_env("SNAPSHOTS").eq(
        all,
        str![[r#"
bash:
export GVR_VERSION='1.22.5'
export PATH='[ROOT]/versions/1.22.5/bin:/usr/bin:/with space'
unset GOROOT
zsh:
export GVR_VERSION='1.22.5'
export PATH='[ROOT]/versions/1.22.5/bin:/usr/bin:/with space'
unset GOROOT
fish:
set -gx GVR_VERSION '1.22.5'
set -gx PATH '[ROOT]/versions/1.22.5/bin' '/usr/bin' '/with space'
set -e GOROOT
ksh:
export GVR_VERSION='1.22.5'
export PATH='[ROOT]/versions/1.22.5/bin:/usr/bin:/with space'
unset GOROOT
sh:
export GVR_VERSION='1.22.5'
export PATH='[ROOT]/versions/1.22.5/bin:/usr/bin:/with space'
unset GOROOT
nu:
$env.GVR_VERSION = "1.22.5"
$env.PATH = ["[ROOT]/versions/1.22.5/bin" "/usr/bin" "/with space"]
hide-env --ignore-errors GOROOT
pwsh:
$env:GVR_VERSION = '1.22.5'
$env:PATH = '[ROOT]/versions/1.22.5/bin:/usr/bin:/with space'
Remove-Item -Path Env:GOROOT -ErrorAction Ignore
elvish:
set-env GVR_VERSION '1.22.5'
set-env PATH '[ROOT]/versions/1.22.5/bin:/usr/bin:/with space'
unset-env GOROOT

"#]],
    );
}

#[test]
fn json_has_lists_as_lists() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.gvr(["env", "--json", "1.22"]).env("PATH", "/usr/bin:/with space").run().is(str![[r#"
exit code: 0
--- stdout ---
{
  "schema": 1,
  "set": {
    "GVR_VERSION": "1.22.5",
    "PATH": [
      "[ROOT]/versions/1.22.5/bin",
      "/usr/bin",
      "/with space"
    ]
  },
  "unset": [
    "GOROOT"
  ]
}
--- stderr ---

"#]]);
}

/// Folders that PATH can name: anything but colons and NULs.
fn folders() -> impl Strategy<Value = Vec<String>> {
    let special = prop::sample::select(vec![
        " ",
        "'",
        "\"",
        "\\",
        "\n",
        "\r\n",
        "\t",
        "$HOME",
        "${X}",
        "`id`",
        "$(id)",
        "!",
        "!!",
        "*",
        "?",
        "[a]",
        "~",
        "#",
        "‘",
        "’",
        "‛",
        "‚",
        "“",
        "é",
        "\u{7f}",
        "\u{1b}[0m",
        "{a,b}",
        ";",
        "|",
        "&",
        "<",
        ">",
        "%",
        "^",
        "@",
        "\\n",
        "\\'",
    ]);
    let piece = prop_oneof![special.prop_map(str::to_owned), "[a-z]{1,3}"];
    let folder = prop::collection::vec(piece, 1..6).prop_map(|pieces| format!("/{}", pieces.concat()));
    prop::collection::vec(folder, 1..5)
}

#[test]
fn every_shell_reads_back_what_was_meant() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let Some(printenv) = tool("printenv") else { return };
    let printenv = printenv.display();
    let config = Config { cases: 40, failure_persistence: None, ..Config::default() };
    let shells = Shell::all();
    TestRunner::new(config)
        .run(&folders(), |folders| {
            let path = folders.join(":");
            for shell in &shells {
                let call = sandbox.gvr(["env", "1.22.5", "--shell", shell.name]).env("PATH", &path);
                let code = call.run().succeeds().stdout;
                let code = code.replace("[ROOT]", &sandbox.root().display().to_string());
                let caret = if shell.name == "nu" { "^" } else { "" };
                // An empty variable and a missing one are two things.
                let script = format!("{code}\n{caret}{printenv} PATH\n{caret}{printenv} GVR_VERSION");
                let output = shell.call(&sandbox, &script).env("GOROOT", "/nowhere").run();
                let expected = format!("[ROOT]/versions/1.22.5/bin:{path}\n1.22.5\n");
                prop_assert_eq!(
                    (output.stdout.as_str(), output.stderr.as_str()),
                    (expected.as_str(), ""),
                    "{}",
                    shell.name
                );
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn goroot_is_taken_away() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let Some(env) = tool("env") else { return };
    for shell in Shell::all() {
        for goroot in [Some("/nowhere"), None] {
            let code = sandbox.gvr(["env", "1.22.5", "--shell", shell.name]).run().succeeds().stdout;
            let code = code.replace("[ROOT]", &sandbox.root().display().to_string());
            let strict = if shell.is_posix() { "set -eu\n" } else { "" };
            let caret = if shell.name == "nu" { "^" } else { "" };
            let call = shell.call(&sandbox, &format!("{strict}{code}\n{caret}{}", env.display()));
            let call = if let Some(goroot) = goroot { call.env("GOROOT", goroot) } else { call };
            let output = call.run().succeeds().says_exactly("");
            assert!(!output.lines().iter().any(|line| line.starts_with("GOROOT=")), "{}: {output}", shell.name);
            assert!(output.lines().contains(&"GVR_VERSION=1.22.5"), "{}: {output}", shell.name);
        }
    }
    let kept = sandbox.gvr(["env", "1.22.5", "--shell", "bash"]).env("GVR_KEEP_GOROOT", "1").run().succeeds();
    assert!(!kept.stdout.contains("GOROOT"), "{kept}");
}

#[test]
fn another_version_takes_the_place_of_the_one_before() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.1"]);
    for shell in Shell::all().iter().filter(|shell| shell.is_posix()) {
        let gvr = "\"$GVR\" env --shell bash";
        let script =
            format!("eval \"$({gvr} 1.22)\"\neval \"$({gvr} 1.22)\"\neval \"$({gvr} 1.23)\"\n{}", shell.show_path());
        let output = shell.call(&sandbox, &script).env("PATH", "/usr/bin").run().succeeds();
        output.prints("[ROOT]/versions/1.23.1/bin:/usr/bin\n");
    }
}

#[test]
fn the_version_of_this_place_and_the_shell_that_asks() {
    let mut sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.22.5\n");
    let Some(fish) = Shell::find("fish") else { return };
    let output = fish.call(&sandbox, "\"$GVR\" env; true").run().succeeds();
    assert!(output.lines().contains(&"set -gx GVR_VERSION '1.22.5'"), "{output}");
    sandbox.gvr(["env", "9.9.9"]).run().fails_with(1).prints("").says("gvr install 9.9.9");
    sandbox.gvr(["env", "--shell", "tcsh"]).run().fails_with(2).prints("").says("it is no shell that gvr knows");
    sandbox.with_system_go("1.21.0");
    let output = sandbox.gvr(["env", "system", "--shell", "sh"]).env("PATH", "/usr/bin").run().succeeds();
    output.prints("export GVR_VERSION='system'\nexport PATH='/usr/bin'\nunset GOROOT\n");
}

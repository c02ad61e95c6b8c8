//! `gvr shell`: the version of the shell one types in, chosen through the function that `gvr init -` defines.

use snapbox::str;

use crate::common::{Output, Sandbox, Shell};

#[track_caller]
fn run(shell: &Shell, sandbox: &Sandbox, script: &str) -> Output {
    let gvr = std::path::Path::new(env!("CARGO_BIN_EXE_gvr")).parent().unwrap().display();
    let script = format!("{}\n{script}", shell.load(sandbox));
    shell.call(sandbox, &script).env("PATH", format!("{gvr}:/usr/bin:/bin")).run()
}

/// What prints the variable in brackets.
fn show(shell: &Shell) -> &'static str {
    match shell.name {
        "nu" => "print $\"<($env.GVR_VERSION? | default '')>\"",
        "elvish" => "echo '<'$E:GVR_VERSION'>'",
        _ => "echo \"<$GVR_VERSION>\"",
    }
}

#[test]
fn a_version_for_this_shell() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.1"]);
    sandbox.write(".go-version", "1.23.1\n");
    for shell in Shell::all() {
        let show = show(&shell);
        // What a function of Nushell's answers is a value, shown where it comes last.
        let ask = if shell.name == "nu" { "print (gvr shell)" } else { "gvr shell" };
        let script = format!(
            "go version\ngvr shell 1.22.5\n{show}\n{ask}\ngo version\ngvr shell --unset\n{show}\ngo version\n\
             gvr shell 1.22.5 1.23\n{show}\ngvr shell latest\n{show}\ngvr shell system\n{show}"
        );
        let output = run(&shell, &sandbox, &script).succeeds().says_exactly("");
        let (old, new) = ("go version go1.22.5 [OS]/[ARCH]", "go version go1.23.1 [OS]/[ARCH]");
        let expected = [new, "<1.22.5>", "1.22.5", old, "<>", new, "<1.22.5:1.23>", "<1.23.1>", "<system>"];
        assert_eq!(output.lines(), expected, "{}: {output}", shell.name);
    }
}

#[test]
fn what_cannot_be_chosen_fails_and_changes_nothing() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for shell in Shell::all() {
        for words in ["9.9.9", "nonsense", "--nosuch"] {
            let failed = match shell.name {
                "fish" => "or echo failed",
                "nu" | "elvish" => "",
                _ => "|| echo failed",
            };
            let script = match shell.name {
                "nu" => format!("gvr shell 1.22.5\ntry {{ gvr shell {words} }} catch {{ print failed }}"),
                "elvish" => format!("gvr shell 1.22.5\ntry {{ gvr shell {words} }} catch e {{ echo failed }}"),
                "fish" => format!("gvr shell 1.22.5\ngvr shell {words}\n{failed}"),
                _ => format!("gvr shell 1.22.5\ngvr shell {words} {failed}"),
            };
            let output = run(&shell, &sandbox, &format!("{script}\n{}", show(&shell))).succeeds();
            assert_eq!(output.lines(), ["failed", "<1.22.5>"], "{}: {output}", shell.name);
            assert!(output.stderr.starts_with("gvr: "), "{}: {output}", shell.name);
        }
    }
}

#[test]
fn a_strict_shell_ends_where_the_version_is_missing() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for shell in Shell::all().iter().filter(|shell| shell.is_posix()) {
        let output = run(shell, &sandbox, "set -eu\ngvr shell 1.22.5\ngvr shell --unset\ngvr shell 9.9.9\necho no");
        assert_eq!((output.code, output.stdout.as_str()), (1, ""), "{}: {output}", shell.name);
    }
}

#[test]
fn help_is_read_and_not_run() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for shell in Shell::all() {
        let output =
            run(&shell, &sandbox, if shell.name == "nu" { "gvr shell --help | ignore" } else { "gvr shell --help" })
                .succeeds()
                .prints("");
        output.says("Usage: gvr shell [OPTIONS] [VERSION]...");
    }
}

#[test]
fn other_commands_are_gvrs_own() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for shell in Shell::all() {
        run(&shell, &sandbox, "gvr root\ngvr prefix 1.22.5").prints("[ROOT]\n[ROOT]/versions/1.22.5\n");
        if shell.is_posix() {
            run(&shell, &sandbox, "gvr exec 1.22.5 sh -c 'exit 42'; echo $?").prints("42\n");
        }
    }
}

#[test]
fn without_the_function() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let gvr = |words: &[&str]| sandbox.gvr(words).env("SHELL", "/bin/bash").run();
    gvr(&["shell", "1.22.5"]).is(str![[r#"
exit code: 1
--- stdout ---
--- stderr ---
gvr: no program can change the shell that started it; gvr's function for that is not defined here
  to define it: eval "$(gvr init - bash)"
  or without it: export GVR_VERSION='1.22.5'

"#]]);
    gvr(&["shell", "--unset"]).is(str![[r#"
exit code: 1
--- stdout ---
--- stderr ---
gvr: no program can change the shell that started it; gvr's function for that is not defined here
  to define it: eval "$(gvr init - bash)"
  or without it: unset GVR_VERSION

"#]]);
    gvr(&["shell"]).is(str![[r#"
exit code: 1
--- stdout ---
--- stderr ---
gvr: no shell-specific version configured
  to choose one: gvr shell VERSION

"#]]);
    sandbox.gvr(["shell"]).env("GVR_VERSION", "1.22.5").run().succeeds().prints("1.22.5\n");
    sandbox.gvr(["shell"]).env("GOENV_VERSION", "1.22.5").run().succeeds().prints("1.22.5\n");
}

#[test]
fn the_code_for_shells_that_are_not_here() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let code = |words: &[&str]| {
        let call = sandbox.gvr(["sh-shell", "pwsh"]).args(words).env("GOENV_VERSION", "1.22.5");
        call.run().succeeds().says_exactly("").stdout
    };
    assert_eq!(code(&["1.22.5"]), "$env:GVR_VERSION = '1.22.5'\n");
    assert_eq!(code(&["--unset"]), "Remove-Item -Path Env:GOENV_VERSION -ErrorAction Ignore\n");
    assert_eq!(code(&[]), "Write-Output '1.22.5'\n");
}

#[test]
fn goenvs_variable_is_taken_away_as_well() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let call = sandbox.gvr(["sh-shell", "bash", "--unset"]).env("GVR_VERSION", "1.22.5").env("GOENV_VERSION", "1.21");
    call.run().succeeds().prints("unset GVR_VERSION\nunset GOENV_VERSION\n");
    sandbox.gvr(["sh-shell", "bash", "--unset"]).run().succeeds().prints("\n");
}

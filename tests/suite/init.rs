//! `gvr init`: what a shell is told. The shims stand first on PATH, exactly once, however often it is told.

use std::path::PathBuf;

use snapbox::str;

use crate::common::{Output, Sandbox, tool};

/// A shell with the options that keep the machine's own startup files out, and how it takes gvr's code in.
struct Shell {
    name: &'static str,
    program: PathBuf,
    options: &'static [&'static str],
    load: &'static str,
    show: &'static str,
}

fn bash() -> Shell {
    shell("bash", &["--norc", "--noprofile"], "eval \"$(\"$GVR\" init - bash)\"").expect("bash is needed for the tests")
}

/// bash, and those of the others that are there. Plain shells take the code that is meant for bash.
fn shells() -> Vec<Shell> {
    const PLAIN: &str = "eval \"$(\"$GVR\" init - bash)\"";
    let dash = shell("dash", &[], PLAIN);
    let busybox = shell("busybox", &["sh"], PLAIN);
    let zsh = shell("zsh", &["-f"], "eval \"$(\"$GVR\" init - zsh)\"");
    let fish = shell("fish", &["--no-config"], "\"$GVR\" init - fish | source");
    [Some(bash()), dash, busybox, zsh, fish].into_iter().flatten().collect()
}

fn shell(name: &'static str, options: &'static [&'static str], load: &'static str) -> Option<Shell> {
    let show = if name == "fish" { "printf '%s\\n' (string join : $PATH)" } else { "printf '%s\\n' \"$PATH\"" };
    Some(Shell { name, program: tool(name)?, options, load, show })
}

impl Shell {
    #[track_caller]
    fn run(&self, sandbox: &Sandbox, path: Option<&str>, script: &str) -> Output {
        let call = sandbox.run(&self.program).args(self.options).args(["-c", script]);
        let call = call.env("GVR", env!("CARGO_BIN_EXE_gvr"));
        match path {
            Some(path) => call.env("PATH", path).run(),
            None => call.env_remove("PATH").run(),
        }
    }
}

/// How PATH looks in the end: the shims first and nowhere else, and the rest as it was.
#[track_caller]
fn shims_come_first(name: &str, output: &Output, rest: &[&str]) {
    assert_eq!((output.code, output.stderr.as_str()), (0, ""), "{name}: {output}");
    let path = output.lines().last().copied().unwrap_or_default();
    let folders: Vec<_> = path.split(':').filter(|folder| !folder.is_empty()).collect();
    let mut expected = vec!["[ROOT]/shims"];
    expected.extend(rest);
    assert_eq!(folders, expected, "{name}: {output}");
}

#[test]
fn however_often_it_is_sourced() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let shims = sandbox.root().join("shims").display().to_string();
    for shell in shells() {
        let script = format!("{0}\n{0}\n{0}\n{1}", shell.load, shell.show);
        for path in
            ["/usr/bin:/bin".to_owned(), format!("/usr/bin:{shims}:/bin"), format!("{shims}:/usr/bin:/bin:{shims}")]
        {
            let output = shell.run(&sandbox, Some(&path), &script);
            shims_come_first(shell.name, &output, &["/usr/bin", "/bin"]);
        }
    }
}

#[test]
fn similar_folders_are_left_alone() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let shims = sandbox.root().join("shims").display().to_string();
    for shell in shells() {
        let path = format!("{shims}x:/usr/bin:/x{shims}:{shims}/y");
        let script = format!("{0}\n{0}\n{1}", shell.load, shell.show);
        let output = shell.run(&sandbox, Some(&path), &script);
        shims_come_first(shell.name, &output, &["[ROOT]/shimsx", "/usr/bin", "/x[ROOT]/shims", "[ROOT]/shims/y"]);
    }
}

#[test]
fn in_a_strict_shell() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for shell in shells().iter().filter(|shell| shell.name != "fish") {
        let script = format!("set -eu\n{0}\n{0}\n{1}", shell.load, shell.show);
        shims_come_first(shell.name, &shell.run(&sandbox, Some("/usr/bin"), &script), &["/usr/bin"]);
    }
}

#[test]
fn without_a_path() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for shell in shells() {
        let unset = if shell.name == "fish" { "set -e PATH" } else { "unset PATH" };
        let strict = if shell.name == "fish" { "" } else { "set -eu" };
        let script = format!("{unset}\n{strict}\n{0}\n{0}\n{1}", shell.load, shell.show);
        shims_come_first(shell.name, &shell.run(&sandbox, Some("/usr/bin"), &script), &[]);
    }
}

#[test]
fn in_a_home_whose_name_needs_quotes() {
    for name in ["with spaces", "it's \"mine\"", "$HOME `id` \\n", "*[a]?"] {
        let sandbox = Sandbox::with_home(name);
        sandbox.place(&["1.22.5"]);
        for shell in shells() {
            let script = format!("{0}\n{0}\n{1}", shell.load, shell.show);
            shims_come_first(shell.name, &shell.run(&sandbox, Some("/usr/bin"), &script), &["/usr/bin"]);
        }
    }
}

#[test]
fn go_is_found_afterwards() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.22.5\n");
    for shell in shells() {
        let output = shell.run(&sandbox, Some("/usr/bin:/bin"), &format!("{}\ngo version", shell.load));
        output.succeeds().prints("go version go1.22.5 [OS]/[ARCH]\n");
    }
}

#[test]
fn the_code_starts_no_program_and_wraps_no_command() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for shell in ["bash", "zsh", "fish"] {
        let code = sandbox.gvr(["init", "-", shell]).run().succeeds().says_exactly("").stdout;
        assert!(!code.contains("$(") && !code.contains('`'), "{shell}: {code}");
        for wrapped in ["cd()", "go()", "function cd", "function go", "chpwd", "PROMPT_COMMAND", "GOROOT=", "GOROOT "] {
            assert!(!code.contains(wrapped), "{shell} has {wrapped}: {code}");
        }
        // An alias of goenv's users, and zsh would not define a function over it.
        assert!(!code.contains("goenv()"), "{shell}: {code}");
    }
    for shell in shells().iter().filter(|shell| shell.name != "fish") {
        let dialect = if shell.name == "zsh" { "zsh" } else { "bash" };
        let script = format!("code=$(\"$GVR\" init - {dialect}); PATH=/nowhere; eval \"$code\"; {}", shell.show);
        shims_come_first(shell.name, &shell.run(&sandbox, Some("/usr/bin"), &script), &["/nowhere"]);
    }
}

#[test]
fn the_shell_is_found_out_by_itself() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for (program, name) in [("/bin/bash", "bash"), ("/usr/bin/zsh", "zsh"), ("/usr/local/bin/fish", "fish")] {
        let told = sandbox.gvr(["init", "-", name]).run().succeeds();
        let guessed = sandbox.gvr(["init", "-"]).env("SHELL", program).run().succeeds();
        assert_eq!(guessed, told, "{program}");
        let turned = sandbox.gvr(["init", name, "-"]).run();
        assert!(turned.code == 1 || turned == told, "{turned}");
    }
    sandbox.gvr(["init", "-", "tcsh"]).run().fails_with(1).prints("");
}

#[test]
fn without_a_dash_it_says_what_to_add_where() {
    let sandbox = Sandbox::new();
    for (shell, file, line) in [
        ("bash", ".bash", "eval \"$(gvr init - bash)\""),
        ("zsh", ".zshrc", "eval \"$(gvr init - zsh)\""),
        ("fish", "config.fish", "gvr init - fish | source"),
    ] {
        let output = sandbox.gvr(["init", shell]).run().prints("");
        output.says(file).says(line);
    }
    sandbox.gvr(["init"]).env("SHELL", "/bin/zsh").run().is(str![[r#"
exit code: 0
--- stdout ---
--- stderr ---
gvr: to have go on your PATH in zsh, add this line at the end of ~/.zshrc:

eval "$(gvr init - zsh)"

then open a new terminal

"#]]);
}

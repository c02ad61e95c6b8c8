//! `gvr init`: what a shell is told. The shims stand first on PATH, exactly once, however often it is told.

use snapbox::str;

use crate::common::{Output, Sandbox, Shell, tool};

#[track_caller]
fn run(shell: &Shell, sandbox: &Sandbox, path: Option<&str>, script: &str) -> Output {
    let call = shell.call(sandbox, script);
    match path {
        Some(path) => call.env("PATH", path).run(),
        None => call.env_remove("PATH").run(),
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
    for shell in Shell::all() {
        let script = format!("{0}\n{0}\n{0}\n{1}", shell.load(&sandbox), shell.show_path());
        for path in
            ["/usr/bin:/bin".to_owned(), format!("/usr/bin:{shims}:/bin"), format!("{shims}:/usr/bin:/bin:{shims}")]
        {
            let output = run(&shell, &sandbox, Some(&path), &script);
            shims_come_first(shell.name, &output, &["/usr/bin", "/bin"]);
        }
    }
}

#[test]
fn similar_folders_are_left_alone() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let shims = sandbox.root().join("shims").display().to_string();
    for shell in Shell::all() {
        let path = format!("{shims}x:/usr/bin:/x{shims}:{shims}/y");
        let script = format!("{0}\n{0}\n{1}", shell.load(&sandbox), shell.show_path());
        let output = run(&shell, &sandbox, Some(&path), &script);
        shims_come_first(shell.name, &output, &["[ROOT]/shimsx", "/usr/bin", "/x[ROOT]/shims", "[ROOT]/shims/y"]);
    }
}

#[test]
fn in_a_strict_shell() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for shell in Shell::all().iter().filter(|shell| shell.is_posix()) {
        let script = format!("set -eu\n{0}\n{0}\n{1}", shell.load(&sandbox), shell.show_path());
        shims_come_first(shell.name, &run(shell, &sandbox, Some("/usr/bin"), &script), &["/usr/bin"]);
    }
}

#[test]
fn without_a_path() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for shell in Shell::all() {
        let unset = shell.unset_path();
        let strict = if shell.is_posix() { "set -eu" } else { "" };
        let script = format!("{unset}\n{strict}\n{0}\n{0}\n{1}", shell.load(&sandbox), shell.show_path());
        shims_come_first(shell.name, &run(&shell, &sandbox, Some("/usr/bin"), &script), &[]);
    }
}

#[test]
fn in_a_home_whose_name_needs_quotes() {
    for name in ["with spaces", "it's \"mine\"", "$HOME `id` \\n", "*[a]?"] {
        let sandbox = Sandbox::with_home(name);
        sandbox.place(&["1.22.5"]);
        for shell in Shell::all() {
            let script = format!("{0}\n{0}\n{1}", shell.load(&sandbox), shell.show_path());
            shims_come_first(shell.name, &run(&shell, &sandbox, Some("/usr/bin"), &script), &["/usr/bin"]);
        }
    }
}

#[test]
fn go_is_found_afterwards() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.22.5\n");
    for shell in Shell::all() {
        let output = run(&shell, &sandbox, Some("/usr/bin:/bin"), &format!("{}\ngo version", shell.load(&sandbox)));
        output.succeeds().prints("go version go1.22.5 [OS]/[ARCH]\n");
    }
}

/// What a trace of system calls says about reading the code: how many processes and programs it began.
fn begun(trace: &str) -> usize {
    let is_thread = |line: &&str| line.contains("CLONE_THREAD");
    trace.lines().filter(|line| !is_thread(line) && line.contains(['(', ')']) && !line.contains("resumed>")).count()
}

#[test]
fn the_code_starts_no_process() {
    // zsh blocks signals around each assignment.
    const ALL: &str = "!rt_sigprocmask";
    const PROCESSES: &str = "?clone,?clone3,?fork,?vfork,?execve,?execveat,?posix_spawn";
    let Some(strace) = cfg!(target_os = "linux").then(|| tool("strace")).flatten() else { return };
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let shims = sandbox.root().join("shims").display().to_string();
    let trace = sandbox.outside("scratch").join("trace");
    for shell in Shell::all() {
        let script = sandbox.outside("scratch").join(format!("code.{}", shell.name));
        let read = |what: &str, calls: &str| {
            let gvr = env!("CARGO_BIN_EXE_gvr");
            let write = sandbox.run("/bin/sh").args([
                "-c",
                "if test \"$1\"; then \"$0\" init - \"$1\"; fi > \"$2\"",
                gvr,
                what,
            ]);
            write.arg(&script).run().succeeds();
            let line = match shell.name {
                "fish" | "nu" => format!("source {}", script.display()),
                "elvish" => format!("eval (slurp < {})", script.display()),
                _ => format!(". {}", script.display()),
            };
            let call = shell.call(&sandbox, &line).env("PATH", format!("/usr/bin:{shims}:/bin:{shims}"));
            let options =
                ["-f", "-qq", "-o", trace.to_str().unwrap(), "-e", &format!("trace={calls}")].map(str::to_owned);
            call.through(&strace, options).run().succeeds();
            std::fs::read_to_string(&trace).unwrap()
        };
        let (nothing, code) = (begun(&read("", PROCESSES)), begun(&read(shell.name, PROCESSES)));
        assert!(nothing > 0, "the trace of {} is empty", shell.name);
        assert_eq!(code, nothing, "{} began a process for the code", shell.name);
        if shell.is_posix() {
            let (nothing, code) = (read("", ALL).lines().count(), read(shell.name, ALL).lines().count());
            assert!(code <= nothing + 10, "{} made {} system calls for the code", shell.name, code - nothing);
        }
    }
}

#[test]
fn the_code_wraps_no_command_but_gvrs_own() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for shell in ["bash", "zsh", "fish", "ksh", "sh", "nu", "pwsh", "elvish"] {
        let code = sandbox.gvr(["init", "-", shell]).run().succeeds().says_exactly("").stdout;
        for wrapped in ["cd()", "go()", "function cd", "function go", "chpwd", "PROMPT_COMMAND", "GOROOT=", "GOROOT "] {
            assert!(!code.contains(wrapped), "{shell} has {wrapped}: {code}");
        }
        // An alias of goenv's users, and zsh would not define a function over it.
        assert!(!code.contains("goenv"), "{shell}: {code}");
    }
}

#[test]
fn aliases_are_in_nobodys_way() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for (name, before) in [
        ("bash", "shopt -s expand_aliases\nalias gvr='gvr --quiet' goenv=gvr"),
        ("zsh", "setopt aliases\nalias gvr='gvr --quiet' goenv=gvr"),
        ("ksh", "alias gvr='gvr --quiet' goenv=gvr"),
    ] {
        let Some(shell) = Shell::find(name) else { continue };
        let script = format!("{before}\n{0}\n{0}\n{1}", shell.load(&sandbox), shell.show_path());
        shims_come_first(name, &run(&shell, &sandbox, Some("/usr/bin"), &script), &["/usr/bin"]);
    }
}

#[test]
fn the_shell_is_the_one_that_asks() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for shell in Shell::all().iter().filter(|shell| shell.name != "nu") {
        let told = sandbox.gvr(["init", "-", shell.name]).run().succeeds();
        let ask = if shell.name == "elvish" { "(external $E:GVR) init -" } else { "\"$GVR\" init -; true" };
        let asked = shell.call(&sandbox, ask).env("SHELL", "/bin/tcsh").run();
        assert_eq!(asked, told, "{}", shell.name);
    }
}

#[test]
fn where_no_shell_asks_it_is_the_users_own() {
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
fn gvrs_own_folder_is_put_on_path_where_it_is_below_the_root() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let bin = sandbox.root().join("bin");
    std::fs::create_dir_all(&bin).unwrap();
    std::fs::copy(env!("CARGO_BIN_EXE_gvr"), bin.join("gvr")).unwrap();
    for shell in Shell::all() {
        let load = shell.load_from(&sandbox, &bin.join("gvr"));
        let script = format!("{load}\n{load}\n{}", shell.show_path());
        for path in ["/usr/bin".to_owned(), format!("/usr/bin:{}", bin.display())] {
            let output = shell.call(&sandbox, &script).env("PATH", &path).env("GVR", bin.join("gvr")).run();
            let rest = if path.contains(':') { ["/usr/bin", "[ROOT]/bin"] } else { ["[ROOT]/bin", "/usr/bin"] };
            shims_come_first(shell.name, &output, &rest);
        }
    }
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

then open a new terminal; or let gvr do it: gvr setup

"#]]);
}

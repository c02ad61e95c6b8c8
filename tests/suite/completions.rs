//! `gvr completions`: what shells complete, by themselves and on a terminal; and goenv's words for its commands.

use std::fs;
use std::path::Path;

use crate::common::{Output, Sandbox, Shell, say_left_out, tool};

/// The folder of gvr's program.
fn folder() -> String {
    Path::new(env!("CARGO_BIN_EXE_gvr")).parent().unwrap().display().to_string()
}

/// What gvr offers for the words of a line.
#[track_caller]
fn offers(sandbox: &Sandbox, words: &[&str]) -> Vec<String> {
    let output = sandbox.gvr(["sh-complete", "fish", "--", "gvr"]).args(words).run().succeeds().says_exactly("");
    output.lines().iter().map(|line| line.split('\t').next().unwrap().to_owned()).collect()
}

#[test]
fn versions_are_completed() {
    let sandbox = Sandbox::with_versions(&["1.21.13", "1.22.5", "1.22.10"]);
    for command in ["uninstall", "prefix", "verify", "provenance"] {
        assert_eq!(offers(&sandbox, &[command, ""]), ["1.22.10", "1.22.5", "1.21.13"], "{command}");
        assert_eq!(offers(&sandbox, &[command, "1.21"]), ["1.21.13"], "{command}");
    }
    for command in ["local", "global", "shell", "env"] {
        let expected = ["1.22.10", "1.22.5", "1.21.13", "latest", "system"];
        assert_eq!(offers(&sandbox, &[command, ""]), expected, "{command}");
    }
    assert_eq!(offers(&sandbox, &["local", "1.21.13", "1.22"]), ["1.22.10", "1.22.5"], "several");
    assert_eq!(offers(&sandbox, &["1.21"]), ["1.21.13"], "short for local");
    assert_eq!(offers(&sandbox, &["exec", "go1.2"]), ["go1.21.13", "go1.22.10", "go1.22.5"]);
    assert_eq!(offers(&sandbox, &["which", "gof"]), ["gofmt"]);
}

#[test]
fn what_can_be_installed_comes_from_the_cache_alone() {
    let sandbox = Sandbox::with_dist(&["1.22.91", "1.23.90", "1.24rc1"]);
    assert_eq!(offers(&sandbox, &["install", ""]), ["latest", "oldstable"], "nothing is cached");
    assert_eq!(sandbox.server().connections(), 0);
    sandbox.gvr(["versions", "--remote"]).run().succeeds();
    let connections = sandbox.server().connections();
    assert_eq!(offers(&sandbox, &["install", ""]), ["latest", "oldstable", "1.24rc1", "1.23.90", "1.22.91"]);
    assert_eq!(offers(&sandbox, &["i", "1.23"]), ["1.23.90"]);
    assert_eq!(sandbox.server().connections(), connections, "nobody is asked at a prompt");
}

#[test]
fn commands_flags_and_their_values_are_completed() {
    let sandbox = Sandbox::new();
    let commands = offers(&sandbox, &[""]);
    assert!(commands.contains(&"install".to_owned()), "{commands:?}");
    assert!(!commands.iter().any(|word| word.starts_with("sh-") || word.starts_with('-')), "{commands:?}");
    assert_eq!(offers(&sandbox, &["vers"]), ["versions", "version", "version-name", "version-origin", "version-file"]);
    assert!(offers(&sandbox, &["local", "-"]).contains(&"--unset".to_owned()));
    assert_eq!(offers(&sandbox, &["local", "--un"]), ["--unset"]);
    assert_eq!(offers(&sandbox, &["env", "--shell", "e"]), ["elvish"]);
    assert_eq!(offers(&sandbox, &["env", "--shell=e"]), ["--shell=elvish"]);
    assert_eq!(offers(&sandbox, &["setup", "--shell", "zsh,b"]), ["zsh,bash"]);
    assert_eq!(offers(&sandbox, &["init", "-", "pw"]), ["pwsh"]);
    assert_eq!(offers(&sandbox, &["doctor", "--only", "path/dup"]), ["path/duplicate"]);
    assert_eq!(offers(&sandbox, &["nosuch", "zz"]), Vec::<String>::new());
}

#[test]
fn each_shell_is_given_its_own_form() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let offers = |shell: &str, words: &[&str]| {
        sandbox.gvr(["sh-complete", shell, "--"]).args(words).run().succeeds().says_exactly("").stdout
    };
    let described = "1.22.5\tinstalled\n";
    assert_eq!(offers("bash", &["gvr", "local", "1"]), "1.22.5\n");
    assert_eq!(offers("bash", &["gvr", "env", "--shell", "=", "e"]), "elvish\n");
    assert_eq!(offers("zsh", &["gvr", "local", "1"]), "1.22.5:installed\n");
    assert_eq!(offers("elvish", &["gvr", "local", "1"]), "1.22.5\n");
    assert_eq!(offers("fish", &["gvr", "local", "1"]), described);
    assert_eq!(offers("nu", &["gvr local 1"]), described);
    assert_eq!(offers("pwsh", &["gvr uninstall "]), described);
}

#[test]
fn scripts_that_their_shells_can_read() {
    let sandbox = Sandbox::new();
    for (shell, option) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let script = sandbox.gvr(["completions", shell]).run().succeeds().says_exactly("").stdout;
        let Some(program) = tool(shell) else { continue };
        let file = sandbox.write(format!("completions.{shell}"), &script);
        sandbox.run(program).arg(option).arg(file).run().succeeds().says_exactly("");
    }
    for shell in ["nu", "pwsh", "elvish"] {
        sandbox.gvr(["completions", shell]).run().succeeds().says_exactly("");
    }
    sandbox.gvr(["completions", "ksh"]).run().fails_with(1).prints("").says("no completions for ksh");
}

#[test]
fn bash_and_fish_complete_without_a_terminal() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.1"]);
    let path = format!("{}:/usr/bin:/bin", folder());
    let complete = |shell: &Shell, script: &str| -> Output {
        shell.call(&sandbox, script).env("PATH", &path).run().succeeds().says_exactly("")
    };
    let bash = Shell::find("bash").unwrap();
    let script = "eval \"$(gvr completions bash)\"
        complete -p gvr >/dev/null || exit 9
        COMP_WORDS=(gvr uninstall 1.2); COMP_CWORD=2; _gvr gvr 1.2 uninstall; printf '%s\\n' \"${COMPREPLY[@]}\"
        COMP_WORDS=(gvr env --shell = fi); COMP_CWORD=4; _gvr gvr fi =; printf '%s\\n' \"${COMPREPLY[@]}\"";
    complete(&bash, script).prints("1.23.1\n1.22.5\nfish\n");
    if let Some(fish) = Shell::find("fish") {
        let script = "gvr completions fish | source; complete --do-complete 'gvr uninstall 1.2'; \
                      complete --do-complete 'gvr env --shell=fi'; complete --do-complete 'gvr loc'";
        let output = complete(&fish, script);
        let words: Vec<_> = output.lines().iter().map(|line| line.split('\t').next().unwrap()).collect();
        assert_eq!(words, ["1.23.1", "1.22.5", "--shell=fish", "local", "lock"], "{output}");
    }
}

/// On a terminal, Tab makes a whole line of the beginnings of its words. What is run in the end is a function of the test's
/// own, which writes down what it was given.
#[test]
fn zsh_bash_and_fish_complete_on_a_terminal() {
    let Some(tmux) = tool("tmux") else { return };
    for name in ["zsh", "bash", "fish"] {
        let Some(program) = tool(name) else { continue };
        let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.1"]);
        let scratch = sandbox.outside("scratch");
        let (socket, answer, start) = (scratch.join("tmux"), scratch.join("answer"), scratch.join("start"));
        let signal = |what: &str| format!("{} -S {} wait-for -S {what}", tmux.display(), socket.display());
        let (answer_word, done) = (answer.display(), signal("done"));
        let (load, function) = match name {
            "fish" => (
                "gvr completions fish | source",
                format!("function gvr; printf '<%s>' $argv >> {answer_word}; {done}; end"),
            ),
            "zsh" => (
                "autoload -Uz compinit; compinit -u -D; eval \"$(gvr completions zsh)\"",
                format!("gvr() {{ printf '<%s>' \"$@\" >> {answer_word}; {done}; }}"),
            ),
            _ => (
                "eval \"$(gvr completions bash)\"",
                format!("gvr() {{ printf '<%s>' \"$@\" >> {answer_word}; {done}; }}"),
            ),
        };
        fs::write(&start, format!("{load}\n{function}\n")).unwrap();
        let command = match name {
            "fish" => format!("{} --no-config --init-command 'source {}'", program.display(), start.display()),
            "zsh" => format!("{} -f", program.display()),
            _ => format!("{} --norc --noprofile", program.display()),
        };
        let tmux = |words: &[&str]| {
            let call = sandbox.run(&tmux).env("PATH", format!("{}:/usr/bin:/bin", folder())).env("TERM", "xterm");
            let call = call.env("LANG", "C.UTF-8").env("SHELL", &program).arg("-S").arg(&socket);
            call.args(["-f", "/dev/null"]).args(words).run()
        };
        if tmux(&["new-session", "-d", "-x", "100", "-y", "24", &command]).code != 0 {
            say_left_out(format_args!("completion on a terminal in {name}, as tmux does not start here"));
            continue;
        }
        let source = if name == "fish" { String::new() } else { format!(". {}; ", start.display()) };
        tmux(&["send-keys", "-l", &format!("{source}{}", signal("ready"))]).succeeds();
        tmux(&["send-keys", "Enter"]).succeeds();
        tmux(&["wait-for", "ready"]).succeeds();
        for words in [&["gvr unin", "1.22"][..], &["gvr comm"], &["gvr env --shell=fi"]] {
            for word in words {
                tmux(&["send-keys", "-l", word]).succeeds();
                tmux(&["send-keys", "Tab"]).succeeds();
            }
            tmux(&["send-keys", "Enter"]).succeeds();
            let waited = tmux(&["wait-for", "done"]);
            if waited.code != 0 {
                tmux(&["kill-server"]);
                panic!("{name}: {waited}");
            }
        }
        tmux(&["kill-server"]);
        let answer = fs::read_to_string(&answer).unwrap();
        assert_eq!(answer, "<uninstall><1.22.5><commands><env><--shell=fish>", "{name}");
    }
}

#[test]
fn goenvs_words() {
    let sandbox = Sandbox::with_versions(&["1.21.13", "1.22.5", "1.22.10"]);
    let output = sandbox.gvr(["completions", "local"]).run().succeeds();
    for word in ["--help", "--unset", "latest", "system", "1.21.13", "1.22.5", "1.22.10"] {
        assert!(output.lines().contains(&word), "{word} in {output}");
    }
    let output = sandbox.gvr(["completions", "uninstall"]).run().succeeds();
    for word in ["1.21.13", "1.22.5", "1.22.10"] {
        assert!(output.lines().contains(&word), "{word} in {output}");
    }
    let output = sandbox.gvr(["completions", "install"]).run().succeeds();
    for word in ["--force", "--skip-existing", "--list"] {
        assert!(output.lines().contains(&word), "{word} in {output}");
    }
}

#[test]
fn what_is_unknown() {
    let sandbox = Sandbox::new();
    let output = sandbox.gvr(["completions", "nosuch"]).run();
    assert_ne!(output.code, 0, "{output}");
    output.prints("");
    sandbox.gvr(["completions"]).run().fails_with(1).prints("").says("Usage: gvr completions");
}

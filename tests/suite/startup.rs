//! After `gvr setup`, real shells find gvr's `go` in whatever way they are started, and have the shims on PATH once.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::common::{Call, Output, Sandbox, is_root, say_left_out, tool};
use crate::setup::{sandbox, setup};

/// A home that is set up for a shell, on a machine with another Go that comes before everything else.
struct Machine {
    sandbox: Sandbox,
    shell: PathBuf,
    /// A program that prints what `go` is, and PATH.
    show: PathBuf,
    other_go: PathBuf,
}

impl Machine {
    fn new(shell: &str) -> Option<Self> {
        let shell = tool(shell)?;
        let sandbox = sandbox();
        let name = shell.file_name().unwrap().to_str().unwrap();
        setup(&sandbox, &["--shell", name]).run().succeeds();
        let program = |path: PathBuf, text: &str| {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
            path
        };
        let show =
            program(sandbox.outside("scratch").join("show"), "#!/bin/sh\ncommand -v go\nprintf '%s\\n' \"$PATH\"\n");
        let other_go = sandbox.outside("usr/local/go/bin");
        program(other_go.join("go"), "#!/bin/sh\necho the other go\n");
        Some(Self { sandbox, shell, show, other_go })
    }

    fn call(&self, words: &[&str]) -> Call<'_> {
        let path = format!("{}:/usr/bin:/bin", self.other_go.display());
        // The sandbox's own PATH begins with the shims: nothing of it is inherited.
        let call = self.sandbox.run(&self.shell).env_clear().args(words);
        call.env("HOME", self.sandbox.home()).env("PATH", path).env("TERM", "dumb")
    }

    /// Runs the shell, and lets it say what `go` is.
    #[track_caller]
    fn finds_the_shim(&self, words: &[&str]) {
        let output = self.call(words).run();
        shim_is_first(&output, &words.join(" "));
    }

    fn script(&self) -> (String, String) {
        (self.shell.display().to_string(), self.show.display().to_string())
    }
}

/// `go` is the shim, and PATH has the shims first and once.
#[track_caller]
fn shim_is_first(output: &Output, what: &str) {
    let lines = output.lines();
    let [go, path] = lines[..] else { panic!("{what}: {output}") };
    assert_eq!(go, "[ROOT]/shims/go", "{what}: {output}");
    let folders: Vec<_> = path.split(':').collect();
    assert_eq!(folders.first(), Some(&"[ROOT]/shims"), "{what}: {output}");
    let count = |wanted: &str| folders.iter().filter(|folder| **folder == wanted).count();
    assert_eq!((count("[ROOT]/shims"), count("[ROOT]/bin")), (1, 1), "{what}: {output}");
}

/// However zsh, bash and fish are started: as a login shell, for somebody who types, for one command below such a shell,
/// in one another, and with the files read once more.
#[track_caller]
fn in_every_way(name: &str, again: &str) {
    let Some(machine) = Machine::new(name) else { return };
    let (shell, show) = machine.script();
    for flags in ["-l", "-i", "-l -i"] {
        let flags: Vec<_> = flags.split(' ').collect();
        machine.finds_the_shim(&[&flags[..], &["-c", &show]].concat());
    }
    machine.finds_the_shim(&["-l", "-c", &format!("{shell} -c {show}")]);
    machine.finds_the_shim(&["-l", "-c", &format!("{shell} -i -c '{shell} -l -c {show}'")]);
    machine.finds_the_shim(&["-l", "-i", "-c", &format!("{again}; {again}; {show}")]);
    // Somebody puts another Go in front, by hand: a new shell puts it right.
    let front = if name == "fish" { "set -x PATH" } else { "export PATH=" };
    let rest = if name == "fish" { " $PATH" } else { ":$PATH" };
    let other = machine.other_go.display();
    machine.finds_the_shim(&["-l", "-c", &format!("{front} {other}{rest}; {shell} -i -c {show}").replace("= ", "=")]);
}

#[test]
fn zsh_in_every_way() {
    in_every_way("zsh", "source ~/.zprofile; source ~/.zshrc");
}

#[test]
fn bash_in_every_way() {
    in_every_way("bash", "source ~/.profile; source ~/.bashrc");
}

#[test]
fn fish_in_every_way() {
    in_every_way("fish", "source ~/.config/fish/conf.d/gvr.fish");
}

#[test]
fn bash_with_debians_own_files() {
    // .profile reads .bashrc, which ends at once where nobody types.
    let Some(machine) = Machine::new("bash") else { return };
    let home = machine.sandbox.home();
    setup(&machine.sandbox, &["--undo"]).run().succeeds();
    fs::write(home.join(".bashrc"), "case $- in *i*) ;; *) return ;; esac\nalias ll='ls -l'\n").unwrap();
    let profile = "if [ -n \"$BASH_VERSION\" ]; then . \"$HOME/.bashrc\"; fi\nPATH=\"$HOME/bin:$PATH\"\n";
    fs::write(home.join(".profile"), profile).unwrap();
    setup(&machine.sandbox, &["--shell", "bash"]).run().succeeds();
    let (_, show) = machine.script();
    for flags in [vec!["-l"], vec!["-i"], vec!["-l", "-i"]] {
        machine.finds_the_shim(&[&flags[..], &["-c", &show]].concat());
    }
    // dash reads .profile as well.
    if let Some(dash) = tool("dash") {
        let output = machine
            .sandbox
            .run(&dash)
            .env_clear()
            .env("HOME", home)
            .env("PATH", "/usr/bin:/bin")
            .args(["-l", "-c", &show])
            .run();
        shim_is_first(&output, "dash");
    }
}

/// What macOS's `path_helper` prints: the folders of `paths` and of the files in `paths.d`, then what PATH had, each once.
const PATH_HELPER: &str = r#"
helper_path=
helper_add() {
  case ":$helper_path:" in *":$1:"*) ;; *) helper_path="${helper_path:+$helper_path:}$1" ;; esac
}
while IFS= read -r helper_folder; do helper_add "$helper_folder"; done < "@ETC@/paths"
while IFS= read -r helper_folder; do helper_add "$helper_folder"; done < "@ETC@/paths.d/go"
helper_rest="$PATH:"
while [ -n "$helper_rest" ]; do helper_add "${helper_rest%%:*}"; helper_rest="${helper_rest#*:}"; done
PATH="$helper_path"; export PATH
"#;

impl Machine {
    /// What macOS has in /etc/zprofile and /etc/profile, with a Go of the .pkg's in `paths.d`.
    fn path_helper(&self) -> PathBuf {
        let etc = self.sandbox.outside("etc");
        fs::create_dir_all(etc.join("paths.d")).unwrap();
        fs::write(etc.join("paths"), "/usr/local/bin\n/usr/bin\n/bin\n").unwrap();
        fs::write(etc.join("paths.d/go"), format!("{}\n", self.other_go.display())).unwrap();
        let file = etc.join("zprofile");
        fs::write(&file, PATH_HELPER.replace("@ETC@", &etc.display().to_string())).unwrap();
        file
    }

    /// Starts a login shell, another below it, and one command below that.
    #[track_caller]
    fn finds_the_shim_after(&self, start: impl Fn(&[&str]) -> Output) {
        let (shell, show) = self.script();
        for words in [
            vec!["-l", "-c", &show],
            vec!["-l", "-i", "-c", &show],
            vec!["-l", "-c", &format!("{shell} -l -i -c '{shell} -l -c {show}'")],
            vec!["-l", "-i", "-c", &format!("{shell} -c {show}")],
        ] {
            shim_is_first(&start(&words), &words.join(" "));
        }
    }
}

#[test]
fn path_helper_between_the_files_of_zsh_is_outdone() {
    // Where the system's own file cannot be replaced, the first lines of .zprofile are as late as they can be.
    let Some(machine) = Machine::new("zsh") else { return };
    let helper = machine.path_helper();
    let zprofile = machine.sandbox.home().join(".zprofile");
    setup(&machine.sandbox, &["--undo"]).run().succeeds();
    fs::write(&zprofile, format!(". {}\n", helper.display())).unwrap();
    setup(&machine.sandbox, &["--shell", "zsh"]).run().succeeds();
    machine.finds_the_shim_after(|words| machine.call(words).run());
    // It does what it is there for: without gvr's lines the other Go comes first, even where PATH had the shims in front.
    setup(&machine.sandbox, &["--undo"]).run().succeeds();
    let shims = machine.sandbox.root().join("shims");
    let path = format!("{}:/usr/bin:/bin", shims.display());
    let output = machine.call(&["-l", "-c", &machine.script().1]).env("PATH", path).run();
    assert!(output.lines()[0].ends_with("/usr/local/go/bin/go"), "{output}");
}

/// Replaces a file of the system for one process and what it starts.
fn with_replaced<'a>(call: Call<'a>, unshare: &Path, new: &Path, old: &str) -> Call<'a> {
    let mount = "mount --bind \"$1\" \"$2\" && shift 2 && exec \"$@\"";
    let options = ["-m", "sh", "-c", mount, "sh", new.to_str().unwrap(), old].map(str::to_owned);
    call.through(unshare, options)
}

#[test]
fn path_helper_in_the_systems_own_file_is_outdone() {
    let Some(unshare) = cfg!(target_os = "linux").then(|| tool("unshare")).flatten() else { return };
    for (name, old) in [("zsh", ["/etc/zsh/zprofile", "/etc/zprofile"]), ("bash", ["/etc/profile", "/etc/profile"])] {
        let Some(machine) = Machine::new(name) else { continue };
        let Some(old) = old.into_iter().find(|path| Path::new(path).exists()) else {
            say_left_out(format_args!("{name} after path_helper, as there is no file of the system's to replace"));
            continue;
        };
        let helper = machine.path_helper();
        let replaced = |words: &[&str]| with_replaced(machine.call(words), &unshare, &helper, old).run();
        if !is_root() || replaced(&["-c", "exit 0"]).code != 0 {
            say_left_out(format_args!("{name} after path_helper, as a file of the system cannot be replaced here"));
            continue;
        }
        machine.finds_the_shim_after(replaced);
        setup(&machine.sandbox, &["--undo"]).run().succeeds();
        let output = replaced(&["-l", "-c", &machine.script().1]);
        assert!(output.lines()[0].ends_with("/usr/local/go/bin/go"), "{name}: {output}");
    }
}

#[test]
fn in_tmux() {
    let Some(tmux) = tool("tmux") else { return };
    for name in ["zsh", "bash", "fish"] {
        let Some(machine) = Machine::new(name) else { continue };
        let (shell, show) = machine.script();
        let folder = machine.sandbox.outside("scratch");
        let (socket, answer) = (folder.join("tmux"), folder.join("answer"));
        let tmux = |words: &[&str]| {
            let path = format!("{}:/usr/bin:/bin", machine.other_go.display());
            let call = machine.sandbox.run(&tmux).env_clear().env("HOME", machine.sandbox.home()).env("PATH", path);
            let call = call.env("SHELL", &shell).env("TERM", "xterm").env("LANG", "C.UTF-8").arg("-S").arg(&socket);
            call.args(["-f", "/dev/null"]).args(words).run()
        };
        if tmux(&["new-session", "-d", "-x", "80", "-y", "24"]).code != 0 {
            say_left_out(format_args!("{name} in tmux, which does not start here"));
            continue;
        }
        // What is typed waits for the shell; what it runs says when it is done.
        let done = format!("{} -S {} wait-for -S done", tool("tmux").unwrap().display(), socket.display());
        let line = format!("{show} > {}; {shell} -i -c {show} >> {}; {done}", answer.display(), answer.display());
        tmux(&["send-keys", "-l", &line]).succeeds();
        tmux(&["send-keys", "Enter"]).succeeds();
        let waited = tmux(&["wait-for", "done"]);
        tmux(&["kill-server"]);
        waited.succeeds();
        let text = fs::read_to_string(&answer).unwrap();
        let root = machine.sandbox.root().display().to_string();
        let lines: Vec<_> = text.lines().map(|line| line.replace(&root, "[ROOT]")).collect();
        for lines in lines.chunks(2) {
            let output = Output { code: 0, stdout: lines.join("\n"), stderr: String::new() };
            shim_is_first(&output, name);
        }
        assert_eq!(lines.len(), 4, "{name}: {text}");
    }
}

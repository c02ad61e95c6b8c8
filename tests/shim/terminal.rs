//! At a terminal: shells with job control, the keys that stop, interrupt and quit what runs in front, and
//! the signals that others send it.

use std::path::Path;

use gvr_testkit::Signal;

use crate::lab::{Lab, path_of};
use crate::tools::{is_ignored, tool};

/// The user at the terminal.
const USER: &str = include_str!("terminal.py");

/// A `go` that tells how it stands to the terminal, and that waits at it for a key or a line.
const GO: &str = r#"
import os, signal, sys

def interrupted(number, frame):
    os.write(1, b"interrupted\n")
    os._exit(3)

what = sys.argv[1]
if what == "where":
    leads = os.getpid() == os.getpgrp()
    is_in_front = os.tcgetpgrp(0) == os.getpgrp()
    is_child_of_shell = os.getppid() == os.getsid(0)
    os.close(os.open("/dev/tty", os.O_RDWR))
    is_at_one_terminal = os.ttyname(0) == os.ttyname(1) == os.ttyname(2)
    print("where:", leads, is_in_front, is_child_of_shell, is_at_one_terminal, flush=True)
else:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupted if what == "catch" else signal.SIG_DFL)
    # Not print: the key may come while it still holds its lock.
    os.write(1, b"holding\n")
    print("got", sys.stdin.readline().strip(), flush=True)
"#;

/// What a shell makes of a job that Ctrl-Z stopped: 128 and the number of SIGTSTP.
const STOPPED: u8 = if cfg!(target_os = "linux") { 148 } else { 146 };

/// The steps of a user whose shell shows the last status as its prompt: `<0>`.
fn steps() -> String {
    let mut steps = "wait <0>\ntype go where\\n\nwait where: True True True True\nwait <0>\n".to_owned();
    for (what, blow, after) in [
        ("hold", "type \\x03", "wait <130>\n"),
        ("catch", "type \\x03", "wait interrupted\nwait <3>\n"),
        ("hold", "type \\x1c", "wait <131>\n"),
        ("hold", "send TERM", "wait <143>\n"),
        ("catch", "send TERM", "wait interrupted\nwait <3>\n"),
        ("hold", "send HUP", "wait <129>\n"),
    ] {
        steps = format!("{steps}type go {what}\\n\nwait holding\n{blow}\n{after}");
    }
    steps = format!("{steps}type go hold\\n\nwait holding\ntype \\x1a\nwait <{STOPPED}>\n");
    steps + "type fg\\n\nwait go hold\ntype hello\\n\nwait got hello\nwait <0>\ntype exit\\n\n"
}

/// Lets the user sit at this shell, first with the Go itself on PATH, then with the shims.
fn behaves_as_go_itself(shell: &str, options: &[&str], prompt: &str) {
    let (Some(python), Some(shell)) = (tool("python3"), tool(shell)) else { return };
    if [Signal::INT, Signal::QUIT, Signal::HUP, Signal::TERM].into_iter().any(is_ignored) {
        return;
    }
    let lab = Lab::with(&["1.22.5"]);
    lab.write("work/.go-version", "1.22.5\n");
    lab.replace_go("1.22.5", format!("#!{}\n{GO}", python.display()));
    let user = lab.write("terminal.py", USER);
    for folder in [lab.version("1.22.5").join("bin"), lab.root().join("shims")] {
        let call = lab.call(&python).arg(&user).arg(&shell).args(options).stdin(steps());
        let call = call.env("PATH", path_of(&[&folder, Path::new("/usr/bin"), Path::new("/bin")]));
        let finished = call.env("PS1", prompt).env("TERM", "dumb").env("HOME", lab.work()).run();
        let (shown, said) = (lab.text(&finished.stdout), lab.text(&finished.stderr));
        assert_eq!(finished.code, Some(0), "with {}: {said}\n{shown}", folder.display());
    }
}

#[test]
fn in_bash_keys_and_signals_reach_go_and_the_shell_goes_on() {
    behaves_as_go_itself("bash", &["--noprofile", "--norc", "-i"], "<$?> ");
}

#[test]
fn in_zsh_keys_and_signals_reach_go_and_the_shell_goes_on() {
    behaves_as_go_itself("zsh", &["-f", "-i", "-o", "NO_ZLE", "-o", "NO_PROMPT_SP"], "<%?> ");
}

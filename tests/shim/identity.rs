//! The process that the caller started is the program's own: nobody can tell the shim from `go` called directly.

use std::path::Path;

use gvr_testkit::{Finished, Invocation, Signal};

use crate::lab::{Lab, lines};
use crate::tools::{is_ignored, tool};

const SIGNALS: [Signal; 5] = [Signal::TERM, Signal::KILL, Signal::INT, Signal::QUIT, Signal::PIPE];

/// A laboratory with one version, which is chosen, and whose `go` is this script.
fn lab_with(script: &str) -> Lab {
    let lab = Lab::with(&["1.22.5"]);
    lab.write("work/.go-version", "1.22.5\n");
    lab.replace_go("1.22.5", script);
    lab
}

/// What becomes of the same call through the shim, after a look at what becomes of the direct one.
#[track_caller]
fn same_as_direct(lab: &Lab, call: impl Fn(&Path) -> Invocation) -> Finished {
    let direct = call(&lab.version("1.22.5").join("bin/go")).run();
    let through_shim = call(&lab.shim("go")).run();
    assert_eq!(through_shim, direct);
    direct
}

#[test]
fn the_status_is_the_programs() {
    let lab = lab_with("#!/bin/sh\nexit \"$1\"\n");
    for status in [0, 1, 2, 42, 126, 127, 128, 255] {
        let finished = same_as_direct(&lab, |go| lab.call(go).arg(status.to_string()));
        assert_eq!((finished.code, finished.signal), (Some(status), None));
    }
}

#[test]
fn death_by_a_signal_is_death_by_that_signal() {
    let lab = lab_with("#!/bin/sh\nulimit -c 0\nkill -\"$1\" $$\n");
    for signal in SIGNALS.into_iter().filter(|signal| !is_ignored(*signal)) {
        let number = signal.as_raw();
        let finished = same_as_direct(&lab, |go| lab.call(go).arg(number.to_string()));
        assert_eq!((finished.code, finished.signal), (None, Some(number)));
    }
}

#[test]
fn a_parent_sees_one_process_and_its_raw_status() {
    let Some(python) = tool("python3") else { return };
    let lab = lab_with("#!/bin/sh\necho $$\nread -r line\nexit \"$1\"\n");
    let caller = lab.write("caller.py", include_str!("caller.py"));
    let see = |number: i32, status: i32| {
        let finished = same_as_direct(&lab, |go| {
            lab.call(&python).arg(&caller).arg(number.to_string()).arg(go).arg(status.to_string()).stdin("line\n")
        });
        assert_eq!(lab.text(&finished.stderr), "");
        lab.text(&finished.stdout)
    };
    for status in [0, 1, 42, 255] {
        let raw = status << 8;
        assert_eq!(see(0, status), format!("True True {raw:#x}\n"));
    }
}

#[test]
fn a_signal_sent_to_the_process_that_was_started_ends_it() {
    let Some(python) = tool("python3") else { return };
    let lab = lab_with("#!/bin/sh\necho $$\nread -r line\n");
    let caller = lab.write("caller.py", include_str!("caller.py"));
    for signal in SIGNALS.into_iter().filter(|signal| !is_ignored(*signal)) {
        let number = signal.as_raw();
        let finished = same_as_direct(&lab, |go| lab.call(&python).arg(&caller).arg(number.to_string()).arg(go));
        assert_eq!(lab.text(&finished.stdout), format!("True True {number:#x}\n"), "{finished:?}");
    }
}

#[test]
fn signals_that_the_caller_ignores_stay_ignored_and_others_do_not() {
    let lab = lab_with("#!/bin/sh\nulimit -c 0\nkill -\"$1\" $$\necho survived\n");
    for signal in [Signal::INT, Signal::QUIT, Signal::HUP, Signal::TERM, Signal::PIPE, Signal::USR1] {
        let number = signal.as_raw().to_string();
        let ignoring = format!("trap '' {number}; exec \"$@\"");
        let ignored = same_as_direct(&lab, |go| lab.call(go).arg(&number).through("/bin/sh", ["-c", &ignoring, "sh"]));
        assert_eq!(ignored.stdout, b"survived\n", "{signal:?}");
        if is_ignored(signal) {
            continue;
        }
        let plain = same_as_direct(&lab, |go| lab.call(go).arg(&number));
        assert!(plain.stdout.is_empty() && plain.signal.is_some(), "{signal:?}: {plain:?}");
    }
}

#[test]
fn what_a_process_hands_down_is_handed_down() {
    let Some(python) = tool("python3") else { return };
    let program = "import os, resource, signal\n\
                   print('files', sorted(os.listdir('/dev/fd'), key=int))\n\
                   print('blocked', signal.pthread_sigmask(signal.SIG_BLOCK, []))\n\
                   print('umask', oct(os.umask(0)))\n\
                   print('files at most', resource.getrlimit(resource.RLIMIT_NOFILE))\n\
                   print('stack at most', resource.getrlimit(resource.RLIMIT_STACK))\n\
                   print('nice', os.nice(0), 'group', os.getpgrp() == os.getppid() or os.getpgrp() == os.getpid())\n\
                   print('third', os.read(3, 9))\n";
    let lab = lab_with(&format!("#!{}\n{program}", python.display()));
    let third = lab.write("third", "a file of the caller's\n");
    let script = "umask 027; ulimit -n 300; exec 3<\"$1\" 7<&3; shift; exec \"$@\"";
    let finished = same_as_direct(&lab, |go| {
        lab.call(go).through("/bin/sh", ["-c".as_ref(), script.as_ref(), "sh".as_ref(), third.as_os_str()])
    });
    let lines = lines(&finished);
    assert!(lines.contains(&"umask 0o27".to_owned()) && lines.contains(&"third b'a file of'".to_owned()), "{lines:?}");
    assert!(lines[0].contains("'3'") && lines[0].contains("'7'") && !lines[0].contains("'5'"), "{lines:?}");
}

//! Where the system gives no more: the size of an environment, the length of a path, folders that are gone or closed.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;

use gvr_testkit::Invocation;

use crate::lab::Lab;
use crate::tools::{is_root, say_left_out, tool};

/// The size of one variable, in bytes: half of what Linux takes.
const PART: usize = 64 << 10;

/// A call with so many bytes of variables more.
fn with_variables(call: &Invocation, bytes: usize) -> Invocation {
    let text = "x".repeat(PART);
    let parts = (0..bytes.div_ceil(PART)).map(|part| (part, PART.min(bytes - part * PART)));
    parts.fold(call.clone(), |call, (part, size)| call.env(format!("V{part:04}"), &text[..size]))
}

/// The largest environment with which the kernel starts the program at all, to a few bytes.
fn most_variables(call: &Invocation) -> usize {
    let (mut taken, mut refused) = (0, 16 << 20);
    while refused - taken > 8 {
        let middle = taken + (refused - taken) / 2;
        match with_variables(call, middle).spawn() {
            Ok(running) => {
                running.wait();
                taken = middle;
            }
            Err(error) => {
                assert_eq!(error.kind(), io::ErrorKind::ArgumentListTooLong, "{error}");
                refused = middle;
            }
        }
    }
    taken
}

#[test]
fn an_environment_that_is_too_large_for_go_is_a_message() {
    let lab = Lab::with(&["1.22.5"]);
    lab.write("work/.go-version", "1.22.5\n");
    // Nothing runs a `go` whose own path is longer than the shim's, until there is room for both.
    let call = lab.go(&["version"]);
    let most = most_variables(&lab.call(lab.shim("gofmt")).arg("+nonsense"));
    let finished = with_variables(&call, most).run();
    assert_eq!((finished.code, lab.text(&finished.stdout).as_str()), (Some(127), ""));
    let text = lab.text(&finished.stderr);
    assert!(text.starts_with("gvr: cannot run [LAB]/root/versions/1.22.5/bin/go: "), "{text}");
    assert!(text.contains("Argument list too long"), "{text}");
    lab.runs(with_variables(&call, most - 4096), "1.22.5");
}

#[test]
fn a_working_folder_that_is_gone_leaves_what_needs_none() {
    let lab = Lab::with(&["1.22.5", "1.23.0"]);
    lab.write("root/version", "1.22.5\n");
    lab.write("work/.go-version", "1.23.0\n");
    let script = "mkdir gone && cd gone && rmdir ../gone && \"$@\"";
    let gone = |call: Invocation| call.env("PATH", "/usr/bin:/bin").through("/bin/sh", ["-c", script, "sh"]).run();
    let starts_with = |call: Invocation, version: &str| {
        let finished = gone(call);
        // The script's shell may say that it does not know where it is.
        assert_eq!(finished.code, Some(0), "{finished:?}");
        assert!(lab.text(&finished.stdout).starts_with(&format!("go version go{version} ")), "{finished:?}");
    };
    starts_with(lab.go(&["version"]), "1.22.5");
    starts_with(lab.go(&["version"]).env("PWD", lab.path("work/gone")), "1.22.5");
    starts_with(lab.go(&["version"]).env("GVR_VERSION", "1.23.0"), "1.23.0");
    starts_with(lab.go(&["version"]).env("GVR_DIR", lab.work()), "1.23.0");
    starts_with(lab.go(&["+1.23.0", "version"]), "1.23.0");
}

#[test]
fn a_folder_deeper_than_any_path_reaches_is_a_folder() {
    let Some(python) = tool("python3") else { return };
    let lab = Lab::with(&["1.22.5", "1.23.0"]);
    lab.write("work/.go-version", "1.22.5\n");
    let deep = lab.write("deep.py", include_str!("deep.py"));
    // At 400 a path still reaches everywhere; at 4,096 it has 8,192 bytes, twice what Linux takes.
    for levels in ["400", "4096"] {
        let call = |arguments: &[&str]| lab.go(arguments).through(&python, [deep.as_os_str(), levels.as_ref()]);
        let finished = call(&["version"]).run();
        let (shown, said) = (lab.text(&finished.stdout), lab.text(&finished.stderr));
        assert!(!said.contains("panicked"), "{levels}: {said}");
        // The pin above is found, or the shim says that it cannot tell; never another version in silence.
        let is_found = finished.code == Some(0) && shown.starts_with("go version go1.22.5 ");
        let is_told = finished.code == Some(127) && shown.is_empty() && said.starts_with("gvr: ");
        assert!(is_found || (levels == "4096" && is_told), "{levels}: {finished:?}");
        let finished = call(&["+1.23.0", "version"]).run();
        assert!(lab.text(&finished.stdout).starts_with("go version go1.23.0 "), "{levels}: {finished:?}");
    }
}

/// Lets everybody into the laboratory, and the call be made by somebody whom permissions stop.
fn by_an_ordinary_user(lab: &Lab, call: Invocation) -> Option<Invocation> {
    fs::set_permissions(lab.path("."), fs::Permissions::from_mode(0o755)).unwrap();
    if !is_root() {
        return Some(call);
    }
    if cfg!(not(target_os = "linux")) {
        say_left_out("folders that are closed to the user, as root may enter every folder");
        return None;
    }
    let setpriv = tool("setpriv")?;
    Some(call.through(setpriv, ["--reuid=65534", "--regid=65534", "--clear-groups"]))
}

#[test]
fn folders_above_that_may_not_be_read_do_not_keep_go_from_running() {
    let lab = Lab::with(&["1.22.5", "1.23.0"]);
    lab.write("work/.go-version", "1.22.5\n");
    lab.write("work/closed/inside/file", "");
    let closed = lab.path("work/closed");
    for mode in [0o111, 0o000] {
        let call = lab.go(&["version"]).cwd("/");
        let Some(call) = by_an_ordinary_user(&lab, call) else { return };
        // It is inside already when the door closes.
        let script = format!("cd \"$0/inside\" && chmod {mode:o} \"$0\" && exec \"$@\"");
        let call = call.through("/bin/sh", ["-c".as_ref(), script.as_ref(), closed.as_os_str()]);
        let finished = call.env("PATH", "/usr/bin:/bin").run();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(
            (finished.code, lab.text(&finished.stdout).as_str()),
            (Some(0), expected(&lab).as_str()),
            "{finished:?}"
        );
    }
}

/// What the pinned version answers.
fn expected(lab: &Lab) -> String {
    lab.text(&lab.call(lab.version("1.22.5").join("bin/go")).arg("version").run().stdout)
}

#[test]
fn a_version_file_that_may_not_be_read_is_named() {
    let lab = Lab::with(&["1.22.5"]);
    let file = lab.write("work/.go-version", "1.22.5\n");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    let Some(call) = by_an_ordinary_user(&lab, lab.go(&["version"])) else { return };
    let finished = call.run();
    assert_eq!((finished.code, lab.text(&finished.stdout).as_str()), (Some(127), ""), "{finished:?}");
    assert!(lab.text(&finished.stderr).starts_with("gvr: [LAB]/work/.go-version"), "{finished:?}");
}

#[test]
fn a_version_file_counts_below_a_mount_point_too() {
    if cfg!(not(target_os = "linux")) || !is_root() {
        say_left_out("a mount point between a folder and its version file: only root of a Linux can make one");
        return;
    }
    let Some(unshare) = tool("unshare") else { return };
    let lab = Lab::with(&["1.22.5", "1.23.0"]);
    lab.write("work/.go-version", "1.22.5\n");
    lab.write("root/version", "1.23.0\n");
    let place = lab.path("work/mounted");
    fs::create_dir(&place).unwrap();
    // A mount that only these processes see.
    let script = "mount -t tmpfs none \"$0\" && mkdir \"$0/inside\" && cd \"$0/inside\" && exec \"$@\"";
    let call = lab.go(&["version"]).env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
    let call = call.through("/bin/sh", ["-c".as_ref(), script.as_ref(), place.as_os_str()]);
    let finished = call.through(unshare, ["--mount"]).run();
    if lab.text(&finished.stderr).contains("ermission denied") || lab.text(&finished.stderr).contains("not permitted") {
        say_left_out("a mount point between a folder and its version file: root may not mount here");
        return;
    }
    assert_eq!(lab.text(&finished.stdout), expected(&lab), "{finished:?}");
}

#[test]
fn somebody_elses_version_file_chooses_and_does_no_more() {
    if !is_root() {
        say_left_out("a version file of another user: only root can make one");
        return;
    }
    let lab = Lab::with(&["1.22.5", "1.23.0"]);
    lab.write("root/version", "1.23.0\n");
    let file = lab.write("work/.go-version", "1.22.5\n");
    std::os::unix::fs::chown(&file, Some(65534), Some(65534)).unwrap();
    let finished = lab.go(&["version"]).run();
    assert_eq!(lab.text(&finished.stdout), expected(&lab), "{finished:?}");
    // What is not installed it cannot have installed.
    fs::write(&file, "1.23.7\n").unwrap();
    let finished = lab.go(&["version"]).run();
    assert_eq!((finished.code, lab.text(&finished.stdout).as_str()), (Some(127), ""), "{finished:?}");
}

//! Where the file system tells no names apart by the case of their letters, as on most Macs.

use std::fs;
use std::path::Path;

use gvr_testkit::{FakeToolchain, Finished};
use tempfile::TempDir;

use crate::lab::{Lab, path_of};
use crate::tools::{is_root, say_left_out, tool};

/// Shows a folder in such a way.
const NO_CASE: &str = include_str!("no_case.py");

/// How it says that it cannot.
const CANNOT_MOUNT: i32 = 77;

/// A laboratory, and a second place in which the case of its names does not count.
struct Mirror {
    lab: Lab,
    place: TempDir,
}

impl Mirror {
    fn of(lab: Lab) -> Self {
        Self { lab, place: tempfile::Builder::new().prefix("gvr-no-case-").tempdir().unwrap() }
    }

    /// Calls a program there, with these entries of PATH: paths in the laboratory. `None` where it cannot be done here.
    fn run(&self, program: &str, arguments: &[&str], path: &[&str]) -> Option<Finished> {
        if cfg!(not(target_os = "linux")) || !is_root() {
            say_left_out("a file system in which case does not count: only root of a Linux can mount one");
            return None;
        }
        let python = tool("python3")?;
        let (lab, place) = (&self.lab, self.place.path());
        let script = lab.write("no_case.py", NO_CASE);
        let folders: Vec<_> = path.iter().map(|name| place.join(name)).collect();
        let call = lab.call(place.join(program)).args(arguments).env("PATH", path_of(&folders));
        let call =
            call.through("/bin/sh", ["-c".as_ref(), "cd \"$0/Work\" && exec \"$@\"".as_ref(), place.as_os_str()]);
        let whole = lab.path(".");
        let finished = call.through(python, [&script, &whole, place].map(Path::as_os_str)).run();
        if finished.code == Some(CANNOT_MOUNT) {
            say_left_out(format_args!("a file system in which case does not count: {}", lab.text(&finished.stderr)));
            return None;
        }
        Some(finished)
    }
}

#[track_caller]
fn answers(finished: &Finished, version: &str) {
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let expected = format!("go version go{version} ");
    assert!(finished.stdout.starts_with(expected.as_bytes()), "{finished:?}");
}

#[test]
fn go_in_capitals_is_go_in_the_version_that_is_asked_for() {
    let mirror = Mirror::of(Lab::with(&["1.22.5", "1.23.0"]));
    mirror.lab.write("work/.Go-Version", "1.22.5\n");
    for program in ["root/shims/go", "root/shims/GO", "ROOT/Shims/Go"] {
        let Some(finished) = mirror.run(program, &["version"], &["root/shims"]) else { return };
        answers(&finished, "1.22.5");
        answers(&mirror.run(program, &["+1.23.0", "version"], &["ROOT/SHIMS"]).unwrap(), "1.23.0");
    }
    // No release has such a name, and no Go such a program: it says so, and does not run another version.
    let finished = mirror.run("root/shims/GO1.23.0", &["version"], &["root/shims"]).unwrap();
    assert_eq!((finished.code, finished.stdout.is_empty()), (Some(127), true), "{finished:?}");
    assert!(finished.stderr.starts_with(b"gvr: 'GO1.23.0' command not found in Go 1.22.5"), "{finished:?}");
}

#[test]
fn a_version_whose_folder_has_capitals_is_that_version() {
    let mirror = Mirror::of(Lab::with(&["1.24rc1"]));
    fs::rename(mirror.lab.version("1.24rc1"), mirror.lab.version("1.24RC1")).unwrap();
    mirror.lab.write("work/.go-version", "1.24rc1\n");
    let Some(finished) = mirror.run("root/shims/go", &["version"], &["root/shims"]) else { return };
    answers(&finished, "1.24rc1");
}

#[test]
fn the_folder_of_the_shims_is_known_by_any_spelling() {
    let mirror = Mirror::of(Lab::with(&["1.22.5"]));
    FakeToolchain::native("1.20.1").write_to(&mirror.lab.path("usr")).unwrap();
    for program in ["root/shims/go", "root/shims/GO"] {
        let path = ["ROOT/shims", "root/SHIMS", "Root/Shims"];
        let Some(finished) = mirror.run(program, &["version"], &path) else { return };
        assert_eq!((finished.code, finished.stdout.is_empty()), (Some(127), true), "{finished:?}");
        assert!(finished.stderr.starts_with(b"gvr: no Go version is chosen here"), "{finished:?}");
        let path = [&path[..], &["USR/bin"]].concat();
        answers(&mirror.run(program, &["version"], &path).unwrap(), "1.20.1");
    }
}

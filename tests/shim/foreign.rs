//! Other managers' shims beside gvr's on PATH. Each looks for the next `go`, as gvr's does; they must not find each other
//! for ever.
//!
//! Every stand-in counts how often it was called and ends at fifty, and every call is killed after five seconds: a mistake
//! in the shim fails a test and does no more.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gvr_testkit::{FakeToolchain, Finished};

use crate::lab::{Lab, lines, path_of};

/// Ends what calls itself again and again. `CALLS` counts through all generations.
const FUSE: &str = "CALLS=$((${CALLS:-0} + 1))\nexport CALLS\n\
                    if [ $CALLS -gt 50 ]; then echo 'called for ever' >&2; kill -KILL 0; fi\n";

/// What a manager does that takes its own folder off PATH and then asks for `go`.
fn asking_again(own_folder: &Path, how: &str) -> String {
    format!(
        "#!/bin/sh\n{FUSE}rest=\nIFS=:\nfor folder in $PATH; do\n  [ \"$folder\" = '{}' ] || rest=\"$rest:$folder\"\ndone\n\
         PATH=${{rest#:}}\n{how}\n",
        own_folder.display()
    )
}

/// A manager like goenv: the shim in one folder calls the manager by its own path, and that becomes the next `go`.
fn like_goenv(lab: &Lab) -> PathBuf {
    let shims = lab.path("goenv/shims");
    let manager = lab.program("goenv/libexec/goenv", asking_again(&shims, "shift\nexec \"$@\""));
    lab.program(
        "goenv/shims/go",
        format!("#!/bin/sh\n{FUSE}exec '{}' exec \"${{0##*/}}\" \"$@\"\n", manager.display()),
    );
    shims
}

/// A manager like asdf: it stays as the parent, and does not take its own folder off PATH.
fn like_asdf(lab: &Lab) -> PathBuf {
    let shims = lab.path("asdf/shims");
    lab.program(
        "asdf/shims/go",
        format!(
            "#!/bin/sh\n{FUSE}IFS=:\nfor folder in $PATH; do\n  [ \"$folder\" = '{}' ] && continue\n  \
             [ -x \"$folder/go\" ] || continue\n  \"$folder/go\" \"$@\"\n  exit $?\ndone\n\
             echo 'asdf: no go' >&2\nexit 126\n",
            shims.display()
        ),
    );
    shims
}

/// A manager like mise: its shims are links to the manager's one program, which is no script of that name.
fn like_mise(lab: &Lab) -> PathBuf {
    let shims = lab.path("mise/shims");
    lab.program("mise/bin/mise", asking_again(&shims, "exec \"${0##*/}\" \"$@\""));
    fs::create_dir_all(&shims).unwrap();
    symlink("../bin/mise", shims.join("go")).unwrap();
    shims
}

/// Calls `go version` with these folders on PATH, and the shell's after them.
fn call(lab: &Lab, folders: &[&Path]) -> Finished {
    let path = path_of(&[folders, &[Path::new("/bin")]].concat());
    let finished = lab.go(&["version"]).env("PATH", path).limit(Duration::from_secs(5)).run();
    assert!(!lab.text(&finished.stderr).contains("called for ever"), "{finished:?}");
    assert!(finished.signal.is_none(), "{finished:?}");
    finished
}

#[track_caller]
fn is_bounded(manager: impl Fn(&Lab) -> PathBuf) {
    let lab = Lab::with(&["1.22.5"]);
    let (shims, foreign) = (lab.root().join("shims"), manager(&lab));
    FakeToolchain::native("1.20.1").write_to(&lab.path("usr")).unwrap();
    let real = lab.path("usr/bin");
    for folders in [[&*shims, &foreign], [&*foreign, &shims]] {
        let finished = call(&lab, &folders);
        assert!(finished.code != Some(0) && !finished.stderr.is_empty(), "{folders:?}: {finished:?}");
        let finished = call(&lab, &[&folders[..], &[&*real]].concat());
        assert!(lab.text(&finished.stdout).starts_with("go version go1.20.1 "), "{folders:?}: {finished:?}");
    }
    // What somebody linked into a folder of his own is gvr's shim all the same.
    let own = lab.path("own/bin");
    fs::create_dir_all(&own).unwrap();
    symlink(lab.shim("go"), own.join("go")).unwrap();
    let finished = call(&lab, &[&own, &foreign]);
    assert_ne!(finished.code, Some(0), "{finished:?}");
    let finished = call(&lab, &[&shims, &foreign, &own, &real]);
    assert!(lab.text(&finished.stdout).starts_with("go version go1.20.1 "), "{finished:?}");
    // A pinned version has nothing to do with any of them.
    lab.write("work/.go-version", "1.22.5\n");
    let finished = call(&lab, &[&shims, &foreign, &real]);
    assert!(lab.text(&finished.stdout).starts_with("go version go1.22.5 "), "{finished:?}");
}

#[test]
fn a_manager_that_becomes_the_next_go_cannot_come_back() {
    is_bounded(like_goenv);
}

#[test]
fn a_manager_that_stays_as_the_parent_cannot_come_back() {
    is_bounded(like_asdf);
}

#[test]
fn a_manager_that_is_one_program_under_many_names_cannot_come_back() {
    is_bounded(like_mise);
}

#[test]
fn two_managers_and_gvr_do_not_go_round_in_circles() {
    let lab = Lab::with(&["1.22.5"]);
    let (shims, goenv, asdf) = (lab.root().join("shims"), like_goenv(&lab), like_asdf(&lab));
    FakeToolchain::native("1.20.1").write_to(&lab.path("usr")).unwrap();
    let real = lab.path("usr/bin");
    // Only gvr's place among them is changed: what the two do to each other without gvr is their own affair.
    for folders in [[&*shims, &goenv], [&*goenv, &shims]] {
        let finished = call(&lab, &[&folders[..], &[&*real, &asdf]].concat());
        assert!(lab.text(&finished.stdout).starts_with("go version go1.20.1 "), "{finished:?}");
    }
}

#[test]
fn a_link_to_a_program_of_another_name_gets_a_path_without_gvrs_folder() {
    let lab = Lab::with(&["1.22.5"]);
    fs::create_dir_all(lab.path("mise/bin")).unwrap();
    fs::create_dir_all(lab.path("mise/shims")).unwrap();
    fs::copy("/usr/bin/env", lab.path("mise/bin/mise")).unwrap();
    symlink("../bin/mise", lab.path("mise/shims/go")).unwrap();
    let (shims, foreign) = (lab.root().join("shims"), lab.path("mise/shims"));
    let path = path_of(&[&shims, &foreign, Path::new("/bin"), &shims]);
    let finished = lab.go(&[]).env("PATH", path).run();
    let expected = format!("PATH={}:/bin", foreign.display());
    assert!(lines(&finished).contains(&expected), "{finished:?}");
}

#[test]
fn a_link_of_the_same_name_is_a_real_go_and_keeps_the_path() {
    let lab = Lab::with(&["1.22.5"]);
    fs::create_dir_all(lab.path("cellar/bin")).unwrap();
    fs::create_dir_all(lab.path("brew/bin")).unwrap();
    fs::copy("/usr/bin/env", lab.path("cellar/bin/go")).unwrap();
    symlink("../../cellar/bin/go", lab.path("brew/bin/go")).unwrap();
    let path = path_of(&[lab.root().join("shims"), lab.path("brew/bin")]);
    let finished = lab.go(&[]).env("PATH", &path).run();
    assert!(lines(&finished).contains(&format!("PATH={}", path.display())), "{finished:?}");
}

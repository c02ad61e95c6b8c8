//! The search along PATH for a Go that is not gvr's.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use gvr_testkit::FakeToolchain;

use crate::lab::{Lab, lines, make_shims, path_of};

const NOTHING: &str = "gvr: no Go version is chosen here, and PATH has no other go\n  \
                       to choose one: gvr local 1.22.5 (here) or gvr global 1.22.5\n";

#[test]
fn the_next_real_go_runs() {
    let lab = Lab::with(&["1.22.5"]);
    FakeToolchain::native("1.20.1").write_to(&lab.path("usr")).unwrap();
    let path = path_of(&[lab.root().join("shims"), lab.path("nowhere"), lab.path("usr/bin")]);
    lab.runs(lab.go(&["version"]).env("PATH", &path), "1.20.1");
    lab.write("work/.go-version", "system\n");
    lab.runs(lab.go(&["version"]).env("PATH", &path), "1.20.1");
    lab.runs(lab.go(&["+system", "version"]).env("PATH", &path), "1.20.1");
}

#[test]
fn with_shims_alone_it_says_at_once_what_to_type() {
    let lab = Lab::with(&["1.22.5"]);
    lab.refuses(lab.go(&["version"]), NOTHING);
    lab.refuses(lab.go(&["version"]).env_remove("PATH"), NOTHING);
    lab.refuses(lab.go(&["version"]).env("PATH", ""), NOTHING);
    let empty = Lab::with(&[]);
    empty.refuses(
        empty.go(&["version"]),
        "gvr: no Go version is chosen here, and PATH has no other go\n  \
         to install the newest and use it: gvr install latest && gvr global latest\n",
    );
}

#[test]
fn shims_are_never_taken_for_a_real_go() {
    let lab = Lab::with(&["1.22.5"]);
    let shims = lab.root().join("shims");
    make_shims(&lab.path("other"));
    fs::create_dir(lab.path("bin")).unwrap();
    symlink(lab.shim("go"), lab.path("bin/go")).unwrap();
    fs::create_dir(lab.path("hard")).unwrap();
    fs::hard_link(lab.shim("go"), lab.path("hard/go")).unwrap();
    symlink(&shims, lab.path("linked")).unwrap();
    let folders = [
        shims.clone(),
        lab.path("bin"),
        lab.path("hard"),
        lab.path("linked"),
        lab.path("other/shims"),
        lab.path("root/../root/shims"),
        shims,
    ];
    let path = path_of(&folders);
    for folder in &folders {
        let finished = lab.call(folder.join("go")).arg("version").env("PATH", &path).run();
        assert_eq!(finished.code, Some(127), "{}: {finished:?}", folder.display());
        assert!(lab.text(&finished.stderr).starts_with("gvr: no Go version is chosen here"), "{finished:?}");
    }
}

#[test]
fn what_is_no_program_is_passed_over() {
    let lab = Lab::with(&["1.22.5"]);
    lab.write("plain/go", "text");
    fs::create_dir_all(lab.path("folder/go")).unwrap();
    fs::create_dir(lab.path("dangling")).unwrap();
    symlink("nowhere", lab.path("dangling/go")).unwrap();
    FakeToolchain::native("1.20.1").write_to(&lab.path("usr")).unwrap();
    let folders = ["plain", "folder", "dangling", "usr/bin"].map(|name| lab.path(name));
    lab.runs(lab.go(&["version"]).env("PATH", path_of(&folders)), "1.20.1");
}

#[test]
fn the_working_folder_is_not_searched() {
    let lab = Lab::with(&["1.22.5"]);
    FakeToolchain::native("1.20.1").write_to(&lab.path("usr")).unwrap();
    fs::create_dir_all(lab.path("work/bin")).unwrap();
    fs::copy(lab.path("usr/bin/go"), lab.path("work/go")).unwrap();
    fs::copy(lab.path("usr/bin/go"), lab.path("work/bin/go")).unwrap();
    for path in ["", ":", ".", "::", "bin", "./bin"] {
        lab.refuses(lab.go(&["version"]).env("PATH", path), NOTHING);
    }
    // Nor on the way to a Go that is further back.
    let (shims, usr) = (lab.root().join("shims"), lab.path("usr/bin"));
    FakeToolchain::native("1.21.1").write_to(&lab.path("back")).unwrap();
    let back = lab.path("back/bin");
    for between in ["", ":", ".", "bin", "./", ":bin:"] {
        let path = format!(":{}:{between}:{}:{}:", shims.display(), back.display(), usr.display());
        lab.runs(lab.go(&["version"]).env("PATH", &path), "1.21.1");
        lab.runs(lab.go(&["+system", "version"]).env("PATH", &path), "1.21.1");
    }
}

#[test]
fn a_version_that_is_missing_does_not_fall_through_to_the_systems() {
    let lab = Lab::with(&["1.22.5"]);
    FakeToolchain::native("1.20.1").write_to(&lab.path("usr")).unwrap();
    lab.write("work/.go-version", "1.99.0\n");
    let path = path_of(&[lab.root().join("shims"), lab.path("usr/bin")]);
    lab.refuses(
        lab.go(&["version"]).env("PATH", &path),
        "gvr: version '1.99.0' is not installed (set by [LAB]/work/.go-version:1)\n  to install it: gvr install 1.99.0\n",
    );
}

#[test]
fn copies_of_the_shim_in_other_folders_do_not_call_each_other_for_ever() {
    let lab = Lab::with(&["1.22.5"]);
    for name in ["one", "two"] {
        fs::create_dir(lab.path(name)).unwrap();
        fs::copy(lab.shim("go"), lab.path(name).join("go")).unwrap();
    }
    let path = path_of(&["one", "two"].map(|name| lab.path(name)));
    let root = lab.root();
    lab.refuses(lab.call(lab.path("one/go")).env("PATH", &path).env("GVR_ROOT", root), NOTHING);
}

/// A shim as goenv, asdf and their like put it on PATH: a script that ends in the first `go` of another folder.
fn foreign_shim(lab: &Lab) -> PathBuf {
    let folder = lab.path("foreign");
    let script = format!(
        "#!/bin/sh\nIFS=:\nfor folder in $PATH; do\n  [ \"$folder\" = '{}' ] && continue\n  \
         [ -x \"$folder/go\" ] && exec \"$folder/go\" \"$@\"\ndone\necho 'foreign: no go' >&2\nexit 3\n",
        folder.display()
    );
    let file = lab.write("foreign/go", script);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[test]
fn another_managers_shim_cannot_call_back() {
    let lab = Lab::with(&["1.22.5"]);
    FakeToolchain::native("1.20.1").write_to(&lab.path("usr")).unwrap();
    let (shims, foreign) = (lab.root().join("shims"), foreign_shim(&lab));
    let path = path_of(&[&shims, &foreign]);
    let finished = lab.go(&["version"]).env("PATH", &path).run();
    assert_eq!((finished.code, lab.text(&finished.stderr).as_str()), (Some(3), "foreign: no go\n"));
    let path = path_of(&[shims, foreign, lab.path("usr/bin")]);
    lab.runs(lab.go(&["version"]).env("PATH", &path), "1.20.1");
}

#[test]
fn a_real_go_keeps_the_path_of_its_caller() {
    let lab = Lab::with(&["1.22.5"]);
    // Not a script, as Go's own is not.
    fs::create_dir_all(lab.path("usr/bin")).unwrap();
    fs::copy("/usr/bin/env", lab.path("usr/bin/go")).unwrap();
    let path = path_of(&[lab.root().join("shims"), lab.path("usr/bin")]);
    let finished = lab.go(&[]).env("PATH", &path).run();
    assert!(lines(&finished).contains(&format!("PATH={}", path.display())), "{finished:?}");
}

//! Calls that nobody types, and that happen all the same.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use gvr_testkit::Invocation;

use crate::lab::{Lab, lines, path_of};
use crate::tools::tool;

/// A laboratory whose working folder asks for one of two versions.
fn lab() -> Lab {
    let lab = Lab::with(&["1.22.5", "1.23.0"]);
    lab.write("work/.go-version", "1.22.5\n");
    lab
}

#[test]
fn a_name_that_is_empty_or_absent_is_that_of_the_file() {
    let Some(python) = tool("python3") else { return };
    let lab = lab();
    let exec = lab.write("exec.py", include_str!("exec.py"));
    let call = |file: &str, count: &str, arguments: &[&str]| {
        lab.call(&python).arg(&exec).arg(lab.shim(file)).arg(count).args(arguments)
    };
    lab.runs(call("go", "2", &["", "version"]), "1.22.5");
    lab.runs(call("go1.23.0", "2", &["", "version"]), "1.23.0");
    for (file, version) in [("go", "1.22.5"), ("go1.23.0", "1.23.0")] {
        let finished = call(file, "0", &[]).run();
        assert_eq!(finished.code, Some(0), "{finished:?}");
        assert_eq!(lines(&finished)[0], format!("go{version}"), "{finished:?}");
    }
    let finished = call("gofmt", "0", &[]).run();
    assert_eq!(lines(&finished), ["gofmt of go1.22.5"], "{finished:?}");
}

#[test]
fn a_relative_name_is_as_good_as_an_absolute_one() {
    let lab = lab();
    lab.write("root/shims/.go-version", "1.23.0\n");
    lab.runs(lab.call("../root/shims/go").name("../root/shims/go").arg("version"), "1.22.5");
    lab.runs(lab.call("./go").cwd(lab.root().join("shims")).arg("version"), "1.23.0");
    lab.runs(lab.call("shims/../shims/go1.22.5").cwd(lab.root()).arg("version"), "1.22.5");
    // Found by a relative entry of PATH, as a shell does it.
    let call = lab.call("/bin/sh").args(["-c", "go version"]).env("PATH", "../root/shims");
    lab.runs(call, "1.22.5");
    for name in ["-go", "/", "..", "/x/..", "go/"] {
        let finished = lab.call(lab.shim("go")).name(name).arg("version").run();
        let is_go = finished.stdout.starts_with(b"go version go1.22.5 ");
        let is_refused = finished.code == Some(127) && finished.stderr.starts_with(b"gvr: ");
        assert!(is_go || is_refused, "{name}: {finished:?}");
    }
}

#[test]
fn a_name_never_leads_out_of_the_versions_programs() {
    let lab = lab();
    lab.program("root/versions/1.22.5/evil", "#!/bin/sh\necho pwned\n");
    for name in ["../evil", "x/../../evil", "go1.22.5/../../evil", "go\n", "go1.22.5\n", "go1.22.5/"] {
        let finished = lab.call(lab.shim("go")).name(name).arg("version").run();
        assert!(!finished.stdout.starts_with(b"pwned"), "{name}: {finished:?}");
    }
}

#[test]
fn a_name_in_capitals_is_what_the_file_system_makes_of_it() {
    let lab = lab();
    let finished = lab.call(lab.shim("go")).name("GO").arg("version").run();
    if lab.shim("GO").exists() {
        assert!(finished.stdout.starts_with(b"go version go1.22.5 "), "{finished:?}");
    } else {
        assert_eq!((finished.code, lab.text(&finished.stdout).as_str()), (Some(127), ""));
        assert!(lab.text(&finished.stderr).starts_with("gvr: 'GO' command not found in Go 1.22.5"), "{finished:?}");
    }
}

#[test]
fn bytes_that_are_no_text_pass_through_untouched() {
    let lab = lab();
    let all: Vec<u8> = (1..=255).collect();
    for argument in [&all[..], b"\xff", b"\xc3\x28", b"+\xff", b"-o=\xed\xa0\x80", b"\xff.go", b"x/\xff.go"] {
        let finished = lab.go(&["x"]).arg(OsStr::from_bytes(argument)).run();
        let expected = [b"argument [", argument, b"]\n"].concat();
        assert_eq!(finished.code, Some(0), "{argument:?}: {finished:?}");
        let is_there = finished.stdout.windows(expected.len()).any(|bytes| bytes == expected);
        assert!(is_there, "{argument:?}: {finished:?}");
    }
    let first = OsStr::from_bytes(b"+1.23.0\xff");
    let finished = lab.call(lab.shim("go")).arg(first).run();
    assert!(finished.stdout.windows(19).any(|bytes| bytes == b"argument [+1.23.0\xff]"), "{finished:?}");
}

#[test]
fn variables_that_are_no_text_pass_through_untouched() {
    let lab = lab();
    let odd = OsStr::from_bytes(b"/p\xff\n $x=");
    let finished = lab.go(&["x"]).env("GOPATH", odd).env(OsStr::from_bytes(b"\xfe"), "x").run();
    let expected = [b"GOPATH ", odd.as_bytes()].concat();
    assert!(finished.stdout.windows(expected.len()).any(|bytes| bytes == expected), "{finished:?}");
    for name in ["GVR_ROOT", "GVR_DIR", "GOWORK", "GOENV", "PWD", "HOME", "GVR_STRICT", "GVR_KEEP_GOROOT"] {
        let finished = lab.go(&["version"]).env(name, OsStr::from_bytes(b"\xff")).run();
        assert!(finished.code.is_some(), "{name}: {finished:?}");
        assert!(!lab.text(&finished.stderr).contains("panicked"), "{name}: {finished:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_whose_name_is_no_text_is_a_folder() {
    let lab = lab();
    let folder = lab.work().join(OsStr::from_bytes(b"caf\xe9 \xff"));
    std::fs::create_dir(&folder).unwrap();
    lab.runs(lab.go(&["version"]).cwd(&folder), "1.22.5");
    std::fs::write(folder.join(".go-version"), "1.23.0\n").unwrap();
    lab.runs(lab.go(&["version"]).cwd(&folder), "1.23.0");
    lab.runs(lab.go(&["version"]).cwd(&folder).env("PWD", &folder), "1.23.0");
    std::fs::write(folder.join(".go-version"), "1.99.0\n").unwrap();
    let finished = lab.go(&["version"]).cwd(&folder).run();
    assert_eq!(finished.code, Some(127), "{finished:?}");
    assert!(lab.text(&finished.stderr).contains("/.go-version:1"), "{finished:?}");
}

#[test]
fn a_go_in_the_working_folder_is_never_run_by_surprise() {
    let lab = lab();
    lab.program("work/go", "#!/bin/sh\necho pwned\n");
    lab.program("work/gvr", "#!/bin/sh\necho pwned\n");
    for path in ["", ":", "::", ".", ".:..:./", "work", ":/nowhere:"] {
        lab.runs(lab.go(&["version"]).env("PATH", path), "1.22.5");
        let system = lab.go(&["+system", "version"]).env("PATH", path).run();
        assert_eq!((system.code, lab.text(&system.stdout).as_str()), (Some(127), ""), "{path:?}: {system:?}");
        let missing = lab.go(&["+1.99.0", "version"]).env("PATH", path).env("GVR_AUTO_INSTALL", "1").run();
        assert_eq!((missing.code, lab.text(&missing.stdout).as_str()), (Some(127), ""), "{path:?}: {missing:?}");
    }
    lab.runs(lab.go(&["version"]).env_remove("PATH"), "1.22.5");
}

#[test]
fn a_folder_in_the_place_of_the_version_file_is_named_and_passed_by_on_request() {
    let lab = lab();
    std::fs::create_dir_all(lab.path("work/sub/.go-version")).unwrap();
    let finished = lab.go(&["version"]).cwd(lab.path("work/sub")).run();
    assert_eq!((finished.code, lab.text(&finished.stdout).as_str()), (Some(127), ""));
    assert!(lab.text(&finished.stderr).starts_with("gvr: [LAB]/work/sub/.go-version: "), "{finished:?}");
    lab.runs(lab.go(&["+1.23.0", "version"]).cwd(lab.path("work/sub")), "1.23.0");
    lab.runs(lab.go(&["version"]).cwd(lab.path("work/sub")).env("GVR_VERSION", "1.23.0"), "1.23.0");
}

#[test]
fn a_path_of_thousands_of_entries_is_searched_to_its_end() {
    let lab = Lab::with(&["1.22.5"]);
    lab.program("usr/bin/go", "#!/bin/sh\necho go version go1.20.1 x\n");
    let mut folders: Vec<_> = (0..2000).map(|number| lab.path(&format!("nowhere{number}"))).collect();
    folders.push(lab.path("usr/bin"));
    let path = path_of(&folders);
    lab.runs(Invocation::new(lab.shim("go")).cwd(lab.work()).env("PATH", path).arg("version"), "1.20.1");
}

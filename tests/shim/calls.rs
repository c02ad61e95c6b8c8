//! How it is called, and what it passes on.

use std::fs;
use std::os::unix::fs::symlink;

use gvr_testkit::{FakeToolchain, Invocation, Signal};

use crate::lab::{Lab, lines, path_of};
use crate::tools::is_ignored;

#[test]
fn the_version_of_the_folder_runs() {
    let lab = Lab::with(&["1.22.5", "1.23.0"]);
    lab.write("work/.go-version", "1.22.5\n");
    lab.runs(lab.go(&["version"]), "1.22.5");
    lab.write("work/deep/er/file", "");
    lab.runs(lab.go(&["version"]).cwd(lab.path("work/deep/er")), "1.22.5");
    lab.write("work/deep/.go-version", "1.23.0\n");
    lab.runs(lab.go(&["version"]).cwd(lab.path("work/deep/er")), "1.23.0");
}

#[test]
fn everything_is_passed_on_as_it_is() {
    let lab = Lab::with(&["1.22.5"]);
    lab.write("work/.go-version", "1.22.5\n");
    let long = "x".repeat(100_000);
    let arguments = ["build", "", "a b", "ü", "-x=$HOME", "--", "*", &long];
    let finished = lab.go(&arguments).env("FAKE_RC", "42").env("GOPATH", "/p q").run();
    assert_eq!(finished.code, Some(42));
    let mut expected = vec!["go1.22.5".to_owned()];
    expected.extend(arguments.iter().map(|argument| format!("argument [{argument}]")));
    let lines = lines(&finished);
    assert_eq!(lines[..expected.len()], expected);
    assert!(lines.contains(&"GOPATH /p q".to_owned()));
    let copied = lab.go(&["copy"]).stdin("one\ntwo\n").run();
    assert_eq!(copied.stdout, b"one\ntwo\n");
}

#[test]
fn arguments_that_are_no_text_are_passed_on_too() {
    use std::os::unix::ffi::OsStrExt;
    let lab = Lab::with(&["1.22.5"]);
    lab.write("work/.go-version", "1.22.5\n");
    let finished = lab.go(&["x"]).arg(std::ffi::OsStr::from_bytes(b"\xff\xfe")).run();
    assert_eq!(finished.code, Some(0));
    assert!(finished.stdout.windows(13).any(|bytes| bytes == b"argument [\xff\xfe]"), "{finished:?}");
}

#[test]
fn the_process_stays_the_same() {
    let lab = Lab::with(&["1.22.5"]);
    lab.write("work/.go-version", "1.22.5\n");
    let running = lab.go(&["pid"]).spawn().unwrap();
    let id = running.id();
    assert_eq!(running.wait().stdout, format!("{id}\n").into_bytes());
    if is_ignored(Signal::TERM) {
        return;
    }
    let deadly = FakeToolchain::native("1.22.5").file("bin/go", 0o755, "#!/bin/sh\nkill -TERM $$\n");
    deadly.write_to(&lab.version("1.22.5")).unwrap();
    assert_eq!(lab.go(&["version"]).run().signal, Some(Signal::TERM.as_raw()));
}

#[test]
fn names_and_plus_ask_for_versions() {
    let lab = Lab::with(&["1.20", "1.20.14", "1.22.5", "1.22.10", "1.23rc1"]);
    fs::rename(lab.version("1.20"), lab.version("1.20.0")).unwrap();
    lab.write("work/.go-version", "1.22.5\n");
    lab.runs(lab.call(lab.shim("go1.22.10")).arg("version"), "1.22.10");
    lab.runs(lab.call(lab.shim("go1.20")).arg("version"), "1.20");
    lab.runs(lab.call(lab.shim("go1.23rc1")).arg("version"), "1.23rc1");
    lab.runs(lab.go(&["+1.22", "version"]), "1.22.10");
    lab.runs(lab.go(&["+go1.22.5", "version"]), "1.22.5");
    lab.runs(lab.call(lab.shim("go")).name("go1.22.10").arg("version"), "1.22.10");
    lab.runs(lab.call(lab.shim("go")).name("/somewhere/else/go").arg("version"), "1.22.5");
    lab.runs(lab.call(lab.shim("go")).name("").arg("version"), "1.22.5");
    // Go's own toolchain switch finds this file on PATH and starts it under the name that Go was called by.
    lab.runs(lab.call(lab.shim("go1.22.10")).name("go").arg("version"), "1.22.10");
    lab.runs(lab.call(lab.shim("go1.22.10")).name(lab.version("1.22.5").join("bin/go")).arg("version"), "1.22.10");
    lab.refuses(
        lab.go(&["+1.99.1", "version"]),
        "gvr: version '1.99.1' is not installed (set by the command line)\n  to install it: gvr install 1.99.1\n",
    );
}

#[test]
fn it_needs_no_environment() {
    let lab = Lab::with(&["1.22.5"]);
    lab.write("root/version", "1.22.5\n");
    lab.runs(Invocation::new(lab.shim("go")).cwd(lab.work()).arg("version"), "1.22.5");
    lab.runs(Invocation::new(lab.shim("go")).cwd("/").arg("version"), "1.22.5");
}

#[test]
fn its_own_path_says_which_root_it_belongs_to_unless_the_variable_does() {
    let lab = Lab::with(&["1.22.5"]);
    lab.write("root/version", "1.22.5\n");
    let other = lab.path("other");
    FakeToolchain::native("1.23.0").write_to(&other.join("versions/1.23.0")).unwrap();
    lab.write("other/version", "1.23.0\n");
    lab.runs(lab.go(&["version"]), "1.22.5");
    lab.runs(lab.go(&["version"]).env("GVR_ROOT", &other), "1.23.0");
    lab.runs(lab.go(&["version"]).env("GVR_ROOT", ""), "1.22.5");
    lab.runs(lab.go(&["version"]).env("GVR_ROOT", "relative"), "1.22.5");
    let link = lab.path("bin-go");
    symlink(lab.shim("go"), &link).unwrap();
    lab.runs(lab.call(&link).name("go").arg("version"), "1.22.5");
}

#[test]
fn called_by_its_own_name_it_says_what_it_is() {
    let lab = Lab::with(&["1.22.5"]);
    let finished = lab.call(env!("CARGO_BIN_EXE_gvr-shim")).run();
    assert_eq!(finished.code, Some(127));
    assert!(lab.text(&finished.stderr).contains("gvr rehash"), "{finished:?}");
}

#[test]
fn a_stale_goroot_is_dropped_and_kept_on_request() {
    let lab = Lab::with(&["1.22.5"]);
    lab.write("work/.go-version", "1.22.5\n");
    let goroot = |name: &str, value: &str| {
        let finished = lab.go(&["env", "GOROOT"]).env("GOROOT", "/nope").env(name, value).run();
        lab.text(&finished.stdout)
    };
    assert_eq!(goroot("X", ""), "[LAB]/root/versions/1.22.5\n");
    assert_eq!(goroot("GVR_KEEP_GOROOT", "1"), "/nope\n");
    lab.write("root/shim-settings", "keep-goroot\n");
    assert_eq!(goroot("X", ""), "/nope\n");
    assert_eq!(goroot("GVR_KEEP_GOROOT", "no"), "[LAB]/root/versions/1.22.5\n");
}

#[test]
fn output_that_nobody_takes_is_no_hang() {
    let lab = Lab::with(&["1.22.5"]);
    let script = "\"$@\" 2>&1 >&- <&- | :";
    let finished = lab.go(&["version"]).through("/bin/sh", ["-c", script, "sh"]).run();
    assert_eq!(finished.code, Some(0));
}

#[test]
fn an_auto_install_without_gvr_says_so() {
    let lab = Lab::with(&[]);
    lab.write("work/.go-version", "1.99.0\n");
    let finished = lab.go(&["version"]).env("GVR_AUTO_INSTALL", "1").run();
    assert_eq!(finished.code, Some(127));
    assert!(lab.text(&finished.stderr).contains("gvr install 1.99.0"), "{finished:?}");
}

#[test]
fn an_auto_install_is_handed_to_gvr_with_all_that_was_typed() {
    let lab = Lab::with(&[]);
    lab.write("work/.go-version", "1.99.0\n");
    let gvr = "#!/bin/sh\nfor word in \"$@\"; do echo \"[$word]\"; done\necho \"$GVR_ROOT\"\nexit 5\n";
    FakeToolchain::native("1.1").file("bin/gvr", 0o755, gvr).write_to(&lab.path("tools")).unwrap();
    fs::remove_file(lab.path("tools/bin/go")).unwrap();
    let path = path_of(&[lab.root().join("shims"), lab.path("tools/bin")]);
    let call = lab.go(&["test", "a b"]).env("PATH", &path);
    lab.refuses(
        call.clone(),
        "gvr: version '1.99.0' is not installed (set by [LAB]/work/.go-version:1)\n  to install it: gvr install 1.99.0\n",
    );
    let finished = call.env("GVR_AUTO_INSTALL", "1").run();
    assert_eq!(finished.code, Some(5));
    assert_eq!(lab.text(&finished.stdout), "[exec]\n[--auto-install]\n[1.99.0]\n[go]\n[test]\n[a b]\n[LAB]/root\n");
}

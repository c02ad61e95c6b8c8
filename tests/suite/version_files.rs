//! Version files as people and programs leave them: every one is either understood, or named with its line. None makes
//! gvr or the shim hang or crash.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;

use crate::common::{Sandbox, is_root, say_left_out, tool};

/// Both `gvr` and the shim understand the file so.
#[track_caller]
fn means(sandbox: &Sandbox, file: &str, contents: &[u8], expected: &str) {
    sandbox.write(file, contents);
    let named = sandbox.gvr(["version-name"]).run();
    let shown = String::from_utf8_lossy(contents);
    assert_eq!((named.code, named.stdout.trim()), (0, expected), "{shown:?}: {named}");
    let first = expected.split(':').next().unwrap();
    let ran = sandbox.shim("go").arg("version").run();
    assert_eq!(ran.stdout, format!("go version go{first} [OS]/[ARCH]\n"), "{shown:?}: {ran}");
}

/// Both `gvr` and the shim refuse the file, and name it with the line.
#[track_caller]
fn is_refused(sandbox: &Sandbox, place: &str) {
    let named = sandbox.gvr(["version-name"]).run();
    assert!(named.code != 0 && named.stdout.is_empty(), "{named}");
    named.says("gvr: ").says(place);
    let ran = sandbox.shim("go").arg("version").run().fails_with(127).prints("");
    ran.says("gvr: ").says(place);
}

#[test]
fn line_ends_and_marks_of_every_editor() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.1"]);
    for contents in [
        "1.22.5",
        "1.22.5\n",
        "1.22.5\r\n",
        "1.22.5\r",
        "  1.22.5\t\n",
        "\u{feff}1.22.5\n",
        "\n\n1.22.5\n\n",
        "# go\n1.22.5 # really\n",
        "#1.23.1\r\n\r\n1.22.5\r\n",
        "1.22.5 and more\n",
        "go1.22.5\n",
        "v1.22.5\n",
    ] {
        means(&sandbox, ".go-version", contents.as_bytes(), "1.22.5");
    }
    for contents in ["1.22.5\r\n1.23.1\r\n", "1.22.5\r1.23.1\r", "1.22.5\n1.23.1"] {
        means(&sandbox, ".go-version", contents.as_bytes(), "1.22.5:1.23.1");
    }
}

#[test]
fn tool_versions_with_all_that_they_may_hold() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.1"]);
    for contents in [
        "golang 1.22.5\n",
        "golang\t1.22.5\r\n",
        "# x\nnodejs lts\nruby 3.2.1\ngolang 1.22.5 # pinned\n",
        "golangci-lint 1.23.1\ngo 1.22.5\n",
        "golang 1.22\n",
    ] {
        means(&sandbox, ".tool-versions", contents.as_bytes(), "1.22.5");
    }
    means(&sandbox, ".tool-versions", b"golang 1.22.5 1.23.1\n", "1.22.5:1.23.1");
    sandbox.write(".tool-versions", "nodejs 20\ngolang ref:master\n");
    is_refused(&sandbox, "[HOME]/work/.tool-versions:2");
}

#[test]
fn go_mod_in_its_forms() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.1"]);
    fs::write(sandbox.root().join("version"), "1.22.5\n").unwrap();
    for contents in [
        "module x\r\n\r\ngo 1.23\r\n",
        "\u{feff}module x\n\ngo 1.23 // why\n",
        "module x\n\nrequire (\n\tgo 1.99\n)\n\ngo 1.23\n",
        "// go 1.99\nmodule x\n\n\tgo\t1.23\n",
        "module x\n\ngo 1.22\ntoolchain go1.23.1 // x\n",
        "module x\n\ngo 1.22\ntoolchain go1.23.1-acme\n",
        "module x\n\ngo 1.23rc1\n",
    ] {
        means(&sandbox, "go.mod", contents.as_bytes(), "1.23.1");
    }
    for contents in ["", "module x\n", "module x\n\ngo nonsense\n", "module x\n\ngo 1.20\n", "((((\n"] {
        means(&sandbox, "go.mod", contents.as_bytes(), "1.22.5");
    }
}

#[test]
fn what_is_no_version_is_named_with_its_line() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for (contents, line) in [
        ("../../etc\n", 1),
        ("1.22.5\n../../../etc/passwd\n", 2),
        ("# comment\n\nfoo\n", 3),
        ("/etc/passwd", 1),
        ("1.22.5/../1.22.5", 1),
        ("$(touch pwned)", 1),
        ("`touch pwned`", 1),
        ("1.22.5.6", 1),
        ("..\n", 1),
        ("1.22.5\0\n", 1),
        ("1.22.5\u{200d}\n", 1),
        ("\u{202e}1.22.5\n", 1),
        ("1.\u{455}2.5\n", 1),
        ("--help\n", 1),
        ("{};touch pwned\n", 1),
        ("current\n", 1),
        (".tmp-1\n", 1),
        ("1.٢٢.5", 1),
        ("99999999999999999999.1", 1),
        ("-x", 1),
        ("%s%n", 1),
    ] {
        sandbox.write(".go-version", contents);
        is_refused(&sandbox, &format!("[HOME]/work/.go-version:{line}"));
    }
    assert!(sandbox.read("pwned").is_none());
    sandbox.write(".go-version", b"1.22\xff\xfe.5\n");
    is_refused(&sandbox, "[HOME]/work/.go-version:1");
}

#[test]
fn what_windows_powershell_writes_is_named_with_its_line() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let text = || "\u{feff}1.22.5\r\n".encode_utf16();
    let little: Vec<u8> = text().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text().flat_map(u16::to_be_bytes).collect();
    // Without the mark each byte is a letter or NUL, and so it is UTF-8 after all.
    for contents in [&little[..], &big, &little[2..], &big[2..]] {
        sandbox.write(".go-version", contents);
        is_refused(&sandbox, "[HOME]/work/.go-version:1");
    }
}

#[test]
fn a_terminal_sees_no_escapes_of_a_repository() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "\u{1b}]0;owned\u{7}\u{1b}[31mred\n");
    for output in [sandbox.gvr(["version"]).run(), sandbox.shim("go").run(), sandbox.gvr(["explain"]).run()] {
        let text = format!("{}{}", output.stdout, output.stderr);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text:?}");
    }
}

#[test]
fn a_huge_file_is_not_read() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", vec![b'1'; 1 << 20]);
    is_refused(&sandbox, "[HOME]/work/.go-version");
    let sparse = File::create(sandbox.work().join(".go-version")).unwrap();
    sparse.set_len(1 << 40).unwrap();
    is_refused(&sandbox, "[HOME]/work/.go-version");
}

#[test]
fn a_long_line_is_shown_shortened() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "x".repeat(10_000));
    is_refused(&sandbox, "[HOME]/work/.go-version:1");
    assert!(sandbox.gvr(["version"]).run().stderr.len() < 1000);
    assert!(sandbox.shim("go").run().stderr.len() < 1000);
}

#[test]
fn a_folder_in_the_place_of_a_file() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    fs::create_dir(sandbox.work().join(".go-version")).unwrap();
    is_refused(&sandbox, "[HOME]/work/.go-version");
    sandbox.gvr(["local", "1.22.5"]).run().fails_with(1).says(".go-version");
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_not_waited_for() {
    let Some(mkfifo) = tool("mkfifo") else { return };
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.run(mkfifo).arg(".go-version").run().succeeds();
    is_refused(&sandbox, "[HOME]/work/.go-version");
}

#[test]
fn a_socket_in_the_place_of_a_file_is_not_spoken_to() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let _listener = UnixListener::bind(sandbox.work().join(".go-version")).unwrap();
    is_refused(&sandbox, "[HOME]/work/.go-version");
}

#[test]
fn devices_and_links_to_them() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    symlink("/dev/zero", sandbox.work().join(".go-version")).unwrap();
    is_refused(&sandbox, "[HOME]/work/.go-version");
}

#[test]
fn links_that_lead_nowhere_or_round_in_circles() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let link = sandbox.work().join(".go-version");
    symlink(".go-version", &link).unwrap();
    is_refused(&sandbox, "[HOME]/work/.go-version");
    fs::remove_file(&link).unwrap();
    // A dangling link is no file: the walk goes on upwards.
    symlink("nowhere", &link).unwrap();
    fs::write(sandbox.home().join(".go-version"), "1.22.5\n").unwrap();
    sandbox.gvr(["version-name"]).run().succeeds().prints("1.22.5\n");
    sandbox.shim("go").arg("version").run().succeeds();
}

#[test]
fn a_file_that_may_not_be_read() {
    if is_root() {
        say_left_out("a file that may not be read, as root may read everything");
        return;
    }
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let file = sandbox.write(".go-version", "1.22.5\n");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    is_refused(&sandbox, "[HOME]/work/.go-version");
}

#[test]
fn a_working_folder_that_is_gone() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    fs::write(sandbox.root().join("version"), "1.22.5\n").unwrap();
    let gone = sandbox.outside("gone");
    let script = format!("cd '{0}' && rmdir '{0}' && unset PWD && exec \"$@\"", gone.display());
    let shim = sandbox.shim("go").arg("version").through("/bin/sh", ["-c", &script, "sh"]);
    let output = shim.env("PATH", sandbox.path_of(&[&sandbox.tools(), "/bin".as_ref(), "/usr/bin".as_ref()])).run();
    assert!([0, 127].contains(&output.code), "{output}");
}

#[test]
fn a_very_deep_folder() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.22.5\n");
    let deep = "d/".repeat(600);
    fs::create_dir_all(sandbox.work().join(&deep)).unwrap();
    sandbox.shim("go").arg("version").cwd(&deep).run().succeeds().prints("go version go1.22.5 [OS]/[ARCH]\n");
    sandbox.gvr(["version-name"]).cwd(&deep).run().succeeds().prints("1.22.5\n");
}

#[test]
fn the_global_file_is_as_hostile() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    fs::write(sandbox.root().join("version"), "# x\n../../etc\n").unwrap();
    is_refused(&sandbox, "[ROOT]/version:2");
}

#[test]
fn a_variable_is_as_hostile() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    for value in ["../../etc", "1.22.5:../x", "$(touch pwned)", "\u{1b}[31m"] {
        let named = sandbox.gvr(["version"]).env("GVR_VERSION", value).run();
        assert_ne!(named.code, 0, "{value:?}: {named}");
        named.says("GVR_VERSION").never_says("\u{1b}");
        sandbox.shim("go").env("GVR_VERSION", value).run().fails_with(127).says("GVR_VERSION").never_says("\u{1b}");
    }
}

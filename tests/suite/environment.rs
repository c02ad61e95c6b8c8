//! Homes, roots and stores that are not as one would expect.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::common::{Call, Sandbox, is_root, tool};

#[test]
fn without_a_home() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let output = sandbox.gvr(["root"]).env_remove("HOME").run();
    // The system may know the user's home all the same.
    assert!(output.code == 0 || output.stderr.contains("HOME"), "{output}");
    let call = sandbox.gvr(["versions", "--bare"]).env_remove("HOME").env("GVR_ROOT", sandbox.root());
    call.run().succeeds().prints("1.22.5\n");
}

#[test]
fn a_home_that_is_relative_or_empty_never_means_this_folder() {
    let sandbox = Sandbox::new();
    for home in ["relative", "", ".", "~"] {
        // The system may know the user's home all the same; nothing may be written there by a test.
        let output = sandbox.gvr(["root"]).env("HOME", home).env("GVR_ROOT", "").run();
        if output.code == 0 {
            assert!(output.stdout.starts_with('/') && output.stdout.ends_with("/.gvr\n"), "{home:?}: {output}");
        } else {
            assert!(output.stderr.contains("HOME"), "{home:?}: {output}");
        }
    }
}

#[test]
fn a_root_of_any_name() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    for name in
        ["with spaces", "ünïcødé-世界", "quo'te\"s", "$HOME", "semi;colon&", "new\nline", "-dash", "back\\slash"]
    {
        let root = sandbox.outside("roots").join(name);
        let gvr = |arguments: &[&str]| sandbox.gvr(arguments).env("GVR_ROOT", &root);
        gvr(&["install", "1.23.90"]).run().succeeds();
        gvr(&["global", "1.23.90"]).run().succeeds();
        gvr(&["versions", "--bare"]).run().succeeds().prints("1.23.90\n");
        let goroot = root.join("versions/1.23.90");
        let output = gvr(&["prefix"]).run().succeeds();
        assert!(output.stdout.ends_with(&format!("roots/{name}/versions/1.23.90\n")), "{output}");
        let shim = sandbox.run(root.join("shims/go")).arg("version").env_clear();
        shim.run().succeeds().prints("go version go1.23.90 [OS]/[ARCH]\n");
        gvr(&["uninstall", "-f", "1.23.90"]).run().succeeds();
        assert!(!goroot.exists());
    }
}

#[test]
fn a_root_must_be_absolute() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    for root in ["relative", "./x", "~/.gvr", "../y"] {
        let output = sandbox.gvr(["install", "1.23.90"]).env("GVR_ROOT", root).run();
        assert_ne!(output.code, 0, "{root:?}: {output}");
        output.says("GVR_ROOT").says(root);
        assert_eq!(crate::common::entries(sandbox.work()), [""; 0], "{root:?}");
    }
}

#[test]
fn a_root_that_is_a_link_or_a_file() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    let real = sandbox.outside("real");
    symlink(&real, sandbox.root()).unwrap();
    sandbox.gvr(["install", "1.23.90"]).run().succeeds();
    sandbox.shim("go1.23.90").arg("version").run().succeeds();
    fs::remove_file(sandbox.root()).unwrap();
    fs::write(sandbox.root(), "a file").unwrap();
    let output = sandbox.gvr(["install", "1.23.90"]).run();
    assert_ne!(output.code, 0, "{output}");
    output.says("gvr: ").says("[ROOT]");
    assert_eq!(fs::read_to_string(sandbox.root()).unwrap(), "a file");
}

/// Runs as somebody whom permissions stop, where the tests run as root.
fn as_nobody<'a>(call: Call<'a>, setpriv: Option<&Path>) -> Call<'a> {
    match setpriv {
        Some(setpriv) => call.through(setpriv, ["--reuid=65534", "--regid=65534", "--clear-groups"]),
        None => call,
    }
}

/// Takes (or gives) the right to write from everything below a folder.
fn set_writable(path: &Path, writable: bool) {
    let metadata = fs::symlink_metadata(path).unwrap();
    if metadata.is_symlink() {
        return;
    }
    let mode = metadata.permissions().mode();
    let mode = if writable { mode | 0o200 } else { (mode | 0o555) & !0o222 };
    let mode = if metadata.is_file() && mode & 0o100 == 0 { mode & !0o111 } else { mode };
    if metadata.is_dir() {
        fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o700)).unwrap();
        for entry in fs::read_dir(path).unwrap() {
            set_writable(&entry.unwrap().path(), writable);
        }
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_store_that_may_only_be_read() {
    let setpriv = if is_root() { tool("setpriv") } else { None };
    if is_root() && setpriv.is_none() {
        return;
    }
    let setpriv = setpriv.as_deref();
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    sandbox.gvr(["install", "1.23.90"]).run().succeeds();
    sandbox.gvr(["global", "1.23.90"]).run().succeeds();
    // Whoever it is must be able to come here at all.
    let base = sandbox.outside(".");
    for folder in [base.as_path(), sandbox.home(), sandbox.work()] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
    set_writable(sandbox.root(), false);
    // The programs under test may lie in a folder that nobody else may enter.
    let gvr = sandbox.outside("bin").join("gvr");
    fs::copy(env!("CARGO_BIN_EXE_gvr"), &gvr).unwrap();
    fs::copy(crate::common::shim_program(), gvr.with_file_name("gvr-shim")).unwrap();
    let run = |arguments: &[&str]| as_nobody(sandbox.run(&gvr).args(arguments), setpriv).run();
    let outputs = [
        (run(&["versions", "--bare"]), 0, "1.23.90\n"),
        (run(&["which", "go"]), 0, "[ROOT]/versions/1.23.90/bin/go\n"),
        (run(&["version-name"]), 0, "1.23.90\n"),
        (run(&["exec", "go", "version"]), 0, "go version go1.23.90 [OS]/[ARCH]\n"),
        (as_nobody(sandbox.shim("go").arg("version"), setpriv).run(), 0, "go version go1.23.90 [OS]/[ARCH]\n"),
    ];
    let refusals =
        [run(&["install", "-f", "1.23.90"]), run(&["uninstall", "-f", "1.23.90"]), run(&["global", "1.23.90"])];
    set_writable(sandbox.root(), true);
    for (output, code, stdout) in outputs {
        output.fails_with(code).prints(stdout);
    }
    for output in refusals {
        assert_eq!(output.code, 1, "{output}");
        output.says("gvr: ").says("[ROOT]");
    }
    assert_eq!(sandbox.installed(), ["1.23.90"]);
}

#[test]
fn output_into_a_closed_pipe_is_no_failure() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let script = "\"$@\" | :; echo done";
    for arguments in [&["versions"][..], &["--help"], &["commands"]] {
        let output = sandbox.gvr(arguments).through("/bin/sh", ["-c", script, "sh"]).run().succeeds();
        output.prints("done\n").says_exactly("");
    }
}

#[test]
fn closed_standard_streams_are_no_crash() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    let script = "exec \"$@\" <&- >&- 2>&-";
    sandbox.gvr(["install", "1.23.90"]).through("/bin/sh", ["-c", script, "sh"]).run().succeeds();
    sandbox.shim("go1.23.90").arg("version").run().succeeds().prints("go version go1.23.90 [OS]/[ARCH]\n");
}

#[test]
fn a_strict_umask_leaves_a_store_that_works() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    let script = "umask 077; exec \"$@\"";
    sandbox.gvr(["install", "1.23.90"]).through("/bin/sh", ["-c", script, "sh"]).run().succeeds();
    sandbox.shim("go1.23.90").arg("version").run().succeeds();
}

#[test]
fn variables_that_are_no_switches_and_no_addresses() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    for url in ["not a url", "ftp://example.test/dl", "file:///etc", "http://"] {
        let output = sandbox.gvr(["install", "1.23.90"]).env("GVR_DIST_URL", url).run();
        assert!([1, 2, 3].contains(&output.code), "{url:?}: {output}");
        output.says("gvr: ").says(url);
    }
    let output = sandbox.gvr(["install", "1.23.90"]).env("GVR_ARCH", "arm65").run();
    assert_ne!(output.code, 0, "{output}");
    output.says("arm65");
    assert_eq!(sandbox.installed(), [""; 0]);
}

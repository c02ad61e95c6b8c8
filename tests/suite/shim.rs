//! `go` and `gofmt` on PATH, as gvr lays them there.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};

use gvr_testkit::{FakeToolchain, Signal};
use snapbox::str;

use crate::common::Sandbox;

#[test]
fn without_a_pin_the_next_go_on_path_runs() {
    let mut sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.with_system_go("1.20.1");
    sandbox.shim("go").arg("version").run().succeeds().prints("go version go1.20.1 [OS]/[ARCH]\n");
    sandbox.shim("gofmt").run().succeeds().prints("gofmt of go1.20.1\n");
}

#[test]
fn with_shims_alone_on_path_it_says_at_once_what_to_type() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let shims = sandbox.root().join("shims");
    sandbox.shim("go").arg("version").env("PATH", &shims).run().is(str![[r#"
exit code: 127
--- stdout ---
--- stderr ---
gvr: no Go version is chosen here, and PATH has no other go
  to choose one: gvr local 1.22.5 (here) or gvr global 1.22.5

"#]]);
    sandbox.shim("go").arg("version").env_remove("PATH").run().fails_with(127).says("gvr local 1.22.5");
}

#[test]
fn shims_on_path_twice_through_a_link_and_of_another_root_never_call_each_other() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let other = sandbox.outside("other root");
    FakeToolchain::native("1.23.0").write_to(&other.join("versions/1.23.0")).unwrap();
    sandbox.gvr(["rehash"]).env("GVR_ROOT", &other).run().succeeds();
    let (shims, other_shims) = (sandbox.root().join("shims"), other.join("shims"));
    let linked_folder = sandbox.home().join("linked");
    symlink(&shims, &linked_folder).unwrap();
    let bin = sandbox.outside("bin");
    symlink(shims.join("go"), bin.join("go")).unwrap();
    let copied = sandbox.outside("copied");
    fs::copy(shims.join("go"), copied.join("gofmt")).unwrap();
    let path = sandbox.path_of(&[&shims, &bin, &linked_folder, &other_shims, &shims, &copied]);
    for program in [shims.join("go"), bin.join("go"), linked_folder.join("go"), other_shims.join("go")] {
        sandbox.run(&program).arg("version").env("PATH", &path).run().fails_with(127).prints("").says("gvr: ");
    }
    let goroot = sandbox.outside("real");
    FakeToolchain::native("1.20.1").write_to(&goroot).unwrap();
    let path = sandbox.path_of(&[&shims, &bin, &linked_folder, &other_shims, &shims, &goroot.join("bin")]);
    for program in [shims.join("go"), linked_folder.join("go"), other_shims.join("go")] {
        let output = sandbox.run(&program).arg("version").env("PATH", &path).run().succeeds();
        output.prints("go version go1.20.1 [OS]/[ARCH]\n");
    }
}

#[test]
fn a_pinned_version_that_is_missing_is_named_with_the_command_that_installs_it() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "# our Go\n1.99.0\n");
    sandbox.shim("go").arg("version").run().is(str![[r#"
exit code: 127
--- stdout ---
--- stderr ---
gvr: version '1.99.0' is not installed (set by [HOME]/work/.go-version:2)
  to install it: gvr install 1.99.0

"#]]);
    sandbox.write(".go-version", "^1.98\n");
    sandbox.shim("go").arg("version").run().fails_with(127).says("gvr install '^1.98'\n");
}

#[test]
fn a_missing_version_is_installed_and_run_where_that_is_wished() {
    let sandbox = Sandbox::with_dist(&["1.22.90"]);
    sandbox.gvr(["rehash"]).run().succeeds();
    symlink(env!("CARGO_BIN_EXE_gvr"), sandbox.tools().join("gvr")).unwrap();
    sandbox.write(".go-version", "1.22.90\n");
    sandbox.shim("go").arg("version").run().fails_with(127);
    let call = sandbox.shim("go").args(["test", "a b"]).env("GVR_AUTO_INSTALL", "1").env("FAKE_RC", "3");
    let output = call.run().fails_with(3);
    assert_eq!(output.lines()[..3], ["go1.22.90", "argument [test]", "argument [a b]"]);
    assert_eq!(sandbox.installed(), ["1.22.90"]);
    sandbox.server().forget_requests();
    sandbox.shim("go").arg("version").run().succeeds().prints("go version go1.22.90 [OS]/[ARCH]\n");
    assert_eq!(sandbox.server().requests().len(), 0);
}

#[test]
fn an_installation_on_demand_that_fails_says_why() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    symlink(env!("CARGO_BIN_EXE_gvr"), sandbox.tools().join("gvr")).unwrap();
    sandbox.write(".go-version", "1.99.0\n");
    let output = sandbox.shim("go").arg("version").env("GVR_AUTO_INSTALL", "1").run();
    assert_ne!(output.code, 0, "{output}");
    output.prints("").says("gvr: ").says("127.0.0.1:1");
}

#[test]
fn it_works_without_any_environment() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.0"]);
    fs::write(sandbox.root().join("version"), "1.22.5\n").unwrap();
    sandbox.shim("go").arg("version").env_clear().run().succeeds().prints("go version go1.22.5 [OS]/[ARCH]\n");
    sandbox.write(".go-version", "1.23.0\n");
    sandbox.shim("go").arg("version").env_clear().run().succeeds().prints("go version go1.23.0 [OS]/[ARCH]\n");
}

#[test]
fn arguments_stdin_and_status_pass_through() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.22.5\n");
    let output = sandbox.shim("go").args(["build", "-o", "a b", "", "-v", "+1.23"]).env("FAKE_RC", "42").run();
    let output = output.fails_with(42);
    assert_eq!(
        output.lines()[..7],
        [
            "go1.22.5",
            "argument [build]",
            "argument [-o]",
            "argument [a b]",
            "argument []",
            "argument [-v]",
            "argument [+1.23]"
        ]
    );
    sandbox.shim("go").arg("copy").stdin("one\ntwo\n").run().succeeds().prints("one\ntwo\n");
    for code in [0, 1, 2, 127, 255] {
        sandbox.shim("gofmt").env("FAKE_RC", code.to_string()).run().fails_with(code);
    }
}

#[test]
fn the_program_takes_the_shims_place() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.22.5\n");
    let running = sandbox.shim("go").arg("pid").spawn();
    let id = running.id();
    assert_eq!(String::from_utf8(running.wait().stdout).unwrap(), format!("{id}\n"));
    let deadly = FakeToolchain::native("1.23.0").file("bin/go", 0o755, "#!/bin/sh\nkill -TERM $$\n");
    deadly.write_to(&sandbox.version("1.23.0")).unwrap();
    let killed = sandbox.shim("go").arg("+1.23.0").spawn().wait();
    assert_eq!(killed.signal, Some(Signal::TERM.as_raw()));
}

#[test]
fn an_inherited_goroot_is_dropped() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.22.5\n");
    let goroot = |variables: &[(&str, &str)]| {
        let mut call = sandbox.shim("go").args(["env", "GOROOT"]).env("GOROOT", "/nope");
        for (name, value) in variables {
            call = call.env(name, value);
        }
        call.run().succeeds().stdout
    };
    let own = "[ROOT]/versions/1.22.5\n";
    assert_eq!(goroot(&[]), own);
    assert_eq!(goroot(&[("GVR_KEEP_GOROOT", "1")]), "/nope\n");
    assert_eq!(goroot(&[("GVR_KEEP_GOROOT", "0")]), own);
    assert_eq!(goroot(&[("GOENV_DISABLE_GOROOT", "1")]), "/nope\n");
    assert_eq!(goroot(&[("GVR_KEEP_GOROOT", "0"), ("GOENV_DISABLE_GOROOT", "1")]), own);
}

#[test]
fn the_rest_of_the_environment_is_left_alone() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.22.5\n");
    let output = sandbox.shim("go").arg("x").env("GOPATH", "/p").env("GOTOOLCHAIN", "auto").run().succeeds();
    assert!(output.lines().contains(&"GOPATH /p") && output.lines().contains(&"GOTOOLCHAIN auto"), "{output}");
    let output = sandbox.shim("go").arg("x").run().succeeds();
    assert!(output.lines().contains(&"GOTOOLCHAIN (unset)"), "{output}");
    let output = sandbox.shim("go").arg("x").env("GVR_STRICT", "1").env("GOTOOLCHAIN", "auto").run().succeeds();
    assert!(output.lines().contains(&"GOTOOLCHAIN local"), "{output}");
}

#[test]
fn a_version_that_go_env_w_wrote_down_does_not_beat_a_pin() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    let file = sandbox.home().join("go.env");
    let toolchain = |contents: &str| {
        fs::write(&file, contents).unwrap();
        let output = sandbox.shim("go").arg("x").env("GOENV", &file).run().succeeds();
        output.lines().into_iter().find(|line| line.starts_with("GOTOOLCHAIN ")).unwrap().to_owned()
    };
    sandbox.write(".go-version", "1.22.5\n");
    assert_eq!(toolchain("GOTOOLCHAIN=go1.23.5+auto\n"), "GOTOOLCHAIN auto");
    assert_eq!(toolchain("GOPROXY=x\nGOTOOLCHAIN=go1.23.5\n"), "GOTOOLCHAIN local");
    assert_eq!(toolchain("GOTOOLCHAIN=auto\n"), "GOTOOLCHAIN (unset)");
    assert_eq!(toolchain("GOFLAGS=-v\n"), "GOTOOLCHAIN (unset)");
}

#[test]
fn a_plus_or_a_name_asks_for_a_version() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.22.10", "1.23.1"]);
    sandbox.write(".go-version", "1.23.1\n");
    let version = |version: &str| format!("go version go{version} [OS]/[ARCH]\n");
    sandbox.shim("go").args(["+1.22", "version"]).run().succeeds().prints(&version("1.22.10"));
    sandbox.shim("go").args(["+go1.22.5", "version"]).run().succeeds().prints(&version("1.22.5"));
    sandbox.shim("go").args(["+latest", "version"]).run().succeeds().prints(&version("1.23.1"));
    sandbox.shim("go1.22.5").arg("version").run().succeeds().prints(&version("1.22.5"));
    sandbox.shim("gofmt").arg("+1.22.5").run().succeeds().prints("gofmt of go1.22.5\n");
    sandbox.shim("go").args(["+1.99", "version"]).run().fails_with(127).says("gvr install 1.99\n");
    sandbox.shim("go").args(["+nonsense", "version"]).run().fails_with(127).says("nonsense");
}

#[test]
fn children_of_go_find_the_same_go() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.1"]);
    sandbox.write(".go-version", "1.22.5\n");
    sandbox.shim("go").args(["nest", "5"]).run().succeeds().prints("bottom go1.22.5\n");
}

#[test]
fn the_store_can_be_moved() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    fs::write(sandbox.root().join("version"), "1.22.5\n").unwrap();
    let moved = sandbox.outside("elsewhere").join("go versions");
    fs::rename(sandbox.root(), &moved).unwrap();
    let output = sandbox.run(moved.join("shims/go")).args(["env", "GOROOT"]).run().succeeds();
    output.prints("[SANDBOX]/elsewhere/go versions/versions/1.22.5\n");
    let call = sandbox.gvr(["which", "go"]).env("GVR_ROOT", &moved).run().succeeds();
    call.prints("[SANDBOX]/elsewhere/go versions/versions/1.22.5/bin/go\n");
}

#[test]
fn a_home_that_is_a_link() {
    let mut sandbox = Sandbox::with_versions(&["1.22.5"]);
    let link = sandbox.outside("users").join("me");
    symlink(sandbox.home(), &link).unwrap();
    sandbox.set("HOME", &link);
    let work = link.join("work");
    fs::write(work.join(".go-version"), "1.22.5\n").unwrap();
    let shims = link.join(".gvr/shims");
    let path = sandbox.path_of(&[&shims, &sandbox.tools()]);
    let output = sandbox.run(shims.join("go")).arg("version").env("PATH", &path).env("PWD", &work).run().succeeds();
    output.prints("go version go1.22.5 [OS]/[ARCH]\n");
    sandbox.gvr(["version-name"]).env("PWD", &work).run().succeeds().prints("1.22.5\n");
    fs::remove_file(work.join(".go-version")).unwrap();
    let call = sandbox.run(shims.join("go")).arg("version").env("PATH", &path).env("PWD", &work);
    call.run().fails_with(127).says("gvr local 1.22.5");
}

#[test]
fn all_shims_are_one_file() {
    let sandbox = Sandbox::with_versions(&["1.22.5", "1.23.1"]);
    let identity = |name: &str| {
        let metadata = fs::symlink_metadata(sandbox.shim_path(name)).unwrap();
        assert!(metadata.is_file(), "{name}");
        (metadata.dev(), metadata.ino())
    };
    for name in ["gofmt", "go1.22.5", "go1.23.1"] {
        assert_eq!(identity(name), identity("go"), "{name}");
    }
}

#[test]
fn a_program_that_the_version_lacks() {
    let sandbox = Sandbox::new();
    FakeToolchain::native("1.22.5").without("bin/gofmt").write_to(&sandbox.version("1.22.5")).unwrap();
    sandbox.place(&["1.23.1"]);
    sandbox.write(".go-version", "1.22.5\n");
    let output = sandbox.shim("gofmt").run().fails_with(127).prints("");
    output.says("gvr: 'gofmt' command not found").says("The 'gofmt' command exists in these Go versions:\n  1.23.1\n");
}

#[test]
fn a_damaged_toolchain_is_named() {
    let sandbox = Sandbox::with_versions(&["1.22.5"]);
    sandbox.write(".go-version", "1.22.5\n");
    let go = sandbox.version("1.22.5").join("bin/go");
    let goroot = sandbox.version("1.22.5");
    let is_refused = |damage: &str| {
        let output = sandbox.shim("go").arg("version").run();
        assert!([126, 127].contains(&output.code), "{damage}: {output}");
        output.prints("").says("gvr: ").says("1.22.5");
    };
    FakeToolchain::native("1.22.5").file("bin/go", 0o644, "x").write_to(&goroot).unwrap();
    is_refused("not executable");
    fs::remove_file(&go).unwrap();
    is_refused("absent");
    fs::create_dir(&go).unwrap();
    is_refused("a folder");
    fs::remove_dir(&go).unwrap();
    symlink("nowhere", &go).unwrap();
    is_refused("a link to nowhere");
}

//! Real Go distributions, where somebody has provided them: `GVR_TEST_OFFICIAL_DIST` names a folder with go.dev's own
//! archives, `GVR_TEST_REAL_DIST` one with the same programs packed another way.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;

use gvr_testkit::{DistServer, host_platform};

use crate::common::{Output, Sandbox, is_skipped, say_left_out};

pub(crate) const OFFICIAL: &str = "GVR_TEST_OFFICIAL_DIST";
const REAL: &str = "GVR_TEST_REAL_DIST";

/// SHA-256 of go1.23.1.linux-amd64.tar.gz, as go.dev/dl lists it.
const LINUX_SUM: &str = "49bbb517cfa9eee677e1e7897f7cf9cfdbcf49e05f61984a2789136de359f9bd";
/// SHA-256 of go1.23.1.darwin-arm64.tar.gz, as go.dev/dl lists it.
const DARWIN_SUM: &str = "e223795ca340e285a760a6446ce57a74500b30e57469a4109961d36184d3c05a";

/// A server of real archives, if one of these variables names a folder that has all that are needed.
pub(crate) fn server(test: &str, variables: &[(&str, &str)], needed: &[String]) -> Option<DistServer> {
    let mut reasons = Vec::new();
    for (variable, word) in variables {
        let Some(folder) = std::env::var_os(variable).filter(|folder| !folder.is_empty()).map(PathBuf::from) else {
            reasons.push(format!("{variable} is not set"));
            continue;
        };
        let missing: Vec<_> = needed.iter().filter(|name| !folder.join(name).is_file()).collect();
        if is_skipped(word) {
            reasons.push(format!("GVR_TEST_SKIP names {word}"));
        } else if missing.is_empty() {
            return Some(DistServer::serve_folder(folder).unwrap());
        } else {
            reasons.push(format!("{variable} has no {missing:?}"));
        }
    }
    say_left_out(format_args!("real::{test}: {}", reasons.join("; ")));
    None
}

pub(crate) fn archive(version: &str, platform: &str) -> String {
    format!("go{version}.{platform}.tar.gz")
}

/// A sandbox in which real Go compiles without asking anybody for anything.
pub(crate) fn sandbox(server: DistServer) -> Sandbox {
    let mut sandbox = Sandbox::new().and_server(server);
    sandbox.set("GOPROXY", "off");
    sandbox.set("GOFLAGS", "-trimpath");
    sandbox
}

/// A program of two packages, with a test.
fn write_program(sandbox: &Sandbox, folder: &str, go: &str) {
    sandbox.write(format!("{folder}/go.mod"), format!("module example.test/app\n\ngo {go}\n"));
    sandbox.write(
        format!("{folder}/main.go"),
        "package main\n\nimport (\n\t\"os\"\n\t\"runtime\"\n\n\t\"example.test/app/greet\"\n)\n\n\
         func main() {\n\tos.Stdout.WriteString(greet.Hello(runtime.Version()) + \"\\n\")\n}\n",
    );
    sandbox.write(
        format!("{folder}/greet/greet.go"),
        "// Package greet greets.\npackage greet\n\n// Hello greets whom it is given.\n\
         func Hello(name string) string { return \"hello \" + name }\n",
    );
    sandbox.write(
        format!("{folder}/greet/greet_test.go"),
        "package greet\n\nimport \"testing\"\n\nfunc TestHello(t *testing.T) {\n\tif Hello(\"x\") != \"hello x\" {\n\
         \t\tt.Fatal(Hello(\"x\"))\n\t}\n}\n",
    );
}

/// Runs the program behind a shim in a folder below the working folder.
fn go(sandbox: &Sandbox, folder: &str, arguments: &[&str]) -> Output {
    sandbox.shim("go").args(arguments).cwd(folder).patiently().run()
}

#[test]
fn two_versions_side_by_side_build_test_and_vet() {
    const TEST: &str = "two_versions_side_by_side_build_test_and_vet";
    let official = std::env::var_os(OFFICIAL).map(PathBuf::from).unwrap_or_default();
    let is_official = official.join(archive("1.24.11", &host_platform())).is_file() && !is_skipped("official-dist");
    // Of a release in gvr's table nothing but go.dev's own bytes will do; those packed here are of a newer one.
    let (older, variable) =
        if is_official { ("1.23.1", (OFFICIAL, "official-dist")) } else { ("1.26.6", (REAL, "real-dist")) };
    let needed = [older, "1.27.3"].map(|version| archive(version, &host_platform()));
    let Some(server) = server(TEST, &[variable], &needed) else { return };
    let sandbox = sandbox(server);
    let output = sandbox.gvr(["install", older, "1.27.3"]).patiently().run().succeeds();
    output.prints("").says(&format!("gvr: installed {older} ([PLATFORM])")).says("gvr: installed 1.27.3 ([PLATFORM])");
    sandbox.has_no_leftovers();

    for (folder, version) in [("old", older), ("new", "1.27.3")] {
        write_program(&sandbox, folder, "1.23");
        sandbox.gvr(["local", version]).cwd(folder).run().succeeds();
        let expected = format!("go version go{version} [OS]/[ARCH]\n");
        go(&sandbox, folder, &["version"]).succeeds().prints(&expected);
        let goroot = format!("[ROOT]/versions/{version}\n");
        go(&sandbox, folder, &["env", "GOROOT"]).succeeds().prints(&goroot);
        let stale = sandbox.shim("go").args(["env", "GOROOT"]).env("GOROOT", "/nope").cwd(folder).run();
        stale.succeeds().prints(&goroot);
        go(&sandbox, folder, &["build", "-o", "app", "."]).succeeds();
        let ran = sandbox.run(sandbox.work().join(folder).join("app")).run().succeeds();
        ran.prints(&format!("hello go{version}\n"));
    }
    let tested = go(&sandbox, "new", &["test", "./..."]).succeeds();
    assert!(tested.stdout.contains("ok  \texample.test/app/greet"), "{tested}");
    go(&sandbox, "new", &["vet", "./..."]).succeeds();
    sandbox.shim("gofmt").args(["-l", "."]).cwd("new").run().succeeds().stays_silent();
    sandbox.write("new/ugly.go", "package main\nfunc  ugly( ) { }\n");
    sandbox.shim("gofmt").args(["-l", "."]).cwd("new").run().succeeds().prints("ugly.go\n");

    // A repository that states a minimum, and a home that is a link.
    sandbox.gvr(["global", older]).run().succeeds();
    sandbox.write("module/go.mod", "module example.test/module\n\ngo 1.27\n");
    go(&sandbox, "module", &["version"]).succeeds().prints("go version go1.27.3 [OS]/[ARCH]\n");
    go(&sandbox, "module", &["env", "GOROOT"]).succeeds().prints("[ROOT]/versions/1.27.3\n");
    let link = sandbox.outside("users").join("me");
    symlink(sandbox.home(), &link).unwrap();
    let through_link = sandbox.run(link.join(".gvr/shims/go")).args(["env", "GOROOT"]).cwd("module");
    let through_link = through_link.env("HOME", &link).env("PWD", link.join("work/module"));
    through_link.run().succeeds().prints("[ROOT]/versions/1.27.3\n");

    if is_official {
        let receipt = sandbox.read(sandbox.version("1.23.1").join(".gvr-receipt.toml")).unwrap();
        assert!(host_platform() != "linux-amd64" || receipt.contains(LINUX_SUM), "{receipt}");
        a_toolchain_line_is_taken_at_its_word(&sandbox);
    } else {
        say_left_out(format_args!(
            "real::a_toolchain_line_is_taken_at_its_word: {OFFICIAL} has no 1.24.11 for this machine"
        ));
    }
}

/// What a repository with a `toolchain` line gets, with an older and a newer global version.
fn a_toolchain_line_is_taken_at_its_word(sandbox: &Sandbox) {
    sandbox.write("line/go.mod", "module example.test/line\n\ngo 1.24\n\ntoolchain go1.24.11\n");
    sandbox.gvr(["install"]).cwd("line").patiently().run().succeeds();
    assert_eq!(sandbox.installed(), ["1.23.1", "1.24.11", "1.27.3"]);
    sandbox.gvr(["global", "1.23.1"]).run().succeeds();
    go(sandbox, "line", &["version"]).succeeds().prints("go version go1.24.11 [OS]/[ARCH]\n");
    sandbox.gvr(["global", "1.27.3"]).run().succeeds();
    go(sandbox, "line", &["version"]).succeeds().prints("go version go1.27.3 [OS]/[ARCH]\n");
    // Go's own switch finds the toolchain that gvr laid on PATH, and fetches nothing.
    sandbox.write("line/.go-version", "1.23.1\n");
    let output = sandbox.shim("go").args(["env", "GOVERSION"]).env("GOTOOLCHAIN", "auto").cwd("line").patiently().run();
    output.succeeds().prints("go1.24.11\n");
    let strict = sandbox.shim("go").args(["env", "GOVERSION"]).env("GVR_STRICT", "1").cwd("line").patiently().run();
    strict.prints("go1.23.1\n");
}

#[test]
fn the_mac_toolchain_of_go_dev_is_stored_whole_and_not_run_elsewhere() {
    const TEST: &str = "the_mac_toolchain_of_go_dev_is_stored_whole_and_not_run_elsewhere";
    let needed = [archive("1.23.1", "darwin-arm64")];
    let Some(server) = server(TEST, &[(OFFICIAL, "official-dist")], &needed) else { return };
    let sandbox = sandbox(server);
    sandbox.gvr(["install", "--keep", "--arch", "darwin-arm64", "1.23.1"]).patiently().run().succeeds();
    let name = if host_platform() == "darwin-arm64" { "1.23.1" } else { "1.23.1-darwin-arm64" };
    assert_eq!(sandbox.installed(), [name]);
    let folder = sandbox.version(name);
    let receipt = sandbox.read(folder.join(".gvr-receipt.toml")).unwrap();
    assert!(receipt.contains(DARWIN_SUM), "{receipt}");
    assert!(sandbox.root().join(format!("cache/{DARWIN_SUM}.tar.gz")).is_file());
    assert_eq!(sandbox.read(folder.join("VERSION")).unwrap().lines().next(), Some("go1.23.1"));
    assert!(folder.join("src/fmt/print.go").is_file() && folder.join("test").is_dir());
    for program in ["bin/go", "bin/gofmt", "pkg/tool/darwin_arm64/compile"] {
        let bytes = fs::read(folder.join(program)).unwrap();
        // Mach-O, 64 bit, little endian, for arm64.
        assert_eq!(bytes[..8], [0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1], "{program}");
    }
    if host_platform() != "darwin-arm64" {
        let output = sandbox.gvr(["exec", name, "go", "version"]).run();
        assert_ne!(output.code, 0, "{output}");
        output.prints("").says("gvr: ").says("darwin-arm64");
    }
}

#[test]
fn a_build_is_not_disturbed_by_a_reinstallation_nor_by_a_removal() {
    let needed = [archive("1.23.1", &host_platform())];
    let Some(server) = server("a_build_is_not_disturbed", &[(OFFICIAL, "official-dist")], &needed) else { return };
    let sandbox = sandbox(server);
    sandbox.gvr(["install", "--keep", "1.23.1"]).patiently().run().succeeds();
    sandbox.gvr(["global", "1.23.1"]).run().succeeds();
    // As little as there is: the runtime alone takes its time on a busy machine.
    sandbox.write("app/go.mod", "module example.test/app\n\ngo 1.23\n");
    sandbox.write("app/main.go", "package main\n\nfunc main() { println(\"hello\") }\n");
    // Every tool waits until it may go on, so that the build is in the middle for as long as the test wants.
    let (begun, go_on) = (sandbox.work().join("begun"), sandbox.work().join("go-on"));
    let wait = sandbox.write(
        "wait.sh",
        format!(
            "#!/bin/sh\n: >>'{}'\nwhile [ ! -e '{}' ]; do /bin/sleep 0.05; done\nexec \"$@\"\n",
            begun.display(),
            go_on.display()
        ),
    );
    fs::set_permissions(&wait, fs::Permissions::from_mode(0o755)).unwrap();
    let arguments = ["build", "-gcflags=all=-N -l", "-toolexec", wait.to_str().unwrap(), "-o", "program", "."];
    let build = sandbox.shim("go").args(arguments).cwd("app").patiently().spawn();
    for _ in 0..6000 {
        if begun.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(begun.exists(), "the build does not begin");
    let refused = sandbox.gvr(["uninstall", "-f", "1.23.1"]).run().fails_with(1);
    refused.says("Go 1.23.1 is in use: process").says("versions/1.23.1/bin/go");
    sandbox.gvr(["install", "-f", "--offline", "1.23.1"]).patiently().run().succeeds();
    fs::write(&go_on, "").unwrap();
    let finished = build.wait();
    assert_eq!(finished.code, Some(0), "{}", String::from_utf8_lossy(&finished.stderr));
    sandbox.run(sandbox.work().join("app/program")).run().succeeds().says_exactly("hello\n");
    sandbox.gvr(["uninstall", "-f", "1.23.1"]).run().succeeds();
    assert_eq!(sandbox.installed(), [""; 0]);
    sandbox.has_no_leftovers();
}

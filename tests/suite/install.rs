//! `gvr install` when all goes well, and when the request itself is at fault.

use std::fs;
use std::os::unix::fs::MetadataExt;

use gvr_testkit::{FakeDist, FakeToolchain, Fault, host_platform, sha256_hex};
use snapbox::str;

use crate::common::{Sandbox, entries};

/// A platform that the tests do not run on.
fn foreign_platform() -> &'static str {
    if host_platform() == "darwin-arm64" { "linux-amd64" } else { "darwin-arm64" }
}

/// A platform's name as the output of a command has it in a test.
fn shown(platform: &str) -> String {
    platform.replace(&host_platform(), "[PLATFORM]")
}

#[test]
fn one_version() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    let output = sandbox.gvr(["install", "1.23.90"]).run();
    output.is(str![[r#"
exit code: 0
--- stdout ---
--- stderr ---
gvr: installed 1.23.90 ([PLATFORM]) in [TIME]
gvr: no Go version is chosen here yet
  for this folder: gvr local 1.23.90
  where nothing else is asked for: gvr global 1.23.90

"#]]);
    assert_eq!(sandbox.installed(), ["1.23.90"]);
    assert!(sandbox.version("1.23.90").join(".gvr-receipt.toml").is_file());
    assert_eq!(sandbox.read(sandbox.version("1.23.90").join("VERSION")).unwrap().lines().next(), Some("go1.23.90"));
    let shims = entries(&sandbox.root().join("shims"));
    for name in ["go", "gofmt", "go1.23.90"] {
        assert!(shims.contains(&name.to_owned()), "{name} in {shims:?}");
    }
    sandbox.has_no_leftovers();
    sandbox.shim("go1.23.90").arg("version").run().succeeds().prints("go version go1.23.90 [OS]/[ARCH]\n");
}

#[test]
fn several_at_once_are_downloaded_at_the_same_time() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
    let server = sandbox.server();
    server.fail_next("*go1.22.90.*.tar.gz", Fault::Hold(100));
    server.fail_next("*go1.23.90.*.tar.gz", Fault::Hold(100));
    let running = sandbox.gvr(["install", "1.22.90", "1.23.90"]).spawn();
    server.wait_for_held(2);
    assert_eq!(sandbox.installed(), [""; 0], "nothing is presented before it is complete");
    server.release();
    let finished = running.wait();
    let stderr = String::from_utf8(finished.stderr).unwrap();
    assert_eq!(finished.code, Some(0), "{stderr}");
    assert_eq!(finished.stdout, b"");
    assert!(stderr.contains("gvr: installed 1.22.90 ("), "{stderr}");
    assert!(stderr.contains("gvr: installed 1.23.90 ("), "{stderr}");
    assert_eq!(sandbox.installed(), ["1.22.90", "1.23.90"]);
    sandbox.has_no_leftovers();
}

#[test]
fn one_of_several_fails_and_the_others_are_installed() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
    sandbox.server().fail_always("*go1.22.90.*.tar.gz", Fault::NotFound);
    sandbox.gvr(["install", "1.22.90", "1.23.90"]).run().fails_with(3).says("go1.22.90.");
    assert_eq!(sandbox.installed(), ["1.23.90"]);
    sandbox.has_no_leftovers();
}

#[test]
fn a_version_that_is_there_is_not_fetched_again() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    sandbox.gvr(["install", "1.23.90"]).run().succeeds();
    sandbox.server().forget_requests();
    sandbox.gvr(["install", "1.23.90"]).run().is(str![[r#"
exit code: 1
--- stdout ---
--- stderr ---
gvr: version '1.23.90' is already installed
  to install it again: gvr install --force 1.23.90
  to be content with it: gvr install --skip-existing 1.23.90

"#]]);
    sandbox.gvr(["install", "-s", "1.23.90"]).run().succeeds().stays_silent();
    sandbox.gvr(["install", "--skip-existing", "go1.23.90"]).run().succeeds().stays_silent();
    assert_eq!(sandbox.server().downloads(&FakeToolchain::native("1.23.90").archive_name()), 0);
}

#[test]
fn force_makes_a_damaged_tree_whole() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    sandbox.gvr(["install", "1.23.90"]).run().succeeds();
    let gofmt = sandbox.version("1.23.90").join("bin/gofmt");
    fs::remove_file(&gofmt).unwrap();
    let extra = sandbox.version("1.23.90").join("bin/extra");
    fs::write(&extra, "").unwrap();
    sandbox.gvr(["install", "-f", "1.23.90"]).run().succeeds().says("gvr: installed 1.23.90 (");
    assert!(gofmt.is_file());
    assert!(!extra.exists());
    sandbox.has_no_leftovers();
}

#[test]
fn every_spelling_of_a_request() {
    let dist = FakeDist::with(&["1.21.90", "1.22.90", "1.22.91", "1.23.90", "1.24rc9"]);
    let sandbox = Sandbox::serving(&dist);
    for (request, expected) in [
        ("1.22.90", "1.22.90"),
        ("go1.22.90", "1.22.90"),
        ("v1.22.90", "1.22.90"),
        ("go-1.22.90", "1.22.90"),
        ("1.22", "1.22.91"),
        ("22", "1.22.91"),
        ("go1.22", "1.22.91"),
        ("1.22.x", "1.22.91"),
        ("1", "1.23.90"),
        ("latest", "1.23.90"),
        ("stable", "1.23.90"),
        ("oldstable", "1.22.91"),
        ("unstable", "1.24rc9"),
        ("1.24rc9", "1.24rc9"),
        ("24rc9", "1.24rc9"),
        ("^1.21", "1.23.90"),
        (">=1.21, <1.22", "1.21.90"),
        ("~1.22.3", "1.22.91"),
    ] {
        let root = sandbox.outside("roots").join(sha256_hex(request.as_bytes()));
        let output = sandbox.gvr(["install", request]).env("GVR_ROOT", &root).run();
        assert_eq!(
            (output.code, entries(&root.join("versions"))),
            (0, vec![expected.to_owned()]),
            "{request}: {output}"
        );
    }
}

#[test]
fn before_go_1_21_a_release_without_a_patch_is_the_one_with_patch_zero() {
    let sandbox = Sandbox::with_dist(&["1.0", "1.0.90"]);
    sandbox.gvr(["install", "1.0"]).run().succeeds();
    assert_eq!(sandbox.installed(), ["1.0.90"]);
    sandbox.gvr(["install", "1.0.0"]).run().succeeds();
    assert_eq!(sandbox.installed(), ["1.0.0", "1.0.90"]);
    assert_eq!(sandbox.server().downloads(&FakeToolchain::native("1.0").archive_name()), 1);
    sandbox.shim("go1.0").arg("version").run().succeeds().prints("go version go1.0 [OS]/[ARCH]\n");
}

#[test]
fn a_full_version_never_becomes_another_one() {
    let sandbox = Sandbox::with_dist(&["1.2.90", "1.22.90", "1.24.90"]);
    for request in ["1.2.91", "1.24.99", "1.22.900", "1.22.90rc1"] {
        sandbox.gvr(["install", request]).run().fails_with(2);
    }
    // These were published once, so their names are no mistake; this server does not have them.
    for request in ["1.2.2", "1.24.9"] {
        let output = sandbox.gvr(["install", request]).run();
        assert!([2, 3].contains(&output.code), "{output}");
    }
    assert_eq!(sandbox.installed(), [""; 0]);
    assert_eq!(sandbox.server().requests().iter().filter(|request| request.path.contains(".90.")).count(), 0);
}

#[test]
fn an_unknown_version_names_the_nearest() {
    let sandbox = Sandbox::with_dist(&["1.21.90", "1.22.90", "1.22.91", "1.23.90"]);
    sandbox.gvr(["install", "1.22.99"]).run().is(str![[r#"
exit code: 2
--- stdout ---
--- stderr ---
gvr: there is no Go 1.22.99
  the nearest: 1.22.91, 1.22.90, 1.23.90, 1.21.90

"#]]);
    sandbox.gvr(["install", "1.77"]).run().is(str![[r#"
exit code: 2
--- stdout ---
--- stderr ---
gvr: no Go version answers '1.77'
  the newest is 1.23.90: gvr install 1.23.90
  to see all: gvr list --remote

"#]]);
    assert_eq!(sandbox.installed(), [""; 0]);
}

#[test]
fn what_is_no_version_is_wrong_usage() {
    let sandbox = Sandbox::with_dist(&["1.22.90"]);
    for request in
        ["../../etc", "1.22.5/../../x", "/abs", "..", "$(touch x)", "1.22.5.6", "1.-2", "", "1.22.90\n1.22.91"]
    {
        sandbox.gvr(["install", request]).run().fails_with(2).says("gvr: ");
    }
    sandbox.gvr(["install", "nonsense"]).run().is(str![[r#"
exit code: 2
--- stdout ---
--- stderr ---
gvr: invalid value 'nonsense' for '[VERSION|FILE]...': 'nonsense' is not a Go version

For more information, try '--help'.

"#]]);
    sandbox.gvr(["install", "--nonsense"]).run().is(str![[r#"
exit code: 2
--- stdout ---
--- stderr ---
gvr: unexpected argument '--nonsense' found

  tip: to pass '--nonsense' as a value, use '-- --nonsense'

Usage: gvr install [OPTIONS] [VERSION|FILE]...

For more information, try '--help'.

"#]]);
    assert_eq!(sandbox.installed(), [""; 0]);
    assert_eq!(entries(sandbox.work()), [""; 0]);
    assert_eq!(sandbox.server().downloads(&FakeToolchain::native("1.22.90").archive_name()), 0);
}

#[test]
fn there_is_no_go_for_apple_silicon_before_1_16() {
    let sandbox = Sandbox::with_dist(&["1.15.90", "1.16.90"]);
    for request in ["1.15.90", "1.15"] {
        let output = sandbox.gvr(["install", "--arch", "darwin-arm64", request]).run().fails_with(5).prints("");
        let output = output.says("gvr: Go 1.15.90 was never published for ").says("1.16.90");
        let (other, old) = (shown("darwin-amd64"), shown("darwin-arm64"));
        let output = output.says(&format!("gvr install --arch {other} 1.15.90\n")).says(&old);
        assert!(output.stderr.contains("Rosetta"), "{output}");
        assert_eq!(sandbox.installed(), [""; 0]);
    }
    sandbox.gvr(["install", "--arch", "darwin-amd64", "1.15.90"]).run().succeeds();
}

#[test]
fn a_foreign_toolchain_lies_apart_and_is_not_run() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    let platform = foreign_platform();
    sandbox.gvr(["install", "--arch", platform, "1.23.90"]).run().succeeds().says(platform);
    let name = format!("1.23.90-{platform}");
    assert_eq!(sandbox.installed(), std::slice::from_ref(&name));
    assert!(sandbox.version(&name).join(".gvr-receipt.toml").is_file());
    let output = sandbox.gvr(["exec", &name, "go", "version"]).run();
    assert_ne!(output.code, 0, "{output}");
    assert_eq!(output.stdout, "");
    let output = output.says("gvr: ").says(platform);
    assert!(!output.stderr.contains("os error"), "not in the system's words only:\n{output}");
    // The native one is another toolchain, and is still to be installed.
    sandbox.gvr(["install", "1.23.90"]).run().succeeds();
    assert_eq!(sandbox.installed(), ["1.23.90".to_owned(), name]);
    sandbox.gvr(["exec", "1.23.90", "go", "version"]).run().succeeds().prints("go version go1.23.90 [OS]/[ARCH]\n");
}

#[test]
fn an_architecture_alone_belongs_to_this_system() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    let (os, arch) = host_platform().split_once('-').map(|(os, arch)| (os.to_owned(), arch.to_owned())).unwrap();
    let other = if arch == "arm64" { "amd64" } else { "arm64" };
    sandbox.gvr(["install", "--arch", other, "1.23.90"]).run().succeeds();
    assert_eq!(sandbox.installed(), [format!("1.23.90-{os}-{other}")]);
    sandbox.gvr(["install", "--arch", "arm65", "1.23.90"]).run().fails_with(2).says("arm65");
}

#[test]
fn without_an_argument_it_installs_what_the_folder_asks_for() {
    let dist = FakeDist::with(&["1.21.90", "1.22.90", "1.22.91", "1.23.90"]);
    for (file, contents, expected) in [
        (".go-version", "1.22.90\n", vec!["1.22.90"]),
        (".go-version", "1.22\n", vec!["1.22.91"]),
        (".go-version", "1.22.90\n1.21.90\n", vec!["1.21.90", "1.22.90"]),
        (".tool-versions", "nodejs 20\ngolang 1.21.90\n", vec!["1.21.90"]),
        ("go.mod", "module x\n\ngo 1.22\n", vec!["1.22.91"]),
        ("go.mod", "module x\n\ngo 1.21.0\n\ntoolchain go1.22.90\n", vec!["1.22.90"]),
        ("go.work", "go 1.21\n", vec!["1.21.90"]),
    ] {
        let sandbox = Sandbox::serving(&dist);
        sandbox.write(file, contents);
        // A newer global version satisfies a go.mod, but here the repository is taken at its word.
        sandbox.place(&["1.27.3"]);
        fs::write(sandbox.root().join("version"), "1.27.3\n").unwrap();
        let output = sandbox.gvr(["install"]).run();
        let mut expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        expected.push("1.27.3".to_owned());
        assert_eq!((output.code, sandbox.installed()), (0, expected), "{file} {contents:?}: {output}");
        sandbox.gvr(["install"]).run().succeeds();
    }
}

#[test]
fn without_an_argument_and_without_any_wish_it_says_what_to_type() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    sandbox.gvr(["install"]).run().is(str![[r#"
exit code: 2
--- stdout ---
--- stderr ---
gvr: nothing here asks for a Go version
  name one: gvr install latest
  or choose one for this folder: gvr local VERSION

"#]]);
    assert_eq!(sandbox.installed(), [""; 0]);
}

#[test]
fn quiet_says_nothing_and_verbose_says_more() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
    sandbox.gvr(["install", "-q", "1.22.90"]).run().succeeds().stays_silent();
    let told = |options: &[&str]| {
        let output = sandbox.gvr(["install", "-f", "1.23.90"]).args(options).run().succeeds().prints("");
        output.stderr.lines().count()
    };
    sandbox.gvr(["install", "1.23.90"]).run().succeeds();
    sandbox.gvr(["global", "1.23.90"]).run().succeeds();
    let usual = told(&[]);
    assert_eq!(usual, 1, "one line for one version");
    assert!(told(&["-v"]) > usual);
}

#[test]
fn keep_keeps_the_archive_under_its_sum() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
    let archives = || {
        let mut names = entries(&sandbox.root().join("cache"));
        names.retain(|name| name.ends_with(".tar.gz"));
        names
    };
    sandbox.gvr(["install", "1.22.90"]).run().succeeds();
    assert_eq!(archives(), [""; 0]);
    sandbox.gvr(["install", "--keep", "1.23.90"]).run().succeeds();
    let sum = sha256_hex(&FakeToolchain::native("1.23.90").archive());
    assert_eq!(archives(), [format!("{sum}.tar.gz")]);
    let kept = fs::read(sandbox.root().join("cache").join(format!("{sum}.tar.gz"))).unwrap();
    assert_eq!(sha256_hex(&kept), sum);
}

#[test]
fn the_list_of_what_can_be_installed() {
    let sandbox = Sandbox::with_dist(&["1.21.90", "1.22.90", "1.23.90", "1.24rc9"]);
    for option in ["-l", "--list"] {
        let output = sandbox.gvr(["install", option]).run().succeeds();
        let lines: Vec<_> = output.lines().into_iter().map(str::trim).collect();
        for version in ["1.21.90", "1.22.90", "1.23.90"] {
            assert!(lines.contains(&version), "{version} in {output}");
        }
        assert_eq!(lines.last(), Some(&"1.23.90"), "the newest is the last:\n{output}");
    }
    assert_eq!(sandbox.installed(), [""; 0]);
}

#[test]
fn goenvs_options_are_understood() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
    sandbox.gvr(["install", "-p", "1.22.90"]).run().succeeds().says("official");
    sandbox.gvr(["install", "-4", "--no-rehash", "-y", "1.23.90"]).run().succeeds();
    assert!(!sandbox.shim_path("go1.23.90").exists());
    sandbox.gvr(["i", "-s", "1.23.90"]).run().succeeds();
}

#[test]
fn a_receipt_says_what_was_checked() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    sandbox.gvr(["install", "1.23.90"]).run().succeeds();
    let receipt = sandbox.read(sandbox.version("1.23.90").join(".gvr-receipt.toml")).unwrap();
    let name = FakeToolchain::native("1.23.90").archive_name();
    assert!(receipt.contains(&sha256_hex(&FakeToolchain::native("1.23.90").archive())), "{receipt}");
    assert!(receipt.contains(&format!("{}/{name}", sandbox.server().url())), "{receipt}");
    assert!(!receipt.contains(&sandbox.root().display().to_string()), "the store can be moved:\n{receipt}");
}

#[test]
fn files_have_the_modes_that_go_gives_them() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    sandbox.gvr(["install", "1.23.90"]).run().succeeds();
    let mode = |path: &str| fs::metadata(sandbox.version("1.23.90").join(path)).unwrap().mode() & 0o7777;
    let (os, arch) = host_platform().split_once('-').map(|(os, arch)| (os.to_owned(), arch.to_owned())).unwrap();
    assert_eq!(mode("bin/go"), 0o755);
    assert_eq!(mode(&format!("pkg/tool/{os}_{arch}/compile")), 0o755);
    assert_eq!(mode("src/fmt/print.go"), 0o644);
}

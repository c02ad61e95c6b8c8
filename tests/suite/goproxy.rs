//! Toolchains from a Go module proxy.

use std::fs;
use std::path::PathBuf;

use gvr_testkit::{FakeDist, FakeLog, FakeToolchain, host_platform};

use crate::common::{Sandbox, is_skipped, say_left_out};

const FOLDER: &str = "golang.org/toolchain/@v";

fn proxy(sandbox: &Sandbox, zip: &[u8]) -> String {
    let folder = sandbox.outside("proxy");
    fs::create_dir_all(folder.join(FOLDER)).unwrap();
    for platform in ["linux-amd64", "darwin-arm64"] {
        fs::write(folder.join(FOLDER).join(format!("v0.0.1-go1.23.1.{platform}.zip")), zip).unwrap();
    }
    format!("file://{}", folder.display())
}

#[test]
fn a_lying_proxy_is_refused_by_name() {
    let sandbox = Sandbox::new();
    let proxies = proxy(&sandbox, b"PK\x05\x06 is no zip");
    let output = sandbox.gvr(["install", "--arch", "linux-amd64", "1.23.1"]).env("GVR_GOPROXY", proxies).run();
    output.fails_with(4).prints("").says("[SANDBOX]/proxy/golang.org/toolchain/@v/v0.0.1-go1.23.1.");
    assert_eq!(sandbox.installed(), [""; 0]);
    sandbox.has_no_leftovers();
}

/// A sandbox whose proxy sends `zip` for a module of which the log has the hash of `logged`, and nothing is required.
fn logged(logged: &FakeToolchain, zip: &[u8]) -> (Sandbox, FakeLog) {
    let module = format!("golang.org/toolchain@{}", logged.module_version());
    let mut log = FakeLog::of_numbers("log.example.test", 300);
    log.append_module("golang.org/toolchain", &logged.module_version(), &logged.h1());
    let mut dist = FakeDist::new();
    dist.add_log("log", &log, &[&module]);
    let mut sandbox = Sandbox::serving(&dist);
    let folder = sandbox.outside("proxy");
    fs::create_dir_all(folder.join(FOLDER)).unwrap();
    fs::write(folder.join(FOLDER).join(format!("{}.zip", logged.module_version())), zip).unwrap();
    let gosumdb = format!("{} {}/log", log.verifier_key(), sandbox.server().url());
    sandbox.set("GOSUMDB", gosumdb);
    sandbox.set("GVR_GOPROXY", format!("file://{}", folder.display()));
    (sandbox, log)
}

#[test]
fn a_module_is_believed_for_the_log_alone() {
    let toolchain = FakeToolchain::native("1.22.90");
    let (sandbox, _) = logged(&toolchain, &toolchain.module_zip());
    sandbox.gvr(["install", "1.22.90"]).run().succeeds();
    let receipt = sandbox.read(sandbox.version("1.22.90").join(".gvr-receipt.toml")).unwrap();
    assert!(receipt.contains("by = \"checksum-database\"") && receipt.contains(&toolchain.h1()), "{receipt}");
    sandbox.gvr(["verify"]).run().succeeds();
}

#[test]
fn a_forged_module_is_refused_though_nothing_is_required() {
    let toolchain = FakeToolchain::native("1.22.90");
    for forged in [
        toolchain.clone().file("src/fmt/print.go", 0o644, "package fmt // altered\n"),
        toolchain.clone().file("src/fmt/more.go", 0o644, "package fmt\n"),
        toolchain.clone().without("src/fmt/print.go"),
    ] {
        let (sandbox, _) = logged(&toolchain, &forged.module_zip());
        let output = sandbox.gvr(["install", "1.22.90"]).run().fails_with(4).prints("");
        output.says(&format!("with the hash {}, but Go published {}", forged.h1(), toolchain.h1()));
        assert_eq!(sandbox.installed(), [""; 0]);
        sandbox.has_no_leftovers();
    }
}

#[test]
fn a_module_is_refused_where_the_log_says_nothing_though_nothing_is_required() {
    let toolchain = FakeToolchain::native("1.22.90");
    let (mut sandbox, log) = logged(&toolchain, &toolchain.module_zip());
    for (gosumdb, code) in [
        (format!("{} http://127.0.0.1:1", log.verifier_key()), 3),
        (format!("{} {}/nothing", log.verifier_key(), sandbox.server().url()), 4),
        ("off".to_owned(), 4),
    ] {
        sandbox.set("GOSUMDB", gosumdb);
        let output = sandbox.gvr(["install", "1.22.90"]).run().fails_with(code).prints("");
        output.says("nothing proves what golang.org/toolchain@v0.0.1-go1.22.90.");
    }
    // None of the switches for modules counts for toolchains.
    for (name, value) in [("GONOSUMDB", "*"), ("GONOSUMCHECK", "1"), ("GOPRIVATE", "*"), ("GOFLAGS", "-insecure")] {
        sandbox.set(name, value);
    }
    sandbox.gvr(["install", "1.22.90"]).run().fails_with(4);
    assert_eq!(sandbox.installed(), [""; 0]);
    sandbox.has_no_leftovers();
}

#[test]
fn a_forged_log_is_refused_and_no_archive_is_taken_instead() {
    let toolchain = FakeToolchain::native("1.22.90");
    let (mut sandbox, log) = logged(&toolchain, &toolchain.module_zip());
    let mut forged = FakeLog::of_numbers("other.example.test", 300);
    forged.append_module("golang.org/toolchain", &toolchain.module_version(), &toolchain.h1());
    let mut dist = FakeDist::with(&["1.22.90"]);
    dist.add_log("log", &forged, &[&format!("golang.org/toolchain@{}", toolchain.module_version())]);
    sandbox.server().publish(&dist);
    sandbox.set("GOSUMDB", format!("{} {}/log", log.verifier_key(), sandbox.server().url()));
    sandbox.gvr(["install", "1.22.90"]).run().fails_with(4).prints("").says("log.example.test");
    assert_eq!(sandbox.installed(), [""; 0]);
}

#[test]
fn what_nothing_proves_is_refused() {
    let sandbox = Sandbox::new();
    let output = sandbox.gvr(["install", "1.22.90"]).env("GVR_GOPROXY", "file:///nowhere").run().fails_with(3);
    output
        .says("nothing proves what golang.org/toolchain@v0.0.1-go1.22.90.[PLATFORM] must be")
        .says("checksum database");
    sandbox.gvr(["install", "1.22.90"]).env("GVR_GOPROXY", "nowhere").run().fails_with(1).says("GVR_GOPROXY");
}

#[test]
fn the_module_of_a_real_go_is_a_toolchain() {
    const OFFICIAL: &str = "GVR_TEST_OFFICIAL_DIST";
    let folder = std::env::var_os(OFFICIAL).filter(|_| !is_skipped("official-dist")).map(PathBuf::from);
    let folder = folder.map(|folder| folder.join("goproxy")).filter(|folder| folder.join(FOLDER).is_dir());
    let Some(folder) = folder.filter(|_| host_platform() == "linux-amd64") else {
        say_left_out(format_args!(
            "goproxy::the_module_of_a_real_go_is_a_toolchain: {OFFICIAL} has no goproxy for linux-amd64"
        ));
        return;
    };
    let mut sandbox = Sandbox::new();
    sandbox.set("GVR_GOPROXY", format!("file:///nowhere/proxy,file://{}|off", folder.display()));
    sandbox.set("GVR_OFFLINE", "1");
    sandbox.gvr(["install", "1.23.1"]).patiently().run().succeeds();
    let receipt = sandbox.read(sandbox.version("1.23.1").join(".gvr-receipt.toml")).unwrap();
    assert!(
        receipt.contains("by = \"known-h1\"") && receipt.contains("h1:TmiC7kE4hHuA7UwTcrWUtL/Curn//Xchpqc+HHYEv2M="),
        "{receipt}"
    );
    let tree = sandbox.version("1.23.1");
    assert!(tree.join("src/go.mod").is_file() && tree.join("src/cmd/go.mod").is_file() && !tree.join("test").exists());
    sandbox.set("GOPROXY", "off");
    sandbox.write("app/go.mod", "module example.test/app\n\ngo 1.23\n");
    sandbox.write("app/main.go", "package main\n\nfunc main() { println(\"built\") }\n");
    sandbox.gvr(["local", "1.23.1"]).cwd("app").run().succeeds();
    sandbox.shim("go").args(["build", "-o", "app", "."]).cwd("app").patiently().run().succeeds();
    sandbox.run(sandbox.work().join("app/app")).run().says_exactly("built\n");
    sandbox.gvr(["verify", "1.23.1"]).patiently().run().succeeds();
    // A repository that locks the archive gets no other form of it.
    let lock = format!(
        "schema = 1\n[[go]]\nversion = \"1.23.1\"\n[go.platforms.linux-amd64]\nsha256 = \"{}\"\n",
        "49bbb517cfa9eee677e1e7897f7cf9cfdbcf49e05f61984a2789136de359f9bd"
    );
    sandbox.write("gvr.lock", lock);
    sandbox.gvr(["install", "--force", "1.23.1"]).patiently().run().fails_with(3);
}

//! `gvr mirror sync`: a folder that others can be served from.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use gvr_testkit::{DistServer, FakeDist, FakeLog, FakeToolchain, Fault, host_platform, sha256_hex};
use serde_json::{Value, json};

use crate::common::{Sandbox, entries};
use crate::real::{OFFICIAL, archive, sandbox as real_sandbox, server};

fn index(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("index.json")).unwrap()).unwrap()
}

fn versions(folder: &Path) -> Vec<String> {
    let index = index(folder);
    index.as_array().unwrap().iter().map(|release| release["version"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn it_has_what_was_asked_for_and_is_brought_up_to_date() {
    let sandbox = Sandbox::with_dist(&["1.21.90", "1.22.90", "1.22.91", "1.23.90"]);
    let folder = sandbox.outside("srv").join("go");
    let sync = |more: &[&str]| sandbox.gvr(["mirror", "sync"]).arg(&folder).args(more).run();
    let planned = sync(&["--dry-run"]).succeeds();
    assert_eq!(planned.lines().len(), 8, "{planned}");
    assert!(!folder.exists());
    sync(&[]).succeeds().prints("").says("has 8 archives of 2 releases, 8 of them new");
    assert_eq!(versions(&folder), ["go1.23.90", "go1.22.91"]);
    let name = "go1.23.90.linux-arm64.tar.gz";
    let archive = FakeToolchain::new("1.23.90", "linux-arm64").archive();
    assert_eq!(fs::read(folder.join(name)).unwrap(), archive);
    assert_eq!(fs::read_to_string(folder.join(format!("{name}.sha256"))).unwrap(), sha256_hex(&archive));
    let file = &index(&folder)[0]["files"][3];
    assert_eq!((file["filename"].as_str(), file["arch"].as_str()), (Some(name), Some("arm64")));
    assert_eq!((file["size"].as_u64(), file["kind"].as_str()), (Some(archive.len() as u64), Some("archive")));
    assert_eq!(entries(&folder.join(".gvr-mirror")), ["lock"], "nothing half done stays");

    sandbox.server().forget_requests();
    sync(&["--dry-run"]).succeeds().stays_silent();
    sync(&["--all", "--platform", "darwin-amd64", "1.22", "1.21.90"])
        .succeeds()
        .says("has 10 archives of 4 releases, 2 of");
    assert_eq!(versions(&folder), ["go1.23.90", "go1.22.91", "go1.22.90", "go1.21.90"]);
    let fetched = sandbox.server().requests().iter().filter(|request| request.path.ends_with(".tar.gz")).count();
    assert_eq!(fetched, 2, "what is there is not fetched again");
    sync(&["1.20"]).fails_with(2).says("no Go version answers '1.20'");
}

#[test]
fn a_server_of_plain_files_serves_it() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
    let folder = sandbox.outside("srv");
    sandbox.gvr(["mirror", "sync"]).arg(&folder).run().succeeds();
    // It answers `/?mode=json` with a page for people, as a listing of files, and knows `index.json` by its name alone.
    let server = DistServer::serve_folder(&folder).unwrap();
    for fault in [Fault::Html200, Fault::NotFound] {
        let user = Sandbox::new();
        server.fail_always("*mode=json*", fault);
        let call = |arguments: &[&str]| user.gvr(arguments).env("GVR_DIST_URL", server.url()).run();
        assert_eq!(call(&["list", "--remote", "--bare"]).succeeds().stdout, "1.22.90\n1.23.90\n");
        call(&["install", "1.23"]).succeeds();
        assert_eq!(user.installed(), ["1.23.90"]);
        server.heal();
    }
    // The folder itself is a mirror for archives.
    let user = Sandbox::with_dist(&["1.23.90"]);
    user.gvr(["install", "1.23.90"]).env("GVR_MIRROR", &folder).run().succeeds();
    assert_eq!(user.server().downloads(&FakeToolchain::native("1.23.90").archive_name()), 0);
}

#[test]
fn what_is_damaged_is_fetched_anew_and_what_is_forged_is_not_listed() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
    let folder = sandbox.outside("srv");
    let sync = || sandbox.gvr(["mirror", "sync"]).arg(&folder).run();
    sync().succeeds();
    let name = "go1.23.90.darwin-amd64.tar.gz";
    let good = fs::read(folder.join(name)).unwrap();
    fs::write(folder.join(name), &good[..100]).unwrap();
    sync().succeeds().says("is fetched anew").says("1 of them new");
    assert_eq!(fs::read(folder.join(name)).unwrap(), good);
    let forged = FakeToolchain::new("1.23.1", "linux-s390x");
    fs::write(folder.join(forged.archive_name()), forged.archive()).unwrap();
    sync().fails_with(4).says("go1.23.1.linux-s390x.tar.gz has the SHA-256").says("but Go published 47dc49ad");
    assert!(!versions(&folder).contains(&"go1.23.1".to_owned()));
    assert!(!folder.join("go1.23.1.linux-s390x.tar.gz.sha256").exists());
}

#[test]
fn a_lying_server_gets_nothing_into_it_and_the_rest_is_brought() {
    let mut dist = FakeDist::with(&["1.22.90", "1.23.90"]);
    dist.claim_sha256("go1.23.90.darwin-amd64.tar.gz", &sha256_hex(b"something else"));
    let sandbox = Sandbox::serving(&dist);
    let folder = sandbox.outside("srv");
    let output = sandbox.gvr(["mirror", "sync"]).arg(&folder).run().fails_with(4);
    output.says("go1.23.90.darwin-amd64.tar.gz has the SHA-256").says("has 7 archives of 2 releases");
    assert!(!folder.join("go1.23.90.darwin-amd64.tar.gz").exists());
    assert!(!index(&folder).to_string().contains("go1.23.90.darwin-amd64.tar.gz"));
}

#[test]
fn goenv_finds_archives_by_their_hashes() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
    let folder = sandbox.outside("srv");
    let sync = || sandbox.gvr(["mirror", "sync"]).arg(&folder).run().succeeds();
    sync();
    let name = "go1.23.90.linux-amd64.tar.gz";
    let sum = sha256_hex(&FakeToolchain::new("1.23.90", "linux-amd64").archive());
    let by_hash = folder.join("by-sha256");
    let is_one_file =
        || fs::metadata(folder.join(name)).unwrap().ino() == fs::metadata(by_hash.join(&sum)).unwrap().ino();
    assert_eq!(entries(&by_hash).len(), 8);
    assert!(is_one_file(), "it takes no room");
    // What is damaged is damaged under both names, and so is what it is replaced by.
    fs::write(folder.join(name), "damaged").unwrap();
    let forgotten = "0".repeat(64);
    fs::write(by_hash.join(&forgotten), "of an archive that is gone").unwrap();
    fs::write(by_hash.join("README"), "somebody's own").unwrap();
    sync();
    assert!(is_one_file());
    assert_eq!(sha256_hex(&fs::read(by_hash.join(&sum)).unwrap()), sum);
    assert!(!by_hash.join(&forgotten).exists() && by_hash.join("README").exists());
}

/// A mirror of these versions for this machine, with modules, and what the command said.
fn modules(sandbox: &Sandbox, folder: &Path, versions: &[&str]) -> crate::common::Output {
    let platform = host_platform();
    let sync = sandbox.gvr(["mirror", "sync", "--modules", "--platform", &platform]).arg(folder);
    sync.args(versions).patiently().run().succeeds()
}

#[test]
fn it_is_a_go_module_proxy_where_that_is_wanted() {
    let (folder_of, version) = ("goproxy/golang.org/toolchain/@v", "1.22.90");
    let sandbox = Sandbox::with_dist(&[version, "1.20.90"]);
    let folder = sandbox.outside("srv");
    let toolchain = FakeToolchain::native(version);
    let module = toolchain.module_version();
    let sync = || modules(&sandbox, &folder, &[version, "1.20.90"]);
    sync().says("made 1 Go modules of them").says("has 2 archives of 2 releases, 2 of them new");
    let proxy = folder.join(folder_of);
    let read = |name: &str| fs::read_to_string(proxy.join(name)).unwrap();
    assert_eq!(read("list"), format!("{module}\n"), "a Go before 1.21 has none");
    assert_eq!(read(&format!("{module}.mod")), "module golang.org/toolchain\n");
    let info: Value = serde_json::from_str(&read(&format!("{module}.info"))).unwrap();
    assert_eq!(info["Version"], json!(module));
    sync().says("made 0 Go modules");
    for (damaged, content) in [("zip", "PK"), ("info", ""), ("zip.sha256", "x")] {
        let path = proxy.join(format!("{module}.{damaged}"));
        if content.is_empty() {
            fs::remove_file(&path).unwrap();
        } else {
            fs::write(&path, content).unwrap();
        }
        sync().says("made 1 Go modules");
    }
    assert_eq!(entries(&folder.join(".gvr-mirror")), ["lock"], "nothing half done stays");
    // What it serves is the module that the log has: gvr takes a toolchain from it by that alone.
    let server = DistServer::serve_folder(&folder).unwrap();
    let mut log = FakeLog::of_numbers("log.example.test", 300);
    log.append_module("golang.org/toolchain", &module, &toolchain.h1());
    let mut dist = FakeDist::new();
    dist.add_log("log", &log, &[&format!("golang.org/toolchain@{module}")]);
    let mut user = Sandbox::serving(&dist);
    user.set("GOSUMDB", format!("{} {}/log", log.verifier_key(), user.server().url()));
    user.set("GVR_GOPROXY", format!("{}/goproxy", server.url()));
    user.gvr(["install", version]).run().succeeds();
    let receipt = user.read(user.version(version).join(".gvr-receipt.toml")).unwrap();
    assert!(receipt.contains(&toolchain.h1()) && receipt.contains("/goproxy/golang.org/toolchain/@v/"), "{receipt}");
}

/// Go's own client takes a toolchain from it, and finds the hash of what was packed here in a log that it believes.
#[test]
fn gos_own_switch_takes_a_toolchain_from_it() {
    const TEST: &str = "mirror::gos_own_switch_takes_a_toolchain_from_it";
    const MODULE: &str = "v0.0.1-go1.24.11.linux-amd64";
    const H1: &str = "h1:hxQU5yWTnb0g5kLfz0z3G0wrgC9rQGwX9qPSPnpQuGY=";
    let needed = ["1.23.1", "1.24.11"].map(|version| archive(version, "linux-amd64"));
    let Some(server) = server(TEST, &[(OFFICIAL, "official-dist")], &needed) else { return };
    if host_platform() != "linux-amd64" {
        return;
    }
    let mut sandbox = real_sandbox(server);
    let folder = sandbox.outside("srv");
    modules(&sandbox, &folder, &["1.24.11"]);
    sandbox.gvr(["install", "1.23.1"]).patiently().run().succeeds();
    let mirror = DistServer::serve_folder(&folder).unwrap();
    sandbox.set("GVR_VERSION", "1.23.1");
    sandbox.set("GOTOOLCHAIN", "go1.24.11");
    sandbox.set("GOFLAGS", "-modcacherw");
    sandbox.set("GOPROXY", format!("{}/goproxy", mirror.url()));
    for (logged, code) in [("h1:TmiC7kE4hHuA7UwTcrWUtL/Curn//Xchpqc+HHYEv2M=", 1), (H1, 0)] {
        let mut log = FakeLog::of_numbers("log.example.test", 1000);
        log.append_module("golang.org/toolchain", MODULE, logged);
        let mut dist = FakeDist::new();
        dist.add_log("log", &log, &[&format!("golang.org/toolchain@{MODULE}")]);
        let database = DistServer::serve(&dist).unwrap();
        sandbox.set("GOSUMDB", format!("{} {}/log", log.verifier_key(), database.url()));
        // Each log is another one under the same name.
        let _ = fs::remove_dir_all(sandbox.home().join("go"));
        let output = sandbox.shim("go").args(["version"]).patiently().run();
        assert_eq!(output.code, code, "{output}");
        if code != 0 {
            output.says("SECURITY ERROR");
            continue;
        }
        output.prints("go version go1.24.11 [OS]/[ARCH]\n");
        let cached = sandbox.home().join("go/pkg/mod/golang.org").join(format!("toolchain@{MODULE}"));
        let output = sandbox.gvr(["verify", "--online"]).arg(&cached).patiently().run().succeeds();
        assert!(
            output.stdout.contains(&format!("  h1      {H1} is what Go published (checksum-database)\n")),
            "{output}"
        );
    }
}

#[test]
fn signatures_are_kept_where_they_are_right() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    let folder = sandbox.outside("srv");
    let signed = ["mirror", "sync", "--signatures", "--platform", "darwin-amd64"];
    let output = sandbox.gvr(signed).arg(&folder).arg("1.23").run().fails_with(1);
    output.says("there is no signature of go1.23.90.darwin-amd64.tar.gz; asked: ");
    assert!(folder.join("go1.23.90.darwin-amd64.tar.gz").is_file());
    let real = sandbox.outside("real");
    FakeDist::with(&["1.23.90"]).write_to(&real).unwrap();
    // None at all, and one of Google's of another file.
    let other = include_str!("../../crates/gvr-fetch/tests/data/go1.27.0.src.tar.gz.asc");
    for signature in ["-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n", other] {
        fs::write(real.join("go1.23.90.darwin-amd64.tar.gz.asc"), signature).unwrap();
        let server = DistServer::serve_folder(&real).unwrap();
        let output = sandbox.gvr(signed).arg(&folder).arg("1.23").env("GVR_DIST_URL", server.url()).run();
        output.fails_with(4).says("/go1.23.90.darwin-amd64.tar.gz.asc is not believed");
        assert!(!folder.join("go1.23.90.darwin-amd64.tar.gz.asc").exists());
    }
    // What lies in the folder is checked as well.
    fs::write(folder.join("go1.23.90.darwin-amd64.tar.gz.asc"), other).unwrap();
    let output = sandbox.gvr(signed).arg(&folder).arg("1.23").run().fails_with(4);
    output.says("[SANDBOX]/srv/go1.23.90.darwin-amd64.tar.gz.asc is not believed");
}

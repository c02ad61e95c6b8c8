//! `gvr mirror sync`: a folder that others can be served from.

use std::fs;
use std::path::Path;

use gvr_testkit::{DistServer, FakeDist, FakeToolchain, Fault, sha256_hex};
use serde_json::Value;

use crate::common::{Sandbox, entries};

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

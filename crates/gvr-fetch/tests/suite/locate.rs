//! One exact version: from the cached index, from a new one, from the archive's own `.sha256`.

use gvr_core::Version;
use gvr_fetch::{Archive, ErrorKind, Freshness, LocateError};

use crate::common::archive::{FILE, PLATFORM};
use crate::common::{FakeGo, Reply, Sandbox, Server};

fn locate(sandbox: &Sandbox, version: &str, platform: &str) -> Result<Archive, LocateError> {
    sandbox.fetcher().locate(Version::parse(version).unwrap(), platform.parse().unwrap())
}

/// A server whose first index answer is `first`, all others `later`, and which answers `checksum` to `.sha256`.
fn server(first: Reply, later: Reply, checksum: Reply) -> Server {
    let asked_before = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |asked| match asked.file() {
        name if name.ends_with(".sha256") => checksum.clone(),
        name if name.ends_with(".tar.gz") => Reply::status(404),
        _ if asked_before.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 => first.clone(),
        _ => later.clone(),
    })
}

fn targets(server: &Server) -> Vec<String> {
    server.asked().iter().map(|asked| asked.file().split('?').next().unwrap().to_owned()).collect()
}

const INDEX: &str = "";
const CHECKSUM: &str = "go1.22.91.linux-amd64.tar.gz.sha256";

#[test]
fn a_listed_version_is_believed_whatever_the_age() {
    let go = FakeGo::small();
    let server = server(Reply::json(go.index()), Reply::status(500), Reply::status(500));
    let sandbox = Sandbox::new(&server.url("/dl"));
    assert_eq!(locate(&sandbox, "1.22.90", PLATFORM).unwrap(), go.archive);
    assert_eq!(locate(&sandbox, "1.22.90", PLATFORM).unwrap(), go.archive);
    assert_eq!(targets(&server), [INDEX]);
    let error = locate(&sandbox, "1.22.90", "darwin-arm64").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoBuild);
    assert_eq!(error.to_string(), "Go 1.22.90 was never published for darwin-arm64");
    assert_eq!(targets(&server), [INDEX], "a listed version has all its builds listed");
}

#[test]
fn a_version_that_is_new_is_looked_up_anew() {
    let (old, mut new) = (FakeGo::small(), FakeGo::small());
    new.archive.version = Version::parse("1.22.91").unwrap();
    let both = format!("[{},{}]", new.listed(), old.listed());
    let server = server(Reply::json(old.index()), Reply::json(both), Reply::status(404));
    let sandbox = Sandbox::new(&server.url(""));
    sandbox.fetcher().index(Freshness::Now).unwrap();
    assert_eq!(locate(&sandbox, "1.22.91", PLATFORM).unwrap(), new.archive);
    assert_eq!(targets(&server), [INDEX, INDEX]);
}

#[test]
fn a_version_that_no_index_lists_has_its_own_hash() {
    let go = FakeGo::small();
    let hash = go.archive.sha256.unwrap();
    for body in [format!("{hash}"), format!("{hash}\n"), format!("  {hash} \r\n")] {
        let server = server(Reply::json(go.index()), Reply::json(go.index()), Reply::ok(body));
        let sandbox = Sandbox::new(&server.url("/dl"));
        let archive = locate(&sandbox, "1.22.91", PLATFORM).unwrap();
        assert_eq!((archive.sha256, archive.size), (Some(hash), None));
        assert_eq!(targets(&server), [INDEX, CHECKSUM], "an index that was fetched just now is not asked again");
        assert_eq!(server.asked()[1].target, format!("/dl/{CHECKSUM}"));
    }
}

#[test]
fn it_is_found_while_the_index_is_out_of_reach() {
    let go = FakeGo::small();
    let hash = go.archive.sha256.unwrap();
    let checksum = Reply::ok(hash.to_string());
    let server_without = server(Reply::status(500), Reply::status(500), checksum.clone());
    let sandbox = Sandbox::new(&server_without.url(""));
    assert_eq!(locate(&sandbox, "1.22.91", PLATFORM).unwrap().sha256, Some(hash));
    let server_stale = server(Reply::json(go.index()), Reply::html(200), checksum);
    let sandbox = Sandbox::new(&server_stale.url(""));
    sandbox.fetcher().index(Freshness::Now).unwrap();
    assert_eq!(locate(&sandbox, "1.22.91", PLATFORM).unwrap().sha256, Some(hash));
    assert_eq!(targets(&server_stale), [INDEX, INDEX, "index.json", CHECKSUM]);
}

#[test]
fn what_is_no_hash_means_an_unknown_version() {
    let go = FakeGo::small();
    let hash = go.archive.sha256.unwrap().to_string();
    for checksum in [
        Reply::status(404),
        Reply::status(403),
        Reply::html(200),
        Reply::ok(""),
        Reply::ok(&hash[1..]),
        Reply::ok(format!("{hash}0")),
        Reply::ok(format!("{hash}  {FILE}")),
        Reply::ok(hash.replace(|_| true, "g")),
        Reply::ok([0xff; 64]),
        Reply::ok("x".repeat(1 << 20)),
    ] {
        let server = server(Reply::json(go.index()), Reply::json(go.index()), checksum);
        let error = locate(&Sandbox::new(&server.url("")), "1.22.91", PLATFORM).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unknown, "{error}");
        assert_eq!(error.to_string(), "there is no Go 1.22.91");
        assert_eq!(error.hint().as_deref(), Some("the nearest: 1.22.90"));
    }
}

#[test]
fn a_language_version_has_no_hash_to_ask_for() {
    let go = FakeGo::small();
    let server = server(Reply::json(go.index()), Reply::json(go.index()), Reply::status(500));
    let error = locate(&Sandbox::new(&server.url("")), "1.22", PLATFORM).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unknown, "{error}");
    assert_eq!(targets(&server), [INDEX]);
}

#[test]
fn nothing_is_said_about_versions_when_nobody_answers() {
    let go = FakeGo::small();
    let silent = server(Reply::status(500), Reply::status(500), Reply::status(500));
    let error = locate(&Sandbox::new(&silent.url("")), "1.22.91", PLATFORM).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network, "{error}");
    assert!(error.to_string().contains("500"), "{error}");
    // A server that knows neither the index nor the file is the wrong server, not one without this version.
    let wrong = server(Reply::status(404), Reply::status(404), Reply::status(404));
    let error = locate(&Sandbox::new(&wrong.url("")), "1.22.91", PLATFORM).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network, "{error}");
    assert!(error.to_string().contains("?mode=json&include=all answered 404"), "{error}");
    // The index is fine, the rest is not.
    let half = server(Reply::json(go.index()), Reply::json(go.index()), Reply::status(503));
    let error = locate(&Sandbox::new(&half.url("")), "1.22.91", PLATFORM).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network, "{error}");
    let error = locate(&Sandbox::new("nowhere"), "1.22.91", PLATFORM).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Local, "{error}");
}

#[test]
fn offline_only_what_is_listed_is_found() {
    let go = FakeGo::small();
    let server = server(Reply::json(go.index()), Reply::status(500), Reply::status(500));
    let mut sandbox = Sandbox::new(&server.url(""));
    sandbox.fetcher().index(Freshness::Now).unwrap();
    sandbox.config.offline = true;
    assert_eq!(locate(&sandbox, "1.22.90", PLATFORM).unwrap(), go.archive);
    let error = locate(&sandbox, "1.22.91", PLATFORM).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(error.hint().is_some_and(|hint| hint.contains("--offline")), "{error}");
    assert_eq!(server.asked().len(), 1);
}

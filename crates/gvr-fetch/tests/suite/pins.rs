//! The table of published archives, against real release indexes and against servers that lie.

use gvr_core::Version;
use gvr_fetch::{ErrorKind, Freshness, HashSource, InstallError, LocateError, Pin, Sha256};

use crate::common::archive::{PLATFORM, VERSION};
use crate::common::{FakeGo, Reply, Sandbox, Server};

/// In the table: go1.23.1.linux-amd64.tar.gz.
const PUBLISHED: &str = "49bbb517cfa9eee677e1e7897f7cf9cfdbcf49e05f61984a2789136de359f9bd";

/// An archive made here under the name of one that Go published.
fn forged() -> FakeGo {
    let mut go = FakeGo::small();
    go.archive.version = Version::parse("1.23.1").unwrap();
    go
}

#[test]
fn agrees_with_real_indexes() {
    let mut pinned = 0;
    for name in ["index-2020.json", "index-2021.json", "index-2026.json", "index-stable.json"] {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/");
        let server = Server::scripted(vec![Reply::json(std::fs::read_to_string(format!("{folder}{name}")).unwrap())]);
        let index = Sandbox::new(&server.url("")).fetcher().index(Freshness::Now).unwrap().index;
        for archive in index.releases().iter().flat_map(gvr_fetch::Release::archives) {
            let pin = Pin::find(archive.version, archive.platform);
            assert!(pin.is_some() || archive.sha256.is_none(), "{} is not pinned", archive.file_name());
            if let (Some(pin), Some(listed)) = (pin, archive.sha256) {
                assert_eq!(pin.sha256, listed, "{}", archive.file_name());
                pinned += 1;
            }
        }
    }
    assert!(pinned > 250, "{pinned}");
}

#[test]
fn what_is_pinned_needs_no_index() {
    let server = Server::scripted(vec![]);
    let sandbox = Sandbox::new(&server.url("/dl"));
    let archive = sandbox.fetcher().locate(Version::parse("1.23.1").unwrap(), PLATFORM.parse().unwrap()).unwrap();
    assert_eq!((archive.sha256, archive.hash_from), (PUBLISHED.parse().ok(), HashSource::Pinned));
    assert_eq!(server.asked().len(), 0);
}

#[test]
fn an_index_that_says_another_hash_is_refused() {
    let go = forged();
    let server = Server::scripted(vec![Reply::json(go.index())]);
    let sandbox = Sandbox::new(&server.url("/dl"));
    sandbox.fetcher().index(Freshness::Now).unwrap();
    let error = sandbox.fetcher().locate(go.archive.version, go.archive.platform).unwrap_err();
    assert!(matches!(error, LocateError::Lie { .. }), "{error}");
    assert_eq!(error.kind(), ErrorKind::Refused);
    let said = go.archive.sha256.unwrap().to_string();
    for word in [server.url("/dl/?mode=json"), said, PUBLISHED.to_owned(), go.archive.file_name()] {
        assert!(error.to_string().contains(&word), "{error}");
    }
}

#[test]
fn a_server_that_sends_other_bytes_is_refused_with_and_without_a_hash_of_its_own() {
    let go = forged();
    let (mirror, dist) = (Server::scripted(vec![Reply::ok(&go.bytes)]), Server::scripted(vec![Reply::ok(&go.bytes)]));
    let mut sandbox = Sandbox::new(&dist.url("/dl"));
    sandbox.config.mirrors = vec![mirror.url("/go")];
    let archive = sandbox.fetcher().locate(go.archive.version, go.archive.platform).unwrap();
    let asked = FakeGo { archive, bytes: Vec::new() };
    for place in [mirror.url("/go/go1.23.1"), dist.url("/dl/go1.23.1")] {
        let error = sandbox.install(&asked).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.to_string().contains(&place), "{error}");
        assert!(error.to_string().contains(&Sha256::of(&go.bytes).to_string()), "{error}");
        // The first liar ends it; without the mirror, that is the server.
        sandbox.config.mirrors.clear();
    }
    // Whoever asks for other bytes under that name does not get them either, and nobody is asked for them.
    let requests = dist.asked().len();
    let error = sandbox.install(&go).unwrap_err();
    assert!(matches!(error, InstallError::NotPublished { .. }), "{error}");
    assert_eq!((error.kind(), dist.asked().len()), (ErrorKind::Refused, requests));
    assert!(error.to_string().contains(PUBLISHED), "{error}");
}

#[test]
fn what_go_never_published_goes_by_the_index() {
    assert_eq!(Pin::find(Version::parse(VERSION).unwrap(), PLATFORM.parse().unwrap()), None);
}

//! The release index: fetched, cached, revalidated, stale.

use std::fs;
use std::time::{Duration, SystemTime};

use gvr_core::{Platform, Version};
use gvr_fetch::{ErrorKind, Freshness, Index, IndexError, Lookup, Origin};

use crate::common::{FakeGo, Reply, Sandbox, Server};

const HOUR: Duration = Duration::from_hours(1);

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn platform(text: &str) -> Platform {
    text.parse().unwrap()
}

/// Makes the cached index look as if it had been checked at another time.
fn age(sandbox: &Sandbox, checked: SystemTime) {
    fs::File::options().write(true).open(&sandbox.config.index_cache).unwrap().set_modified(checked).unwrap();
}

#[test]
fn is_fetched_once_and_then_read_from_the_cache() {
    let go = FakeGo::small();
    let server = Server::scripted(vec![Reply::json(go.index())]);
    let sandbox = Sandbox::new(&server.url("/dl"));
    let first = sandbox.fetcher().index(Freshness::Cached).unwrap();
    assert!(matches!(first.origin, Origin::Fetched));
    assert_eq!(first.index.archive(go.archive.version, go.archive.platform), Lookup::Found(&go.archive));
    assert_eq!(server.asked()[0].target, "/dl/?mode=json&include=all");
    for freshness in [Freshness::Cached, Freshness::Hourly] {
        let again = sandbox.fetcher().index(freshness).unwrap();
        assert!(matches!(again.origin, Origin::Cached { age } if age < HOUR), "{:?}", again.origin);
        assert_eq!(again.index, first.index);
    }
    assert_eq!(server.asked().len(), 1);
    assert_eq!(sandbox.cached(), ["index.json"]);
}

#[test]
fn is_revalidated_when_it_is_old() {
    let go = FakeGo::small();
    let index = go.index();
    let server = Server::start(move |asked| match asked.header("if-none-match") {
        Some("\"one\"") => Reply::new(304, &[], ""),
        Some(other) => panic!("{other}"),
        None => Reply::json(&index),
    });
    let sandbox = Sandbox::new(&server.url(""));
    sandbox.fetcher().index(Freshness::Now).unwrap();
    let now = SystemTime::now();
    for (checked, freshness) in
        [(now - 2 * HOUR, Freshness::Hourly), (now + 2 * HOUR, Freshness::Hourly), (now, Freshness::Now)]
    {
        age(&sandbox, checked);
        let answer = sandbox.fetcher().index(freshness).unwrap();
        assert!(matches!(answer.origin, Origin::Revalidated), "{:?}", answer.origin);
        let answer = sandbox.fetcher().index(Freshness::Hourly).unwrap();
        assert!(matches!(answer.origin, Origin::Cached { .. }), "the 304 has renewed it: {:?}", answer.origin);
    }
    age(&sandbox, now - 1000 * HOUR);
    let answer = sandbox.fetcher().index(Freshness::Cached).unwrap();
    assert!(matches!(answer.origin, Origin::Cached { age } if age > 999 * HOUR));
    assert_eq!(server.asked().len(), 4);
}

#[test]
fn a_date_revalidates_too_and_a_new_index_replaces_the_old() {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    let old = FakeGo::small();
    let mut new = FakeGo::small();
    new.archive.version = version("1.23.90");
    let (old_index, new_index) = (old.index(), format!("[{},{}]", new.listed(), old.listed()));
    let server = Server::start(move |asked| match asked.header("if-modified-since") {
        Some(value) => {
            assert_eq!(value, date);
            Reply::json(&new_index)
        }
        None => Reply::new(200, &[("Last-Modified", date)], &old_index),
    });
    let sandbox = Sandbox::new(&server.url(""));
    sandbox.fetcher().index(Freshness::Now).unwrap();
    let answer = sandbox.fetcher().index(Freshness::Now).unwrap();
    assert!(matches!(answer.origin, Origin::Fetched));
    assert_eq!(answer.index.newest_stable().unwrap().version(), version("1.23.90"));
    assert_eq!(sandbox.fetcher().index(Freshness::Cached).unwrap().index, answer.index);
}

/// What a stale answer gives as its reason, when the server answers `reply` after a first good answer.
fn stale(reply: Reply) -> IndexError {
    let server = Server::scripted(vec![Reply::json(FakeGo::small().index()), reply]);
    let sandbox = Sandbox::new(&server.url(""));
    let first = sandbox.fetcher().index(Freshness::Now).unwrap();
    let answer = sandbox.fetcher().index(Freshness::Now).unwrap();
    assert_eq!(answer.index, first.index);
    match answer.origin {
        Origin::Stale { why } => *why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_cached_one_answers_where_the_server_does_not() {
    assert!(matches!(stale(Reply::status(500)), IndexError::Fetch(_)));
    assert!(matches!(stale(Reply::raw("")), IndexError::Fetch(_)));
    assert!(matches!(stale(Reply::html(200)), IndexError::NotTheIndex { .. }));
    assert!(matches!(stale(Reply::json("[]")), IndexError::NotTheIndex { .. }));
    let (one, mut other) = (FakeGo::small(), FakeGo::large());
    other.archive.version = one.archive.version;
    let twice = format!("[{},{}]", one.listed(), other.listed());
    assert!(matches!(stale(Reply::json(twice)), IndexError::Refused { .. }));
    let mut older = FakeGo::small();
    older.archive.version = version("1.21.90");
    let why = stale(Reply::json(older.index()));
    assert_eq!(why.kind(), ErrorKind::Refused);
    assert!(why.to_string().contains("went back from 1.22.90 to 1.21.90"), "{why}");
}

#[test]
fn an_optional_refresh_is_tried_once() {
    let server = Server::scripted(vec![Reply::json(FakeGo::small().index()), Reply::status(500)]);
    let sandbox = Sandbox::new(&server.url(""));
    sandbox.fetcher().index(Freshness::Now).unwrap();
    age(&sandbox, SystemTime::now() - 2 * HOUR);
    let answer = sandbox.fetcher().index(Freshness::Hourly).unwrap();
    assert!(matches!(answer.origin, Origin::Stale { .. }));
    assert_eq!(server.asked().len(), 2);
    sandbox.fetcher().index(Freshness::Now).unwrap();
    assert_eq!(server.asked().len(), 5, "three attempts where a new answer is wanted");
}

#[test]
fn without_a_cache_the_error_says_what_came_instead() {
    for (reply, words) in [
        (Reply::html(200), vec!["text/html; charset=utf-8", "?mode=json&include=all"]),
        (Reply::ok("hello"), vec!["no stated type"]),
        (Reply::json("{}"), vec!["not a list of releases"]),
        (Reply::json("\u{feff}[]"), vec!["not a list of releases"]),
        (Reply::new(200, &[("Content-Encoding", "gzip")], b"\x1f\x8b\x08\0\0\0\0\0"), vec!["not a list of releases"]),
        (Reply::status(404), vec!["404 Not Found", "/dl/?mode=json"]),
        (Reply::status(304), vec!["304"]),
    ] {
        let server = Server::scripted(vec![reply]);
        let sandbox = Sandbox::new(&server.url("/dl"));
        let error = sandbox.fetcher().index(Freshness::Hourly).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Network, "{error}");
        for word in words {
            assert!(error.to_string().contains(word), "{error}");
        }
        assert_eq!(sandbox.cached(), Vec::<String>::new());
    }
}

#[test]
fn a_body_without_end_is_given_up() {
    let server = Server::scripted(vec![Reply::json(vec![b' '; (32 << 20) + 1])]);
    let error = Sandbox::new(&server.url("")).fetcher().index(Freshness::Now).unwrap_err();
    assert!(error.to_string().contains("more than 33554432 bytes"), "{error}");
}

#[test]
fn a_cache_that_is_not_good_counts_as_none() {
    let go = FakeGo::small();
    let server = Server::scripted(vec![Reply::json(go.index())]);
    let sandbox = Sandbox::new(&server.url(""));
    sandbox.fetcher().index(Freshness::Now).unwrap();
    let good = fs::read_to_string(&sandbox.config.index_cache).unwrap();
    for bad in ["", "{}", &good[..good.len() / 2], &good.replace("\"schema\":1", "\"schema\":0"), &go.index()] {
        fs::write(&sandbox.config.index_cache, bad).unwrap();
        let answer = sandbox.fetcher().index(Freshness::Cached).unwrap();
        assert!(matches!(answer.origin, Origin::Fetched), "{bad:?}");
        assert_eq!(fs::read_to_string(&sandbox.config.index_cache).unwrap(), good);
    }
    let other = Server::scripted(vec![Reply::json(go.index())]);
    let mut sandbox = sandbox;
    sandbox.config.dist_url = other.url("");
    let answer = sandbox.fetcher().index(Freshness::Cached).unwrap();
    assert!(matches!(answer.origin, Origin::Fetched), "another server's index");
}

#[test]
fn a_cache_that_cannot_be_written_is_no_error() {
    let server = Server::scripted(vec![Reply::json(FakeGo::small().index())]);
    let mut sandbox = Sandbox::new(&server.url(""));
    sandbox.config.index_cache = sandbox.path().join("canary/index.json");
    let answer = sandbox.fetcher().index(Freshness::Now).unwrap();
    assert!(matches!(answer.origin, Origin::Fetched));
    sandbox.assert_unharmed();
}

#[test]
fn offline_the_cached_one_answers() {
    let server = Server::scripted(vec![Reply::json(FakeGo::small().index())]);
    let mut sandbox = Sandbox::new(&server.url(""));
    sandbox.fetcher().index(Freshness::Now).unwrap();
    age(&sandbox, SystemTime::now() - 24 * HOUR);
    sandbox.config.offline = true;
    assert!(matches!(sandbox.fetcher().index(Freshness::Hourly).unwrap().origin, Origin::Cached { .. }));
    assert!(matches!(sandbox.fetcher().index(Freshness::Now).unwrap().origin, Origin::Stale { .. }));
    assert_eq!(server.asked().len(), 1);
}

/// An excerpt of a real document, through the server and the cache.
fn real(name: &str) -> Index {
    let path = format!("{}/tests/data/{name}", env!("CARGO_MANIFEST_DIR"));
    let server = Server::scripted(vec![Reply::json(fs::read(path).unwrap())]);
    let sandbox = Sandbox::new(&server.url(""));
    let fetched = sandbox.fetcher().index(Freshness::Now).unwrap().index;
    assert_eq!(sandbox.fetcher().index(Freshness::Cached).unwrap().index, fetched);
    fetched
}

#[track_caller]
fn check_archive(index: &Index, release: &str, on: &str, sha256: Option<&str>, size: Option<u64>) {
    match index.archive(version(release), platform(on)) {
        Lookup::Found(archive) => {
            assert_eq!(archive.sha256.map(|hash| hash.to_string()).as_deref(), sha256, "{release} {on}");
            assert_eq!(archive.size, size, "{release} {on}");
        }
        other => panic!("{release} {on}: {other:?}"),
    }
}

#[test]
fn real_documents() {
    let index = real("index-2021.json");
    let hash = "765c021e372a87ce0bc58d3670ab143008dae9305a79e9fa83440425529bb636";
    check_archive(&index, "1.17.3", "darwin-amd64", Some(hash), Some(136_757_743));
    check_archive(&index, "1.2.2", "linux-amd64", None, None);
    assert_eq!(index.newest_stable().unwrap().version(), version("1.17.3"));
    // go1's only files are of a bootstrap that is no release, and 1.4.2 was built for two macOS versions apart.
    assert!(index.release(version("1.0.0")).is_none());
    assert_eq!(
        index.archive(version("1.4.2"), platform("darwin-amd64")),
        Lookup::NoBuild { first: Some(version("1.9.2")) }
    );
    assert_eq!(
        index.archive(version("1.15.15"), platform("darwin-arm64")),
        Lookup::NoBuild { first: Some(version("1.16.0")) }
    );
    assert!(index.release(version("1.16beta1")).is_some_and(|release| !release.is_stable()));
    let index = real("index-2020.json");
    assert_eq!(index.newest_stable().unwrap().version(), version("1.13.7"));
    let index = real("index-stable.json");
    assert_eq!(index.releases().len(), 2);
    let index = real("index-2026.json");
    let hash = "6231d8d3b8f5552ec6cbf6d685bdd5482e1e703214b120e89b3bf0d7bf1ef725";
    check_archive(&index, "1.26.5", "darwin-amd64", Some(hash), None);
    assert!(index.releases().iter().all(|release| !release.version().is_language()));
}

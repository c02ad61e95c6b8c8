//! Statuses, lengths, redirects, retries, limits, and staying offline.

use std::time::Duration;

use gvr_fetch::{ErrorKind, FetchError, Fetcher, InstallError, SourceProblem, Timeouts};

use crate::common::archive::FILE;
use crate::common::sandbox::Notes;
use crate::common::{FakeGo, Reply, Sandbox, Server};

/// What an install from a server with these replies ends with, and how often the server was asked.
fn outcome(go: &FakeGo, replies: Vec<Reply>) -> (Result<(), SourceProblem>, usize) {
    let server = Server::scripted(replies);
    let sandbox = Sandbox::new(&server.url("/dl"));
    let result = match sandbox.install(go) {
        Ok(_) => Ok(()),
        Err(InstallError::Sources(mut failures)) => Err(failures.remove(0).problem),
        Err(other) => panic!("{other}"),
    };
    sandbox.assert_unharmed();
    (result, server.asked().len())
}

#[track_caller]
fn check_recovers(go: &FakeGo, bad: Reply, requests: usize) {
    let (result, asked) = outcome(go, vec![bad, Reply::ok(&go.bytes)]);
    assert!(result.is_ok(), "{result:?}");
    assert_eq!(asked, requests);
}

#[track_caller]
fn check_fails(go: &FakeGo, reply: Reply, expected: &str, requests: usize) {
    let (result, asked) = outcome(go, vec![reply]);
    let problem = result.unwrap_err();
    assert_eq!(problem.kind(), ErrorKind::Network, "{problem}");
    assert!(problem.to_string().contains(expected), "{problem}");
    assert_eq!(asked, requests, "{problem}");
}

#[test]
fn installs() {
    let go = FakeGo::small();
    let server = Server::scripted(vec![Reply::ok(&go.bytes)]);
    let sandbox = Sandbox::new(&server.url("/dl/"));
    let notes = Notes::default();
    let fetched = sandbox.install_noting(&go, &notes, false).unwrap();
    assert_eq!(fetched.served_by, server.url(&format!("/dl/{FILE}")));
    assert_eq!((fetched.size, fetched.files, fetched.resumed_from), (go.bytes.len() as u64, 2, 0));
    assert_eq!(fetched.kept, None);
    let size = go.bytes.len();
    assert_eq!(notes.all(), [format!("start Some({size}) 0"), format!("advance {size}"), "finish".to_owned()]);
    assert_eq!(sandbox.cached(), Vec::<String>::new());
    let asked = &server.asked()[0];
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("GET", format!("/dl/{FILE}").as_str()));
    assert_eq!(asked.header("accept-encoding"), Some("identity"));
    assert_eq!(asked.header("user-agent"), Some("gvr/0.1.0"));
    let unpacked = sandbox.unpacked();
    assert_eq!(unpacked["bin/"], (0o755, 0));
    assert_eq!(unpacked["bin/go"].0, 0o755);
    assert_eq!(unpacked["VERSION"].0, 0o644);
    assert_eq!(unpacked.len(), 3);
}

#[test]
fn tries_again_what_may_pass() {
    let go = FakeGo::small();
    for status in [408, 429, 500, 502, 503, 504] {
        check_recovers(&go, Reply::status(status), 2);
        check_fails(&go, Reply::status(status), &format!("answered {status}"), 3);
    }
    for retry_after in ["0", "1", "1000000000", "Sun, 06 Nov 1994 08:49:37 GMT", "-1", "soon"] {
        check_recovers(&go, Reply::new(503, &[("Retry-After", retry_after)], ""), 2);
    }
    check_recovers(&go, Reply::raw(""), 2);
    check_recovers(&go, Reply::raw("HTTP/1.1 200 OK\r\nContent-Le"), 2);
    check_recovers(&go, Reply::raw("not HTTP at all\r\n\r\n"), 2);
    for cut in [0, 1, go.bytes.len() - 1] {
        check_recovers(&go, Reply::ok(&go.bytes).cut(cut), 2);
    }
    check_fails(&go, Reply::ok(&go.bytes).cut(1), "broke", 3);
}

#[test]
fn waits_as_long_as_the_server_asks_but_not_for_ever() {
    let go = FakeGo::small();
    let server = Server::scripted(vec![Reply::new(503, &[("Retry-After", "3600")], ""), Reply::ok(&go.bytes)]);
    let sandbox = Sandbox::new(&server.url(""));
    let notes = Notes::default();
    let since = std::time::Instant::now();
    sandbox.install_noting(&go, &notes, false).unwrap();
    assert!(since.elapsed() >= sandbox.config.retry.longest_retry_after);
    assert_eq!(notes.count("retry http://127.0.0.1"), 1, "{:?}", notes.all());
}

#[test]
fn does_not_try_again_what_will_not_pass() {
    let go = FakeGo::small();
    for status in [400, 401, 403, 404, 410, 451] {
        check_fails(&go, Reply::status(status), &format!("answered {status}"), 1);
    }
    check_fails(&go, Reply::status(204), "answered 204", 1);
    check_fails(&go, Reply::status(304), "answered 304", 1);
    check_fails(&go, Reply::html(200), "text/html", 1);
    check_fails(&go, Reply::html(404), &format!("/dl/{FILE} answered 404 Not Found"), 1);
}

#[test]
fn lengths_must_agree() {
    let go = FakeGo::small();
    let size = go.bytes.len();
    let claim = |length: &str, body: &[u8]| Reply::claiming(200, &[("Content-Length", length)], body);
    check_fails(&go, claim(&(size + 1).to_string(), &go.bytes), "broke", 3);
    check_fails(&go, claim("-1", &go.bytes), "broke", 3);
    // A server that has only the beginning of the file.
    check_fails(&go, Reply::ok(&go.bytes[..size - 9]), &format!("has only {} of {size} bytes", size - 9), 1);
    check_fails(&go, Reply::ok(""), &format!("has only 0 of {size} bytes"), 1);
    let (result, _) = outcome(&go, vec![claim(&(size - 1).to_string(), &go.bytes)]);
    assert!(matches!(result, Err(SourceProblem::Truncated { .. })), "{result:?}");
    // No length at all, as of old, is as good if the hash is right; in chunks as well.
    let (result, _) = outcome(&go, vec![Reply::raw([b"HTTP/1.0 200 OK\r\n\r\n", &go.bytes[..]].concat())]);
    assert!(result.is_ok(), "{result:?}");
    let chunks: Vec<u8> = go.bytes.iter().flat_map(|byte| [b'1', b'\r', b'\n', *byte, b'\r', b'\n']).collect();
    let chunked = Reply::claiming(200, &[("Transfer-Encoding", "chunked")], [&chunks[..], b"0\r\n\r\n"].concat());
    let (result, _) = outcome(&go, vec![chunked]);
    assert!(result.is_ok(), "{result:?}");
}

#[test]
fn a_size_that_was_published_wrongly_refuses_the_right_hash() {
    let mut go = FakeGo::small();
    go.archive.size = Some(go.bytes.len() as u64 + 1);
    let (result, _) = outcome(&go, vec![Reply::ok(&go.bytes)]);
    assert!(matches!(result, Err(SourceProblem::Length { .. })), "{result:?}");
    go.archive.size = None;
    let (result, _) = outcome(&go, vec![Reply::ok(&go.bytes)]);
    assert!(result.is_ok());
}

#[test]
fn what_is_said_about_encoding_changes_nothing() {
    let go = FakeGo::small();
    let (result, _) = outcome(&go, vec![Reply::new(200, &[("Content-Encoding", "gzip")], &go.bytes)]);
    assert!(result.is_ok(), "{result:?}");
}

#[test]
fn other_bytes_are_refused_with_both_hashes() {
    let (go, other) = (FakeGo::small(), FakeGo::large());
    for bytes in [&other.bytes[..], b"not an archive", &[&go.bytes[..], b"x"].concat()] {
        let server = Server::scripted(vec![Reply::ok(bytes)]);
        let sandbox = Sandbox::new(&server.url(""));
        let error = sandbox.install(&go).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        let message = error.to_string();
        let got = gvr_fetch::Sha256::of(bytes);
        for word in [go.archive.sha256.unwrap().to_string(), got.to_string(), server.url(&format!("/{FILE}"))] {
            assert!(message.contains(&word), "{message}");
        }
        assert_eq!(sandbox.cached(), Vec::<String>::new());
        assert_eq!(server.asked().len(), 1);
    }
}

#[test]
fn without_a_hash_nothing_is_asked() {
    let mut go = FakeGo::small();
    go.archive.sha256 = None;
    let server = Server::scripted(vec![Reply::ok(&go.bytes)]);
    let error = Sandbox::new(&server.url("")).install(&go).unwrap_err();
    assert!(matches!(&error, InstallError::NoHash { file } if file == FILE));
    assert_eq!((error.kind(), server.asked().len()), (ErrorKind::Refused, 0));
}

#[test]
fn follows_redirects_and_names_who_answered() {
    let go = FakeGo::small();
    let bytes = go.bytes.clone();
    let files = Server::scripted(vec![Reply::ok(bytes)]);
    let target = files.url("/files/x");
    let server = Server::start(move |asked| match asked.file() {
        FILE => Reply::redirect("/moved/here?a=b"),
        _ => Reply::redirect(&target),
    });
    let sandbox = Sandbox::new(&server.url("/dl"));
    assert_eq!(sandbox.install(&go).unwrap().served_by, files.url("/files/x"));
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn redirects_that_are_not_followed() {
    let go = FakeGo::small();
    for target in ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:,x", "http://["] {
        check_fails(&go, Reply::redirect(target), "does not follow", 1);
    }
    check_fails(&go, Reply::status(302), "it names no place", 1);
    let server = Server::start(|asked| Reply::redirect(&format!("/{}", asked.number)));
    let error = Sandbox::new(&server.url("")).install(&go).unwrap_err();
    assert!(error.to_string().contains("one redirect too many"), "{error}");
    assert_eq!(server.asked().len(), 11, "the first and ten redirects");
}

#[test]
fn a_password_stays_with_its_server() {
    let go = FakeGo::small();
    let bytes = go.bytes.clone();
    let other = Server::scripted(vec![Reply::ok(bytes)]);
    let target = other.url("/x");
    let server = Server::start(move |asked| match asked.number {
        0 => Reply::redirect("/again"),
        _ => Reply::redirect(&target),
    });
    let sandbox = Sandbox::new(&format!("http://me:secret@{}", server.address()));
    let fetched = sandbox.install(&go).unwrap();
    for asked in server.asked() {
        assert_eq!(asked.header("authorization"), Some("Basic bWU6c2VjcmV0"));
    }
    assert_eq!(other.asked()[0].header("authorization"), None);
    assert!(!format!("{fetched:?}").contains("secret"));
}

#[test]
fn a_silent_server_is_given_up() {
    let go = FakeGo::large();
    let short = Duration::from_millis(60);
    let silent =
        [Reply::raw("").hang(), Reply::raw("HTTP/1.1 200 OK\r\nA: b\r\n").hang(), Reply::ok(&go.bytes).cut(9).hang()];
    for reply in silent {
        let server = Server::scripted(vec![reply, Reply::ok(&go.bytes)]);
        let mut sandbox = Sandbox::new(&server.url(""));
        sandbox.config.timeouts = Timeouts { connect: short, answer: short, idle: short, ..Timeouts::default() };
        let notes = Notes::default();
        sandbox.install_noting(&go, &notes, false).unwrap();
        assert_eq!((notes.count("retry"), server.asked().len()), (1, 2), "{:?}", notes.all());
        assert!(notes.all().iter().any(|note| note.contains("sent nothing for 0.06 s")), "{:?}", notes.all());
    }
}

#[test]
fn a_trickle_is_given_up() {
    let go = FakeGo::large();
    let length = go.bytes.len().to_string();
    let trickle = Reply::claiming(200, &[("Content-Length", &length)], "").trickle();
    let server = Server::scripted(vec![trickle, Reply::ok(&go.bytes)]);
    let mut sandbox = Sandbox::new(&server.url(""));
    sandbox.config.timeouts.rate_window = Duration::from_millis(100);
    sandbox.config.timeouts.least_rate = 10_000;
    let notes = Notes::default();
    sandbox.install_noting(&go, &notes, false).unwrap();
    assert!(notes.all().iter().any(|note| note.contains("sent only")), "{:?}", notes.all());
}

#[test]
fn a_head_without_end_is_given_up() {
    let go = FakeGo::small();
    let endless = format!("HTTP/1.1 200 OK\r\n{}", "A: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n".repeat(100_000));
    check_fails(&go, Reply::raw(endless), "broke", 3);
}

#[test]
fn nobody_listens() {
    let server = Server::scripted(vec![]);
    let url = server.url("");
    drop(server);
    let error = Sandbox::new(&url).install(&FakeGo::small()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    let message = error.to_string();
    assert!(message.contains("cannot connect to 127.0.0.1") && message.contains("refused"), "{message}");
    assert!(error.hint().is_some_and(|hint| hint.contains("GVR_MIRROR")));
}

#[test]
fn offline_asks_nobody() {
    let go = FakeGo::small();
    let server = Server::scripted(vec![Reply::ok(&go.bytes)]);
    let mut sandbox = Sandbox::new(&server.url(""));
    sandbox.config.offline = true;
    let error = sandbox.install(&go).unwrap_err();
    let InstallError::Sources(failures) = &error else { panic!("{error}") };
    assert!(matches!(failures[0].problem, SourceProblem::Fetch(FetchError::Offline { .. })));
    assert_eq!((error.kind(), server.asked().len()), (ErrorKind::Network, 0));
    assert!(error.hint().is_some_and(|hint| hint.contains("--offline")));
    assert!(sandbox.fetcher().index(gvr_fetch::Freshness::Now).is_err());
    assert!(sandbox.fetcher().locate(go.archive.version, go.archive.platform).is_err());
    assert_eq!(server.asked().len(), 0);
}

#[test]
fn settings_that_cannot_be_right_are_this_machine_s_fault() {
    let go = FakeGo::small();
    for url in ["", "go.dev/dl", "ftp://example.org", "https://"] {
        let error = Sandbox::new(url).install(&go).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Local, "{url:?}: {error}");
    }
    let mut sandbox = Sandbox::new("https://127.0.0.1:9");
    sandbox.config.certificate_file = Some("/nonexistent/certificates.pem".into());
    let error = sandbox.install(&go).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Local, "{error}");
    assert!(error.to_string().contains("/nonexistent/certificates.pem"), "{error}");
}

#[test]
fn one_fetcher_serves_several_threads() {
    let go = FakeGo::large();
    let bytes = go.bytes.clone();
    let server = Server::start(move |asked| Reply::file(asked, &bytes, "\"a\""));
    let sandbox = Sandbox::new(&server.url(""));
    let fetcher = Fetcher::new(sandbox.config.clone());
    let stages: Vec<_> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    std::thread::scope(|scope| {
        for stage in &stages {
            scope.spawn(|| fetcher.install_into(&go.archive, stage.path(), &Notes::default(), false).unwrap());
        }
    });
    for stage in &stages {
        assert!(stage.path().join("bin/go").is_file());
    }
    assert_eq!(sandbox.cached(), Vec::<String>::new());
}

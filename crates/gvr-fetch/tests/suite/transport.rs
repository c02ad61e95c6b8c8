//! Servers, networks and proxies at their worst: lengths that contradict each other, answers that never end, redirects
//! to where nobody should be led, TLS that is none.

use std::fs;
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use gvr_fetch::{ErrorKind, FetchError, Freshness, InstallError, Proxies, SourceProblem, Timeouts};

use crate::common::archive::FILE;
use crate::common::sandbox::Notes;
use crate::common::server::receive;
use crate::common::{FakeGo, Reply, Sandbox, Server};
use crate::tls;

/// Why the only source failed.
#[track_caller]
fn problem(sandbox: &Sandbox, go: &FakeGo) -> FetchError {
    let result = sandbox.install(go);
    sandbox.assert_unharmed();
    match result {
        Err(InstallError::Sources(mut failures)) if failures.len() == 1 => match failures.remove(0).problem {
            SourceProblem::Fetch(error) => error,
            other => panic!("{other}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_lengths_or_a_length_beside_chunks_deceive_nobody() {
    let go = FakeGo::small();
    let length = go.bytes.len().to_string();
    let chunked = [format!("{:x}\r\n", go.bytes.len()).as_bytes(), &go.bytes, b"\r\n0\r\n\r\n"].concat();
    let cases = [
        (
            "twice the same",
            Reply::claiming(200, &[("Content-Length", &length), ("Content-Length", &length)], &go.bytes),
        ),
        (
            "twice, the first short",
            Reply::claiming(200, &[("Content-Length", "5"), ("Content-Length", &length)], &go.bytes),
        ),
        (
            "twice, the second short",
            Reply::claiming(200, &[("Content-Length", &length), ("Content-Length", "5")], &go.bytes),
        ),
        ("a list", Reply::claiming(200, &[("Content-Length", "5, 6")], &go.bytes)),
        ("no number", Reply::claiming(200, &[("Content-Length", "x")], &go.bytes)),
        ("too large for any number", Reply::claiming(200, &[("Content-Length", "99999999999999999999999")], &go.bytes)),
        (
            "chunks and a short length",
            Reply::claiming(200, &[("Content-Length", "5"), ("Transfer-Encoding", "chunked")], &chunked),
        ),
        (
            "chunks without an end",
            Reply::claiming(200, &[("Transfer-Encoding", "chunked")], &chunked[..chunked.len() - 5]),
        ),
        ("a chunk of no size", Reply::claiming(200, &[("Transfer-Encoding", "chunked")], b"zz\r\nabc")),
        (
            "a chunk of every size",
            Reply::claiming(200, &[("Transfer-Encoding", "chunked")], b"ffffffffffffffff\r\nabc"),
        ),
    ];
    for (what, reply) in cases {
        let server = Server::scripted(vec![reply]);
        let sandbox = Sandbox::new(&server.url(""));
        // Whatever it is taken for, it is the right file or none.
        match sandbox.install(&go) {
            Ok(fetched) => assert_eq!(fetched.size, go.bytes.len() as u64, "{what}"),
            Err(error) => assert!([ErrorKind::Network, ErrorKind::Refused].contains(&error.kind()), "{what}: {error}"),
        }
        sandbox.assert_unharmed();
        assert_eq!(sandbox.cached(), Vec::<String>::new(), "{what}");
        assert!(server.asked().len() <= 3, "{what}");
    }
}

#[test]
fn a_head_that_trickles_is_given_up() {
    let go = FakeGo::small();
    let server = Server::scripted(vec![Reply::raw("HTTP/1.1 200 OK\r\nA: ").trickle()]);
    let mut sandbox = Sandbox::new(&server.url(""));
    let short = Duration::from_millis(50);
    sandbox.config.timeouts = Timeouts { connect: short, answer: short, ..Timeouts::default() };
    let error = problem(&sandbox, &go);
    assert!(matches!(error, FetchError::Silent { .. }), "{error}");
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn nothing_takes_longer_than_it_is_given_and_the_next_run_goes_on() {
    const HALF: usize = 350_000;
    let go = FakeGo::large();
    let length = go.bytes.len().to_string();
    let headers = [("Content-Length", length.as_str()), ("ETag", "\"a\"")];
    // One byte every few milliseconds satisfies every other limit.
    let server = Server::scripted(vec![Reply::claiming(200, &headers, &go.bytes[..HALF]).trickle()]);
    let mut sandbox = Sandbox::new(&server.url(""));
    let usual = sandbox.config.timeouts;
    sandbox.config.timeouts.archive = Duration::from_millis(300);
    sandbox.config.timeouts.least_rate = 0;
    let error = problem(&sandbox, &go);
    assert!(matches!(error, FetchError::Overtime { .. }), "{error}");
    assert!(error.to_string().contains("took more than 0.3 s"), "{error}");
    assert_eq!((error.kind(), server.asked().len()), (ErrorKind::Network, 1), "it is not tried again");
    let kept = fs::metadata(sandbox.part_of(&go)).unwrap().len();
    assert!(kept >= HALF as u64, "{kept}");

    // The bytes that trickled are wrong, which the hash tells; one attempt in one piece follows.
    let bytes = go.bytes.clone();
    let good = Server::start(move |asked| Reply::file(asked, &bytes, "\"a\""));
    let record = sandbox.part_of(&go).with_extension("part.json");
    fs::write(&record, fs::read_to_string(&record).unwrap().replace(&server.url(""), &good.url(""))).unwrap();
    sandbox.config.dist_url = good.url("");
    sandbox.config.timeouts = usual;
    sandbox.install(&go).unwrap();
    assert_eq!(good.asked()[0].start(), usize::try_from(kept).ok());
}

#[test]
fn an_index_that_never_ends_is_given_up() {
    let server = Server::scripted(vec![Reply::claiming(200, &[("Content-Length", "1000000")], "[").trickle()]);
    let mut sandbox = Sandbox::new(&server.url(""));
    sandbox.config.timeouts.document = Duration::from_millis(100);
    sandbox.config.timeouts.least_rate = 0;
    let error = sandbox.fetcher().index(Freshness::Now).unwrap_err();
    let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(format!("{error} {cause}").contains("took more than 0.1 s"), "{error} {cause}");
}

#[test]
fn a_name_that_nobody_has() {
    let go = FakeGo::small();
    // Longer than a name can be, so that no server of names is asked.
    let host = "a".repeat(64);
    let error = problem(&Sandbox::new(&format!("http://{host}.invalid")), &go);
    assert!(matches!(&error, FetchError::Connect { host: named, .. } if named.starts_with(&host)), "{error}");
}

#[test]
fn a_portal_that_leads_to_its_login_is_recognised() {
    let go = FakeGo::small();
    let server = Server::start(|asked| match asked.file() {
        FILE => Reply::redirect("/login?from=here"),
        _ => Reply::html(200),
    });
    let sandbox = Sandbox::new(&server.url(""));
    let error = sandbox.install(&go).unwrap_err();
    assert!(error.to_string().contains("/login?from=here answered 200 OK with a web page"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("log in")), "{:?}", error.hint());
    assert_eq!(server.asked().len(), 2);
}

/// A sandbox that reaches hosts of any name through a proxy, which answers for them.
fn through(proxy: &Server) -> Sandbox {
    let mut sandbox = Sandbox::new("http://go.invalid/dl");
    sandbox.config.proxies = Proxies { http: Some(proxy.url("")), ..Proxies::default() };
    sandbox
}

#[test]
fn a_server_without_tls_leads_to_itself_alone() {
    let go = FakeGo::small();
    let bytes = go.bytes.clone();
    let here = Server::start(move |asked| match asked.number {
        0 => Reply::redirect("/files/x"),
        _ => Reply::ok(&bytes),
    });
    through(&here).install(&go).unwrap();
    assert_eq!(here.asked()[1].target, "http://go.invalid/files/x");

    let victim = Server::scripted(vec![Reply::ok(&go.bytes)]);
    for (target, why) in [
        ("http://other.invalid/x".to_owned(), "another server without TLS"),
        ("http://go.invalid:8080/x".to_owned(), "another server without TLS"),
        (victim.url("/admin"), "from another machine to this one"),
        (format!("http://localhost:{}/admin", victim.address().port()), "from another machine to this one"),
    ] {
        let server = Server::scripted(vec![Reply::redirect(&target)]);
        let error = problem(&through(&server), &go);
        assert!(matches!(&error, FetchError::Redirect { .. }) && error.to_string().contains(why), "{target}: {error}");
        assert_eq!(server.asked().len(), 1);
    }
    assert_eq!(victim.asked().len(), 0);
}

#[test]
fn a_proxy_that_breaks_tunnels_off() {
    let go = FakeGo::small();
    for reply in [Reply::raw(""), Reply::raw("HTTP/1.1 200 Conn"), Reply::status(500), Reply::html(200)] {
        let proxy = Server::scripted(vec![reply]);
        let mut sandbox = Sandbox::new("https://go.invalid/dl");
        sandbox.config.proxies = Proxies { https: Some(proxy.url("")), ..Proxies::default() };
        let error = problem(&sandbox, &go);
        assert_eq!(error.kind(), ErrorKind::Network, "{error}");
        assert!(proxy.asked().iter().all(|asked| asked.method == "CONNECT"), "nothing is asked in the clear");
    }
}

/// A server that answers the first bytes of TLS with these.
fn answering(bytes: &'static [u8]) -> Server {
    Server::on_connections(Arc::default(), move |mut socket| {
        let mut hello = [0; 5];
        if socket.read_exact(&mut hello).is_ok() {
            let _ = socket.write_all(bytes);
        }
    })
}

#[test]
fn what_is_no_tls_or_too_old_a_tls_is_refused() {
    let go = FakeGo::small();
    // A ServerHello of TLS 1.0 with TLS_RSA_WITH_AES_128_CBC_SHA, and the alert protocol_version.
    let old: &[u8] = &{
        let mut hello = [0; 47];
        hello[..11].copy_from_slice(&[22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1]);
        hello[43] = 0;
        hello[44] = 0;
        hello[45] = 0x2f;
        hello
    };
    let old: &'static [u8] = Box::leak(old.to_vec().into_boxed_slice());
    for bytes in [old, &[21, 3, 1, 0, 2, 2, 70], b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"] {
        let server = answering(bytes);
        let error = problem(&Sandbox::new(&format!("https://localhost:{}", server.address().port())), &go);
        assert_eq!(error.kind(), ErrorKind::Network, "{error}");
        assert!(matches!(error, FetchError::Connect { .. } | FetchError::Broken { .. }), "{error:?}");
    }
}

#[test]
fn a_proxy_that_takes_tls_away_is_refused() {
    let go = FakeGo::small();
    let log = Arc::default();
    let asked = Arc::clone(&log);
    let answer = Reply::ok(&go.bytes);
    let proxy = Server::on_connections(log, move |mut socket| {
        if receive(&socket, &asked).is_some() {
            socket.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
            answer.send(&socket, &socket);
        }
    });
    let mut sandbox = Sandbox::new("https://go.invalid/dl");
    sandbox.config.proxies = Proxies { https: Some(proxy.url("")), ..Proxies::default() };
    let error = problem(&sandbox, &go);
    assert!(matches!(error, FetchError::Connect { .. } | FetchError::Proxy { .. }), "{error:?}");
}

#[test]
fn a_certificate_that_nobody_signed_but_itself_is_refused() {
    let go = FakeGo::small();
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let server = tls::serve(&tls::Authority::of(&certificate, &key), Reply::ok(&go.bytes));
    let error = problem(&Sandbox::new(&format!("https://localhost:{}", server.address().port())), &go);
    assert!(matches!(error, FetchError::Certificate { .. }), "{error:?}");
    assert_eq!(server.asked().len(), 0);
}

#[test]
fn a_wait_that_is_asked_for_is_told() {
    let go = FakeGo::small();
    for status in [429, 503] {
        let server = Server::scripted(vec![Reply::new(status, &[("Retry-After", "2")], ""), Reply::ok(&go.bytes)]);
        let mut sandbox = Sandbox::new(&server.url(""));
        sandbox.config.retry.longest_retry_after = Duration::from_millis(20);
        let notes = Notes::default();
        sandbox.install_noting(&go, &notes, false).unwrap();
        assert!(notes.all().iter().any(|note| note.contains(&status.to_string())), "{:?}", notes.all());
    }
}

//! The way to a server, step by step, on loopback.

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use gvr_fetch::{Fetcher, Probe, ProbeLimits, Proxies, Stage};

use crate::common::{Reply, Sandbox, Server};
use crate::tls::{authority, serve};

/// Long for everything that is to work, short for what never does.
fn limits() -> ProbeLimits {
    let long = Duration::from_mins(1);
    ProbeLimits { resolve: long, connect: long, tls: long, request: long }
}

fn probe(sandbox: &Sandbox, url: &str, limits: &ProbeLimits) -> Probe {
    Fetcher::new(sandbox.config.clone()).probe(url, limits)
}

fn stages(probe: &Probe) -> Vec<(Stage, bool)> {
    probe.steps.iter().map(|step| (step.stage, step.outcome.is_ok())).collect()
}

/// Why the last step failed.
#[track_caller]
fn failure(probe: &Probe) -> &str {
    let last = probe.steps.last().unwrap();
    last.outcome.as_ref().expect_err("it failed")
}

#[test]
fn every_step_is_taken() {
    let authority = authority("localhost", (2020, 2100));
    let server = serve(&authority, Reply::ok("here"));
    let url = format!("https://localhost:{}/x", server.address().port());
    let mut sandbox = Sandbox::new(&url);
    let file = sandbox.path().join("own.pem");
    fs::write(&file, &authority.pem).unwrap();
    sandbox.config.certificate_file = Some(file.clone());
    let found = probe(&sandbox, &url, &limits());
    let all = [Stage::Resolve, Stage::Connect, Stage::Tls, Stage::Request];
    assert_eq!(stages(&found), all.map(|stage| (stage, true)), "{found:#?}");
    assert_eq!(found.steps[3].outcome.as_deref(), Ok("answered 200"));
    assert!(found.trust.unwrap().ends_with(&format!("SSL_CERT_FILE={}", file.display())));
    assert_eq!(found.proxy, None);
}

#[test]
fn a_server_without_tls_and_one_without_the_file_are_there_all_the_same() {
    let server = Server::start(|_| Reply::status(404));
    let url = format!("http://{}/x", server.address());
    let found = probe(&Sandbox::new(&url), &url, &limits());
    let steps = [Stage::Resolve, Stage::Connect, Stage::Request].map(|stage| (stage, true));
    assert_eq!(stages(&found), steps, "{found:#?}");
    assert_eq!((found.steps[2].outcome.as_deref(), found.trust), (Ok("answered 404"), None));
}

#[test]
fn a_connection_that_is_refused_is_the_end() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("https://127.0.0.1:{port}/");
    let found = probe(&Sandbox::new(&url), &url, &limits());
    assert_eq!(stages(&found), [(Stage::Resolve, true), (Stage::Connect, false)]);
    assert!(failure(&found).contains("refused"), "{found:#?}");
}

#[test]
fn a_certificate_that_is_not_trusted_is_named() {
    for (host, is_named, expected) in
        [("localhost", false, "its issuer is not known"), ("example.org", true, "it was issued for another host")]
    {
        let authority = authority(host, (2020, 2100));
        let server = serve(&authority, Reply::ok("here"));
        let url = format!("https://localhost:{}/", server.address().port());
        let mut sandbox = Sandbox::new(&url);
        if is_named {
            let file = sandbox.path().join("own.pem");
            fs::write(&file, &authority.pem).unwrap();
            sandbox.config.certificate_file = Some(file);
        }
        let found = probe(&sandbox, &url, &limits());
        assert_eq!(stages(&found)[2..], [(Stage::Tls, false)], "{found:#?}");
        assert!(failure(&found).contains(expected), "{found:#?}");
        assert!(found.steps[2].hint.is_some());
    }
}

#[test]
fn a_server_that_never_answers_is_left() {
    // The system takes the connections, and nobody reads from them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let short = Duration::from_millis(100);
    let sandbox = Sandbox::new("http://127.0.0.1:1");
    let found = probe(&sandbox, &format!("https://{address}/"), &ProbeLimits { tls: short, ..limits() });
    assert_eq!(stages(&found)[2..], [(Stage::Tls, false)], "{found:#?}");
    assert!(failure(&found).contains("within 0.1 s"), "{found:#?}");
    let found = probe(&sandbox, &format!("http://{address}/"), &ProbeLimits { request: short, ..limits() });
    assert_eq!(stages(&found)[2..], [(Stage::Request, false)], "{found:#?}");
    assert!(failure(&found).contains("0.1 s"), "{found:#?}");
}

#[test]
fn behind_a_proxy_the_proxy_is_what_is_connected_to() {
    let server = Server::start(|_| Reply::ok("by way of the proxy"));
    let mut sandbox = Sandbox::new("http://go.invalid");
    let proxy = format!("http://me:secret@{}", server.address());
    sandbox.config.proxies = Proxies { http: Some(proxy), ..Proxies::default() };
    let found = probe(&sandbox, "http://go.invalid/x", &limits());
    assert_eq!(found.proxy, Some(format!("http://{}/", server.address())), "without the password");
    let steps = [Stage::Resolve, Stage::Connect, Stage::Request].map(|stage| (stage, true));
    assert_eq!(stages(&found), steps, "{found:#?}");
}

#[test]
fn nothing_is_asked_offline() {
    let server = Server::start(|_| Reply::ok(""));
    let url = format!("http://{}/", server.address());
    let mut sandbox = Sandbox::new(&url);
    sandbox.config.offline = true;
    let found = probe(&sandbox, &url, &limits());
    assert_eq!(stages(&found), [(Stage::Resolve, false)]);
    assert!(failure(&found).contains("offline"), "{found:#?}");
    assert_eq!(server.asked().len(), 0);
}

#[test]
fn what_is_no_address_is_said_to_be_none() {
    let found = probe(&Sandbox::new("http://127.0.0.1:1"), "ftp://example.org", &limits());
    assert!(failure(&found).contains("http and https only"), "{found:#?}");
}

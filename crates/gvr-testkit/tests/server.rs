//! The server, asked over a socket as a client would.

#![expect(clippy::unwrap_used, reason = "where the test's own machinery fails, the test has failed")]
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use gvr_testkit::{DistServer, FakeDist, FakeToolchain, Fault};

const VERSION: &str = "1.23.90";

struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

fn connect(server: &DistServer) -> TcpStream {
    let stream = TcpStream::connect(server.origin().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Sends a request and reads its answer, as long as the answer says it is.
fn ask(stream: &mut TcpStream, line: &str, headers: &str) -> std::io::Result<Answer> {
    write!(stream, "{line} HTTP/1.1\r\nHost: test\r\n{headers}\r\n")?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut answer = Answer { status, head, body: Vec::new() };
    let length: usize = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
    if !line.starts_with("HEAD") {
        answer.body.resize(length, 0);
        stream.read_exact(&mut answer.body)?;
    }
    Ok(answer)
}

fn served() -> (FakeDist, DistServer, String) {
    let dist = FakeDist::with(&[VERSION]);
    let server = DistServer::serve(&dist).unwrap();
    (dist, server, FakeToolchain::native(VERSION).archive_name())
}

#[test]
fn one_connection_serves_index_archive_and_sum() {
    let (dist, server, name) = served();
    let mut stream = connect(&server);
    let index = ask(&mut stream, "GET /dl/?mode=json&include=all", "").unwrap();
    assert_eq!((index.status, index.header("content-type")), (200, Some("application/json")));
    assert_eq!(index.body, dist.index(true));
    let etag = index.header("etag").unwrap().to_owned();
    let again = ask(&mut stream, "GET /dl/?mode=json&include=all", &format!("If-None-Match: {etag}\r\n")).unwrap();
    assert_eq!((again.status, again.body.len()), (304, 0));
    let archive = ask(&mut stream, &format!("GET /dl/{name}"), "").unwrap();
    assert_eq!(archive.body, *dist.file(&name).unwrap());
    let head = ask(&mut stream, &format!("HEAD /dl/{name}"), "").unwrap();
    assert_eq!(head.header("content-length"), Some(archive.body.len().to_string().as_str()));
    let sum = ask(&mut stream, &format!("GET /dl/{name}.sha256"), "").unwrap();
    assert_eq!(sum.body, dist.sha256(&name).unwrap().as_bytes());
    let missing = ask(&mut stream, "GET /dl/go9.9.9.linux-amd64.tar.gz", "").unwrap();
    assert_eq!((missing.status, missing.header("content-type")), (404, Some("text/plain; charset=utf-8")));
    assert_eq!(server.requests().len(), 6);
    assert_eq!(server.downloads(&name), 1);
    assert_eq!(server.connections(), 1);
}

#[test]
fn ranges_hold_while_the_file_is_the_same() {
    let (dist, server, name) = served();
    let bytes = dist.file(&name).unwrap();
    let mut stream = connect(&server);
    let line = format!("GET /dl/{name}");
    let etag = ask(&mut stream, &line, "").unwrap().header("etag").unwrap().to_owned();
    let part = ask(&mut stream, &line, &format!("Range: bytes=100-\r\nIf-Range: {etag}\r\n")).unwrap();
    assert_eq!((part.status, &*part.body), (206, &bytes[100..]));
    let said = format!("bytes 100-{}/{}", bytes.len() - 1, bytes.len());
    assert_eq!(part.header("content-range"), Some(said.as_str()));
    let changed = ask(&mut stream, &line, "Range: bytes=100-\r\nIf-Range: \"other\"\r\n").unwrap();
    assert_eq!((changed.status, changed.body.len()), (200, bytes.len()));
    let beyond = ask(&mut stream, &line, &format!("Range: bytes={}-\r\n", bytes.len())).unwrap();
    assert_eq!(beyond.status, 416);
    assert_eq!(server.requests()[1].range.as_deref(), Some("bytes=100-"));
}

#[test]
fn faults_come_once_or_always() {
    let (dist, server, name) = served();
    let line = format!("GET /dl/{name}");
    server.fail_next("*.tar.gz", Fault::unavailable(0));
    server.fail_next("*.tar.gz", Fault::Html200);
    server.fail_next("*.tar.gz", Fault::Redirect("http://127.0.0.1:1/x".to_owned()));
    let mut stream = connect(&server);
    let unavailable = ask(&mut stream, &line, "").unwrap();
    assert_eq!((unavailable.status, unavailable.header("retry-after")), (503, Some("0")));
    assert!(ask(&mut stream, &line, "").unwrap().body.starts_with(b"<!DOCTYPE html>"));
    assert_eq!(ask(&mut stream, &line, "").unwrap().header("location"), Some("http://127.0.0.1:1/x"));
    let wrong = {
        server.fail_next("*.tar.gz", Fault::WrongBytes);
        ask(&mut stream, &line, "").unwrap().body
    };
    let bytes = dist.file(&name).unwrap();
    assert_eq!(wrong.len(), bytes.len());
    assert!(wrong.iter().zip(bytes.iter()).all(|(wrong, right)| *wrong == !*right));
    server.fail_always("*.tar.gz", Fault::NotFound);
    assert_eq!(ask(&mut stream, &line, "").unwrap().status, 404);
    assert_eq!(ask(&mut stream, &line, "").unwrap().status, 404);
    server.heal();
    assert_eq!(ask(&mut stream, &line, "").unwrap().status, 200);
    server.fail_next("*", Fault::IgnoreRange);
    assert_eq!(ask(&mut stream, &line, "Range: bytes=5-\r\n").unwrap().status, 200);
    server.fail_next("*", Fault::Slow { bytes: 1000, pause: Duration::from_millis(1) });
    assert_eq!(ask(&mut stream, &line, "").unwrap().body, *bytes);
}

#[test]
fn connections_break_off_as_scripted() {
    let (_, server, name) = served();
    let line = format!("GET /dl/{name}");
    let broken = |fault| {
        server.fail_next("*.tar.gz", fault);
        ask(&mut connect(&server), &line, "").err().map(|error| error.kind())
    };
    assert_eq!(broken(Fault::Truncate(100)), Some(ErrorKind::UnexpectedEof));
    assert_eq!(broken(Fault::Reset(0)), Some(ErrorKind::ConnectionReset));
    assert_eq!(broken(Fault::Reset(100)), Some(ErrorKind::ConnectionReset));
    assert_eq!(ask(&mut connect(&server), &line, "").unwrap().status, 200);
}

#[test]
fn a_held_answer_waits_for_the_test() {
    let (dist, server, name) = served();
    server.fail_next("*.tar.gz", Fault::Hold(100));
    let body = std::thread::scope(|scope| {
        let asking = scope.spawn(|| ask(&mut connect(&server), &format!("GET /dl/{name}"), "").unwrap().body);
        server.wait_for_held(1);
        assert!(!asking.is_finished());
        server.release();
        asking.join().unwrap()
    });
    assert_eq!(body, *dist.file(&name).unwrap());
}

#[test]
fn a_server_stops_while_an_answer_is_held() {
    let (_, server, name) = served();
    server.fail_next("*.tar.gz", Fault::Hold(100));
    let mut stream = connect(&server);
    let asking = std::thread::spawn(move || ask(&mut stream, &format!("GET /dl/{name}"), "").is_err());
    server.wait_for_held(1);
    drop(server);
    assert!(asking.join().unwrap());
}

#[test]
fn a_folder_is_served_as_it_is_at_the_moment() {
    let folder = tempfile::tempdir().unwrap();
    FakeDist::with(&[VERSION]).write_to(folder.path()).unwrap();
    let server = DistServer::serve_folder(folder.path()).unwrap();
    let mut stream = connect(&server);
    let name = FakeToolchain::native(VERSION).archive_name();
    let archive = ask(&mut stream, &format!("GET /dl/{name}"), "Range: bytes=10-19\r\n").unwrap();
    assert_eq!(archive.body, std::fs::read(folder.path().join(&name)).unwrap()[10..20]);
    let short = ask(&mut stream, "GET /dl/?mode=json", "").unwrap();
    assert_eq!(short.body, FakeDist::with(&[VERSION]).index(false));
    FakeDist::with(&[VERSION, "1.23.91"]).write_to(folder.path()).unwrap();
    let index = ask(&mut stream, "GET /dl/?mode=json&include=all", "").unwrap();
    assert!(String::from_utf8(index.body).unwrap().contains("go1.23.91"));
    assert_eq!(ask(&mut stream, "GET /dl/../secret", "").unwrap().status, 404);
    assert_eq!(ask(&mut stream, "GET /dl//etc/passwd", "").unwrap().status, 404);
}

#[test]
fn a_proxys_request_is_recorded_with_its_host() {
    let (dist, server, name) = served();
    let answer = ask(&mut connect(&server), &format!("GET http://example.test/dl/{name}"), "").unwrap();
    assert_eq!(answer.body, *dist.file(&name).unwrap());
    let request = &server.requests()[0];
    assert_eq!((request.host.as_str(), request.proxied), ("example.test", true));
    assert_eq!(request.path, format!("/dl/{name}"));
}

#[test]
fn a_new_release_is_published() {
    let (_, server, _) = served();
    let mut stream = connect(&server);
    let line = "GET /dl/?mode=json&include=all";
    let old = ask(&mut stream, line, "").unwrap().header("etag").unwrap().to_owned();
    server.publish(&FakeDist::with(&[VERSION, "1.24.90"]));
    let new = ask(&mut stream, line, &format!("If-None-Match: {old}\r\n")).unwrap();
    assert_eq!(new.status, 200);
    assert!(String::from_utf8(new.body).unwrap().contains("go1.24.90"));
}

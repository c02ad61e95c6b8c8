//! Proxies: for plain requests, for tunnels, and not at all for whom `NO_PROXY` names.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;

use gvr_fetch::{ErrorKind, FetchError, InstallError, Proxies, SourceProblem};

use crate::common::server::receive;
use crate::common::{FakeGo, Reply, Sandbox, Server};
use crate::tls;

/// A proxy that answers plain requests itself with `reply`, and connects every tunnel to `target`.
fn proxy(reply: Reply, target: Option<std::net::SocketAddr>) -> Server {
    let log = Arc::default();
    let asked = Arc::clone(&log);
    Server::on_connections(log, move |mut client| {
        let Some(request) = receive(&client, &asked) else { return };
        match (request.method.as_str(), target) {
            ("CONNECT", Some(target)) => {
                client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
                let server = TcpStream::connect(target).unwrap();
                let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || forward(from, to));
                forward(server, client);
            }
            _ => reply.send(&client, &client),
        }
    })
}

fn forward(mut from: TcpStream, mut to: TcpStream) {
    let mut buffer = [0; 1 << 14];
    while let Ok(count) = from.read(&mut buffer) {
        if count == 0 || to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

#[test]
fn plain_requests_go_through_it() {
    let go = FakeGo::small();
    let through = proxy(Reply::ok(&go.bytes), None);
    let mut sandbox = Sandbox::new("http://go.invalid/dl");
    for (http, all) in [(Some(through.url("")), None), (None, Some(through.url("")))] {
        sandbox.config.proxies = Proxies { http, all, ..Proxies::default() };
        sandbox.install(&go).unwrap();
    }
    assert!(through.asked()[0].target.starts_with("http://go.invalid/dl/go1.22.90"), "{:?}", through.asked()[0]);
    let with_password = format!("http://me:secret@{}", through.address());
    sandbox.config.proxies = Proxies { http: Some(with_password), ..Proxies::default() };
    sandbox.install(&go).unwrap();
    assert_eq!(through.asked()[2].header("proxy-authorization"), Some("Basic bWU6c2VjcmV0"));
}

#[test]
fn https_goes_through_a_tunnel() {
    let go = FakeGo::large();
    let authority = tls::authority("go.invalid", (2020, 2100));
    let server = tls::serve(&authority, Reply::ok(&go.bytes));
    let through = proxy(Reply::status(500), Some(server.address()));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("own.pem"), &authority.pem).unwrap();
    let mut sandbox = Sandbox::new("https://go.invalid/dl");
    sandbox.config.certificate_file = Some(folder.path().join("own.pem"));
    sandbox.config.proxies = Proxies { https: Some(through.url("")), ..Proxies::default() };
    sandbox.install(&go).unwrap();
    let asked = &through.asked()[0];
    assert_eq!((asked.method.as_str(), asked.target.as_str()), ("CONNECT", "go.invalid:443"));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn no_proxy_is_heeded() {
    let go = FakeGo::small();
    let server = Server::scripted(vec![Reply::ok(&go.bytes)]);
    let through = proxy(Reply::status(500), None);
    let mut sandbox = Sandbox::new(&server.url(""));
    for none_for in ["127.0.0.1", "*", "example.org, 127.0.0.0/8"] {
        let none_for = Some(none_for.to_owned());
        sandbox.config.proxies =
            Proxies { http: Some(through.url("")), all: Some(through.url("")), none_for, ..Proxies::default() };
        sandbox.install(&go).unwrap();
    }
    assert_eq!((server.asked().len(), through.asked().len()), (3, 0));
}

#[test]
fn a_proxy_that_wants_a_password_is_recognised() {
    let through = proxy(Reply::status(407), None);
    let mut sandbox = Sandbox::new("https://go.invalid/dl");
    sandbox.config.proxies = Proxies { all: Some(through.url("")), ..Proxies::default() };
    let error = sandbox.install(&FakeGo::small()).unwrap_err();
    assert!(error.to_string().contains("the proxy does not let https://go.invalid/"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("user:password")), "{:?}", error.hint());
    sandbox.config.dist_url = "http://go.invalid/dl".to_owned();
    let error = sandbox.install(&FakeGo::small()).unwrap_err();
    assert!(error.to_string().contains("407"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("user:password")), "{:?}", error.hint());
}

#[test]
fn a_proxy_that_is_none_is_this_machine_s_fault() {
    let mut sandbox = Sandbox::new("https://go.invalid/dl");
    sandbox.config.proxies = Proxies { https: Some("http://[".to_owned()), ..Proxies::default() };
    match sandbox.install(&FakeGo::small()) {
        Err(InstallError::Sources(failures)) => {
            let SourceProblem::Fetch(error) = &failures[0].problem else { panic!("{}", failures[0].problem) };
            assert!(matches!(error, FetchError::BadProxy { variable: "HTTPS_PROXY", .. }), "{error}");
            assert_eq!(error.kind(), ErrorKind::Local);
        }
        other => panic!("{other:?}"),
    }
}

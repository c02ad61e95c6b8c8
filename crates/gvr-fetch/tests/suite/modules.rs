//! Go module proxies: who is asked, and that nothing is believed for being sent.

use std::io::{Cursor, Write as _};

use gvr_core::Version;
use gvr_fetch::{Archive, ErrorKind, Fetched, HashSource, InstallError, NoProgress};
use zip::write::SimpleFileOptions;

use crate::common::archive::{PLATFORM, VERSION};
use crate::common::{Reply, Sandbox, Server};

/// A release whose module's hash gvr knows.
const KNOWN: &str = "1.23.1";
const FILE: &str = "/golang.org/toolchain/@v/v0.0.1-go1.23.1.linux-amd64.zip";

/// A toolchain that Go did not make, in the form of a module.
fn forged() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [("VERSION", "go1.23.1\n"), ("bin/go", "#!/bin/sh\n"), ("src/_go.mod", "module std\n")] {
        let name = format!("golang.org/toolchain@v0.0.1-go1.23.1.linux-amd64/{name}");
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Installs a version of which nothing but the module can be had.
fn install(sandbox: &Sandbox, version: &str, proxies: &str) -> Result<Fetched, InstallError> {
    let mut config = sandbox.config.clone();
    config.module_proxies = Some(proxies.to_owned());
    config.gosumdb = Some("sum.golang.org http://127.0.0.1:1".to_owned());
    let archive = Archive {
        version: Version::parse(version).unwrap(),
        platform: PLATFORM.parse().unwrap(),
        sha256: None,
        hash_from: HashSource::Module,
        size: None,
    };
    let folder = tempfile::tempdir().unwrap();
    let result = gvr_fetch::Fetcher::new(config).install_into(&archive, folder.path(), &NoProgress, false);
    assert_eq!(sandbox.cached(), [""; 0], "nothing of it stays");
    result
}

fn sandbox() -> Sandbox {
    Sandbox::new("http://127.0.0.1:1/dl")
}

#[test]
fn a_proxy_s_own_toolchain_is_refused_by_its_hash() {
    let proxy = Server::scripted(vec![Reply::ok(forged())]);
    let error = install(&sandbox(), KNOWN, &proxy.url("/go")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(proxy.asked()[0].target, format!("/go{FILE}"));
    let message = error.to_string();
    for word in [proxy.url(&format!("/go{FILE}")), "h1:TmiC7kE4hHuA7UwTcrWUtL/Curn//Xchpqc+HHYEv2M=".to_owned()] {
        assert!(message.contains(&word), "{message}");
    }
}

#[test]
fn what_is_no_module_is_refused_by_name() {
    for (body, word) in [(b"PK\x03\x04junk".to_vec(), "zip is refused"), (Vec::new(), "zip is refused")] {
        let proxy = Server::scripted(vec![Reply::ok(body)]);
        let error = install(&sandbox(), KNOWN, &proxy.url("")).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.to_string().contains(word) && error.to_string().contains(&proxy.url(FILE)), "{error}");
    }
    let portal = Server::scripted(vec![Reply::html(200)]);
    assert_eq!(install(&sandbox(), KNOWN, &portal.url("")).unwrap_err().kind(), ErrorKind::Network);
}

#[test]
fn the_next_is_asked_as_the_separators_say() {
    for (first, separator, is_next_asked) in
        [(404, ",", true), (410, ",", true), (403, ",", false), (404, "|", true), (403, "|", true)]
    {
        let one = Server::scripted(vec![Reply::status(first)]);
        let other = Server::scripted(vec![Reply::ok(forged())]);
        let list = format!("{}{separator}{}", one.url(""), other.url(""));
        install(&sandbox(), KNOWN, &list).unwrap_err();
        assert_eq!((one.asked().len(), other.asked().len()), (1, usize::from(is_next_asked)), "{first} {separator}");
    }
    let one = Server::scripted(vec![Reply::status(404)]);
    let error = install(&sandbox(), KNOWN, &format!("{},off", one.url(""))).unwrap_err();
    assert!(error.to_string().contains("404") && error.to_string().contains("'off'"), "{error}");
}

#[test]
fn what_nothing_proves_is_not_even_asked_for() {
    let proxy = Server::scripted(vec![Reply::ok(forged())]);
    let error = install(&sandbox(), VERSION, &proxy.url("")).unwrap_err();
    // The database could not be reached: what it says may be known in a minute.
    assert_eq!((error.kind(), proxy.asked().len()), (ErrorKind::Network, 0));
    assert!(
        error.to_string().contains("nothing proves what golang.org/toolchain@v0.0.1-go1.22.90.linux-amd64 must be"),
        "{error}"
    );
    let error = install(&sandbox(), "1.20.90", &proxy.url("")).unwrap_err();
    assert!(error.to_string().contains("from 1.21 on"), "{error}");
    let error = install(&sandbox(), KNOWN, "gopher://x").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Local);
}

#[test]
fn only_the_module_is_left_where_no_server_of_archives_answers() {
    let mut sandbox = sandbox();
    let locate = |sandbox: &Sandbox, version: &str| {
        sandbox.fetcher().locate(Version::parse(version).unwrap(), PLATFORM.parse().unwrap())
    };
    assert_eq!(locate(&sandbox, VERSION).unwrap_err().kind(), ErrorKind::Network);
    sandbox.config.module_proxies = Some("https://proxy.example".to_owned());
    let archive = locate(&sandbox, VERSION).unwrap();
    assert_eq!((archive.sha256, archive.hash_from), (None, HashSource::Module));
    assert_eq!(locate(&sandbox, "1.20.90").unwrap_err().kind(), ErrorKind::Network);
}

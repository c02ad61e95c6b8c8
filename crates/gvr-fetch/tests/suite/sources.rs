//! Mirrors, folders and the cache.

use std::fs;

use gvr_fetch::{ErrorKind, InstallError, SourceProblem};

use crate::common::archive::FILE;
use crate::common::sandbox::Notes;
use crate::common::{FakeGo, Reply, Sandbox, Server};

#[test]
fn mirrors_come_first_and_in_order() {
    let go = FakeGo::small();
    let (absent, good) = (Server::scripted(vec![Reply::status(404)]), Server::scripted(vec![Reply::ok(&go.bytes)]));
    let dist = Server::scripted(vec![Reply::ok(&go.bytes)]);
    let mut sandbox = Sandbox::new(&dist.url("/dl"));
    sandbox.config.mirrors = vec![absent.url("/go"), good.url("/golang/")];
    assert_eq!(sandbox.install(&go).unwrap().served_by, good.url(&format!("/golang/{FILE}")));
    assert_eq!((absent.asked().len(), dist.asked().len()), (1, 0));
}

#[test]
fn a_mirror_that_is_down_or_cut_short_is_passed_over() {
    let go = FakeGo::small();
    for reply in [Reply::status(500), Reply::html(200), Reply::ok(&go.bytes[..9]), Reply::raw("")] {
        let mirror = Server::scripted(vec![reply]);
        let dist = Server::scripted(vec![Reply::ok(&go.bytes)]);
        let mut sandbox = Sandbox::new(&dist.url(""));
        sandbox.config.mirrors = vec![mirror.url("")];
        let fetched = sandbox.install_noting(&go, &Notes::default(), true).unwrap();
        assert_eq!(fetched.served_by, dist.url(&format!("/{FILE}")));
        assert_eq!(fs::read(sandbox.kept(&go)).unwrap(), go.bytes);
        assert_eq!(sandbox.cached().len(), 1);
    }
}

#[test]
fn a_mirror_that_lies_ends_it_whatever_others_have() {
    let (go, other) = (FakeGo::small(), FakeGo::large());
    let (absent, mirror) =
        (Server::scripted(vec![Reply::status(404)]), Server::scripted(vec![Reply::ok(&other.bytes)]));
    let dist = Server::scripted(vec![Reply::ok(&go.bytes)]);
    let mut sandbox = Sandbox::new(&dist.url(""));
    sandbox.config.mirrors = vec![absent.url(""), mirror.url("")];
    let error = sandbox.install(&go).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused, "wrong bytes are graver than none");
    let message = error.to_string();
    for word in [mirror.url(""), other.archive.sha256.unwrap().to_string(), absent.url(""), "404".to_owned()] {
        assert!(message.contains(&word), "{message}");
    }
    assert_eq!((dist.asked().len(), sandbox.cached().len()), (0, 0), "nobody else is asked, and nothing is kept");
}

#[test]
fn a_folder_is_a_mirror_even_offline() {
    let go = FakeGo::small();
    let server = Server::scripted(vec![Reply::ok(&go.bytes)]);
    let mut sandbox = Sandbox::new(&server.url(""));
    let folder = tempfile::tempdir().unwrap();
    sandbox.config.mirrors = vec![folder.path().display().to_string()];
    sandbox.config.offline = true;
    let error = sandbox.install(&go).unwrap_err();
    let InstallError::Sources(failures) = &error else { panic!("{error}") };
    assert!(matches!(failures[0].problem, SourceProblem::Read { .. }), "{error}");
    fs::write(folder.path().join(FILE), &go.bytes).unwrap();
    let fetched = sandbox.install(&go).unwrap();
    assert_eq!((fetched.served_by, fetched.kept), (folder.path().join(FILE).display().to_string(), None));
    let fetched = sandbox.install_noting(&go, &Notes::default(), true).unwrap();
    assert_eq!(fetched.kept, Some(sandbox.kept(&go)));
    assert_eq!(fs::read(sandbox.kept(&go)).unwrap(), go.bytes);
    assert_eq!(server.asked().len(), 0);
}

#[test]
fn what_a_folder_has_is_verified_too() {
    let go = FakeGo::small();
    let server = Server::scripted(vec![Reply::ok(&go.bytes)]);
    let mut sandbox = Sandbox::new(&server.url(""));
    let folder = tempfile::tempdir().unwrap();
    sandbox.config.mirrors = vec![folder.path().display().to_string()];
    fs::write(folder.path().join(FILE), &FakeGo::large().bytes).unwrap();
    let error = sandbox.install(&go).unwrap_err();
    assert_eq!((error.kind(), server.asked().len()), (ErrorKind::Refused, 0), "{error}");
    fs::remove_file(folder.path().join(FILE)).unwrap();
    fs::create_dir(folder.path().join(FILE)).unwrap();
    assert_eq!(sandbox.install(&go).unwrap().served_by, server.url(&format!("/{FILE}")));
}

#[test]
fn a_mirror_that_is_none_is_named() {
    let mut sandbox = Sandbox::new("https://go.dev/dl");
    sandbox.config.mirrors = vec!["mirrors/go".to_owned()];
    let error = sandbox.install(&FakeGo::small()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Local);
    assert!(error.to_string().contains("mirrors/go"), "{error}");
}

#[test]
fn a_kept_archive_needs_no_network() {
    let go = FakeGo::small();
    let server = Server::scripted(vec![Reply::ok(&go.bytes)]);
    let mut sandbox = Sandbox::new(&server.url(""));
    sandbox.install_noting(&go, &Notes::default(), true).unwrap();
    sandbox.config.offline = true;
    let fetched = sandbox.install(&go).unwrap();
    let kept = Some(sandbox.kept(&go));
    assert_eq!((fetched.served_by, fetched.kept), (sandbox.kept(&go).display().to_string(), kept));
    assert_eq!(server.asked().len(), 1);
    assert_eq!(sandbox.cached().len(), 1, "it stays");
}

#[test]
fn a_kept_archive_is_hashed_again() {
    let go = FakeGo::large();
    let server = Server::scripted(vec![Reply::ok(&go.bytes)]);
    let sandbox = Sandbox::new(&server.url(""));
    sandbox.install_noting(&go, &Notes::default(), true).unwrap();
    let mut flipped = go.bytes.clone();
    flipped[300_000] ^= 1;
    for bytes in [&flipped[..], &go.bytes[..300_000], b""] {
        fs::write(sandbox.kept(&go), bytes).unwrap();
        let asked = server.asked().len();
        sandbox.install(&go).unwrap();
        assert_eq!(server.asked().len(), asked + 1);
        assert_eq!(sandbox.cached(), Vec::<String>::new(), "the bad one is gone");
    }
}

#[test]
fn an_unwritable_destination_is_this_machine_s_fault() {
    let go = FakeGo::small();
    let server = Server::scripted(vec![Reply::ok(&go.bytes)]);
    let sandbox = Sandbox::new(&server.url(""));
    let missing = sandbox.path().join("missing");
    let error = sandbox.fetcher().install_into(&go.archive, &missing, &Notes::default(), false).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Local);
    assert!(error.to_string().contains("missing"), "{error}");
    let not_a_folder = sandbox.path().join("canary");
    let error = sandbox.fetcher().install_into(&go.archive, &not_a_folder, &Notes::default(), false).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Local);
    sandbox.assert_unharmed();
}

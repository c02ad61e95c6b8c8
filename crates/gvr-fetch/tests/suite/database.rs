//! The way to the checksum database: GOSUMDB, GOPROXY, and networks that do not help.

use gvr_fetch::dirhash::{H1, ToolchainModule};
use gvr_fetch::sumdb::{GosumdbError, LogError, RemoteError};
use gvr_fetch::{ErrorKind, FetchError};
use gvr_testkit::{DistServer, FakeDist, FakeLog, Fault};

use crate::common::Sandbox;

const NAME: &str = "log.example.test";

fn module() -> ToolchainModule {
    ToolchainModule::new("1.22.90".parse().unwrap(), "linux-amd64".parse().unwrap()).unwrap()
}

fn h1() -> H1 {
    "h1:rRL9rPpsjKfpdDFcppvNgw1/dynUMrpDcTxdIwtyFR0=".parse().unwrap()
}

fn log() -> FakeLog {
    let mut log = FakeLog::of_numbers(NAME, 300);
    log.append_module(ToolchainModule::PATH, &module().version(), &h1().to_string());
    log
}

/// A server with the log below these folders.
fn server(folders: &[&str]) -> DistServer {
    let mut dist = FakeDist::new();
    for folder in folders {
        dist.add_log(folder, &log(), &[&module().to_string()]);
    }
    DistServer::serve(&dist).unwrap()
}

fn sandbox(gosumdb: Option<String>, goproxy: Option<String>) -> Sandbox {
    let mut sandbox = Sandbox::new("http://127.0.0.1:1");
    (sandbox.config.gosumdb, sandbox.config.goproxy) = (gosumdb, goproxy);
    sandbox
}

fn paths(server: &DistServer) -> Vec<String> {
    server.requests().into_iter().map(|request| request.path).collect()
}

#[test]
fn an_address_in_gosumdb_is_asked_and_nobody_else() {
    let server = server(&["log"]);
    let address = format!("{} {}/log", log().verifier_key(), server.url());
    let sandbox = sandbox(Some(address), Some("http://127.0.0.1:1/never".to_owned()));
    let proof = sandbox.fetcher().prove(module(), h1()).unwrap();
    assert_eq!((proof.record, proof.head.size, proof.place), (300, 301, format!("{}/log", server.url())));
    assert_eq!(paths(&server)[0], "/dl/log/lookup/golang.org/toolchain@v0.0.1-go1.22.90.linux-amd64");
    // The state is kept where the layout says, under the key's name.
    let kept =
        sandbox.config.checksum_databases.join(format!("{NAME}+{}", &log().verifier_key()[NAME.len() + 1..][..8]));
    assert_eq!(std::fs::read_to_string(kept.join("latest")).unwrap(), log().signed_head(301));
    let other = "h1:zhaB0xtf1n7RI8+VTlFAxhfXYrkUUHHjr4cpEh+aEsA=".parse().unwrap();
    let error = sandbox.fetcher().prove(module(), other).unwrap_err();
    assert!(matches!(error, LogError::Mismatch { .. }), "{error}");
    assert_eq!(sandbox.fetcher().logged(module()).unwrap().h1, h1());
}

#[test]
fn a_proxy_that_passes_the_database_on_is_asked_and_never_gone_around() {
    let folder = format!("second/sumdb/{NAME}");
    let server = server(&[&folder]);
    let url = server.url();
    let key = Some(log().verifier_key());
    // The first says that it does not, with 404; the second does.
    let proxies = format!("file:///nowhere,{url}/first,{url}/second,direct");
    let sandbox = sandbox(key.clone(), Some(proxies.clone()));
    let proof = sandbox.fetcher().prove(module(), h1()).unwrap();
    assert_eq!(proof.place, format!("{url}/second/sumdb/{NAME}"));
    let asked = paths(&server);
    assert_eq!(asked[0], format!("/dl/first/sumdb/{NAME}/supported"));
    assert_eq!(asked[1], format!("/dl/second/sumdb/{NAME}/supported"));
    // One that fails is no reason to ask another way, unless the list says so with a bar.
    server.fail_always("*first*", Fault::Status(403, Vec::new()));
    let error = sandbox.fetcher().prove(module(), h1()).unwrap_err();
    assert!(matches!(&error, LogError::Unreachable { place, .. } if place.contains("/first/")), "{error}");
    let with_bar = proxies.replace("/first,", "/first|");
    let with_bar = self::sandbox(key.clone(), Some(with_bar));
    assert!(with_bar.fetcher().prove(module(), h1()).is_ok());
    // And one that passes it on is the only one, also where it then has nothing.
    server.heal();
    server.fail_always("*lookup*", Fault::NotFound);
    let error = sandbox.fetcher().prove(module(), h1()).unwrap_err();
    assert!(matches!(&error, LogError::Unlisted { place, .. } if place.contains("/second/")), "{error}");
    assert!(error.is_silence());
}

#[test]
fn silence_is_told_with_its_cause() {
    let key = log().verifier_key();
    let off = sandbox(Some("off".to_owned()), None).fetcher().prove(module(), h1()).unwrap_err();
    assert!(matches!(off, LogError::Database(GosumdbError::Off)) && off.is_silence(), "{off}");
    assert!(off.hint().unwrap().contains("unset GOSUMDB"));
    let mut offline = sandbox(None, None);
    offline.config.offline = true;
    let error = offline.fetcher().prove(module(), h1()).unwrap_err();
    let LogError::Unreachable { database, source: RemoteError::Failed(source), .. } = &error else { panic!("{error}") };
    assert!(matches!(**source, FetchError::Offline { .. }), "{source}");
    assert_eq!((database.as_str(), error.kind()), ("sum.golang.org", ErrorKind::Network));
    let refused = sandbox(Some(format!("{key} http://127.0.0.1:1")), None).fetcher().prove(module(), h1()).unwrap_err();
    assert!(refused.is_silence() && refused.to_string().contains("http://127.0.0.1:1"), "{refused}");
    assert!(refused.hint().unwrap().contains("GOSUMDB"), "{:?}", refused.hint());
    let malformed = sandbox(Some("nonsense".to_owned()), None).fetcher().prove(module(), h1()).unwrap_err();
    assert!(!malformed.is_silence() && malformed.kind() == ErrorKind::Local, "{malformed}");
}

#[test]
fn a_captive_portal_is_no_database() {
    let server = server(&["log"]);
    let sandbox = sandbox(Some(format!("{} {}/log", log().verifier_key(), server.url())), None);
    server.fail_always("*lookup*", Fault::Html200);
    let error = sandbox.fetcher().prove(module(), h1()).unwrap_err();
    assert!(matches!(error, LogError::Answer { .. }), "{error}");
    server.heal();
    server.fail_always("*tile*", Fault::WrongBytes);
    let error = sandbox.fetcher().prove(module(), h1()).unwrap_err();
    assert!(matches!(error, LogError::Untied { .. }), "{error}");
    assert_eq!(error.kind(), ErrorKind::Refused);
    server.heal();
    server.fail_next("*tile*", Fault::Reset(100));
    assert!(sandbox.fetcher().prove(module(), h1()).is_ok(), "one broken connection is tried again");
}

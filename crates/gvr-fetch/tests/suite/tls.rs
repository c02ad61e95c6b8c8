//! TLS with a private certificate authority: trusted when it is named, refused when it is not.

use std::fs;
use std::sync::Arc;

use gvr_fetch::{Distrust, ErrorKind, FetchError, InstallError, SourceProblem};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::common::server::receive;
use crate::common::{FakeGo, Reply, Sandbox, Server};

/// An authority and what it has signed.
pub(crate) struct Authority {
    pub(crate) pem: String,
    config: Arc<ServerConfig>,
}

impl Authority {
    /// A certificate that stands for itself.
    pub(crate) fn of(certificate: &rcgen::Certificate, key: &KeyPair) -> Self {
        Self { pem: certificate.pem(), config: server_config(certificate.der().clone(), key) }
    }
}

fn server_config(certificate: CertificateDer<'static>, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    Arc::new(config)
}

/// An authority with a certificate for `host` that is valid in these years.
pub(crate) fn authority(host: &str, years: (i32, i32)) -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(years.0, 1, 1), date_time_ymd(years.1, 1, 1));
    let certificate: CertificateDer<'static> = params.signed_by(&key, &issuer).unwrap().der().clone();
    Authority { pem: issuer.pem(), config: server_config(certificate, &key) }
}

pub(crate) fn serve(authority: &Authority, reply: Reply) -> Server {
    let config = authority.config.clone();
    let log = Arc::default();
    let asked = Arc::clone(&log);
    Server::on_connections(log, move |socket| {
        let connection = ServerConnection::new(config.clone()).unwrap();
        let mut stream = StreamOwned::new(connection, socket.try_clone().unwrap());
        if receive(&mut stream, &asked).is_some() {
            reply.send(&mut stream, &socket);
            stream.conn.send_close_notify();
            let _ = stream.conn.complete_io(&mut stream.sock);
        }
    })
}

fn https(server: &Server) -> String {
    format!("https://localhost:{}", server.address().port())
}

fn failure(sandbox: &Sandbox, go: &FakeGo) -> (FetchError, InstallError) {
    match (sandbox.install(go), sandbox.install(go)) {
        (Err(InstallError::Sources(mut failures)), Err(error)) => match failures.remove(0).problem {
            SourceProblem::Fetch(fetch) => (fetch, error),
            other => panic!("{other}"),
        },
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_authority_that_is_named_is_trusted() {
    let go = FakeGo::large();
    let authority = authority("localhost", (2020, 2100));
    let server = serve(&authority, Reply::ok(&go.bytes));
    let mut sandbox = Sandbox::new(&https(&server));
    let folder = sandbox.path().join("root/certificates");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("own.pem"), &authority.pem).unwrap();
    fs::write(folder.join("README"), "not a certificate").unwrap();
    sandbox.config.certificate_file = Some(folder.join("own.pem"));
    assert!(sandbox.install(&go).unwrap().served_by.starts_with("https://localhost:"));
    sandbox.config.certificate_file = None;
    let list = std::env::join_paths([&sandbox.path().join("root"), &folder]).unwrap();
    sandbox.config.certificate_folders = Some(list);
    sandbox.install(&go).unwrap();
}

#[test]
fn an_authority_that_is_not_named_is_not() {
    let go = FakeGo::small();
    let server = serve(&authority("localhost", (2020, 2100)), Reply::ok(&go.bytes));
    let sandbox = Sandbox::new(&https(&server));
    let (fetch, error) = failure(&sandbox, &go);
    assert!(
        matches!(&fetch, FetchError::Certificate { host, why: Distrust::UnknownIssuer, .. } if host == "localhost")
    );
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(error.to_string().contains("the certificate of localhost was not trusted"), "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("SSL_CERT_FILE")));
    assert_eq!(server.asked().len(), 0);
}

#[test]
fn time_and_host_must_be_right() {
    let go = FakeGo::small();
    for (host, years, expected, hint) in [
        ("localhost", (2020, 2021), Distrust::Expired, "date"),
        ("localhost", (2090, 2100), Distrust::NotYetValid, "date"),
        ("example.org", (2020, 2100), Distrust::OtherHost, "SSL_CERT_FILE"),
    ] {
        let authority = authority(host, years);
        let server = serve(&authority, Reply::ok(&go.bytes));
        let mut sandbox = Sandbox::new(&https(&server));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("own.pem");
        fs::write(&file, &authority.pem).unwrap();
        sandbox.config.certificate_file = Some(file);
        let (fetch, error) = failure(&sandbox, &go);
        assert!(matches!(&fetch, FetchError::Certificate { why, .. } if *why == expected), "{fetch:?}");
        assert!(error.hint().is_some_and(|given| given.contains(hint)), "{:?}", error.hint());
    }
}

#[test]
fn https_never_leads_to_http() {
    let go = FakeGo::small();
    let plain = Server::scripted(vec![Reply::ok(&go.bytes)]);
    let authority = authority("localhost", (2020, 2100));
    let server = serve(&authority, Reply::redirect(&plain.url("/x")));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("own.pem"), &authority.pem).unwrap();
    let mut sandbox = Sandbox::new(&https(&server));
    sandbox.config.certificate_file = Some(folder.path().join("own.pem"));
    let (fetch, _) = failure(&sandbox, &go);
    assert!(matches!(fetch, FetchError::Redirect { why: "it leads from https to http", .. }), "{fetch:?}");
    assert_eq!(plain.asked().len(), 0);
}

#[test]
fn a_file_without_certificates_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.pem");
    fs::write(&file, "nothing").unwrap();
    let mut sandbox = Sandbox::new("https://localhost:9");
    sandbox.config.certificate_file = Some(file);
    let (fetch, error) = failure(&sandbox, &FakeGo::small());
    assert!(matches!(fetch, FetchError::Certificates { .. }), "{fetch:?}");
    assert_eq!(error.kind(), ErrorKind::Local);
}

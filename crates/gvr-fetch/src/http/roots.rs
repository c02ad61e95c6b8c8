//! Whose certificates are trusted: the system's store, and what the settings name beside it.
//!
//! The only file of this crate that differs between operating systems.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use super::FetchError;
use crate::Config;

/// TLS as this crate speaks it.
pub(crate) struct Tls {
    pub(crate) config: ClientConfig,
    /// Whether the system's store has anything in it.
    pub(crate) has_system_roots: bool,
    /// What the system's store is, for people.
    pub(crate) store: String,
}

impl Tls {
    /// Reads the certificates and builds the configuration. Nothing that is named and unreadable is passed over in silence.
    pub(crate) fn new(config: &Config) -> Result<Self, FetchError> {
        system::configure(named_certificates(config)?, Arc::new(rustls::crypto::ring::default_provider()))
            .map_err(client_error)
    }

    /// For connections without TLS. Nothing is read, and should one speak TLS all the same, no certificate is good enough.
    pub(super) fn trusting_nobody() -> Result<Self, FetchError> {
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(client_error)?
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        Ok(Self { config, has_system_roots: false, store: "nobody".to_owned() })
    }
}

fn client_error(error: rustls::Error) -> FetchError {
    FetchError::Client { why: error.to_string() }
}

fn named_certificates(config: &Config) -> Result<Vec<CertificateDer<'static>>, FetchError> {
    let mut certificates = Vec::new();
    if let Some(path) = config.certificate_file.as_deref().filter(|path| !path.as_os_str().is_empty()) {
        let found = read_file(path).map_err(|why| FetchError::Certificates { path: path.to_owned(), why })?;
        if found.is_empty() {
            let why = "there is no PEM certificate in it".to_owned();
            return Err(FetchError::Certificates { path: path.to_owned(), why });
        }
        certificates.extend(found);
    }
    for folder in config.certificate_folders.iter().flat_map(std::env::split_paths) {
        if !folder.as_os_str().is_empty() {
            let found = read_folder(&folder)
                .map_err(|error| FetchError::Certificates { path: folder.clone(), why: error.to_string() })?;
            certificates.extend(found);
        }
    }
    Ok(certificates)
}

fn read_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let sections = CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())?;
    sections.collect::<Result<_, _>>().map_err(|error| error.to_string())
}

/// The certificates of a folder's files. Folders of this sort also hold keys, lists and dangling links, which are passed over.
fn read_folder(folder: &Path) -> std::io::Result<Vec<CertificateDer<'static>>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.is_file());
    let mut certificates: Vec<_> = paths.iter().flat_map(|path| read_file(path).unwrap_or_default()).collect();
    // The same certificate lies there under several names.
    certificates.sort_unstable_by(|left, right| left.as_ref().cmp(right.as_ref()));
    certificates.dedup();
    Ok(certificates)
}

#[cfg(target_os = "macos")]
mod system {
    use rustls_platform_verifier::Verifier;

    use super::{Arc, CertificateDer, ClientConfig, CryptoProvider, Tls};

    /// The keychain decides, as it does for every other program.
    pub(super) fn configure(
        named: Vec<CertificateDer<'static>>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Tls, rustls::Error> {
        let verifier = Verifier::new_with_extra_roots(named, provider.clone())?;
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(Tls { config, has_system_roots: true, store: "the keychain of macOS".to_owned() })
    }
}

#[cfg(not(target_os = "macos"))]
mod system {
    use super::{Arc, CertificateDer, ClientConfig, CryptoProvider, Path, RootCertStore, Tls, read_file, read_folder};

    /// Where distributions keep all certificates in one file; the list of Go's `crypto/x509/root_linux.go`.
    const BUNDLES: [&str; 6] = [
        "/etc/ssl/certs/ca-certificates.crt", // Debian, Ubuntu, Gentoo, Arch, NixOS
        "/etc/pki/tls/certs/ca-bundle.crt",   // Fedora, RHEL 6
        "/etc/ssl/ca-bundle.pem",             // openSUSE
        "/etc/pki/tls/cacert.pem",            // OpenELEC
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // CentOS, RHEL 7 and later
        "/etc/ssl/cert.pem",                  // Alpine
    ];
    /// Where they keep them one by one; from the same place.
    const FOLDERS: [&str; 2] = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

    pub(super) fn configure(
        named: Vec<CertificateDer<'static>>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Tls, rustls::Error> {
        let mut roots = RootCertStore::empty();
        let (store, certificates) = stored();
        // A system's store may hold a certificate that this library cannot use; the others still count.
        let (found, _unusable) = roots.add_parsable_certificates(certificates);
        for certificate in named {
            roots.add(certificate)?;
        }
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Tls { config, has_system_roots: found > 0, store })
    }

    /// The first store that has certificates, and where it is.
    fn stored() -> (String, Vec<CertificateDer<'static>>) {
        let usable = |certificates: &Vec<_>| !certificates.is_empty();
        let bundle = || BUNDLES.iter().find_map(|path| Some((*path, read_file(Path::new(path)).ok().filter(usable)?)));
        let folder =
            || FOLDERS.iter().find_map(|path| Some((*path, read_folder(Path::new(path)).ok().filter(usable)?)));
        match bundle().or_else(folder) {
            Some((path, certificates)) => (path.to_owned(), certificates),
            None => ("no store of the system".to_owned(), Vec::new()),
        }
    }
}

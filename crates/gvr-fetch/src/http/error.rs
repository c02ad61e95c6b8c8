//! Why a request failed.

use std::path::PathBuf;
use std::time::Duration;

use super::certificates::Distrust;
use crate::ErrorKind;

/// Why something could not be fetched. URLs are shown without passwords.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Nothing was asked, because the settings forbid it.
    #[error("{url} is needed, but gvr is told to stay offline")]
    Offline {
        /// What would have been asked.
        url: String,
    },
    /// The settings name an address that cannot be used.
    #[error("{text:?} is not an address that gvr can use: {why}")]
    BadUrl {
        /// The address as it was given, without what may be a password.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// The settings name a proxy that cannot be used.
    #[error("the proxy in {variable} is not one that gvr can use: {why}")]
    BadProxy {
        /// The usual name of the setting, such as `HTTPS_PROXY`.
        variable: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Certificates that the settings name cannot be read.
    #[error("cannot read certificates from {}: {why}", path.display())]
    Certificates {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The network client itself could not be made.
    #[error("cannot start the network client: {why}")]
    Client {
        /// What the operating system or a library says.
        why: String,
    },
    /// No connection.
    #[error("cannot connect to {host} for {url}: {why}")]
    Connect {
        /// The host, as the URL names it.
        host: String,
        /// What was asked.
        url: String,
        /// The innermost cause.
        why: String,
    },
    /// The proxy wants to know who asks, or refuses.
    #[error("the proxy does not let {url} through: {why}")]
    Proxy {
        /// What was asked.
        url: String,
        /// The innermost cause.
        why: String,
    },
    /// A connection to a host whose certificate is not trusted.
    #[error("the certificate of {host} was not trusted: {why} ({url})")]
    Certificate {
        /// The host, as the URL names it.
        host: String,
        /// What was asked.
        url: String,
        /// What is wrong with the certificate.
        why: Distrust,
        /// Whether this machine's own certificates were found at all.
        has_system_roots: bool,
    },
    /// The server fell silent.
    #[error("{url} sent nothing for {} s", seconds(*.limit))]
    Silent {
        /// What was asked.
        url: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The server sends too slowly ever to end.
    #[error("{url} sent only {bytes} bytes in {} s", seconds(*.window))]
    TooSlow {
        /// What was asked.
        url: String,
        /// What arrived in that time.
        bytes: u64,
        /// The time.
        window: Duration,
    },
    /// It took longer than anything is given.
    #[error("{url} took more than {} s", seconds(*.limit))]
    Overtime {
        /// What was asked.
        url: String,
        /// How long it was given.
        limit: Duration,
    },
    /// A status that means failure.
    #[error("{url} answered {status} {meaning}")]
    Status {
        /// What was asked, after redirects.
        url: String,
        /// The status: 404 and the like.
        status: u16,
        /// The status's usual name; empty if it has none.
        meaning: &'static str,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// A redirect that is not followed.
    #[error("{url} redirects to {to:?}, which gvr does not follow: {why}")]
    Redirect {
        /// Who redirects.
        url: String,
        /// Where to.
        to: String,
        /// Why not.
        why: &'static str,
    },
    /// The connection broke, or what arrived is no HTTP.
    #[error("the connection to {url} broke: {why}")]
    Broken {
        /// What was asked.
        url: String,
        /// The innermost cause.
        why: String,
    },
    /// The body is larger than anything that could be meant.
    #[error("{url} sends more than {limit} bytes")]
    TooLarge {
        /// What was asked.
        url: String,
        /// The most that is read, in bytes.
        limit: u64,
    },
    /// An answer to a request for a part of a file that gives another part, again and again.
    #[error("{url} does not give the part of the file that was asked for: {why}")]
    Range {
        /// What was asked.
        url: String,
        /// What it gave.
        why: String,
    },
}

impl FetchError {
    /// The class of this error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::BadUrl { .. } | Self::BadProxy { .. } | Self::Certificates { .. } | Self::Client { .. } => {
                ErrorKind::Local
            }
            _ => ErrorKind::Network,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Offline { .. } => "run it without --offline and with GVR_OFFLINE unset",
            Self::Certificate { why, .. } if why.is_about_time() => "check the clock of this machine: date",
            Self::Certificate { has_system_roots: false, .. } => {
                "this machine has no certificates: install the package ca-certificates, or set SSL_CERT_FILE to a PEM file of them"
            }
            Self::Certificate { .. } => {
                "if this network has a certificate authority of its own, set SSL_CERT_FILE to a PEM file of its certificate"
            }
            Self::Certificates { .. } => "SSL_CERT_FILE and SSL_CERT_DIR must name PEM files, or be unset",
            Self::Proxy { .. } | Self::Status { status: 407, .. } => {
                "a proxy with a password is written HTTPS_PROXY=http://user:password@host:port"
            }
            Self::Status { status: 404 | 410, .. } => {
                "is GVR_DIST_URL right? to see what there is: gvr list --remote --refresh"
            }
            Self::Overtime { .. } => "to go on where it stopped: run the same command again",
            Self::Connect { .. } => "behind a proxy, set HTTPS_PROXY; another server can be named with GVR_MIRROR",
            _ => return None,
        };
        Some(hint.to_owned())
    }

    /// Whether the same request may succeed a moment later.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Connect { .. }
            | Self::Silent { .. }
            | Self::TooSlow { .. }
            | Self::Broken { .. }
            | Self::Range { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 429 | 500..=599),
            _ => false,
        }
    }

    /// How long the server asks to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

fn seconds(duration: Duration) -> f64 {
    duration.as_secs_f64()
}

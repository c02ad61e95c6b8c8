//! Recognises that a connection failed because of a certificate, and says why in words.

use std::error::Error;
use std::fmt;
use std::io;

use rustls::CertificateError;

/// What is wrong with a server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// Nobody whom this machine trusts has signed it.
    UnknownIssuer,
    /// It was issued for another host.
    OtherHost,
    /// Its time is over, going by this machine's clock.
    Expired,
    /// Its time is yet to come, going by this machine's clock.
    NotYetValid,
    /// It was withdrawn.
    Revoked,
    /// Anything else, as the library puts it.
    Other(String),
}

impl Distrust {
    /// Whether a wrong clock could be the cause.
    pub(super) fn is_about_time(&self) -> bool {
        matches!(self, Self::Expired | Self::NotYetValid)
    }

    /// Looks for a certificate's failure among the causes of an error.
    pub(crate) fn find(error: &(dyn Error + 'static)) -> Option<Self> {
        match find_cause::<rustls::Error>(error)? {
            rustls::Error::InvalidCertificate(error) => Some(Self::of(error)),
            rustls::Error::NoCertificatesPresented => Some(Self::Other("it has none".to_owned())),
            _ => None,
        }
    }

    fn of(error: &CertificateError) -> Self {
        match error {
            CertificateError::UnknownIssuer => Self::UnknownIssuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Self::OtherHost,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotYetValid,
            CertificateError::Revoked => Self::Revoked,
            other => Self::Other(other.to_string()),
        }
    }
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownIssuer => "its issuer is not known to this machine",
            Self::OtherHost => "it was issued for another host",
            Self::Expired => "it has expired",
            Self::NotYetValid => "it is not valid yet",
            Self::Revoked => "it was revoked",
            Self::Other(why) => why,
        })
    }
}

/// The first cause of the given type. An `io::Error` hides what it wraps from `source`, so that is looked into as well.
pub(super) fn find_cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        next = inner(error);
    }
    None
}

/// The innermost cause, in words: libraries wrap it in several layers that say nothing.
pub(super) fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut last = error;
    while let Some(error) = inner(last) {
        last = error;
    }
    last.to_string()
}

fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_through_wrapped_errors() {
        let rustls = rustls::Error::InvalidCertificate(CertificateError::Expired);
        let wrapped = io::Error::other(io::Error::other(rustls));
        assert_eq!(Distrust::find(&wrapped), Some(Distrust::Expired));
        assert!(Distrust::Expired.is_about_time());
        assert_eq!(Distrust::find(&io::Error::other("something else")), None);
        assert_eq!(root_cause(&io::Error::other(io::Error::other("the cause"))), "the cause");
    }
}

//! Is that the module that Go published?

use crate::dirhash::{H1, ToolchainModule};
use crate::sumdb::{LogError, Proof};
use crate::{ErrorKind, Fetcher};

/// Records of Go's checksum database, as they were found in public places: the module's version and its hash.
const KNOWN: [(&str, &str); 8] = [
    ("v0.0.1-go1.21.9.linux-amd64", "h1:rRL9rPpsjKfpdDFcppvNgw1/dynUMrpDcTxdIwtyFR0="),
    ("v0.0.1-go1.22.1.linux-amd64", "h1:zhaB0xtf1n7RI8+VTlFAxhfXYrkUUHHjr4cpEh+aEsA="),
    ("v0.0.1-go1.23.1.linux-amd64", "h1:TmiC7kE4hHuA7UwTcrWUtL/Curn//Xchpqc+HHYEv2M="),
    ("v0.0.1-go1.23.2.linux-amd64", "h1:IDEN8pZmbj0ITWVUw1brvyauTB4Z/eKiSRvjtC5Jumw="),
    ("v0.0.1-go1.23.8.linux-amd64", "h1:ovFsku0P6JkZA6FHZbrbBo/vcMKU+1e70vO1vZtexxI="),
    ("v0.0.1-go1.24.1.linux-amd64", "h1:+AbJFFR/Yl0P7OUo47KYyCkJGQwVW2QsKjfJalHZRnM="),
    ("v0.0.1-go1.24.2.linux-amd64", "h1:R9IIB2RUnzzL1V20iFM8ThvETQpC28HLmNVkchhyjb0="),
    ("v0.0.1-go1.27.1.darwin-arm64", "h1:51Yfd9AJPm34szJ1qdVX7+kqAGDd3vI9FzVuY7UqLfA="),
];

/// The hash of a module as Go published it, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The hash.
    pub h1: H1,
    /// By what it is known: a word that does not change, as receipts have it.
    pub by: &'static str,
    /// What was found, for people.
    pub detail: String,
}

impl Published {
    /// What gvr knows itself, without asking anybody.
    pub fn known(module: ToolchainModule) -> Option<Self> {
        let h1 = known(module)?;
        Some(Self { h1, by: "known-h1", detail: format!("the module's hash is {h1}") })
    }
}

impl From<Proof> for Published {
    fn from(proof: Proof) -> Self {
        let Proof { database, place, h1, record, head, .. } = proof;
        let size = head.size;
        let detail =
            format!("the module's hash is {h1}: record {record} of {size} in {database}, proved by what {place} sent");
        Self { h1, by: "checksum-database", detail }
    }
}

/// Why a module is not believed.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// It is another one than Go published.
    #[error("{place} has {module} with the hash {got}, but Go published {published}")]
    Mismatch {
        /// Who sent it.
        place: String,
        /// The module with its version.
        module: String,
        /// The hash of what was sent.
        got: H1,
        /// The hash in the public log.
        published: H1,
    },
    /// Nothing says which hash it must have.
    #[error("nothing proves what {module} must be: {source}")]
    Unproven {
        /// The module with its version.
        module: String,
        /// Why the checksum database says nothing.
        source: Box<LogError>,
    },
    /// Whoever was asked for the checksum database's word sent something that is not its word.
    #[error(transparent)]
    Log(Box<LogError>),
}

impl ProofError {
    /// The class of this error. That nothing is proven is nobody's lie.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Mismatch { .. } => ErrorKind::Refused,
            Self::Unproven { source, .. } if source.kind() == ErrorKind::Network => ErrorKind::Network,
            Self::Unproven { .. } => ErrorKind::Local,
            Self::Log(error) => error.kind(),
        }
    }

    /// What to do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Mismatch { .. } => Some("nothing of it was kept; tell the owner of that Go module proxy".to_owned()),
            Self::Unproven { source, .. } => source.hint(),
            Self::Log(error) => error.hint(),
        }
    }
}

/// The hash that Go published of a module: by what gvr knows itself, else by the checksum database.
pub(super) fn published(fetcher: &Fetcher, module: ToolchainModule) -> Result<Published, ProofError> {
    if let Some(known) = Published::known(module) {
        return Ok(known);
    }
    match fetcher.logged(module) {
        Ok(proof) => Ok(proof.into()),
        Err(error) if error.is_silence() => {
            Err(ProofError::Unproven { module: module.to_string(), source: Box::new(error) })
        }
        Err(error) => Err(ProofError::Log(Box::new(error))),
    }
}

fn known(module: ToolchainModule) -> Option<H1> {
    let version = module.version();
    KNOWN.iter().find(|(known, _)| *known == version)?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_hashes_are_found_by_the_whole_version() {
        let module = |version: &str, platform: &str| {
            ToolchainModule::new(version.parse().unwrap(), platform.parse().unwrap()).unwrap()
        };
        assert!(KNOWN.iter().all(|(_, h1)| h1.parse::<H1>().is_ok()));
        let known = |version, platform| known(module(version, platform)).map(|h1| h1.to_string());
        assert_eq!(known("1.23.1", "linux-amd64").as_deref(), Some("h1:TmiC7kE4hHuA7UwTcrWUtL/Curn//Xchpqc+HHYEv2M="));
        assert_eq!(known("1.23.1", "linux-arm64"), None);
        assert_eq!(known("1.23.3", "linux-amd64"), None);
    }
}

//! Why a signature or a key is not believed.

use std::io;

use super::Fingerprint;

/// A signature that says nothing for what it is beside, or something against it.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// It has not the form of one.
    #[error("it is no OpenPGP signature: {0}")]
    Malformed(&'static str),
    /// It is one of a sort that Go's archives do not have.
    #[error("it is a signature of a kind that is not accepted: {0}")]
    Unsupported(String),
    /// No key of the keyring has made it.
    #[error("it was made by the key {0}, which is not known")]
    UnknownKey(String),
    /// Its key could not have made it.
    #[error("it was made by the key {key}, which {problem}")]
    Key {
        /// Which.
        key: Fingerprint,
        /// Why it does not count.
        problem: KeyProblem,
    },
    /// It states a time after which it does not count.
    #[error("it has expired")]
    Expired,
    /// It was made of other bytes, or not by that key.
    #[error("it is wrong: the key {0} has not signed this")]
    Wrong(Fingerprint),
    /// What is signed is not what it was a moment ago.
    #[error("the file was altered while it was checked")]
    Changed,
    /// What is signed could not be read.
    #[error("what is signed cannot be read")]
    Read(#[from] io::Error),
}

impl SignatureError {
    /// Whether a newer copy of the signer's key could help.
    pub fn wants_newer_key(&self) -> bool {
        matches!(self, Self::UnknownKey(_))
    }
}

/// Why a key does not count for a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// It was made later.
    #[error("did not exist when it was made")]
    NotYet,
    /// Its time was over.
    #[error("had expired when it was made")]
    Expired,
    /// The primary key had not bound it, or not in a way that is accepted.
    #[error("the pinned primary key had not certified when it was made")]
    NotBound,
    /// It is for something else.
    #[error("is not for signing")]
    NotForSigning,
    /// It has not agreed to belong to the primary key, or not in a way that is accepted.
    #[error("has not certified the pinned primary key in return")]
    NoBackSignature,
    /// It was taken back.
    #[error("was revoked")]
    Revoked,
}

/// A key file that nothing can be learnt from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// It has not the form of one.
    #[error("it is no OpenPGP key: {0}")]
    Malformed(&'static str),
    /// The pinned primary key is not in it.
    #[error("it does not have the key {0}")]
    OtherKey(Fingerprint),
}

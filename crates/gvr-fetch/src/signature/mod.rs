//! The OpenPGP signatures that lie beside an archive.
//!
//! A signature proves itself, so it may come from anybody: unlike a hash, also from a mirror.

mod places;
mod search;

pub use places::{SignatureAt, Signatures};
pub use search::{SignatureCandidate, SignatureProof, SignatureSearch, TriedSignature, WhyNoProof};

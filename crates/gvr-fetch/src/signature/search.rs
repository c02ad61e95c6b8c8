//! Looks for a signature that proves an archive, from place to place.

use std::path::Path;

use super::SignatureAt;
use crate::Sha256;
use crate::download::SourceProblem;
use crate::openpgp::{DetachedSignature, Keyring, Policy, SignatureError, Signer, Verifier, verify_archive};

/// A search for a signature that proves an archive. The places are asked one by one, and a wrong signature at one of them says
/// nothing about what the next one has.
pub struct SignatureSearch<'a> {
    places: Box<dyn Iterator<Item = SignatureAt> + 'a>,
    keyring: Keyring,
    policy: Policy,
    tried: Vec<TriedSignature>,
}

/// A place where there was no proof.
#[derive(Debug)]
pub struct TriedSignature {
    /// A URL without a password, or a path.
    pub place: String,
    /// What there was instead.
    pub why: WhyNoProof,
}

/// Why a place gave no proof; the worst is the greatest.
#[derive(Debug)]
pub enum WhyNoProof {
    /// It has no signature.
    Absent,
    /// It did not say whether it has one.
    Silent(SourceProblem),
    /// It has one that is not believed.
    Wrong(SignatureError),
}

/// A signature whose signer is known and could sign at its time.
pub struct SignatureCandidate {
    place: String,
    text: Vec<u8>,
    verifier: Verifier,
}

/// A signature that proves an archive.
#[derive(Debug)]
pub struct SignatureProof {
    /// Who has signed.
    pub signer: Signer,
    /// Where the signature lies: a URL without a password, or a path.
    pub place: String,
    /// The signature itself.
    pub text: Vec<u8>,
}

impl<'a> SignatureSearch<'a> {
    /// Begins a search; nobody is asked yet.
    pub fn new(places: impl Iterator<Item = SignatureAt> + 'a, keyring: Keyring, policy: Policy) -> Self {
        Self { places: Box::new(places), keyring, policy, tried: Vec::new() }
    }

    /// The next signature that may prove the archive, as far as can be said without the archive; `None` where no place is left.
    pub fn candidate(&mut self) -> Option<SignatureCandidate> {
        while let Some(SignatureAt { place, found }) = self.places.next() {
            let why = match found {
                Ok(Some(text)) => match self.judge(&text) {
                    Ok(verifier) => return Some(SignatureCandidate { place, text, verifier }),
                    Err(error) => WhyNoProof::Wrong(error),
                },
                Ok(None) => WhyNoProof::Absent,
                Err(problem) => WhyNoProof::Silent(problem),
            };
            self.tried.push(TriedSignature { place, why });
        }
        None
    }

    fn judge(&self, text: &[u8]) -> Result<Verifier, SignatureError> {
        DetachedSignature::parse(text)?.start(&self.keyring, &self.policy)
    }

    /// Proves the archive at `path`, which has this hash, by this signature or by one of a later place. `None` where none of
    /// them proves it; the error is that the archive cannot be read as what it was.
    pub fn prove(
        &mut self,
        candidate: SignatureCandidate,
        path: &Path,
        sha256: Sha256,
    ) -> Result<Option<SignatureProof>, SignatureError> {
        let mut next = Some(candidate);
        while let Some(SignatureCandidate { place, text, verifier }) = next {
            match verify_archive(path, sha256, verifier) {
                Ok(signer) => return Ok(Some(SignatureProof { signer, place, text })),
                Err(error @ (SignatureError::Read(_) | SignatureError::Changed)) => return Err(error),
                Err(error) => self.tried.push(TriedSignature { place, why: WhyNoProof::Wrong(error) }),
            }
            next = self.candidate();
        }
        Ok(None)
    }

    /// The places so far that gave no proof, in the order in which they were asked.
    pub fn tried(self) -> Vec<TriedSignature> {
        self.tried
    }
}

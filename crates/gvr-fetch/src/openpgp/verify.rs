//! From a signature beside a file to its signer.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use ring::digest::Context;

use super::armor;
use super::key::Key;
use super::packet;
use super::signature::{OF_BINARY, Signature};
use super::{Fingerprint, Keyring, Policy, SignatureError};
use crate::Sha256;
use crate::digest::Hasher;

/// How much of a file is read at once.
const BUFFER: usize = 256 << 10;

/// A signature that lies beside what it is of.
#[derive(Clone, Debug)]
pub struct DetachedSignature {
    signature: Signature,
}

/// Who has signed, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signer {
    /// The pinned primary key.
    pub primary: Fingerprint,
    /// The key that has signed: one of its subkeys.
    pub key: Fingerprint,
    /// When, as the signature says, in seconds since 1970.
    pub signed_at: u32,
}

/// A signature whose signer is known and could sign, waiting for what is signed.
pub struct Verifier {
    signature: Signature,
    key: Key,
    primary: Fingerprint,
    context: Context,
}

impl DetachedSignature {
    /// Reads a signature file, armoured or not. There is exactly one signature in it.
    pub fn parse(data: &[u8]) -> Result<Self, SignatureError> {
        let data = armor::packets(data, "SIGNATURE").map_err(SignatureError::Malformed)?;
        let packets = packet::all(&data).map_err(SignatureError::Malformed)?;
        let [packet] = packets.as_slice() else {
            return Err(SignatureError::Malformed("there is not exactly one packet in it"));
        };
        if packet.kind != packet::SIGNATURE {
            return Err(SignatureError::Malformed("it is a packet of another kind"));
        }
        Ok(Self { signature: Signature::parse(packet.body)? })
    }

    /// When it was made, as it says itself, in seconds since 1970.
    pub fn signed_at(&self) -> u32 {
        self.signature.created
    }

    /// Looks at everything but what is signed: who it is by, and whether they could sign at that time.
    pub fn start(self, keyring: &Keyring, policy: &Policy) -> Result<Verifier, SignatureError> {
        let signature = self.signature;
        if signature.kind != OF_BINARY {
            return Err(SignatureError::Unsupported(format!("type {:#04x}, which is not of a file", signature.kind)));
        }
        if !Policy::accepts(signature.hash) {
            return Err(SignatureError::Unsupported("SHA-1".to_owned()));
        }
        let Some(key) = keyring.signer(&signature) else {
            return Err(SignatureError::UnknownKey(signature.issuer()));
        };
        keyring
            .check(key, signature.created, policy)
            .map_err(|problem| SignatureError::Key { key: key.fingerprint, problem })?;
        if signature.has_expired(policy.now) {
            return Err(SignatureError::Expired);
        }
        let (key, context) = (key.clone(), signature.hash.start());
        Ok(Verifier { signature, key, primary: policy.primary, context })
    }
}

impl Verifier {
    /// Takes in the next bytes of what is signed.
    pub fn update(&mut self, data: &[u8]) {
        self.context.update(data);
    }

    /// That was all: is it what was signed?
    pub fn finish(self) -> Result<Signer, SignatureError> {
        let Self { signature, key, primary, context } = self;
        if signature.is_by(&key, context) {
            Ok(Signer { primary, key: key.fingerprint, signed_at: signature.created })
        } else {
            Err(SignatureError::Wrong(key.fingerprint))
        }
    }
}

/// Checks a file against the signature beside it.
pub fn verify(
    mut file: impl Read,
    signature: &[u8],
    keyring: &Keyring,
    policy: &Policy,
) -> Result<Signer, SignatureError> {
    let mut verifier = DetachedSignature::parse(signature)?.start(keyring, policy)?;
    let mut buffer = vec![0; BUFFER];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return verifier.finish(),
            Ok(count) => verifier.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Checks an archive on disk, which must also be the one with this hash: that was unpacked, and is read here once more.
pub fn verify_archive(path: &Path, sha256: Sha256, mut verifier: Verifier) -> Result<Signer, SignatureError> {
    let (mut file, mut hasher, mut buffer) = (File::open(path)?, Hasher::default(), vec![0; BUFFER]);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                hasher.update(&buffer[..count]);
                verifier.update(&buffer[..count]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    if hasher.finish() != sha256 {
        return Err(SignatureError::Changed);
    }
    verifier.finish()
}

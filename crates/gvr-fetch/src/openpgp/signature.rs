//! Signatures (RFC 4880 §5.2.3): version 4, RSA.

use std::fmt::Write as _;

use ring::digest::Context;

use super::hash::Hash;
use super::key::{Key, RSA};
use super::packet::integer;
use super::subpacket::{self, Stated};
use super::{Fingerprint, SignatureError};

/// Of a file, byte by byte.
pub(super) const OF_BINARY: u8 = 0x00;
/// Of a name by its key.
pub(super) const OF_USER_ID: std::ops::RangeInclusive<u8> = 0x10..=0x13;
/// Of a subkey by its primary.
pub(super) const OF_SUBKEY: u8 = 0x18;
/// Of the primary by a subkey.
pub(super) const OF_PRIMARY: u8 = 0x19;
/// That a primary key counts no more.
pub(super) const REVOKES_KEY: u8 = 0x20;
/// That a subkey counts no more.
pub(super) const REVOKES_SUBKEY: u8 = 0x28;

/// A signature.
#[derive(Clone, Debug)]
pub(super) struct Signature {
    /// What it is a signature of.
    pub(super) kind: u8,
    pub(super) hash: Hash,
    /// When it was made, in seconds since 1970.
    pub(super) created: u32,
    /// What it states; only what it is itself a signature of, but for signatures in it, which stand for themselves.
    pub(super) stated: Stated,
    /// What is hashed after that which is signed.
    trailer: Vec<u8>,
    /// The first bytes of the hash, for haste.
    left: [u8; 2],
    number: Vec<u8>,
}

impl Signature {
    /// Reads the body of a signature's packet.
    pub(super) fn parse(body: &[u8]) -> Result<Self, SignatureError> {
        const MALFORMED: SignatureError = SignatureError::Malformed("it ends too early");
        let (head, rest) = body.split_first_chunk::<4>().ok_or(MALFORMED)?;
        let [version, kind, algorithm, hash] = *head;
        if version != 4 {
            return Err(SignatureError::Unsupported(format!("version {version}")));
        }
        if !RSA.contains(&algorithm) {
            return Err(SignatureError::Unsupported(format!("algorithm {algorithm}, which is not RSA")));
        }
        let Some(hash) = Hash::from_number(hash) else {
            return Err(SignatureError::Unsupported(format!("hash {hash}")));
        };
        let (hashed, rest) = area(rest).ok_or(MALFORMED)?;
        let (unhashed, rest) = area(rest).ok_or(MALFORMED)?;
        let (left, rest) = rest.split_first_chunk::<2>().ok_or(MALFORMED)?;
        let (number, rest) = integer(rest).ok_or(SignatureError::Malformed("it has a malformed number"))?;
        if !rest.is_empty() {
            return Err(SignatureError::Malformed("something follows after it"));
        }
        let mut stated = subpacket::parse(hashed).map_err(SignatureError::Malformed)?;
        let beside = subpacket::parse(unhashed).map_err(SignatureError::Malformed)?;
        stated.embedded.extend(beside.embedded);
        // Who has made it is a hint, which the signature itself then proves.
        stated.issuer = stated.issuer.or(beside.issuer);
        stated.issuer_fingerprint = stated.issuer_fingerprint.or(beside.issuer_fingerprint);
        let created = stated.created.ok_or(SignatureError::Malformed("it does not state when it was made"))?;
        let signed = &body[..head.len() + 2 + hashed.len()];
        let length = u32::try_from(signed.len()).map_err(|_| MALFORMED)?;
        let trailer = [signed, &[4, 0xff], &length.to_be_bytes()[..]].concat();
        Ok(Self { kind, hash, created, stated, trailer, left: *left, number: number.to_vec() })
    }

    /// Whether it may be of this key, by what it says itself.
    pub(super) fn names(&self, key: Fingerprint) -> bool {
        match (self.stated.issuer_fingerprint, self.stated.issuer) {
            (Some(fingerprint), _) => fingerprint == *key.as_bytes(),
            (None, Some(id)) => id == key.key_id(),
            (None, None) => false,
        }
    }

    /// Who has made it, as messages name them.
    pub(super) fn issuer(&self) -> String {
        let hex = |bytes: &[u8]| {
            bytes.iter().fold(String::new(), |mut text, byte| {
                // Writing to a String cannot fail.
                let _ = write!(text, "{byte:02X}");
                text
            })
        };
        match (&self.stated.issuer_fingerprint, &self.stated.issuer) {
            (Some(fingerprint), _) => hex(fingerprint),
            (None, Some(id)) => hex(id),
            (None, None) => "(none stated)".to_owned(),
        }
    }

    /// Whether `key` has made it of what was hashed so far.
    pub(super) fn is_by(&self, key: &Key, mut context: Context) -> bool {
        context.update(&self.trailer);
        let hashed = context.finish();
        hashed.as_ref().starts_with(&self.left) && key.has_signed(self.hash, hashed.as_ref(), &self.number)
    }

    /// Whether `key` has made it of these parts.
    pub(super) fn is_by_of(&self, key: &Key, parts: &[&[u8]]) -> bool {
        let mut context = self.hash.start();
        for part in parts {
            context.update(part);
        }
        self.is_by(key, context)
    }

    /// Whether its own time is over, in seconds since 1970.
    pub(super) fn has_expired(&self, now: u64) -> bool {
        is_over(self.created, self.stated.expires, now)
    }
}

/// Whether what began at `start` and lasts for some seconds, where 0 is for ever, is over.
pub(super) fn is_over(start: u32, lasts: Option<u32>, now: u64) -> bool {
    lasts.filter(|lasts| *lasts != 0).is_some_and(|lasts| now >= u64::from(start) + u64::from(lasts))
}

/// Subpackets, and what follows.
fn area(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = data.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

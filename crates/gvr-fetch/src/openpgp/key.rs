//! Public keys (RFC 4880 §5.5.2): version 4, RSA.

use std::fmt;

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rsa::{BoxedUint, Pkcs1v15Sign, PublicKey};

use super::hash::Hash;
use super::packet::integer;

/// RSA for everything, and RSA for signing alone (RFC 4880 §9.1).
pub(super) const RSA: [u8; 2] = [1, 3];

/// What a key is called: the SHA-1 of it (RFC 4880 §12.2).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 20]);

impl Fingerprint {
    /// The fingerprint with these bytes.
    pub const fn from_bytes(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// The last bytes, by which older signatures name a key.
    pub(super) fn key_id(&self) -> &[u8] {
        &self.0[12..]
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A public key.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// The packet's body, which signatures about the key are made of.
    body: Vec<u8>,
    pub(super) fingerprint: Fingerprint,
    /// When it was made, in seconds since 1970.
    pub(super) created: u32,
    bits: usize,
    rsa: PublicKey,
}

impl Key {
    /// Reads a key. `None` if it is of a kind that is not known here, or malformed.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        let (head, rest) = body.split_first_chunk::<6>()?;
        let [4, a, b, c, d, algorithm] = *head else { return None };
        if !RSA.contains(&algorithm) {
            return None;
        }
        let (modulus, rest) = integer(rest)?;
        let (exponent, rest) = integer(rest)?;
        // An even modulus is no product of two primes, and 8 bytes are room for every exponent that is in use.
        if !rest.is_empty() || modulus.last()? & 1 == 0 || exponent.len() > 8 {
            return None;
        }
        let number = |bytes: &[u8]| BoxedUint::from_be_slice_vartime(bytes);
        let rsa = PublicKey::new(number(modulus), number(exponent)).ok()?;
        let bits = modulus.len() * 8 - modulus.first()?.leading_zeros() as usize;
        let created = u32::from_be_bytes([a, b, c, d]);
        let fingerprint = digest(&SHA1_FOR_LEGACY_USE_ONLY, &hashed_form(body));
        let fingerprint = Fingerprint(fingerprint.as_ref().try_into().ok()?);
        Some(Self { body: body.to_vec(), fingerprint, created, bits, rsa })
    }

    /// Its length.
    pub(super) fn bits(&self) -> usize {
        self.bits
    }

    /// What stands for it in hashes.
    pub(super) fn hashed_form(&self) -> Vec<u8> {
        hashed_form(&self.body)
    }

    /// Whether it has made this signature of this hash.
    pub(super) fn has_signed(&self, hash: Hash, hashed: &[u8], signature: &[u8]) -> bool {
        // The packet has it without leading zeros.
        let length = self.bits.div_ceil(8);
        let Some(zeros) = length.checked_sub(signature.len()) else { return false };
        let padded = [&vec![0; zeros], signature].concat();
        let scheme = Pkcs1v15Sign { hash_len: Some(hashed.len()), prefix: hash.prefix().into() };
        self.rsa.verify(scheme, hashed, &padded).is_ok()
    }
}

fn hashed_form(body: &[u8]) -> Vec<u8> {
    // A longer key could not be written; its length is then wrong, and no signature fits it.
    let length = u16::try_from(body.len()).unwrap_or(u16::MAX);
    [&[0x99], &length.to_be_bytes()[..], body].concat()
}

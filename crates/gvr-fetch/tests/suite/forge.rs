//! Keys and signatures made in code, by the letter of RFC 4880 and with the crate `rsa`, which is all that they share with
//! what they test.

use std::sync::LazyLock;

use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512, digest};
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts as _;
use rsa::{Pkcs1v15Sign, PrivateKey};

/// Numbers that look random and are the same at each run.
struct Numbers(u64);

impl TryRng for Numbers {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.try_next_u64().map(|number| (number >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        self.0 += 1;
        let hash = digest(&SHA256, &self.0.to_be_bytes());
        Ok(u64::from_be_bytes(hash.as_ref()[..8].try_into().unwrap()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in bytes.chunks_mut(8) {
            let number = self.try_next_u64()?.to_be_bytes();
            chunk.copy_from_slice(&number[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Numbers {}

/// Three key pairs: making one takes a while.
static PAIRS: LazyLock<[PrivateKey; 3]> =
    LazyLock::new(|| [1, 2, 3].map(|seed| PrivateKey::new(&mut Numbers(seed << 40), 2048).unwrap()));

/// A key of a time.
pub(crate) struct Pair {
    number: usize,
    created: u32,
}

/// A hash function by its number.
#[derive(Clone, Copy)]
pub(crate) enum With {
    Sha1 = 2,
    Sha256 = 8,
    Sha512 = 10,
}

/// The primary key.
pub(crate) const PRIMARY: Pair = Pair { number: 0, created: 1000 };
/// A subkey of the second 2000.
pub(crate) const SUBKEY: Pair = Pair { number: 1, created: 2000 };
/// A key of a stranger's.
pub(crate) const STRANGER: Pair = Pair { number: 2, created: 1000 };

impl Pair {
    /// The body of its packet.
    pub(crate) fn body(&self) -> Vec<u8> {
        let key = &PAIRS[self.number];
        let mut body = vec![4];
        body.extend(self.created.to_be_bytes());
        body.push(1);
        body.extend(integer(&key.n_bytes()));
        body.extend(integer(&key.e_bytes()));
        body
    }

    pub(crate) fn fingerprint(&self) -> [u8; 20] {
        digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.hashed_form()).as_ref().try_into().unwrap()
    }

    fn hashed_form(&self) -> Vec<u8> {
        let body = self.body();
        [&[0x99], &u16::try_from(body.len()).unwrap().to_be_bytes()[..], &body].concat()
    }

    /// The body of a signature of these parts.
    pub(crate) fn sign(&self, kind: u8, with: With, stated: &[Vec<u8>], parts: &[&[u8]]) -> Vec<u8> {
        let mut stated = stated.concat();
        stated.extend(subpacket(33, &[&[4], &self.fingerprint()[..]].concat()));
        let mut body = vec![4, kind, 1, with as u8];
        body.extend(u16::try_from(stated.len()).unwrap().to_be_bytes());
        body.extend(&stated);
        let mut trailer = body.clone();
        trailer.extend([4, 0xff]);
        trailer.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
        let (algorithm, prefix): (_, &[u8]) = match with {
            With::Sha1 => (&SHA1_FOR_LEGACY_USE_ONLY, b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"),
            With::Sha256 => (&SHA256, b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"),
            With::Sha512 => (&SHA512, b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"),
        };
        let mut context = Context::new(algorithm);
        for part in parts {
            context.update(part);
        }
        context.update(&trailer);
        let hashed = context.finish();
        let scheme = Pkcs1v15Sign { hash_len: Some(hashed.as_ref().len()), prefix: prefix.into() };
        let number = PAIRS[self.number].sign(scheme, hashed.as_ref()).unwrap();
        body.extend([0, 0]);
        body.extend(&hashed.as_ref()[..2]);
        body.extend(integer(&number));
        body
    }

    /// A signature of a file, as its packet.
    pub(crate) fn sign_file(&self, content: &[u8], at: u32) -> Vec<u8> {
        packet(2, &self.sign(0, With::Sha256, &[created(at)], &[content]))
    }

    /// What a primary signs to bind a subkey, or to revoke one.
    pub(crate) fn sign_subkey(&self, subkey: &Pair, kind: u8, with: With, stated: &[Vec<u8>]) -> Vec<u8> {
        self.sign(kind, with, stated, &[&self.hashed_form(), &subkey.hashed_form()])
    }

    /// The signature back, of which a binding has a copy in it.
    pub(crate) fn agree(&self, primary: &Pair, with: With, at: u32) -> Vec<u8> {
        self.sign(0x19, with, &[created(at)], &[&primary.hashed_form(), &self.hashed_form()])
    }

    /// A revocation of a primary key, or a name of its own.
    pub(crate) fn sign_self(&self, kind: u8, user_id: Option<&[u8]>, stated: &[Vec<u8>]) -> Vec<u8> {
        let form = self.hashed_form();
        let Some(user_id) = user_id else { return self.sign(kind, With::Sha256, stated, &[&form]) };
        let length = u32::try_from(user_id.len()).unwrap().to_be_bytes();
        self.sign(kind, With::Sha256, stated, &[&form, &[0xb4], &length, user_id])
    }
}

/// When a signature was made.
pub(crate) fn created(at: u32) -> Vec<u8> {
    subpacket(2, &at.to_be_bytes())
}

/// How long a key lasts.
pub(crate) fn key_lasts(seconds: u32) -> Vec<u8> {
    subpacket(9, &seconds.to_be_bytes())
}

/// What a key is for.
pub(crate) fn flags(flags: u8) -> Vec<u8> {
    subpacket(27, &[flags])
}

pub(crate) fn subpacket(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[255], &u32::try_from(body.len() + 1).unwrap().to_be_bytes()[..], &[kind], body].concat()
}

pub(crate) fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[0xc0 | kind, 255], &u32::try_from(body.len()).unwrap().to_be_bytes()[..], body].concat()
}

fn integer(bytes: &[u8]) -> Vec<u8> {
    let bytes = &bytes[bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len())..];
    let bits = bytes.first().map_or(0, |first| bytes.len() * 8 - first.leading_zeros() as usize);
    [&u16::try_from(bits).unwrap().to_be_bytes()[..], bytes].concat()
}

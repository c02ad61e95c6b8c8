//! The pinned primary key with its subkeys, and whether one of them could sign at a given time.

use super::armor;
use super::key::Key;
use super::packet::{self, Packet};
use super::signature::{OF_PRIMARY, OF_SUBKEY, OF_USER_ID, REVOKES_KEY, REVOKES_SUBKEY, Signature, is_over};
use super::{Fingerprint, KeyProblem, KeyringError, Policy};

/// Google's key as it was in 2025, with seven subkeys, the last of which signs until 2028. Later ones can be learnt.
const GOOGLE: &[u8] = include_bytes!("../../data/google-linux-signing-key.asc");

/// For signing of data (RFC 4880 §5.2.3.21).
const FLAG_SIGN: u8 = 2;
/// Reasons that say nothing against what was signed before: superseded, retired (RFC 4880 §5.2.3.23).
const SOFT_REASONS: [u8; 2] = [1, 3];

/// A primary key and what it has bound.
#[derive(Clone, Debug)]
pub struct Keyring {
    primary: Key,
    /// What the primary says about itself.
    certifications: Vec<Certification>,
    /// Revocations of the primary.
    revocations: Vec<Signature>,
    subkeys: Vec<Subkey>,
}

/// A signature of the primary's about a name of its own.
#[derive(Clone, Debug)]
struct Certification {
    user_id: Vec<u8>,
    signature: Signature,
}

#[derive(Clone, Debug)]
struct Subkey {
    key: Key,
    /// Signatures that should be the primary's; bindings and revocations. Nothing is believed of them yet.
    signatures: Vec<Signature>,
}

impl Keyring {
    /// The key that gvr brings along.
    pub fn google(policy: &Policy) -> Result<Self, KeyringError> {
        Self::parse(GOOGLE, policy)
    }

    /// The pinned primary key in a key file, armoured or not. Other keys in it are passed over.
    pub fn parse(data: &[u8], policy: &Policy) -> Result<Self, KeyringError> {
        let data = armor::packets(data, "PUBLIC KEY BLOCK").map_err(KeyringError::Malformed)?;
        let packets = packet::all(&data).map_err(KeyringError::Malformed)?;
        let starts: Vec<_> = (0..packets.len()).filter(|at| packets[*at].kind == packet::PUBLIC_KEY).collect();
        let mut found: Option<Self> = None;
        for (number, start) in starts.iter().enumerate() {
            let end = starts.get(number + 1).copied().unwrap_or(packets.len());
            let Some(keyring) = certificate(&packets[*start..end], policy) else { continue };
            match &mut found {
                Some(found) => found.merge(keyring),
                None => found = Some(keyring),
            }
        }
        found.ok_or(KeyringError::OtherKey(policy.primary))
    }

    /// Adds what a newer copy of the key has: subkeys, bindings, revocations. What it lacks stays.
    pub fn learn(&mut self, data: &[u8], policy: &Policy) -> Result<(), KeyringError> {
        self.merge(Self::parse(data, policy)?);
        Ok(())
    }

    /// The subkeys that are there, bound or not, oldest first.
    pub fn subkeys(&self) -> Vec<Fingerprint> {
        let mut subkeys: Vec<_> = self.subkeys.iter().map(|subkey| &subkey.key).collect();
        subkeys.sort_by_key(|key| key.created);
        subkeys.into_iter().map(|key| key.fingerprint).collect()
    }

    fn merge(&mut self, other: Self) {
        self.certifications.extend(other.certifications);
        self.revocations.extend(other.revocations);
        for subkey in other.subkeys {
            match self.subkeys.iter_mut().find(|known| known.key.fingerprint == subkey.key.fingerprint) {
                Some(known) => known.signatures.extend(subkey.signatures),
                None => self.subkeys.push(subkey),
            }
        }
    }

    /// The key that a signature names, if it is one of these.
    pub(super) fn signer(&self, signature: &Signature) -> Option<&Key> {
        let keys = self.subkeys.iter().map(|subkey| &subkey.key).chain([&self.primary]);
        keys.into_iter().find(|key| signature.names(key.fingerprint))
    }

    /// Whether `key`, one of these, could sign archives at `time`.
    pub(super) fn check(&self, key: &Key, time: u32, policy: &Policy) -> Result<(), KeyProblem> {
        self.check_primary(time)?;
        match self.subkeys.iter().find(|subkey| subkey.key.fingerprint == key.fingerprint) {
            Some(subkey) => self.check_subkey(subkey, time, policy),
            // The primary itself, if it says that it signs.
            None => match self.certified(time).and_then(|newest| newest.stated.key_flags) {
                Some(flags) if flags & FLAG_SIGN != 0 => Ok(()),
                _ => Err(KeyProblem::NotForSigning),
            },
        }
    }

    /// The pinned key counts unless it says itself that it no longer does.
    fn check_primary(&self, time: u32) -> Result<(), KeyProblem> {
        let form = self.primary.hashed_form();
        let revoked = |revocation: &Signature| {
            revocation.kind == REVOKES_KEY
                && counts_at(revocation, time)
                && revocation.is_by_of(&self.primary, &[&form])
        };
        if self.revocations.iter().any(revoked) {
            return Err(KeyProblem::Revoked);
        }
        if time < self.primary.created {
            return Err(KeyProblem::NotYet);
        }
        let own = self.certifications.iter().filter(|own| own.signature.created <= time && self.is_own(own));
        let newest = own.max_by_key(|own| own.signature.created);
        let expires = newest.and_then(|newest| newest.signature.stated.key_expires);
        if is_over(self.primary.created, expires, u64::from(time)) { Err(KeyProblem::Expired) } else { Ok(()) }
    }

    /// The newest accepted signature of the primary about itself.
    fn certified(&self, time: u32) -> Option<&Signature> {
        let own = self.certifications.iter().filter(|own| Policy::accepts(own.signature.hash) && self.is_own(own));
        own.map(|own| &own.signature).filter(|own| own.created <= time).max_by_key(|own| own.created)
    }

    fn is_own(&self, certification: &Certification) -> bool {
        let length = u32::try_from(certification.user_id.len()).unwrap_or(u32::MAX).to_be_bytes();
        let parts = [&self.primary.hashed_form()[..], &[0xb4], &length, &certification.user_id];
        certification.signature.is_by_of(&self.primary, &parts)
    }

    fn check_subkey(&self, subkey: &Subkey, time: u32, policy: &Policy) -> Result<(), KeyProblem> {
        if time < subkey.key.created {
            return Err(KeyProblem::NotYet);
        }
        if subkey.key.bits() < policy.least_bits {
            return Err(KeyProblem::NotBound);
        }
        let parts = [self.primary.hashed_form(), subkey.key.hashed_form()];
        let parts = [&parts[0][..], &parts[1]];
        let is_ours = |signature: &&Signature| signature.is_by_of(&self.primary, &parts);
        // Whatever hash a revocation is made with: believing one too many refuses, and never accepts.
        let mut revocations = subkey.signatures.iter().filter(|signature| signature.kind == REVOKES_SUBKEY);
        if revocations.any(|signature| counts_at(signature, time) && is_ours(&signature)) {
            return Err(KeyProblem::Revoked);
        }
        let bindings = subkey.signatures.iter().filter(|signature| {
            signature.kind == OF_SUBKEY && signature.created <= time && Policy::accepts(signature.hash)
        });
        // The newest one of that time is what held at that time.
        let binding = bindings.filter(is_ours).max_by_key(|binding| binding.created).ok_or(KeyProblem::NotBound)?;
        if binding.has_expired(u64::from(time)) {
            return Err(KeyProblem::Expired);
        }
        if is_over(subkey.key.created, binding.stated.key_expires, u64::from(time)) {
            return Err(KeyProblem::Expired);
        }
        if binding.stated.key_flags.unwrap_or_default() & FLAG_SIGN == 0 {
            return Err(KeyProblem::NotForSigning);
        }
        let agrees = |embedded: &Vec<u8>| {
            Signature::parse(embedded).is_ok_and(|back| {
                back.kind == OF_PRIMARY
                    && policy.accepts_back(back.hash, binding.created)
                    && back.is_by_of(&subkey.key, &parts)
            })
        };
        if binding.stated.embedded.iter().any(agrees) { Ok(()) } else { Err(KeyProblem::NoBackSignature) }
    }
}

/// Whether a revocation says something about signatures of `time`: a key that was lost says it about all.
fn counts_at(revocation: &Signature, time: u32) -> bool {
    let is_soft = revocation.stated.revocation_reason.is_some_and(|reason| SOFT_REASONS.contains(&reason));
    !is_soft || revocation.created <= time
}

/// One primary key with what follows it. `None` if it is not the pinned one.
fn certificate(packets: &[Packet<'_>], policy: &Policy) -> Option<Keyring> {
    let (first, rest) = packets.split_first()?;
    let primary = Key::parse(first.body).filter(|key| key.fingerprint == policy.primary)?;
    let mut keyring = Keyring { primary, certifications: Vec::new(), revocations: Vec::new(), subkeys: Vec::new() };
    let mut about = About::Primary;
    for packet in rest {
        match packet.kind {
            packet::USER_ID => about = About::UserId(packet.body.to_vec()),
            packet::PUBLIC_SUBKEY => {
                about = match Key::parse(packet.body) {
                    Some(key) => {
                        keyring.subkeys.push(Subkey { key, signatures: Vec::new() });
                        About::Subkey
                    }
                    None => About::Unknown,
                }
            }
            packet::SIGNATURE => {
                // Other people's signatures, and those of kinds that are not known, do not matter.
                let Ok(signature) = Signature::parse(packet.body) else { continue };
                match &about {
                    About::Primary if signature.kind == REVOKES_KEY => keyring.revocations.push(signature),
                    About::UserId(user_id) if OF_USER_ID.contains(&signature.kind) => {
                        keyring.certifications.push(Certification { user_id: user_id.clone(), signature });
                    }
                    About::Subkey => {
                        keyring.subkeys.last_mut().into_iter().for_each(|last| last.signatures.push(signature.clone()));
                    }
                    _ => {}
                }
            }
            _ => about = About::Unknown,
        }
    }
    Some(keyring)
}

/// What the next signatures are about.
enum About {
    Primary,
    UserId(Vec<u8>),
    Subkey,
    Unknown,
}

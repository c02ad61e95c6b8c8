//! What signatures state about themselves (RFC 4880 §5.2.3.1).

use super::packet::length;

const CREATED: u8 = 2;
const EXPIRES: u8 = 3;
const KEY_EXPIRES: u8 = 9;
const ISSUER: u8 = 16;
const KEY_FLAGS: u8 = 27;
const REVOCATION_REASON: u8 = 29;
const EMBEDDED: u8 = 32;
const ISSUER_FINGERPRINT: u8 = 33;
/// Those that say nothing about whether a signature counts here: preferences, notations, features, and the like.
const OF_NO_MATTER: [u8; 13] = [4, 5, 7, 11, 20, 21, 22, 23, 24, 25, 26, 30, 34];

/// What is stated, as far as it matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stated {
    /// When the signature was made, in seconds since 1970.
    pub(super) created: Option<u32>,
    /// How many seconds later it ceases to count; 0 is never.
    pub(super) expires: Option<u32>,
    /// How many seconds after its own making the key ceases to count; 0 is never.
    pub(super) key_expires: Option<u32>,
    /// What the key is for.
    pub(super) key_flags: Option<u8>,
    /// Why it was revoked.
    pub(super) revocation_reason: Option<u8>,
    /// The last bytes of the signer's fingerprint.
    pub(super) issuer: Option<[u8; 8]>,
    /// The signer's fingerprint.
    pub(super) issuer_fingerprint: Option<[u8; 20]>,
    /// Bodies of signatures in this one.
    pub(super) embedded: Vec<Vec<u8>>,
}

/// Reads an area of them.
pub(super) fn parse(mut data: &[u8]) -> Result<Stated, &'static str> {
    const MALFORMED: &str = "it has a malformed subpacket";
    let mut stated = Stated::default();
    while !data.is_empty() {
        let (length, rest) = length(data, 255).ok_or(MALFORMED)?;
        let (packet, rest) = rest.split_at_checked(length).ok_or(MALFORMED)?;
        let (kind, body) = packet.split_first().ok_or(MALFORMED)?;
        data = rest;
        let number = || body.try_into().map(u32::from_be_bytes).map_err(|_| MALFORMED);
        match kind & 0x7f {
            CREATED => set(&mut stated.created, number()?)?,
            EXPIRES => set(&mut stated.expires, number()?)?,
            KEY_EXPIRES => set(&mut stated.key_expires, number()?)?,
            KEY_FLAGS => set(&mut stated.key_flags, body.first().copied().unwrap_or_default())?,
            REVOCATION_REASON => set(&mut stated.revocation_reason, *body.first().ok_or(MALFORMED)?)?,
            ISSUER => stated.issuer = Some(body.try_into().map_err(|_| MALFORMED)?),
            // Keys of other versions have longer ones; none of them is ours.
            ISSUER_FINGERPRINT => match body.split_first() {
                Some((4, fingerprint)) => {
                    stated.issuer_fingerprint = Some(fingerprint.try_into().map_err(|_| MALFORMED)?);
                }
                _ => return Err("it is of a key of another version"),
            },
            EMBEDDED => stated.embedded.push(body.to_vec()),
            other if OF_NO_MATTER.contains(&other) => {}
            // The signer says that whoever does not know this must not believe it.
            _ if kind & 0x80 != 0 => return Err("it has a critical subpacket of an unknown kind"),
            _ => {}
        }
    }
    Ok(stated)
}

/// What is stated twice could be read in two ways.
fn set<T>(place: &mut Option<T>, value: T) -> Result<(), &'static str> {
    if place.replace(value).is_some() { Err("it states something twice") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn knows_what_matters_and_refuses_what_might() {
        let stated = parse(&[5, 2, 0, 0, 1, 0, 2, 27, 2, 9, 16, 1, 2, 3, 4, 5, 6, 7, 8, 2, 72, 1]).unwrap();
        assert_eq!(
            (stated.created, stated.key_flags, stated.issuer),
            (Some(256), Some(2), Some([1, 2, 3, 4, 5, 6, 7, 8]))
        );
        for wrong in [
            &[5, 2, 0, 0, 1][..],
            &[0],
            &[4, 2, 0, 0, 1],
            &[2, 0x80 | 0x64, 1],
            &[5, 2, 0, 0, 1, 0, 5, 2, 0, 0, 1, 0],
            &[2, 33, 4],
            &[3, 33, 6, 1],
            &[1, 29],
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(data: Vec<u8>) {
            let _ = parse(&data);
        }
    }
}

//! Packets (RFC 4880 §4): a kind, a length, a body.

/// A signature.
pub(super) const SIGNATURE: u8 = 2;
/// A primary key.
pub(super) const PUBLIC_KEY: u8 = 6;
/// A name that a primary key goes by.
pub(super) const USER_ID: u8 = 13;
/// A subkey.
pub(super) const PUBLIC_SUBKEY: u8 = 14;

/// A packet of any kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packet<'a> {
    pub(super) kind: u8,
    pub(super) body: &'a [u8],
}

/// All packets in `data`.
pub(super) fn all(mut data: &[u8]) -> Result<Vec<Packet<'_>>, &'static str> {
    let mut packets = Vec::new();
    while !data.is_empty() {
        let (packet, rest) = next(data).ok_or("it has a malformed packet")?;
        packets.push(packet);
        data = rest;
    }
    Ok(packets)
}

/// The first packet, and what follows. Lengths that are not stated at once are for streams, which keys and signatures are not.
fn next(data: &[u8]) -> Option<(Packet<'_>, &[u8])> {
    let (first, rest) = data.split_first()?;
    if first & 0x80 == 0 {
        return None;
    }
    let (kind, length, rest) = if first & 0x40 == 0 {
        let bytes = match first & 3 {
            0 => 1,
            1 => 2,
            2 => 4,
            _ => return None,
        };
        let (length, rest) = rest.split_at_checked(bytes)?;
        (first >> 2 & 15, length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
    } else {
        let (length, rest) = length(rest, 224)?;
        (first & 63, length, rest)
    };
    let (body, rest) = rest.split_at_checked(length)?;
    Some((Packet { kind, body }, rest))
}

/// A length of one, two or five bytes, as new packets and subpackets have it. Two bytes begin with less than `two_below`:
/// above it, packets have parts of streams, and subpackets nothing but 255.
pub(super) fn length(data: &[u8], two_below: u8) -> Option<(usize, &[u8])> {
    let (first, rest) = data.split_first()?;
    match *first {
        short @ 0..192 => Some((usize::from(short), rest)),
        255 => {
            let (length, rest) = rest.split_first_chunk()?;
            Some((usize::try_from(u32::from_be_bytes(*length)).ok()?, rest))
        }
        high if high < two_below => {
            let (low, rest) = rest.split_first()?;
            Some((((usize::from(high) - 192) << 8) + usize::from(*low) + 192, rest))
        }
        _ => None,
    }
}

/// A whole number of any size (RFC 4880 §3.2): its bytes without leading zeros, and what follows.
pub(super) fn integer(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (bits, rest) = data.split_first_chunk()?;
    let bits = usize::from(u16::from_be_bytes(*bits));
    let (bytes, rest) = rest.split_at_checked(bits.div_ceil(8))?;
    // The stated length is the real one, so that there is one spelling.
    let real = bytes.first().map_or(0, |first| bytes.len() * 8 - first.leading_zeros() as usize);
    (real == bits).then_some((bytes, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_have_old_and_new_forms() {
        let body = vec![7; 300];
        let of = |head: &[u8], length: usize| [head, &body[..length]].concat();
        for (data, kind, length) in [
            (of(&[0x88, 5], 5), 2, 5),
            (of(&[0x89, 1, 44], 300), 2, 300),
            (of(&[0x8a, 0, 0, 0, 9], 9), 2, 9),
            (of(&[0xc2, 5], 5), 2, 5),
            (of(&[0xc2, 192, 108], 300), 2, 300),
            (of(&[0xce, 255, 0, 0, 0, 9], 9), 14, 9),
        ] {
            let packets = all(&data).unwrap();
            assert_eq!(packets, [Packet { kind, body: &body[..length] }]);
            assert!(all(&data[..data.len() - 1]).is_err());
        }
        for wrong in [&[0x08, 0][..], &[0x8b], &[0xc2, 224, 1], &[0xc2], &[0x89, 0], &[0xc2, 255, 255, 255, 255, 255]] {
            assert!(all(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(all(&[]).unwrap(), []);
    }

    #[test]
    fn integers_have_one_spelling() {
        assert_eq!(integer(&[0, 9, 1, 255, 8]), Some((&[1, 255][..], &[8][..])));
        assert_eq!(integer(&[0, 0]), Some((&[][..], &[][..])));
        for wrong in [&[0][..], &[0, 9, 1], &[0, 16, 1, 255], &[0, 9, 0, 255], &[0, 9, 2, 255]] {
            assert_eq!(integer(wrong), None, "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_safe(data: Vec<u8>) {
            if let Ok(packets) = all(&data) {
                let bodies: usize = packets.iter().map(|packet| packet.body.len() + 2).sum();
                prop_assert!(bodies <= data.len());
            }
            let _ = integer(&data);
        }
    }
}

//! The form of the table: see `crates/gvr-fetch/src/pins.rs`, which reads it.

use sha2::{Digest as _, Sha256};

use super::PinsError;

/// How many bytes of a file name's SHA-256 are its key.
const KEY: usize = 6;

/// The table of these archives: name, SHA-256.
pub(super) fn make(pinned: &[(&str, [u8; 32])]) -> Result<Vec<u8>, PinsError> {
    let mut records: Vec<_> = pinned
        .iter()
        .map(|(name, sha256)| {
            let mut record = Sha256::digest(name.as_bytes())[..KEY].to_vec();
            record.extend_from_slice(sha256);
            (record, *name)
        })
        .collect();
    records.sort();
    for pair in records.windows(2) {
        let [(one, name), (next, other)] = pair else { continue };
        if one[..KEY] == next[..KEY] {
            return Err(PinsError::Collision((*name).to_owned(), (*other).to_owned()));
        }
    }
    Ok(records.into_iter().flat_map(|(record, _)| record).collect())
}

/// The bytes of a hash in 64 lower-case hexadecimal digits.
pub(super) fn digest(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 || !digits.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_twice_is_refused() {
        let row = ("go1.22.5.linux-amd64.tar.gz", [1; 32]);
        assert_eq!(make(&[row]).unwrap().len(), KEY + 32);
        assert!(matches!(make(&[row, row]), Err(PinsError::Collision(..))));
    }

    #[test]
    fn a_hash_has_one_spelling() {
        assert_eq!(digest(&"0f".repeat(32)), Some([15; 32]));
        for text in [String::new(), "0F".repeat(32), "0f".repeat(31), format!("+f{}", "0f".repeat(31))] {
            assert_eq!(digest(&text), None, "{text:?}");
        }
    }
}

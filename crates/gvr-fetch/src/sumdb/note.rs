//! Signed notes: a text, and below it lines with signatures (golang.org/x/mod, `sumdb/note`).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, UnparsedPublicKey};

use crate::Sha256;

/// The kind of key that Go's databases have, and the only one that there is.
const ED25519_KIND: u8 = 1;
const KEY_LENGTH: usize = 32;
/// Go's own limits.
const MOST_SIGNATURES: usize = 100;
const LONGEST: usize = 1_000_000;
/// What a line with a signature begins with.
const DASH: &str = "\u{2014} ";

/// Who signs: a name, and the key to check it with. Its text form is `name+hash+key`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    hash: [u8; 4],
    key: [u8; KEY_LENGTH],
}

/// The text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a verifier key: {why}")]
pub struct KeyError {
    why: &'static str,
}

/// A note that is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It has not the form of one.
    #[error("it is no signed note: {0}")]
    Malformed(&'static str),
    /// The signature in the key's name is not the key's.
    #[error("its signature is wrong")]
    BadSignature,
    /// Nobody known has signed it.
    #[error("it has no signature of the key that was expected")]
    Unsigned,
}

impl VerifierKey {
    /// Who it belongs to: `sum.golang.org`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first bytes of the key's hash, by which signatures name it.
    pub fn hash(&self) -> u32 {
        u32::from_be_bytes(self.hash)
    }

    /// The text of a note that this key has signed, its last line break included.
    ///
    /// Other signatures may stand beside its own; one in its name that is wrong makes the whole note so.
    pub fn open<'a>(&self, note: &'a [u8]) -> Result<&'a str, NoteError> {
        let (text, signatures) = split(note)?;
        let mut is_signed = false;
        for (number, line) in signatures.lines().enumerate() {
            if number >= MOST_SIGNATURES {
                return Err(NoteError::Malformed("it has too many signatures"));
            }
            let (name, hash, signature) = parse_signature(line)?;
            if name == self.name && hash == self.hash {
                let key = UnparsedPublicKey::new(&ED25519, self.key);
                key.verify(text.as_bytes(), &signature).map_err(|_| NoteError::BadSignature)?;
                is_signed = true;
            }
        }
        if is_signed { Ok(text) } else { Err(NoteError::Unsigned) }
    }
}

/// The text with its last line break, and the lines below the last blank one.
fn split(note: &[u8]) -> Result<(&str, &str), NoteError> {
    if note.len() > LONGEST {
        return Err(NoteError::Malformed("it is too long"));
    }
    let note = std::str::from_utf8(note).map_err(|_| NoteError::Malformed("it is not UTF-8"))?;
    if note.chars().any(|character| character < ' ' && character != '\n') {
        return Err(NoteError::Malformed("it has control characters"));
    }
    let at = note.rfind("\n\n").ok_or(NoteError::Malformed("it has no signatures"))?;
    let (text, signatures) = (&note[..=at], &note[at + 2..]);
    if !signatures.ends_with('\n') {
        return Err(NoteError::Malformed("its last line has no end"));
    }
    Ok((text, signatures))
}

fn parse_signature(line: &str) -> Result<(&str, [u8; 4], Vec<u8>), NoteError> {
    let malformed = NoteError::Malformed("it has a malformed line of signature");
    let (name, encoded) = line.strip_prefix(DASH).and_then(|line| line.split_once(' ')).ok_or(malformed)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| malformed)?;
    match bytes.split_first_chunk() {
        Some((hash, signature)) if is_name(name) && !signature.is_empty() => Ok((name, *hash, signature.to_vec())),
        _ => Err(malformed),
    }
}

/// Go's rule for the names of keys.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|character: char| character == '+' || character.is_whitespace())
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let malformed = |why| KeyError { why };
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hash), Some(encoded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(malformed("expected name+hash+key"));
        };
        let is_hash = hash.len() == 8 && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
        let hash = u32::from_str_radix(hash, 16).ok().filter(|_| is_hash);
        let hash = hash.ok_or(malformed("its hash is not of 8 hexadecimal digits"))?.to_be_bytes();
        if !is_name(name) {
            return Err(malformed("it has no name"));
        }
        let data = STANDARD.decode(encoded).map_err(|_| malformed("the key is no base64"))?;
        if key_hash(name, &data) != hash {
            return Err(malformed("its hash is not that of the key"));
        }
        match data.split_first() {
            Some((&ED25519_KIND, key)) => {
                let key = key.try_into().map_err(|_| malformed("the key has not 32 bytes"))?;
                Ok(Self { name: name.to_owned(), hash, key })
            }
            _ => Err(malformed("it is of an unknown kind")),
        }
    }
}

fn key_hash(name: &str, data: &[u8]) -> [u8; 4] {
    let hash = Sha256::of(&[name.as_bytes(), b"\n", data].concat());
    let [a, b, c, d, ..] = *hash.as_bytes();
    [a, b, c, d]
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = [&[ED25519_KIND], &self.key[..]].concat();
        write!(f, "{}+{:08x}+{}", self.name, self.hash(), STANDARD.encode(data))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use gvr_testkit::FakeLog;
    use proptest::prelude::*;

    use super::*;

    const GOLANG: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    /// The example of the documentation of golang.org/x/mod/sumdb/note.
    const EXAMPLE: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const SIGNED: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
         \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    fn key(text: &str) -> VerifierKey {
        text.parse().unwrap()
    }

    #[test]
    fn keys_are_gos() {
        for text in [GOLANG, EXAMPLE] {
            assert_eq!(key(text).to_string(), text);
        }
        assert_eq!((key(GOLANG).name(), key(GOLANG).hash()), ("sum.golang.org", 0x033d_e0ae));
        for wrong in [
            "",
            "sum.golang.org",
            "+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
            &GOLANG.replace("033d", "133d"),
            &GOLANG.replace("033de0ae", "33de0ae"),
            &GOLANG.replace("033de0ae", "+33de0ae"),
            &GOLANG.replace("+Ac", "+Bc"),
            &GOLANG.replace("sum.", "sam."),
            &format!("{GOLANG} "),
            &GOLANG[..GOLANG.len() - 4],
        ] {
            assert!(wrong.parse::<VerifierKey>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn opens_the_documented_example() {
        assert_eq!(key(EXAMPLE).open(SIGNED.as_bytes()).unwrap().lines().count(), 2);
        assert_eq!(key(GOLANG).open(SIGNED.as_bytes()), Err(NoteError::Unsigned));
        // Somebody else's signature may stand beside it, under any name but the key's.
        let twice = format!("{SIGNED}\u{2014} somebody AAAAAAAA\n");
        assert!(key(EXAMPLE).open(twice.as_bytes()).is_ok());
        let twice = format!("{SIGNED}\u{2014} PeterNeumann AAAAAAAA\n");
        assert!(key(EXAMPLE).open(twice.as_bytes()).is_ok(), "another key of that name");
        let twice = format!("{SIGNED}\u{2014} PeterNeumann x08gowAA\n");
        assert_eq!(key(EXAMPLE).open(twice.as_bytes()), Err(NoteError::BadSignature));
    }

    #[test]
    fn refuses_what_is_no_note() {
        let line = SIGNED.lines().last().unwrap();
        for (wrong, why) in [
            (String::new(), "it has no signatures"),
            (SIGNED.replace("\n\n", "\n"), "it has no signatures"),
            (SIGNED.trim_end().to_owned(), "its last line has no end"),
            (SIGNED.replace("problem,", "problem,\t"), "it has control characters"),
            (SIGNED.replace('\n', "\r\n"), "it has control characters"),
            (SIGNED.replace("\u{2014} ", "- "), "it has a malformed line of signature"),
            (SIGNED.replace("\u{2014} ", "\u{2014}  "), "it has a malformed line of signature"),
            (SIGNED.replace("AM=", "AM"), "it has a malformed line of signature"),
            (format!("{SIGNED}\u{2014} x AAAA\n"), "it has a malformed line of signature"),
            (format!("{SIGNED}{}", format!("{line}\n").repeat(100)), "it has too many signatures"),
            ("x".repeat(1_000_001), "it is too long"),
        ] {
            assert_eq!(key(EXAMPLE).open(wrong.as_bytes()), Err(NoteError::Malformed(why)), "{wrong:.80}");
        }
        assert!(matches!(key(EXAMPLE).open(b"\xff\n\n\xe2\x80\x94 x AAAAAAAA\n"), Err(NoteError::Malformed(_))));
    }

    #[test]
    fn agrees_with_another_signer() {
        let log = FakeLog::new("example.test/log");
        let note = log.sign("a\n\nb\n");
        assert_eq!(key(&log.verifier_key()).open(note.as_bytes()), Ok("a\n\nb\n"));
    }

    proptest! {
        #[test]
        fn no_changed_bit_is_believed(at in 0..SIGNED.len(), bit in 0..8_u8) {
            let mut note = SIGNED.as_bytes().to_vec();
            note[at] ^= 1 << bit;
            prop_assert!(key(EXAMPLE).open(&note).is_err());
        }

        #[test]
        fn any_bytes_are_safe(note: Vec<u8>, text in "\\PC{0,80}") {
            prop_assert!(key(EXAMPLE).open(&note).is_err());
            let like_one = [&text, "\n\n\u{2014} ", &text, "\n"].concat();
            prop_assert!(key(EXAMPLE).open(like_one.as_bytes()).is_err());
            if let Ok(key) = text.parse::<VerifierKey>() {
                prop_assert_eq!(key.to_string().to_lowercase(), text.to_lowercase());
            }
        }
    }
}

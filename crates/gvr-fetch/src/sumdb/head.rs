//! What the log signs: how many records it has, and the root of the tree over them (golang.org/x/mod, `tlog.ParseTree`).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Node, NoteError, VerifierKey};
use crate::Sha256;

const FIRST_LINE: &str = "go.sum database tree";
/// Far more records than there will ever be, and few enough that no sum of them overflows.
const MOST_RECORDS: u64 = 1 << 62;

/// The state of a log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// How many records there are.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Node,
}

/// A head that is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeadError {
    /// It is not signed as it should be.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// What is signed is no tree head.
    #[error("what it signs is not the state of a log")]
    Malformed,
}

impl TreeHead {
    /// Reads a signed head.
    pub fn open(note: &[u8], key: &VerifierKey) -> Result<Self, HeadError> {
        Self::parse(key.open(note)?)
    }

    /// Reads the text of a head. Lines after the third are for later versions, and ignored.
    pub fn parse(text: &str) -> Result<Self, HeadError> {
        let mut lines = text.split('\n');
        let (Some(FIRST_LINE), Some(size), Some(root), Some(_end)) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(HeadError::Malformed);
        };
        let parsed: u64 = size.parse().map_err(|_| HeadError::Malformed)?;
        // One spelling: no plus, no zeros before it.
        if parsed.to_string() != size || parsed > MOST_RECORDS {
            return Err(HeadError::Malformed);
        }
        let root = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok()).ok_or(HeadError::Malformed)?;
        Ok(Self { size: parsed, root: Sha256::from_bytes(root) })
    }
}

/// The head's text, without signatures.
impl fmt::Display for TreeHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}\n{}\n{}", self.size, STANDARD.encode(self.root.as_bytes()))
    }
}

impl fmt::Debug for TreeHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} records, root {}", self.size, STANDARD.encode(self.root.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Heads that sum.golang.org has signed, from 2023 to 2026.
    const SIGNED: [(u64, &str, &str); 5] = [
        (
            15_081_221,
            "BoMMe1wd25Tco0mYGROkyqxHZWx+hcSCtMV315Lu6Lg=",
            "Az3grilD7vQqTrv66jRgKM84Y80KTprrSt4bKmiOPxgmS5ZVBTeCl6dUvjYnN13R+C8j0jGY1WnUADGMkok3U0m2Zgo=",
        ),
        (
            28_891_140,
            "++pUIeKTwGvykMUkmM3AT97PwQipMT6H/p7t86E0Sp0=",
            "Az3grqNvOILDz7xwAKugtVFZwd+I9IyB/mHrUYzcVaS9zKsRVdRLNGLFpnAcLhyoBBkdIYEzK/+7Eu4wanYttLrPsQo=",
        ),
        (
            28_905_453,
            "f3f8U0MoQmXkWAgAEKDtXcaI3c2y6N9+55KNSRefF/w=",
            "Az3grr4J9x4SApup87osjthKONInbYdbN37ZskrLF12HIbhDuxOBTzt8Z2jUKbCvxYWrw0yNgshddOzt7pZEl7aSCw8=",
        ),
        (
            35_225_469,
            "vt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=",
            "Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=",
        ),
        (
            63_096_908,
            "8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=",
            "Az3gri/oVBN1jAhNZ/iS+W31psFAWRT20/GyrhpU6taFwulQGetBkH5S7wpGXdS935jiIGiUUAXBVHzT/P6fYhqAmAk=",
        ),
    ];

    fn note(size: u64, root: &str, signature: &str) -> String {
        format!("go.sum database tree\n{size}\n{root}\n\n\u{2014} sum.golang.org {signature}\n")
    }

    #[test]
    fn opens_real_heads_and_no_mixture_of_them() {
        let key = super::super::gosumdb::GOLANG_KEY.parse().unwrap();
        for (number, (size, root, signature)) in SIGNED.into_iter().enumerate() {
            let head = TreeHead::open(note(size, root, signature).as_bytes(), &key).unwrap();
            assert_eq!(head.size, size);
            assert_eq!(head.to_string(), format!("go.sum database tree\n{size}\n{root}\n"));
            let other = SIGNED[(number + 1) % SIGNED.len()];
            for wrong in [note(other.0, root, signature), note(size, other.1, signature), note(size, root, other.2)] {
                let error = TreeHead::open(wrong.as_bytes(), &key).unwrap_err();
                assert_eq!(error, HeadError::Note(NoteError::BadSignature));
            }
        }
    }

    #[test]
    fn refuses_what_is_no_head() {
        let root = SIGNED[0].1;
        for wrong in [
            String::new(),
            format!("go.sum database tree\n5\n{root}"),
            format!("go.sum database tree\n05\n{root}\n"),
            format!("go.sum database tree\n+5\n{root}\n"),
            format!("go.sum database tree\n-5\n{root}\n"),
            format!("go.sum database tree\n99999999999999999999\n{root}\n"),
            format!("go.sum database tree\n4611686018427387905\n{root}\n"),
            format!("go.sum database tree\n5\n{root}=\n"),
            format!("go.sum database tree\n5\n{}\n", &root[4..]),
            format!("go.sum  database tree\n5\n{root}\n"),
            format!("\ngo.sum database tree\n5\n{root}\n"),
        ] {
            assert_eq!(TreeHead::parse(&wrong), Err(HeadError::Malformed), "{wrong:?}");
        }
        assert!(TreeHead::parse(&format!("go.sum database tree\n5\n{root}\nand more\n")).is_ok());
    }

    proptest! {
        #[test]
        fn reads_what_it_writes(size in 0..=MOST_RECORDS, root: [u8; 32]) {
            let head = TreeHead { size, root: Sha256::from_bytes(root) };
            prop_assert_eq!(TreeHead::parse(&head.to_string()), Ok(head));
        }

        #[test]
        fn any_text_is_safe(text in "(go.sum database tree\n)?[0-9+-]{0,30}\n\\PC{0,50}\n?") {
            if let Ok(head) = TreeHead::parse(&text) {
                prop_assert!(text.starts_with(&head.to_string()));
            }
        }
    }
}

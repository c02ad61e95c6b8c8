//! What is accepted of whom, and until when.

use super::Fingerprint;
use super::hash::Hash;

/// The rules by which signatures are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The fingerprint of the only primary key whose word counts.
    pub primary: Fingerprint,
    /// Subkeys bound before this time may have agreed to it with SHA-1, in seconds since 1970. Such a signature back only
    /// says that the subkey's owner knows of the primary; that the primary accepts the subkey is never signed with SHA-1.
    pub sha1_back_signatures_before: u32,
    /// The least length of a key, in bits.
    pub least_bits: usize,
    /// The time, in seconds since 1970, for signatures that state when they expire.
    pub now: u64,
}

impl Policy {
    /// The one for Go's archives, at this time.
    pub const fn google(now: u64) -> Self {
        Self {
            primary: Fingerprint::from_bytes([
                0xEB, 0x4C, 0x1B, 0xFD, 0x4F, 0x04, 0x2F, 0x6D, 0xDD, 0xCC, 0xEC, 0x91, 0x77, 0x21, 0xF6, 0x3B, 0xD3,
                0x8B, 0x47, 0x96,
            ]),
            // Google's subkeys of 2016-04-12 and 2017-01-24 have them, and none after.
            sha1_back_signatures_before: 1_485_907_200, // 2017-02-01
            least_bits: 2048,
            now,
        }
    }

    /// Whether archives and subkeys may be signed by way of this hash.
    pub(super) fn accepts(hash: Hash) -> bool {
        hash != Hash::Sha1
    }

    /// Whether a subkey that was bound at `bound` may have agreed by way of this hash.
    pub(super) fn accepts_back(&self, hash: Hash, bound: u32) -> bool {
        Self::accepts(hash) || bound < self.sha1_back_signatures_before
    }
}

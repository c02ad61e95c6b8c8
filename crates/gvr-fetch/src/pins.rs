//! The table of published archives that is compiled in: what Go's own server said, whoever serves the bytes today.
//!
//! `cargo xtask pins` makes the table from release indexes and checks it against a second source. It is looked up where it
//! lies in the program: nothing is parsed, copied or allocated for it.

use gvr_core::{Platform, Version};

use crate::Sha256;

/// Records of [`RECORD`] bytes in the order of their keys.
static TABLE: &[u8] = include_bytes!("pins.bin");

/// The first bytes of the SHA-256 of the archive's file name. The generator refuses two names with one key; that a name
/// of none of them falls on a key has a probability of about 10⁻¹¹.
const KEY: usize = 6;
/// A key, and the archive's SHA-256.
const RECORD: usize = KEY + 32;

/// What Go published under an archive's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The archive's SHA-256.
    pub sha256: Sha256,
}

impl Pin {
    /// The pin of this release for this platform, if this build of gvr has one.
    pub fn find(version: Version, platform: Platform) -> Option<Self> {
        find(TABLE, &platform.archive_name(version))
    }

    /// How many archives are pinned.
    pub const COUNT: usize = TABLE.len() / RECORD;
}

fn find(table: &[u8], file_name: &str) -> Option<Pin> {
    let name = Sha256::of(file_name.as_bytes());
    let key = &name.as_bytes()[..KEY];
    let (records, _) = table.as_chunks::<RECORD>();
    let at = records.binary_search_by(|record| record[..KEY].cmp(key)).ok()?;
    let sha256 = records.get(at)?.last_chunk::<32>()?;
    Some(Pin { sha256: Sha256::from_bytes(*sha256) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(version: &str, platform: &str) -> Option<Pin> {
        Pin::find(Version::parse(version).unwrap(), platform.parse().unwrap())
    }

    #[test]
    fn the_table_is_whole_and_sorted() {
        let (records, rest) = TABLE.as_chunks::<RECORD>();
        assert!(rest.is_empty() && records.len() == Pin::COUNT && Pin::COUNT > 3000);
        assert!(records.is_sorted_by(|one, next| one[..KEY] < next[..KEY]));
        assert!(records.iter().all(|record| record[KEY..][..32] != [0; 32]));
    }

    #[test]
    fn what_was_published_is_found_and_nothing_else() {
        let sha256 = |text: &str| text.parse().ok();
        for (version, platform, expected) in [
            ("1.23.1", "linux-amd64", "49bbb517cfa9eee677e1e7897f7cf9cfdbcf49e05f61984a2789136de359f9bd"),
            ("1.23.1", "darwin-arm64", "e223795ca340e285a760a6446ce57a74500b30e57469a4109961d36184d3c05a"),
            ("1.14.7", "linux-armv6l", "6079eb82bcf24b33dda0e32777c7fdddcc3b1ec70e374308cc8311562449b107"),
            ("1.20.0", "linux-amd64", "5a9ebcc65c1cce56e0d2dc616aff4c4cedcfbda8cc6f0288cc08cda3b18dcbf1"),
        ] {
            assert_eq!(pin(version, platform).map(|pin| pin.sha256), sha256(expected), "{version} {platform}");
        }
        for (version, platform) in
            [("1.22.90", "linux-amd64"), ("1.15.15", "darwin-arm64"), ("1.5.2", "linux-amd64"), ("1.99.0", "linux-386")]
        {
            assert_eq!(pin(version, platform), None, "{version} {platform}");
        }
        assert_eq!(find(&[], "go1.23.1.linux-amd64.tar.gz"), None);
    }
}

//! `com.apple.quarantine`, the attribute that macOS puts on what was downloaded.
//!
//! Its value is `flags;time;agent;id`, such as `0083;5991b778;Safari.app;9CE7…`: flags and the seconds since 1970 in
//! hexadecimal digits. The last parts may be missing.

use serde::{Deserialize, Serialize};

/// Set once somebody agreed to open the file.
const APPROVED: u32 = 0x40;

/// What the attribute says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// Flags, of which Apple documents none.
    pub flags: u32,
    /// When the file came, in seconds since 1970.
    pub seconds: Option<u64>,
    /// The program that brought it, such as `Safari`.
    pub agent: Option<String>,
    /// The key of the download in macOS's own list.
    pub id: Option<String>,
}

impl Quarantine {
    /// Reads the value; `None` where it is none.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let text = str::from_utf8(value).ok()?.trim_matches(['\0', '\n']);
        let mut parts = text.split(';');
        let flags = u32::from_str_radix(parts.next()?, 16).ok()?;
        let seconds = match parts.next().unwrap_or_default() {
            "" => None,
            digits => Some(u64::from_str_radix(digits, 16).ok()?),
        };
        let mut word = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
        Some(Self { flags, seconds, agent: word(), id: word() })
    }

    /// Whether somebody has agreed to open the file.
    pub const fn is_approved(&self) -> bool {
        self.flags & APPROVED != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_parts() {
        let value = b"0083;5991b778;Safari.app;9CE7C1B4-9C1B-4E5F-9F5B-0A5F2A1C0D11";
        let quarantine = Quarantine::parse(value).unwrap();
        assert_eq!((quarantine.flags, quarantine.seconds), (0x83, Some(0x5991_b778)));
        assert_eq!(quarantine.agent.as_deref(), Some("Safari.app"));
        assert_eq!(quarantine.id.as_deref(), Some("9CE7C1B4-9C1B-4E5F-9F5B-0A5F2A1C0D11"));
        assert!(!quarantine.is_approved());
    }

    #[test]
    fn parts_may_be_missing() {
        let quarantine = Quarantine::parse(b"01c1;;;\n").unwrap();
        assert_eq!((quarantine.flags, quarantine.seconds, quarantine.agent, quarantine.id), (0x1c1, None, None, None));
        assert!(Quarantine::parse(b"00c1").unwrap().is_approved());
        for broken in [b"".as_slice(), b"Safari", b"0081;time", b"\xff\xff", b"+", b"123456789;0"] {
            assert_eq!(Quarantine::parse(broken), None);
        }
    }
}

//! Which database: what GOSUMDB says (golang.org/cmd/go, `internal/modfetch/sumdb.go`).

use super::VerifierKey;

/// The key of Go's own database.
pub(super) const GOLANG_KEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
const GOLANG: &str = "sum.golang.org";
/// Under this name it can be reached from mainland China.
const CHINA: &str = "sum.golang.google.cn";

/// A state of sum.golang.org of 2026. Whatever the database says must extend it, also on the first run on a machine.
const GOLANG_HEAD: &str = "go.sum database tree\n63096908\n8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=\n\n\
     \u{2014} sum.golang.org Az3gri/oVBN1jAhNZ/iS+W31psFAWRT20/GyrhpU6taFwulQGetBkH5S7wpGXdS935jiIGiUUAXBVHzT/P6fYhqAmAk=\n";

/// A checksum database: its key, and how to get to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    key: VerifierKey,
    /// An address that is asked instead of all others.
    address: Option<String>,
    pinned: Option<&'static str>,
}

/// GOSUMDB names no database.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GosumdbError {
    /// It says `off`. Go itself refuses to install a toolchain then.
    #[error("the checksum database is switched off by GOSUMDB=off")]
    Off,
    /// It is malformed.
    #[error("GOSUMDB is {value:?}: {why}")]
    Malformed {
        /// Its value.
        value: String,
        /// What is wrong with it.
        why: String,
    },
}

impl GosumdbError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Off => "toolchains are checked whatever it says about modules: unset GOSUMDB, or set it to \
                          sum.golang.org and name private modules in GONOSUMDB"
                .to_owned(),
            Self::Malformed { .. } => "expected: GOSUMDB=sum.golang.org, or a key and an address".to_owned(),
        }
    }
}

impl Database {
    /// Go's own.
    pub fn golang() -> Result<Self, GosumdbError> {
        Self::from_gosumdb(None)
    }

    /// The one that GOSUMDB names; Go's own where it is not set or empty. A known name or a key may be followed by an
    /// address. GONOSUMDB, GONOSUMCHECK, GOPRIVATE and `GOFLAGS=-insecure` have no say: they are about modules, and Go does
    /// not exempt its toolchains for them either.
    pub fn from_gosumdb(value: Option<&str>) -> Result<Self, GosumdbError> {
        let value = value.unwrap_or_default();
        let malformed = |why: String| GosumdbError::Malformed { value: value.to_owned(), why };
        let mut words = value.split_whitespace();
        let (mut key, mut address) = (words.next().unwrap_or(GOLANG), words.next());
        if words.next().is_some() {
            return Err(malformed("it has too many words".to_owned()));
        }
        if key == "off" && address.is_none() {
            return Err(GosumdbError::Off);
        }
        if key == CHINA && address.is_none() {
            (key, address) = (GOLANG, Some("https://sum.golang.google.cn"));
        }
        if key == GOLANG {
            key = GOLANG_KEY;
        }
        let pinned = (key == GOLANG_KEY).then_some(GOLANG_HEAD);
        let key: VerifierKey = key.parse().map_err(|error: super::KeyError| malformed(error.to_string()))?;
        if !is_host_and_path(key.name()) {
            return Err(malformed("the key's name is no host with a path".to_owned()));
        }
        Ok(Self { key, address: address.map(str::to_owned), pinned })
    }

    /// Its name: `sum.golang.org`.
    pub fn name(&self) -> &str {
        self.key.name()
    }

    /// The key that it signs with.
    pub fn key(&self) -> &VerifierKey {
        &self.key
    }

    /// The address that GOSUMDB states. It is asked instead of the database itself and of all proxies.
    pub fn address(&self) -> Option<&str> {
        self.address.as_deref()
    }

    /// The address of the database itself.
    pub fn direct(&self) -> String {
        format!("https://{}", self.name())
    }

    /// A signed state of it that gvr brings along.
    pub fn pinned(&self) -> Option<&str> {
        self.pinned
    }

    /// A name for the folder of what is kept of it: another key is another database.
    pub fn folder_name(&self) -> String {
        format!("{}+{:08x}", self.name().replace('/', "_"), self.key.hash())
    }
}

/// The name of a key becomes an address, so it may have nothing else in it.
fn is_host_and_path(name: &str) -> bool {
    let is_plain = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b':'))
    };
    name.split('/').all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sumdb::TreeHead;

    #[test]
    fn goes_own_database_is_known_by_its_names() {
        let go = Database::golang().unwrap();
        assert_eq!((go.name(), go.address(), go.direct().as_str()), (GOLANG, None, "https://sum.golang.org"));
        assert_eq!(go.folder_name(), "sum.golang.org+033de0ae");
        for same in ["", " ", "sum.golang.org", GOLANG_KEY] {
            assert_eq!(Database::from_gosumdb(Some(same)).unwrap(), go, "{same:?}");
        }
        let china = Database::from_gosumdb(Some("sum.golang.google.cn")).unwrap();
        assert_eq!((china.key(), china.address()), (go.key(), Some("https://sum.golang.google.cn")));
        let elsewhere = Database::from_gosumdb(Some("sum.golang.org https://example.org/db")).unwrap();
        assert_eq!((elsewhere.key(), elsewhere.address()), (go.key(), Some("https://example.org/db")));
        assert!(elsewhere.pinned().is_some(), "an address does not change what the log has to be");
    }

    #[test]
    fn the_pinned_state_is_signed() {
        let go = Database::golang().unwrap();
        assert_eq!(TreeHead::open(go.pinned().unwrap().as_bytes(), go.key()).unwrap().size, 63_096_908);
    }

    #[test]
    fn another_database_has_nothing_pinned() {
        let log = gvr_testkit::FakeLog::new("log.example.test/a");
        let value = format!("{} http://127.0.0.1:1", log.verifier_key());
        let database = Database::from_gosumdb(Some(&value)).unwrap();
        assert_eq!((database.name(), database.pinned()), ("log.example.test/a", None));
        assert!(!database.folder_name().contains('/'));
    }

    #[test]
    fn refuses_what_names_none() {
        assert_eq!(Database::from_gosumdb(Some("off")), Err(GosumdbError::Off));
        for wrong in [
            "sum.golang.org+033de0ae",
            "example.org",
            "off https://example.org",
            "sum.golang.org https://a https://b",
            "sum.golang.google.cn x y",
        ] {
            let error = Database::from_gosumdb(Some(wrong)).unwrap_err();
            assert!(matches!(error, GosumdbError::Malformed { .. }), "{wrong}: {error}");
        }
        for name in ["a//b", "a/../b", "a@b", "a?b", "/a", "a/"] {
            let value = gvr_testkit::FakeLog::new(name).verifier_key();
            assert!(Database::from_gosumdb(Some(&value)).is_err(), "{name}");
        }
    }
}

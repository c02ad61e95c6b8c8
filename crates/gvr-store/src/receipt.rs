//! What was installed, from where, and how it was checked: the last file that is written into a toolchain's folder.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use gvr_core::{Platform, Version};
use serde::{Deserialize, Serialize};

/// The layout of the file that this program writes, and the newest that it reads.
const SCHEMA: u32 = 1;

/// The record of one installation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Which Go.
    #[serde(with = "as_text")]
    pub version: Version,
    /// What it runs on.
    #[serde(with = "as_text")]
    pub platform: Platform,
    /// Where the archive came from in the end, mirrors and redirects included; `import:goenv` where the tree was taken over
    /// from another manager.
    pub url: String,
    /// The archive's SHA-256, 64 lower-case hexadecimal digits; empty where there was none.
    pub sha256: String,
    /// The archive's length in bytes; 0 where there was none.
    pub size: u64,
    /// How many files were unpacked.
    pub files: u64,
    /// The sum of their lengths in bytes.
    pub unpacked: u64,
    /// When, in UTC, as RFC 3339 has it: `2026-01-31T12:00:00Z`.
    pub installed_at: String,
    /// The version of gvr that did it.
    pub gvr: String,
    /// The tree's hash as a Go module, `h1:` and base64, if there was a reason to take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub h1: Option<String>,
    /// Every check that the archive or the tree passed.
    pub checked: Vec<Check>,
    /// Who was asked for a further check and did not answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unanswered: Vec<Check>,
}

/// One check that was passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Against what: `index`, `sha256-file`, and so on.
    pub by: String,
    /// What was compared, for people.
    pub detail: String,
}

/// A receipt is there but cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// It could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The receipt.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not what gvr writes.
    #[error("{} is not a receipt", path.display())]
    Malformed {
        /// The receipt.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A newer gvr wrote it.
    #[error("{} was written by a newer gvr (schema {schema}; this one knows up to {SCHEMA})", path.display())]
    NewerSchema {
        /// The receipt.
        path: PathBuf,
        /// The schema that it states.
        schema: u32,
    },
}

/// What every schema has.
#[derive(Deserialize)]
struct Header {
    schema: u32,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    /// The digest of the tree's manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    tree: Option<&'a str>,
    #[serde(flatten)]
    receipt: &'a Receipt,
}

impl Receipt {
    /// What [`url`](Self::url) begins with where the tree was taken over.
    pub const IMPORT: &str = "import:";

    /// From whom the tree was taken over, if it did not come as an archive.
    pub fn imported_from(&self) -> Option<&str> {
        self.url.strip_prefix(Self::IMPORT)
    }

    /// Reads the receipt at `path`; `None` if there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, ReceiptError> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path).map(Some),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(source) => Err(ReceiptError::Read { path: path.to_owned(), source }),
        }
    }

    /// Writes it to `path`, where there must be nothing: an archive that brings a receipt of its own is not Go's.
    /// `tree` is the digest of the tree's manifest.
    pub(crate) fn write(&self, path: &Path, tree: Option<&str>) -> io::Result<()> {
        let text = toml::to_string(&Document { schema: SCHEMA, tree, receipt: self }).map_err(io::Error::other)?;
        let mut file = File::options().write(true).create_new(true).mode(0o644).open(path)?;
        file.write_all(text.as_bytes())
    }

    /// The digest of the tree's manifest that the receipt at `path` states. A gvr before manifests stated none.
    pub(crate) fn read_tree_digest(path: &Path) -> Result<Option<String>, ReceiptError> {
        #[derive(Deserialize)]
        struct Tree {
            tree: Option<String>,
        }
        if Self::read(path)?.is_none() {
            return Ok(None);
        }
        let text = fs::read_to_string(path).map_err(|source| ReceiptError::Read { path: path.to_owned(), source })?;
        let malformed = |error| ReceiptError::Malformed { path: path.to_owned(), source: Box::new(error) };
        toml::from_str::<Tree>(&text).map(|document| document.tree).map_err(malformed)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, ReceiptError> {
        let malformed = |error| ReceiptError::Malformed { path: path.to_owned(), source: Box::new(error) };
        let Header { schema } = toml::from_str(text).map_err(malformed)?;
        if schema > SCHEMA {
            return Err(ReceiptError::NewerSchema { path: path.to_owned(), schema });
        }
        toml::from_str(text).map_err(malformed)
    }
}

/// Types of gvr-core, which knows no serde, in their text form.
mod as_text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<T: Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(super) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn example() -> Receipt {
        Receipt {
            version: Version::parse("1.22.5").unwrap(),
            platform: "linux-amd64".parse().unwrap(),
            url: "https://go.dev/dl/go1.22.5.linux-amd64.tar.gz".to_owned(),
            sha256: "904b924d435eaea086515bc63235b192ea441bd8c9b198c507e85009e6e4c7f0".to_owned(),
            size: 68_958_123,
            files: 13_284,
            unpacked: 250_000_000,
            installed_at: "2026-01-31T12:00:00Z".to_owned(),
            gvr: "0.1.0".to_owned(),
            h1: Some("h1:8wlg68NqwW7eMnI1aABk/C2pDYXj8mrMY4TyRfiLeS0=".to_owned()),
            checked: vec![
                Check { by: "index".to_owned(), detail: "go.dev".to_owned() },
                Check { by: "sha256-file".to_owned(), detail: "a \"quoted\"\nline".to_owned() },
            ],
            unanswered: vec![Check { by: "checksum-database".to_owned(), detail: "no connection".to_owned() }],
        }
    }

    fn parse(text: &str) -> Result<Receipt, ReceiptError> {
        Receipt::parse(text, Path::new("versions/1.22.5/.gvr-receipt.toml"))
    }

    #[test]
    fn reads_back_what_it_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receipt");
        for checked in [example().checked, Vec::new()] {
            let receipt = Receipt { unanswered: checked.clone(), checked, ..example() };
            receipt.write(&path, Some("a digest")).unwrap();
            assert_eq!(Receipt::read(&path).unwrap(), Some(receipt));
            assert!(fs::read_to_string(&path).unwrap().starts_with("schema = 1\n"));
            assert_eq!(Receipt::read_tree_digest(&path).unwrap().as_deref(), Some("a digest"));
            fs::remove_file(&path).unwrap();
        }
        assert_eq!(Receipt::read(&path).unwrap(), None);
    }

    #[test]
    fn does_not_write_through_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("receipt");
        symlink("elsewhere", &path).unwrap();
        let error = example().write(&path, None).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert!(!folder.path().join("elsewhere").exists());
    }

    #[test]
    fn says_that_a_newer_gvr_wrote_it() {
        let error = parse("schema = 2\nshape = \"unknown\"\n").unwrap_err();
        assert!(matches!(error, ReceiptError::NewerSchema { schema: 2, .. }));
        assert!(error.to_string().contains("newer gvr (schema 2"), "{error}");
    }

    #[test]
    fn refuses_what_is_no_receipt() {
        for text in ["", "schema = 1", "schema = \"1\"", "schema = -1", "<html>", "version = \"1.22.5\""] {
            assert!(matches!(parse(text), Err(ReceiptError::Malformed { .. })), "{text:?}");
        }
        let text = toml::to_string(&Document { schema: SCHEMA, tree: None, receipt: &example() }).unwrap();
        assert!(parse(&text).is_ok());
        assert!(parse(&text.replace("\"1.22.5\"", "\"1.22.5.6\"")).is_err());
        assert!(parse(&text.replace("linux-amd64\"", "plan9-amd64\"")).is_err());
        // A later gvr may add to a schema what an older one can do without.
        assert!(parse(&text.replace("schema = 1\n", "schema = 1\ncolour = \"blue\"\n")).is_ok());
    }
}

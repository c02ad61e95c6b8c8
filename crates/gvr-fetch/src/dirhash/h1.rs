//! Go's `h1:` hashes (golang.org/x/mod/sumdb/dirhash, `Hash1`).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::ToolchainModule;
use crate::Sha256;
use crate::digest::Hasher;

const PREFIX: &str = "h1:";

/// A module's hash as Go writes it: `h1:` and 32 bytes in base64.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct H1(Sha256);

/// The text is not such a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a module hash (expected h1: and 44 characters of base64)")]
pub struct H1Error;

/// Files that have no module hash.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirHashError {
    /// Go itself has no hash for such a name.
    #[error("the name {name:?} has a line break")]
    LineBreak {
        /// The file, as it is called in the module.
        name: String,
    },
    /// Two contents under one name.
    #[error("{name:?} is there twice")]
    Twice {
        /// The file, as it is called in the module.
        name: String,
    },
}

impl H1 {
    /// The bytes behind the text.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The hash of a module's `go.mod`, which has one file and no prefix.
    pub fn of_go_mod(content: &[u8]) -> Self {
        Self(Sha256::of(format!("{}  go.mod\n", Sha256::of(content)).as_bytes()))
    }
}

impl FromStr for H1 {
    type Err = H1Error;

    fn from_str(text: &str) -> Result<Self, H1Error> {
        let bytes = text.strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok()).ok_or(H1Error)?;
        bytes.try_into().map(|bytes| Self(Sha256::from_bytes(bytes))).map_err(|_| H1Error)
    }
}

impl fmt::Display for H1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        f.write_str(&STANDARD.encode(self.as_bytes()))
    }
}

impl fmt::Debug for H1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Collects the files of a toolchain, in any order, and makes the hash of its module of them.
///
/// ```
/// use gvr_fetch::Sha256;
/// use gvr_fetch::dirhash::{DirHash, ToolchainModule};
///
/// let module = ToolchainModule::new("1.22.5".parse().unwrap(), "linux-amd64".parse().unwrap()).unwrap();
/// let mut hash = DirHash::new(module);
/// hash.add("bin/go", Sha256::of(b"a program"));
/// hash.add("VERSION", Sha256::of(b"go1.22.5\n"));
/// assert!(hash.finish().unwrap().to_string().starts_with("h1:"));
/// ```
#[derive(Clone, Debug)]
pub struct DirHash {
    prefix: String,
    /// By name, in Go's order of strings, which is that of their bytes.
    files: BTreeMap<String, Sha256>,
    refused: Option<DirHashError>,
}

impl DirHash {
    /// Of the toolchain that is `module`.
    pub fn new(module: ToolchainModule) -> Self {
        Self { prefix: module.prefix(), files: BTreeMap::new(), refused: None }
    }

    /// Takes in a file by its path below the toolchain's root, `/` between the parts. Files that the module leaves out
    /// are left out here. Folders do not count.
    pub fn add(&mut self, path: &str, content: Sha256) {
        if let Some(name) = ToolchainModule::file_name(path) {
            self.add_named(format!("{}{name}", self.prefix), content);
        }
    }

    /// Takes in a file by its whole name in the module's zip.
    fn add_named(&mut self, name: String, content: Sha256) {
        if name.contains('\n') {
            self.refused.get_or_insert(DirHashError::LineBreak { name });
            return;
        }
        match self.files.entry(name) {
            Entry::Vacant(entry) => _ = entry.insert(content),
            Entry::Occupied(entry) => {
                self.refused.get_or_insert(DirHashError::Twice { name: entry.key().clone() });
            }
        }
    }

    /// The hash of all of them.
    pub fn finish(self) -> Result<H1, DirHashError> {
        if let Some(error) = self.refused {
            return Err(error);
        }
        let mut hasher = Hasher::default();
        let mut line = String::new();
        for (name, content) in &self.files {
            line.clear();
            // Writing to a String cannot fail.
            let _ = writeln!(line, "{content}  {name}");
            hasher.update(line.as_bytes());
        }
        Ok(H1(hasher.finish()))
    }

    /// The hash of a module zip's entries, by their whole names, in any order.
    pub fn of_zip<N: Into<String>>(entries: impl IntoIterator<Item = (N, Sha256)>) -> Result<H1, DirHashError> {
        let mut hash = Self { prefix: String::new(), files: BTreeMap::new(), refused: None };
        for (name, content) in entries {
            hash.add_named(name.into(), content);
        }
        hash.finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn module() -> ToolchainModule {
        ToolchainModule::new("1.22.5".parse().unwrap(), "linux-amd64".parse().unwrap()).unwrap()
    }

    #[test]
    fn has_one_spelling() {
        // The record of sum.golang.org for every toolchain's go.mod.
        let text = "h1:8wlg68NqwW7eMnI1aABk/C2pDYXj8mrMY4TyRfiLeS0=";
        assert_eq!(H1::of_go_mod(b"module golang.org/toolchain\n").to_string(), text);
        assert_eq!(text.parse::<H1>().unwrap().to_string(), text);
        for wrong in [
            "",
            "h1:",
            &text[3..],
            &text[..text.len() - 1],
            &format!("{text} "),
            &format!("{text}="),
            &text.replacen("h1", "h2", 1),
            &text.replace('8', "_"),
            // The same bytes with a bit set that base64 has no use for.
            &text.replace("eS0=", "eS1="),
            "h1:AAAA",
        ] {
            assert_eq!(wrong.parse::<H1>(), Err(H1Error), "{wrong:?}");
        }
    }

    #[test]
    fn is_gos_own_of_a_module() {
        // Made by `dirhash.Hash1` of golang.org/x/mod 0.24.0: sha256sum's lines, sorted, hashed again.
        let files = [("m@v1/b", Sha256::of(b"2")), ("m@v1/a", Sha256::of(b"1")), ("m@v1/a/c", Sha256::of(b"3"))];
        let lines: Vec<_> =
            [1, 2, 0].map(|at| files[at]).iter().map(|(name, content)| format!("{content}  {name}\n")).collect();
        let sorted = format!("{}{}{}", lines[0], lines[1], lines[2]);
        assert_eq!(DirHash::of_zip(files).unwrap(), H1(Sha256::of(sorted.as_bytes())));
    }

    #[test]
    fn refuses_what_go_has_no_hash_for() {
        let one = Sha256::of(b"1");
        let mut hash = DirHash::new(module());
        hash.add("a\nb", one);
        assert!(matches!(hash.finish(), Err(DirHashError::LineBreak { .. })));
        let mut hash = DirHash::new(module());
        hash.add("a", one);
        hash.add("a", one);
        assert!(matches!(hash.finish(), Err(DirHashError::Twice { .. })));
        // Two files that the module has under one name.
        let mut hash = DirHash::new(module());
        hash.add("src/go.mod", one);
        hash.add("src/_go.mod", one);
        assert!(matches!(hash.finish(), Err(DirHashError::Twice { .. })));
    }

    proptest! {
        #[test]
        fn does_not_depend_on_the_order(names in proptest::collection::btree_set("[a-z/_.]{1,12}", 0..20), seed: u64) {
            let mut files: Vec<_> = names.iter().map(|name| (name.clone(), Sha256::of(name.as_bytes()))).collect();
            let expected = DirHash::of_zip(files.clone()).unwrap();
            let by = |(name, _): &(String, Sha256)| Sha256::of(format!("{seed}{name}").as_bytes()).to_string();
            files.sort_by_key(by);
            prop_assert_eq!(DirHash::of_zip(files.clone()).unwrap(), expected);
            if let Some((_, content)) = files.first_mut() {
                *content = Sha256::of(b"something else");
                prop_assert_ne!(DirHash::of_zip(files).unwrap(), expected);
            }
        }

        #[test]
        fn reads_what_it_writes(bytes: [u8; 32]) {
            let hash = H1(Sha256::from_bytes(bytes));
            prop_assert_eq!(hash.to_string().parse(), Ok(hash));
        }

        #[test]
        fn any_text_is_safe(text in "\\PC{0,60}") {
            if let Ok(hash) = text.parse::<H1>() {
                prop_assert_eq!(hash.to_string(), text);
            }
        }
    }
}

//! Reads the index as go.dev/dl serves it. The document is not trusted: what cannot be meant is left out or refused.

use std::borrow::Cow;
use std::fmt;

use gvr_core::{Platform, Version};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::releases::{Archive, Gatherer, HashSource, Index};

/// Why an index was refused.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is no JSON, or not of that shape.
    #[error("it is not a list of releases in JSON: {0}")]
    Shape(#[source] serde_json::Error),
    /// One archive is listed twice, with different hashes.
    #[error("it lists {file} twice, with different hashes")]
    Contradiction {
        /// The archive's name.
        file: String,
    },
    /// It names no release at all.
    #[error("it lists no release")]
    Empty,
}

#[derive(Deserialize)]
struct Listed<'a> {
    #[serde(default, borrow)]
    version: Scalar<'a>,
    #[serde(default, borrow)]
    files: Vec<ListedFile<'a>>,
}

/// A row of the document. Each field may have any type, so that one odd row does not make the rest unreadable.
#[derive(Deserialize)]
struct ListedFile<'a> {
    #[serde(default, borrow)]
    filename: Scalar<'a>,
    #[serde(default, borrow)]
    os: Scalar<'a>,
    #[serde(default, borrow)]
    arch: Scalar<'a>,
    #[serde(default, borrow)]
    version: Scalar<'a>,
    #[serde(default, borrow)]
    sha256: Scalar<'a>,
    #[serde(default, borrow)]
    size: Scalar<'a>,
    #[serde(default, borrow)]
    kind: Scalar<'a>,
}

/// Parses the whole document. A key that occurs twice in one object is an error: readers differ on which one counts.
pub(super) fn parse(body: &[u8]) -> Result<Index, DocumentError> {
    let listed: Vec<Listed<'_>> = serde_json::from_slice(body).map_err(DocumentError::Shape)?;
    let mut gatherer = Gatherer::default();
    for release in &listed {
        let Some(version) = release_version(release.version.text()) else { continue };
        gatherer.add_release(version);
        for archive in release.files.iter().filter_map(|file| archive(version, file)) {
            gatherer.add_archive(archive)?;
        }
    }
    let index = gatherer.finish();
    if index.releases().is_empty() { Err(DocumentError::Empty) } else { Ok(index) }
}

/// A version under the name that Go gives it: `go1.20`, never `go1.20.0` or `go1.21`.
fn release_version(name: &str) -> Option<Version> {
    let version = Version::from_release_name(name).ok()?;
    (!version.is_language() && version.release_name() == name).then_some(version)
}

/// The archive that a row lists, if all of the row agrees on it and it is one for gvr.
fn archive(version: Version, file: &ListedFile<'_>) -> Option<Archive> {
    if file.kind.text() != "archive" || release_version(file.version.text()) != Some(version) {
        return None;
    }
    let platform: Platform = format!("{}-{}", file.os.text(), file.arch.text()).parse().ok()?;
    if file.filename.text() != platform.archive_name(version) {
        return None;
    }
    let size = match file.size {
        Scalar::Number(size) if size > 0 => Some(size),
        _ => None,
    };
    Some(Archive { version, platform, sha256: file.sha256.text().parse().ok(), hash_from: HashSource::Index, size })
}

/// A value that may be of any type, of which only texts and whole numbers mean something.
#[derive(Default)]
enum Scalar<'a> {
    Text(Cow<'a, str>),
    Number(u64),
    #[default]
    Other,
}

impl Scalar<'_> {
    /// The text; empty where it is none.
    fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Scalar<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Text(Cow::Borrowed(text)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Number(number))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Other)
    }

    fn visit_unit<E>(self) -> Result<Scalar<'de>, E> {
        Ok(Scalar::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Scalar<'de>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar<'de>, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Scalar::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sha256;

    const NAME: &str = "go1.22.5.linux-amd64.tar.gz";

    fn row(changes: &[(&str, &str)]) -> String {
        let hash = format!("\"{}\"", Sha256::of(b"one"));
        let mut fields = vec![
            ("filename", format!("\"{NAME}\"")),
            ("os", "\"linux\"".to_owned()),
            ("arch", "\"amd64\"".to_owned()),
            ("version", "\"go1.22.5\"".to_owned()),
            ("sha256", hash),
            ("size", "7".to_owned()),
            ("kind", "\"archive\"".to_owned()),
        ];
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            fields.push((name, (*value).to_owned()));
        }
        let fields: Vec<_> = fields.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", fields.join(","))
    }

    fn release(rows: &[String]) -> String {
        format!(r#"{{"version":"go1.22.5","stable":true,"files":[{}]}}"#, rows.join(","))
    }

    fn only(changes: &[(&str, &str)]) -> Option<Archive> {
        let index = parse(format!("[{}]", release(&[row(changes)])).as_bytes()).unwrap();
        let [release] = index.releases() else { panic!("{index:?}") };
        release.archives().first().copied()
    }

    #[test]
    fn reads_a_row() {
        let archive = only(&[("colour", "[{\"a\":null}]")]).unwrap();
        assert_eq!(archive.file_name(), NAME);
        assert_eq!((archive.sha256, archive.size), (Some(Sha256::of(b"one")), Some(7)));
    }

    #[test]
    fn a_row_that_does_not_agree_with_itself_is_left_out() {
        for (field, value) in [
            ("filename", r#""../../x""#),
            ("filename", r#""/etc/x""#),
            ("filename", r#""go1.22.5.linux-amd64.tar.gz?x""#),
            ("filename", r#""go1.22.5.linux-amd64.tar.gz\n""#),
            ("filename", r#""go1.22.5.linux%2famd64.tar.gz""#),
            ("filename", r#""go1.22.5.linux-arm64.tar.gz""#),
            ("filename", r#""go1.22.5.linux-amd64.zip""#),
            ("filename", "17"),
            ("os", r#""windows""#),
            ("os", "null"),
            ("arch", r#""arm64""#),
            ("version", r#""go1.22.4""#),
            ("kind", r#""installer""#),
            ("kind", r#""hologram""#),
        ] {
            assert_eq!(only(&[(field, value)]), None, "{field}: {value}");
        }
        assert_eq!(only(&[("filename", &format!("\"{}\"", "x".repeat(1 << 16)))]), None);
    }

    #[test]
    fn an_invalid_hash_is_none_at_all() {
        let hash = Sha256::of(b"one").to_string();
        for value in
            ["", &hash[1..], &format!("{hash}0"), &hash.to_uppercase(), &format!("sha256:{hash}"), &format!(" {hash}")]
        {
            assert_eq!(only(&[("sha256", &format!("\"{value}\""))]).unwrap().sha256, None, "{value:?}");
        }
        for value in ["null", "5", "{}"] {
            assert_eq!(only(&[("sha256", value)]).unwrap().sha256, None, "{value}");
        }
    }

    #[test]
    fn a_size_that_cannot_be_is_unknown() {
        for value in ["0", "-1", "1e308", "1.5", "\"123\"", "null", "[]", "99999999999999999999999"] {
            assert_eq!(only(&[("size", value)]).unwrap().size, None, "{value}");
        }
    }

    #[test]
    fn duplicates_agree_or_the_document_is_refused() {
        let other = format!("\"{}\"", Sha256::of(b"two"));
        let twice = |second: &[(&str, &str)]| parse(format!("[{}]", release(&[row(&[]), row(second)])).as_bytes());
        assert_eq!(twice(&[]).unwrap().releases()[0].archives().len(), 1);
        assert_eq!(twice(&[("size", "8")]).unwrap().releases()[0].archives()[0].size, None);
        assert!(matches!(twice(&[("sha256", &other)]), Err(DocumentError::Contradiction { file }) if file == NAME));
        let apart = format!("[{},{}]", release(&[row(&[])]), release(&[row(&[("sha256", &other)])]));
        assert!(matches!(parse(apart.as_bytes()), Err(DocumentError::Contradiction { .. })));
        let keys = row(&[]).replace("\"size\":7", "\"size\":7,\"size\":8");
        assert!(matches!(parse(format!("[{}]", release(&[keys])).as_bytes()), Err(DocumentError::Shape(_))));
        for again in [r#""version":"go1.22.6","#, r#""files":[],"#] {
            let keys = release(&[row(&[])]).replacen('{', &format!("{{{again}"), 1);
            assert!(matches!(parse(format!("[{keys}]").as_bytes()), Err(DocumentError::Shape(_))), "{again}");
        }
    }

    #[test]
    fn what_is_no_list_of_releases_is_refused() {
        let good = format!("[{}]", release(&[row(&[])]));
        assert!(parse(good.as_bytes()).is_ok());
        let deep = "[".repeat(100_000);
        let deep_inside = good.replace(":7", &format!(":{}", "[".repeat(100_000)));
        let mut not_utf8 = good.clone().into_bytes();
        let at = good.find("linux").unwrap();
        not_utf8[at] = 0xff;
        let bodies: [&[u8]; 14] = [
            b"",
            b"null",
            b"{}",
            b"7",
            b"[7]",
            b"[null]",
            b"<!DOCTYPE html><html></html>",
            &good.as_bytes()[..good.len() - 1],
            &[good.as_bytes(), b"x"].concat(),
            &["\u{feff}".as_bytes(), good.as_bytes()].concat(),
            b"\x1f\x8b\x08\x00",
            deep.as_bytes(),
            deep_inside.as_bytes(),
            &not_utf8,
        ];
        for body in bodies {
            assert!(matches!(parse(body), Err(DocumentError::Shape(_))), "{:?}", &body[..body.len().min(40)]);
        }
        assert!(matches!(parse(b"[]"), Err(DocumentError::Empty)));
        for name in ["go1.22.5 ", "go01.22", "1.22.5", "go1.21", "go1.20.0", "", "go"] {
            let body = format!(r#"[{{"version":"{name}","files":[]}}]"#);
            assert!(matches!(parse(body.as_bytes()), Err(DocumentError::Empty)), "{name:?}");
        }
    }

    #[test]
    fn a_release_candidate_is_never_stable() {
        let index = parse(br#"[{"version":"go1.23rc1","stable":true,"files":[]}]"#).unwrap();
        assert!(!index.releases()[0].is_stable());
        assert_eq!(index.newest_stable(), None);
    }
}

//! Writes a list of releases as go.dev/dl serves it.

use std::collections::BTreeMap;

use gvr_core::{Platform, Version};
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::Sha256;

/// What is listed of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Its hash.
    pub sha256: Sha256,
    /// Its size in bytes.
    pub size: u64,
}

/// A release, with the fields and their order as in the answer to `https://go.dev/dl/?mode=json`.
#[derive(Serialize)]
struct Release {
    version: String,
    stable: bool,
    files: Vec<File>,
}

#[derive(Serialize)]
struct File {
    filename: String,
    os: &'static str,
    arch: &'static str,
    version: String,
    sha256: String,
    size: u64,
    kind: &'static str,
}

/// The document that lists these archives: the newest release first, the files of each by their names, indented by one space
/// and with a line break at the end, as the answer to `https://go.dev/dl/?mode=json&include=all` is.
pub fn render_index(archives: &BTreeMap<(Version, Platform), Listing>) -> serde_json::Result<Vec<u8>> {
    let mut releases: Vec<(Version, Release)> = Vec::new();
    for ((version, platform), listing) in archives.iter().rev() {
        let file = File {
            filename: platform.archive_name(*version),
            os: platform.os.name(),
            arch: platform.arch.name(),
            version: version.release_name(),
            sha256: listing.sha256.to_string(),
            size: listing.size,
            kind: "archive",
        };
        match releases.last_mut() {
            Some((last, release)) if last == version => release.files.push(file),
            _ => {
                let (name, stable) = (version.release_name(), !version.is_prerelease());
                releases.push((*version, Release { version: name, stable, files: vec![file] }));
            }
        }
    }
    let mut document: Vec<_> = releases.into_iter().map(|(_, release)| release).collect();
    for release in &mut document {
        release.files.sort_by(|one, other| one.filename.cmp(&other.filename));
    }
    let mut text = Vec::new();
    document.serialize(&mut Serializer::with_formatter(&mut text, PrettyFormatter::with_indent(b" ")))?;
    text.push(b'\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Archive, HashSource, Index, Lookup};

    fn archives(names: &[&str]) -> BTreeMap<(Version, Platform), Listing> {
        let listing = |name: &str| Listing { sha256: Sha256::of(name.as_bytes()), size: name.len() as u64 };
        names.iter().map(|name| (Platform::of_archive_name(name).unwrap(), listing(name))).collect()
    }

    const NAMES: [&str; 4] = [
        "go1.9.7.linux-amd64.tar.gz",
        "go1.27rc1.darwin-arm64.tar.gz",
        "go1.23.1.linux-armv6l.tar.gz",
        "go1.23.1.darwin-arm64.tar.gz",
    ];

    #[test]
    fn is_read_back_as_it_was_written() {
        let archives = archives(&NAMES);
        let index = Index::parse(&render_index(&archives).unwrap()).unwrap();
        for ((version, platform), Listing { sha256, size }) in archives {
            let (sha256, size, hash_from) = (Some(sha256), Some(size), HashSource::Index);
            let archive = Archive { version, platform, sha256, hash_from, size };
            assert_eq!(index.archive(version, platform), Lookup::Found(&archive));
        }
        assert_eq!(index.releases().len(), 3);
    }

    #[test]
    fn has_the_form_of_go_dev() {
        let text = String::from_utf8(render_index(&archives(&NAMES)).unwrap()).unwrap();
        let begins = "[\n {\n  \"version\": \"go1.27rc1\",\n  \"stable\": false,\n  \"files\": [\n   {\n    \"filename\": \"go1.27rc1.darwin-arm64.tar.gz\",\n    \"os\": \"darwin\",\n    \"arch\": \"arm64\",\n    \"version\": \"go1.27rc1\",\n    \"sha256\": \"";
        assert!(text.starts_with(begins), "{text}");
        assert!(text.ends_with("    \"kind\": \"archive\"\n   }\n  ]\n }\n]\n"), "{text}");
        let places = NAMES.map(|name| text.find(name).unwrap());
        assert!(places[1] < places[3] && places[3] < places[2] && places[2] < places[0], "{text}");
        assert_eq!(render_index(&BTreeMap::new()).unwrap(), b"[]\n");
    }
}

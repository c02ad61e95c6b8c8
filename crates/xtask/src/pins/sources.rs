//! What the table of published archives is made from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gvr_core::{Platform, Version};
use serde::Deserialize;

use super::{PinsError, Said};

#[derive(Deserialize)]
struct Release {
    files: Vec<File>,
}

#[derive(Deserialize)]
struct File {
    filename: String,
    sha256: String,
    kind: String,
}

/// Adds what a release index says.
pub(super) fn read_index(path: &Path, number: usize, said: &mut BTreeMap<String, Said>) -> Result<(), PinsError> {
    let text = read(path)?;
    let releases: Vec<Release> =
        serde_json::from_str(&text).map_err(|source| PinsError::Index { path: path.to_owned(), source })?;
    let files = releases.into_iter().flat_map(|release| release.files);
    for file in files.filter(|file| file.kind == "archive" && is_installable(&file.filename)) {
        said.entry(file.filename).or_default().push((number, file.sha256));
    }
    Ok(())
}

/// Adds what a list says.
pub(super) fn read_list(path: &Path, number: usize, said: &mut BTreeMap<String, Said>) -> Result<(), PinsError> {
    for (name, sha256) in read_pairs(path)? {
        if is_installable(&name) {
            said.entry(name).or_default().push((number, sha256));
        }
    }
    Ok(())
}

/// Lines of file name and hash, with tabs between; more cells may follow.
pub(super) fn read_pairs(path: &Path) -> Result<Vec<(String, String)>, PinsError> {
    let text = read(path)?;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| {
        let mut cells = line.split('\t');
        Some((cells.next()?.to_owned(), cells.next()?.to_owned()))
    });
    Ok(pairs.collect())
}

fn read(path: &Path) -> Result<String, PinsError> {
    fs::read_to_string(path).map_err(|source| PinsError::Read { path: path.to_owned(), source })
}

/// Whether gvr would ever ask for a file of this name.
fn is_installable(name: &str) -> bool {
    let parse = || {
        let (rest, platform) = name.strip_suffix(".tar.gz")?.rsplit_once('.')?;
        let platform: Platform = platform.parse().ok()?;
        let version = Version::from_release_name(rest).ok()?;
        Some(!version.is_language() && platform.archive_name(version) == name)
    };
    parse() == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_gvr_installs() {
        for name in ["go1.22.5.linux-amd64.tar.gz", "go1.20.darwin-arm64.tar.gz", "go1.23rc1.linux-armv6l.tar.gz"] {
            assert!(is_installable(name), "{name}");
        }
        for name in [
            "go1.22.5.src.tar.gz",
            "go1.22.5.windows-amd64.zip",
            "go1.6beta1.linux-arm6.tar.gz",
            "go1.20.0.linux-amd64.tar.gz",
            "go1.4.2.darwin-amd64-osx10.8.tar.gz",
            "go1.22.5.linux-arm.tar.gz",
            "go1.22.5.darwin-arm64.pkg",
        ] {
            assert!(!is_installable(name), "{name}");
        }
    }
}

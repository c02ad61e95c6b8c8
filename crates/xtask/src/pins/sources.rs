//! What the table of published archives is made from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gvr_core::Platform;
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
    Platform::of_archive_name(name).is_some()
}

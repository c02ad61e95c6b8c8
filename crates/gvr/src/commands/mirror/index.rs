//! A mirror's list of releases, in the form of go.dev/dl.

use std::collections::BTreeMap;

use gvr_core::{Platform, Version};
use serde::Serialize;

use super::folder::Held;

/// A release, with the fields and their order as in the answer to `https://go.dev/dl/?mode=json`.
#[derive(Serialize)]
struct Release {
    version: String,
    stable: bool,
    files: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    filename: String,
    os: &'static str,
    arch: &'static str,
    version: String,
    sha256: String,
    size: u64,
    kind: &'static str,
}

/// The document that lists these archives, newest first.
pub(super) fn render(archives: &BTreeMap<(Version, Platform), Held>) -> serde_json::Result<Vec<u8>> {
    let mut releases: Vec<(Version, Release)> = Vec::new();
    for ((version, platform), held) in archives {
        let listed = Listed {
            filename: platform.archive_name(*version),
            os: platform.os.name(),
            arch: platform.arch.name(),
            version: version.release_name(),
            sha256: held.sha256.to_string(),
            size: held.size,
            kind: "archive",
        };
        match releases.last_mut() {
            Some((last, release)) if last == version => release.files.push(listed),
            _ => {
                let (name, stable) = (version.release_name(), !version.is_prerelease());
                releases.push((*version, Release { version: name, stable, files: vec![listed] }));
            }
        }
    }
    let newest_first: Vec<_> = releases.into_iter().rev().map(|(_, release)| release).collect();
    let mut text = serde_json::to_vec_pretty(&newest_first)?;
    text.push(b'\n');
    Ok(text)
}

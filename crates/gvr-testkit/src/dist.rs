//! What a server has to offer: releases, their files, and the index of them all.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::toolchain::{FakeToolchain, host_platform};

/// A made-up go.dev/dl: files by name, and what the index says of them.
#[derive(Clone, Debug, Default)]
pub struct FakeDist {
    listed: Vec<Listed>,
    files: BTreeMap<String, Arc<[u8]>>,
    index_text: Option<Vec<u8>>,
}

/// A line of the index.
#[derive(Clone, Debug)]
struct Listed {
    version: String,
    filename: String,
    os: String,
    arch: String,
    kind: &'static str,
    sha256: String,
    size: u64,
}

/// The lower-case hexadecimal SHA-256 of `bytes`.
pub fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl FakeDist {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// These versions for the machine that the test runs on, and for darwin-arm64, darwin-amd64, linux-amd64 and
    /// linux-arm64, as Go publishes them: nothing for darwin-arm64 before 1.16.
    pub fn with(versions: &[&str]) -> Self {
        let mut dist = Self::new();
        let host = host_platform();
        let mut platforms = vec!["darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64"];
        if !platforms.contains(&host.as_str()) {
            platforms.push(&host);
        }
        for version in versions {
            for platform in &platforms {
                if *platform != "darwin-arm64" || order(version) >= order("1.16beta1") {
                    dist.add(&FakeToolchain::new(version, platform));
                }
            }
            dist.list_what_nobody_installs(version);
        }
        dist
    }

    /// Adds a toolchain: its archive, the `.sha256` beside it and its line of the index.
    pub fn add(&mut self, toolchain: &FakeToolchain) -> &mut Self {
        self.add_archive(toolchain.version(), toolchain.platform(), toolchain.archive())
    }

    /// Adds an archive of any bytes, with the right hash and size of them.
    pub fn add_archive(&mut self, version: &str, platform: &str, bytes: impl Into<Vec<u8>>) -> &mut Self {
        let bytes = bytes.into();
        let (os, arch) = platform.split_once('-').expect("a platform is OS-ARCH");
        let filename = format!("go{version}.{platform}.tar.gz");
        let sha256 = sha256_hex(&bytes);
        self.listed.retain(|listed| listed.filename != filename);
        self.listed.push(Listed {
            version: format!("go{version}"),
            filename: filename.clone(),
            os: os.to_owned(),
            arch: arch.to_owned(),
            kind: "archive",
            sha256: sha256.clone(),
            size: bytes.len() as u64,
        });
        self.files.insert(format!("{filename}.sha256"), sha256.into_bytes().into());
        self.files.insert(filename, bytes.into());
        self
    }

    /// Makes the index and the `.sha256` file say another hash of a file. The file itself stays as it is.
    pub fn claim_sha256(&mut self, filename: &str, sha256: &str) -> &mut Self {
        for listed in self.listed.iter_mut().filter(|listed| listed.filename == filename) {
            sha256.clone_into(&mut listed.sha256);
        }
        self.files.insert(format!("{filename}.sha256"), sha256.as_bytes().into());
        self
    }

    /// Makes the index say another size of a file, in bytes.
    pub fn claim_size(&mut self, filename: &str, size: u64) -> &mut Self {
        for listed in self.listed.iter_mut().filter(|listed| listed.filename == filename) {
            listed.size = size;
        }
        self
    }

    /// Takes a release out of the index; its files stay, as on a server whose index is behind.
    pub fn forget(&mut self, version: &str) -> &mut Self {
        self.listed.retain(|listed| listed.version != format!("go{version}"));
        self
    }

    /// Adds a file that the index does not list, such as a signature; the name may have folders.
    pub fn add_file(&mut self, name: &str, bytes: impl Into<Vec<u8>>) -> &mut Self {
        self.files.insert(name.to_owned(), bytes.into().into());
        self
    }

    /// Adds, below `folder`, all that a server of a checksum database answers about a log of this size: its head, its tiles,
    /// and the lookup of each `module@version`.
    pub fn add_log(&mut self, folder: &str, log: &crate::FakeLog, modules: &[&str]) -> &mut Self {
        let mut paths = crate::FakeLog::tile_paths(log.size());
        paths.extend(["latest".to_owned(), "supported".to_owned()]);
        paths.extend(modules.iter().map(|module| format!("lookup/{module}")));
        for path in paths {
            if let Some(answer) = log.answer(&path, log.size()) {
                self.add_file(&format!("{folder}/{path}"), answer);
            }
        }
        self
    }

    /// Takes a file away that the index goes on to list.
    pub fn remove_file(&mut self, filename: &str) -> &mut Self {
        self.files.remove(filename);
        self
    }

    /// Serves these bytes as the index, whatever they are.
    pub fn replace_index(&mut self, bytes: impl Into<Vec<u8>>) -> &mut Self {
        self.index_text = Some(bytes.into());
        self
    }

    /// A file's bytes.
    pub fn file(&self, filename: &str) -> Option<Arc<[u8]>> {
        self.files.get(filename).cloned()
    }

    /// A file's SHA-256, as its bytes have it.
    pub fn sha256(&self, filename: &str) -> Option<String> {
        self.files.get(filename).map(|bytes| sha256_hex(bytes))
    }

    /// The document of `?mode=json&include=all`, or of `?mode=json` when not `all`.
    pub fn index(&self, all: bool) -> Vec<u8> {
        if let Some(text) = &self.index_text {
            return text.clone();
        }
        let mut releases: Vec<(&str, Vec<Value>)> = Vec::new();
        for listed in &self.listed {
            let file = json!({
                "filename": listed.filename, "os": listed.os, "arch": listed.arch, "version": listed.version,
                "sha256": listed.sha256, "size": listed.size, "kind": listed.kind,
            });
            match releases.iter_mut().find(|(version, _)| *version == listed.version) {
                Some((_, files)) => files.push(file),
                None => releases.push((&listed.version, vec![file])),
            }
        }
        releases.sort_by_key(|(version, _)| std::cmp::Reverse(order(&version[2..])));
        let document: Vec<_> = releases
            .into_iter()
            .map(|(version, files)| json!({"version": version, "stable": is_stable(version), "files": files}))
            .collect();
        index_text(&if all { document } else { newest_of_two_minors(document) })
    }

    /// Writes the folder that [`crate::DistServer::serve_folder`] serves: archives, `.sha256` files and `index.json`.
    pub fn write_to(&self, folder: &Path) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        for (name, bytes) in &self.files {
            fs::write(folder.join(name), bytes)?;
        }
        fs::write(folder.join("index.json"), self.index(true))
    }

    /// What the real index lists beside the archives: sources, an installer, a zip. Their bytes are never asked for.
    fn list_what_nobody_installs(&mut self, version: &str) {
        for (suffix, os, arch, kind) in [
            ("src.tar.gz", "", "", "source"),
            ("darwin-arm64.pkg", "darwin", "arm64", "installer"),
            ("windows-amd64.zip", "windows", "amd64", "archive"),
        ] {
            let filename = format!("go{version}.{suffix}");
            self.listed.push(Listed {
                version: format!("go{version}"),
                sha256: sha256_hex(filename.as_bytes()),
                filename,
                os: os.to_owned(),
                arch: arch.to_owned(),
                kind,
                size: 1000,
            });
        }
    }
}

/// The index as go.dev prints it: indented by one space, a newline at the end.
pub(crate) fn index_text(releases: &[Value]) -> Vec<u8> {
    use serde::Serialize;
    let mut text = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, formatter);
    releases.serialize(&mut serializer).expect("a JSON value serializes");
    text.push(b'\n');
    text
}

/// What go.dev answers without `include=all`: the newest release of each of the two newest minors.
pub(crate) fn newest_of_two_minors(releases: Vec<Value>) -> Vec<Value> {
    let mut minors = Vec::new();
    let mut newest = Vec::new();
    for release in releases {
        let version = release["version"].as_str().unwrap_or_default();
        let minor: Vec<_> = version.split('.').take(2).map(str::to_owned).collect();
        if is_stable(version) && minors.len() < 2 && !minors.contains(&minor) {
            minors.push(minor);
            newest.push(release);
        }
    }
    newest
}

fn is_stable(version: &str) -> bool {
    !version.contains("rc") && !version.contains("beta")
}

/// Sorts versions of releases: numbers, then `beta` before `rc` before the release itself.
fn order(version: &str) -> (Vec<u32>, u32, u32) {
    let (numbers, stage, step) = match (version.split_once("beta"), version.split_once("rc")) {
        (Some((numbers, step)), _) => (numbers, 0, step),
        (None, Some((numbers, step))) => (numbers, 1, step),
        (None, None) => (version, 2, "0"),
    };
    let mut numbers: Vec<u32> = numbers.split('.').map(|number| number.parse().unwrap_or(0)).collect();
    numbers.resize(3, 0);
    (numbers, stage, step.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(index: &[u8]) -> Vec<String> {
        let index: Value = serde_json::from_slice(index).unwrap();
        index.as_array().unwrap().iter().map(|release| release["version"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_index_is_sorted_and_the_short_one_has_two_releases() {
        let dist = FakeDist::with(&["1.9.90", "1.22.90", "1.23.90", "1.23.91", "1.24rc1", "1.20"]);
        assert_eq!(
            versions(&dist.index(true)),
            ["go1.24rc1", "go1.23.91", "go1.23.90", "go1.22.90", "go1.20", "go1.9.90"]
        );
        assert_eq!(versions(&dist.index(false)), ["go1.23.91", "go1.22.90"]);
    }

    #[test]
    fn hashes_and_sizes_are_those_of_the_bytes_until_a_test_says_otherwise() {
        let mut dist = FakeDist::with(&["1.23.90"]);
        let name = FakeToolchain::native("1.23.90").archive_name();
        let listed = |dist: &FakeDist| {
            let index: Value = serde_json::from_slice(&dist.index(true)).unwrap();
            index[0]["files"].as_array().unwrap().iter().find(|file| file["filename"] == name.as_str()).unwrap().clone()
        };
        let bytes = dist.file(&name).unwrap();
        assert_eq!(listed(&dist)["sha256"], sha256_hex(&bytes));
        assert_eq!(listed(&dist)["size"], bytes.len());
        assert_eq!(&*dist.file(&format!("{name}.sha256")).unwrap(), sha256_hex(&bytes).as_bytes());
        dist.claim_sha256(&name, "00").claim_size(&name, 7);
        assert_eq!(listed(&dist)["sha256"], "00");
        assert_eq!(listed(&dist)["size"], 7);
        assert_eq!(dist.sha256(&name).unwrap(), sha256_hex(&bytes));
    }

    #[test]
    fn knows_the_sha256_of_the_empty_text() {
        assert_eq!(sha256_hex(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[test]
    fn there_is_no_apple_silicon_before_1_16() {
        let dist = FakeDist::with(&["1.15.90", "1.16.90"]);
        assert!(dist.file("go1.15.90.darwin-arm64.tar.gz").is_none());
        assert!(dist.file("go1.15.90.darwin-amd64.tar.gz").is_some());
        assert!(dist.file("go1.16.90.darwin-arm64.tar.gz").is_some());
    }
}

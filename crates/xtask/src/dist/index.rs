//! The index and the hashes of a folder in the shape of go.dev/dl.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use gvr_core::{Platform, Version};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::DistError;

/// A release, with the fields and their order as in the answer to `https://go.dev/dl/?mode=json`.
#[derive(Serialize)]
struct Release {
    version: String,
    stable: bool,
    files: Vec<Listed>,
}

/// A file of a release.
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

/// Writes `index.json` for the archives in `folder`, and a `.sha256` beside each: 64 hexadecimal digits, no newline,
/// as dl.google.com serves it.
pub(super) fn write(folder: &Path) -> Result<(), DistError> {
    let mut releases: BTreeMap<Reverse<Version>, Vec<Listed>> = BTreeMap::new();
    let entries = fs::read_dir(folder).map_err(|source| DistError::read(folder, source))?;
    for entry in entries {
        let filename = entry.map_err(|source| DistError::read(folder, source))?.file_name();
        let Some((version, platform)) = filename.to_str().and_then(parse_name) else { continue };
        let path = folder.join(&filename);
        let (sha256, size) = hash(&path).map_err(|source| DistError::read(&path, source))?;
        let filename = platform.archive_name(version);
        replace(folder, &format!("{filename}.sha256"), sha256.as_bytes())?;
        releases.entry(Reverse(version)).or_default().push(Listed {
            filename,
            os: platform.os.name(),
            arch: platform.arch.name(),
            version: version.release_name(),
            sha256,
            size,
            kind: "archive",
        });
    }
    let index: Vec<_> = releases
        .into_iter()
        .map(|(Reverse(version), mut files)| {
            files.sort_by(|a, b| a.filename.cmp(&b.filename));
            Release { version: version.release_name(), stable: !version.is_prerelease(), files }
        })
        .collect();
    let path = folder.join("index.json");
    let mut text = serde_json::to_vec_pretty(&index).map_err(|error| DistError::write(&path, error.into()))?;
    text.push(b'\n');
    replace(folder, "index.json", &text)
}

/// The release and the platform in an archive's name; `None` for any other file.
fn parse_name(filename: &str) -> Option<(Version, Platform)> {
    let (release, platform) = filename.strip_suffix(".tar.gz")?.rsplit_once('.')?;
    let (version, platform) = (Version::from_release_name(release).ok()?, platform.parse::<Platform>().ok()?);
    (platform.archive_name(version) == filename).then_some((version, platform))
}

/// The SHA-256 in lower-case hexadecimal digits, and the size in bytes.
fn hash(path: &Path) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let (mut hasher, mut size, mut chunk) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        hasher.update(&chunk[..read]);
        size += read as u64;
    }
    let digits = hasher.finalize().iter().fold(String::with_capacity(64), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    });
    Ok((digits, size))
}

/// Puts a file in place by a rename, so that a reader sees the old one or the new one.
fn replace(folder: &Path, name: &str, content: &[u8]) -> Result<(), DistError> {
    let path = folder.join(name);
    let write = || {
        let mut staged = tempfile::Builder::new()
            .prefix(".writing-")
            .permissions(Permissions::from_mode(0o644))
            .tempfile_in(folder)?;
        staged.write_all(content)?;
        staged.persist(&path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|source| DistError::write(&path, source))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn lists_archives_newest_first_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let names = [
            "go1.9.7.linux-amd64.tar.gz",
            "go1.27rc1.darwin-arm64.tar.gz",
            "go1.23.1.linux-amd64.tar.gz",
            "go1.23.1.darwin-arm64.tar.gz",
        ];
        for other in ["go1.23.1.src.tar.gz", ".packing-x", "notes.txt", "go1.20.0.linux-amd64.tar.gz"] {
            fs::write(folder.path().join(other), "other").unwrap();
        }
        for name in names {
            fs::write(folder.path().join(name), "abc").unwrap();
        }
        write(folder.path()).unwrap();
        write(folder.path()).unwrap();

        let index: Value = serde_json::from_slice(&fs::read(folder.path().join("index.json")).unwrap()).unwrap();
        let releases: Vec<_> = index
            .as_array()
            .unwrap()
            .iter()
            .map(|release| (release["version"].clone(), release["stable"].clone()))
            .collect();
        let expected = [("go1.27rc1", false), ("go1.23.1", true), ("go1.9.7", true)];
        assert_eq!(releases, expected.map(|(version, stable)| (json!(version), json!(stable))));
        // The hash of "abc" is an example of FIPS 180-2.
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(
            index[1]["files"][1],
            json!({
                "filename": "go1.23.1.linux-amd64.tar.gz", "os": "linux", "arch": "amd64", "version": "go1.23.1",
                "sha256": sha256, "size": 3, "kind": "archive",
            })
        );
        assert_eq!(fs::read_to_string(folder.path().join("go1.9.7.linux-amd64.tar.gz.sha256")).unwrap(), sha256);
    }
}

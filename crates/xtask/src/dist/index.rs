//! The index and the hashes of a folder in the shape of go.dev/dl.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use gvr_core::Platform;
use gvr_fetch::{Listing, Sha256, render_index};

use super::DistError;

/// Writes `index.json` for the archives in `folder`, and a `.sha256` beside each: 64 hexadecimal digits, no newline,
/// as dl.google.com serves it.
pub(super) fn write(folder: &Path) -> Result<(), DistError> {
    let mut archives = BTreeMap::new();
    let entries = fs::read_dir(folder).map_err(|source| DistError::read(folder, source))?;
    for entry in entries {
        let name = entry.map_err(|source| DistError::read(folder, source))?.file_name();
        let Some(archive) = name.to_str().and_then(Platform::of_archive_name) else { continue };
        let path = folder.join(&name);
        let listing = hash(&path).map_err(|source| DistError::read(&path, source))?;
        replace(folder, &format!("{}.sha256", name.display()), listing.sha256.to_string().as_bytes())?;
        archives.insert(archive, listing);
    }
    let text = render_index(&archives).map_err(|error| DistError::write(&folder.join("index.json"), error.into()))?;
    replace(folder, "index.json", &text)
}

fn hash(path: &Path) -> io::Result<Listing> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    Ok(Listing { sha256: Sha256::of_reader(file)?, size })
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

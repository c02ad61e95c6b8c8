//! The index on disk: one file with the validators of the answer and a small form of what it said.
//!
//! When it was last checked is the file's modification time, so that an unchanged index costs no writing.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::SystemTime;

use gvr_core::Version;
use serde::{Deserialize, Serialize};

use super::releases::{Archive, Gatherer, HashSource, Index};

/// The number of the form below. Another one makes the file count as absent.
const SCHEMA: u32 = 1;

/// Far more than a real index takes.
const LARGEST: u64 = 32 << 20;

/// What a server gave to recognise a document by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Validators {
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
}

/// An index that was fetched before.
pub(super) struct Cached {
    pub(super) index: Index,
    pub(super) validators: Validators,
    pub(super) checked: SystemTime,
}

#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    schema: u32,
    #[serde(borrow)]
    url: Cow<'a, str>,
    #[serde(borrow)]
    etag: Option<Cow<'a, str>>,
    #[serde(borrow)]
    last_modified: Option<Cow<'a, str>>,
    /// Each with its archives: platform, SHA-256, size.
    #[serde(borrow)]
    releases: Vec<(Cow<'a, str>, Vec<StoredArchive<'a>>)>,
}

#[derive(Serialize, Deserialize)]
struct StoredArchive<'a>(#[serde(borrow)] Cow<'a, str>, #[serde(borrow)] Option<Cow<'a, str>>, Option<u64>);

/// Reads the index that was fetched from `url`. Anything else, unreadable or half understood, counts as absent.
pub(super) fn read(path: &Path, url: &str) -> Option<Cached> {
    let file = File::open(path).ok()?;
    let about = file.metadata().ok()?;
    if !about.is_file() || about.len() > LARGEST {
        return None;
    }
    let mut text = String::with_capacity(usize::try_from(about.len()).ok()? + 1);
    file.take(LARGEST).read_to_string(&mut text).ok()?;
    let stored: Stored<'_> = serde_json::from_str(&text).ok()?;
    if stored.schema != SCHEMA || stored.url != url {
        return None;
    }
    let index = restore(&stored)?;
    let validators =
        Validators { etag: stored.etag.map(Cow::into_owned), last_modified: stored.last_modified.map(Cow::into_owned) };
    Some(Cached { index, validators, checked: about.modified().ok()? })
}

fn restore(stored: &Stored<'_>) -> Option<Index> {
    let mut gatherer = Gatherer::default();
    for (version, archives) in &stored.releases {
        let version = Version::parse(version).ok()?;
        gatherer.add_release(version);
        for StoredArchive(platform, sha256, size) in archives {
            let sha256 = sha256.as_deref().map(str::parse).transpose().ok()?;
            gatherer
                .add_archive(Archive {
                    version,
                    platform: platform.parse().ok()?,
                    sha256,
                    hash_from: HashSource::Index,
                    size: *size,
                })
                .ok()?;
        }
    }
    Some(gatherer.finish())
}

/// Keeps an index, as of `checked`. The file is replaced in one step: a reader sees the old one or the new one.
pub(super) fn write(
    path: &Path,
    url: &str,
    validators: &Validators,
    index: &Index,
    checked: SystemTime,
) -> io::Result<()> {
    let releases = index.releases().iter().map(|release| {
        let archives = release.archives().iter().map(|archive| {
            let sha256 = archive.sha256.map(|sha256| Cow::Owned(sha256.to_string()));
            StoredArchive(Cow::Owned(archive.platform.to_string()), sha256, archive.size)
        });
        (Cow::Owned(release.version().to_string()), archives.collect())
    });
    let stored = Stored {
        schema: SCHEMA,
        url: Cow::Borrowed(url),
        etag: validators.etag.as_deref().map(Cow::Borrowed),
        last_modified: validators.last_modified.as_deref().map(Cow::Borrowed),
        releases: releases.collect(),
    };
    let folder = path.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new()
        .prefix(".index-")
        .permissions(fs::Permissions::from_mode(0o644))
        .tempfile_in(folder)?;
    file.write_all(&serde_json::to_vec(&stored)?)?;
    file.as_file().set_modified(checked)?;
    file.persist(path)?;
    Ok(())
}

/// Notes that the index was found unchanged.
pub(super) fn renew(path: &Path, checked: SystemTime) -> io::Result<()> {
    File::options().write(true).open(path)?.set_modified(checked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sha256;

    const URL: &str = "https://go.dev/dl/?mode=json&include=all";

    fn sample() -> Index {
        let version = Version::parse("1.22.5").unwrap();
        let mut gatherer = Gatherer::default();
        gatherer.add_release(Version::parse("1.23rc1").unwrap());
        for (platform, sha256, size) in [("linux-amd64", Some(Sha256::of(b"x")), Some(7)), ("darwin-arm64", None, None)]
        {
            let platform = platform.parse().unwrap();
            gatherer.add_archive(Archive { version, platform, sha256, hash_from: HashSource::Index, size }).unwrap();
        }
        gatherer.finish()
    }

    #[test]
    fn reads_what_it_wrote_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cache/index.json");
        assert!(read(&path, URL).is_none());
        let validators = Validators { etag: Some("W/\"a\\b\"".to_owned()), last_modified: None };
        let checked = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
        write(&path, URL, &validators, &sample(), checked).unwrap();
        let cached = read(&path, URL).unwrap();
        assert_eq!((cached.index, cached.validators, cached.checked), (sample(), validators, checked));
        assert!(read(&path, "https://example.org/").is_none(), "another server's index");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no temporary file stays");

        let text = fs::read_to_string(&path).unwrap();
        for (from, to) in
            [("\"schema\":1", "\"schema\":2"), ("linux-amd64", "linux-vax"), ("1.22.5", "1.22.05"), ("]}", "")]
        {
            assert_ne!(text, text.replace(from, to));
            fs::write(&path, text.replace(from, to)).unwrap();
            assert!(read(&path, URL).is_none(), "{from} -> {to}");
        }
        fs::write(&path, b"\0\0\0\0").unwrap();
        assert!(read(&path, URL).is_none());
    }

    #[test]
    fn renewing_changes_the_time_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index.json");
        let at = |seconds| SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        write(&path, URL, &Validators::default(), &sample(), at(1_600_000_000)).unwrap();
        renew(&path, at(1_700_000_000)).unwrap();
        let cached = read(&path, URL).unwrap();
        assert_eq!((cached.index, cached.checked), (sample(), at(1_700_000_000)));
        assert!(renew(&folder.path().join("none"), at(0)).is_err());
    }
}

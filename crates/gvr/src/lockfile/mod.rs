//! `gvr.lock`: which Go a repository is built with, to the byte. One more voice that must agree before anything is installed.

mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gvr_core::files::{Disk, Files as _, ReadError};
use gvr_core::{Platform, Request, Version};
use gvr_fetch::Sha256;
use gvr_fetch::dirhash::H1;
use gvr_store::{WriteError, write_small_file};

use crate::error::CliError;

/// The largest file that is read, in bytes: hundreds of versions.
const LIMIT: u64 = 4 << 20;

/// A lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lockfile {
    path: PathBuf,
    /// The archives of each version.
    locked: BTreeMap<Version, BTreeMap<Platform, Locked>>,
}

/// What is locked of one archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Locked {
    pub(crate) sha256: Sha256,
    /// The hash of the module that it also is, where that was known.
    pub(crate) h1: Option<H1>,
}

/// What a lock file demands where this version is to be installed for this platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// Nothing: it does not speak of the version.
    Nothing,
    /// It locks the version, but not for the platform: that archive may be anything, which somebody should know.
    OtherPlatforms,
    /// This archive, and no other form of that Go.
    Archive(Locked),
}

impl Demand {
    /// What is locked, where it speaks of the archive.
    pub(crate) fn archive(self) -> Option<Locked> {
        if let Self::Archive(locked) = self { Some(locked) } else { None }
    }
}

/// A lock file cannot be used as it stands, or not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockfileError {
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{}:{line}: {reason}", path.display())]
    Malformed { path: PathBuf, line: usize, reason: String },
    #[error("{} was written by a newer gvr (schema {schema}; this one knows {})", path.display(), text::SCHEMA)]
    NewerSchema { path: PathBuf, schema: i64 },
    #[error(transparent)]
    Unwritten(#[from] WriteError),
}

impl From<LockfileError> for CliError {
    fn from(error: LockfileError) -> Self {
        let hint = match &error {
            LockfileError::Malformed { path, .. } => {
                Some(format!("correct {}, or remove it: gvr lock", path.display()))
            }
            _ => None,
        };
        Self::failed(error).hints(hint)
    }
}

impl Lockfile {
    /// Its name, in whichever folder it lies.
    pub(crate) const NAME: &'static str = "gvr.lock";

    /// One without any version, to be written to `folder`.
    pub(crate) fn empty(folder: &Path) -> Self {
        Self { path: folder.join(Self::NAME), locked: BTreeMap::new() }
    }

    /// The nearest one, from `folder` upwards.
    pub(crate) fn find(folder: &Path) -> Result<Option<Self>, LockfileError> {
        for folder in folder.ancestors() {
            let path = folder.join(Self::NAME);
            match Disk.read(&path, LIMIT) {
                Ok(content) => return text::parse(path, &content).map(Some),
                Err(ReadError::Absent) => {}
                Err(error) => return Err(LockfileError::Unreadable { path, reason: error.to_string() }),
            }
        }
        Ok(None)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What it demands of this version for this platform. Which version answers a request is said by [`select`](Self::select).
    pub(crate) fn demand(&self, version: Version, platform: Platform) -> Demand {
        match self.locked.get(&version) {
            None => Demand::Nothing,
            Some(platforms) => {
                platforms.get(&platform).map_or(Demand::OtherPlatforms, |locked| Demand::Archive(*locked))
            }
        }
    }

    /// All that it says of an archive.
    pub(crate) fn get(&self, version: Version, platform: Platform) -> Option<Locked> {
        self.demand(version, platform).archive()
    }

    /// Whether it has this version, for whatever platform.
    pub(crate) fn has(&self, version: Version) -> bool {
        self.locked.contains_key(&version)
    }

    /// The locked version that a request means.
    pub(crate) fn select(&self, request: &Request) -> Option<Version> {
        if let Request::Exact(toolchain) = request {
            return Some(toolchain.version).filter(|version| self.has(*version));
        }
        let versions: Vec<_> = self.locked.keys().copied().collect();
        request.select(&versions)
    }

    /// Every archive in it.
    pub(crate) fn archives(&self) -> impl Iterator<Item = (Version, Platform, Locked)> {
        self.locked
            .iter()
            .flat_map(|(version, platforms)| platforms.iter().map(|(platform, locked)| (*version, *platform, *locked)))
    }

    /// The platforms that it has anything for.
    pub(crate) fn platforms(&self) -> Vec<Platform> {
        let mut platforms: Vec<_> = self.archives().map(|(_, platform, _)| platform).collect();
        platforms.sort_unstable();
        platforms.dedup();
        platforms
    }

    /// Locks an archive.
    pub(crate) fn add(&mut self, version: Version, platform: Platform, locked: Locked) {
        self.locked.entry(version).or_default().insert(platform, locked);
    }

    /// Writes it, in one step.
    pub(crate) fn write(&self) -> Result<(), LockfileError> {
        const MODE: u32 = 0o644;
        Ok(write_small_file(&self.path, text::render(self).as_bytes(), MODE)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_demanded_is_of_one_version_and_platform() {
        let (version, platform) = (Version::release(1, 22, 5), "linux-amd64".parse().unwrap());
        let locked = Locked { sha256: Sha256::of(b"x"), h1: None };
        let mut lock = Lockfile::empty(Path::new("/r"));
        assert_eq!(lock.demand(version, platform), Demand::Nothing);
        lock.add(version, platform, locked);
        assert_eq!(lock.demand(version, platform), Demand::Archive(locked));
        assert_eq!(lock.demand(version, "darwin-arm64".parse().unwrap()), Demand::OtherPlatforms);
        assert_eq!(lock.demand(Version::release(1, 22, 6), platform), Demand::Nothing);
        let request = |text: &str| text.parse::<Request>().unwrap();
        assert_eq!(lock.select(&request("1.22")), Some(version));
        assert_eq!(lock.select(&request("1.22.6")), None);
        assert_eq!(lock.select(&request("1.23")), None);
    }
}

//! What Go has published, as far as gvr can install it.

use std::collections::BTreeMap;

use gvr_core::{Platform, Version};

use super::DocumentError;
use crate::{Pin, Sha256};

/// How many versions [`Lookup::UnknownVersion`] names at most.
const MOST_NEAREST: usize = 5;

/// An archive that can be installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Archive {
    /// Which Go.
    pub version: Version,
    /// What it runs on.
    pub platform: Platform,
    /// The hash that was published; `None` where there is no valid one, and then nothing can be installed from it.
    pub sha256: Option<Sha256>,
    /// Who published that hash.
    pub hash_from: HashSource,
    /// The size in bytes, where it is known.
    pub size: Option<u64>,
}

/// Who published an archive's hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashSource {
    /// The table that is compiled into gvr.
    Pinned,
    /// The list of releases.
    Index,
    /// The file of the archive's name with `.sha256` behind it, for a release that the list does not have yet.
    ChecksumFile,
    /// A repository's own list of what it is built with.
    Lock,
    /// Nobody: only the module of that Go can be had, and is proven by itself.
    Module,
    /// The user, on the command line.
    Stated,
}

impl HashSource {
    /// A name for it that does not change, as receipts have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Index => "index",
            Self::ChecksumFile => "sha256-file",
            Self::Lock => "lock",
            Self::Module => "module",
            Self::Stated => "stated",
        }
    }
}

impl Archive {
    /// The name under which it is published: `go1.22.5.linux-amd64.tar.gz`.
    pub fn file_name(&self) -> String {
        self.platform.archive_name(self.version)
    }

    /// What this gvr knows Go to have published under that name, if it does.
    pub fn pin(&self) -> Option<Pin> {
        Pin::find(self.version, self.platform)
    }
}

/// One release with its archives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    version: Version,
    archives: Vec<Archive>,
}

impl Release {
    /// Which Go.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Whether it is neither a beta nor a release candidate. The index says so as well, but the version cannot be wrong.
    pub fn is_stable(&self) -> bool {
        !self.version.is_prerelease()
    }

    /// Its archives, sorted by platform. There may be none that gvr can install.
    pub fn archives(&self) -> &[Archive] {
        &self.archives
    }

    /// Its archive for `platform`.
    pub fn archive(&self, platform: Platform) -> Option<&Archive> {
        self.archives.iter().find(|archive| archive.platform == platform)
    }
}

/// All releases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    releases: Vec<Release>,
}

/// What the index says about a version on a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// There it is.
    Found(&'a Archive),
    /// The version exists, but not for the platform.
    NoBuild {
        /// The first later version that does; a prerelease only if no release does.
        first: Option<Version>,
    },
    /// There is no such version.
    UnknownVersion {
        /// At most five that may be meant: patches of the same minor, then the newest patches of the minors nearby; the closest first.
        nearest: Vec<Version>,
    },
}

impl Index {
    /// Reads the document that go.dev/dl serves as `?mode=json`.
    pub fn parse(document: &[u8]) -> Result<Self, DocumentError> {
        super::document::parse(document)
    }

    /// All releases, oldest first, in Go's order.
    pub fn releases(&self) -> &[Release] {
        &self.releases
    }

    /// The release of exactly this version.
    pub fn release(&self, version: Version) -> Option<&Release> {
        let at = self.releases.binary_search_by_key(&version, Release::version).ok()?;
        self.releases.get(at)
    }

    /// The newest release that is no prerelease.
    pub fn newest_stable(&self) -> Option<&Release> {
        self.releases.iter().rev().find(|release| release.is_stable())
    }

    /// What the index says about `version` on `platform`.
    pub fn archive(&self, version: Version, platform: Platform) -> Lookup<'_> {
        match self.release(version) {
            None => Lookup::UnknownVersion { nearest: self.nearest(version) },
            Some(release) => match release.archive(platform) {
                Some(archive) => Lookup::Found(archive),
                None => Lookup::NoBuild { first: self.first_after(version, platform) },
            },
        }
    }

    fn first_after(&self, version: Version, platform: Platform) -> Option<Version> {
        let with_build = |release: &&Release| release.version > version && release.archive(platform).is_some();
        let mut later = self.releases.iter().filter(with_build);
        let release = later.clone().find(|release| release.is_stable()).or_else(|| later.next())?;
        Some(release.version)
    }

    fn nearest(&self, version: Version) -> Vec<Version> {
        let is_sibling = |known: &Version| known.same_minor(version);
        let siblings: Vec<Version> = self.releases.iter().map(Release::version).filter(is_sibling).collect();
        let (below, above) = siblings.split_at(siblings.partition_point(|known| *known < version));
        // Nothing measures how far 1.22.5 is from 1.22rc1, so places in the order are counted: one below, one above.
        let mut by_distance: Vec<(usize, bool, Version)> = Vec::new();
        by_distance.extend(below.iter().rev().enumerate().map(|(place, known)| (place, false, *known)));
        by_distance.extend(above.iter().enumerate().map(|(place, known)| (place, true, *known)));
        by_distance.sort_unstable();
        let mut newest_of_minor = BTreeMap::new();
        for release in self.releases.iter().filter(|release| release.is_stable()) {
            newest_of_minor.insert((release.version.major(), release.version.minor()), release.version);
        }
        let mut others: Vec<Version> = newest_of_minor.into_values().filter(|known| !is_sibling(known)).collect();
        let distance = |known: &Version| {
            (known.major().abs_diff(version.major()), known.minor().abs_diff(version.minor()), *known < version)
        };
        others.sort_by_key(distance);
        by_distance.into_iter().map(|(_, _, known)| known).chain(others).take(MOST_NEAREST).collect()
    }
}

/// Gathers releases that may come in any order and more than once.
#[derive(Default)]
pub(super) struct Gatherer {
    releases: BTreeMap<Version, BTreeMap<Platform, Archive>>,
}

impl Gatherer {
    /// Adds a release; its archives follow.
    pub(super) fn add_release(&mut self, version: Version) {
        self.releases.entry(version).or_default();
    }

    /// Adds an archive. The same one may come again, but not with another hash: neither could be believed.
    pub(super) fn add_archive(&mut self, archive: Archive) -> Result<(), DocumentError> {
        let known = self.releases.entry(archive.version).or_default().entry(archive.platform).or_insert(archive);
        if known.sha256 != archive.sha256 {
            return Err(DocumentError::Contradiction { file: archive.file_name() });
        }
        if known.size != archive.size {
            known.size = None;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Index {
        let release = |(version, archives): (Version, BTreeMap<Platform, Archive>)| Release {
            version,
            archives: archives.into_values().collect(),
        };
        Index { releases: self.releases.into_iter().map(release).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    fn index() -> Index {
        let mut gatherer = Gatherer::default();
        for (text, platforms) in [
            ("1.15.15", "linux-amd64 darwin-amd64"),
            ("1.16beta1", "linux-amd64 darwin-amd64 darwin-arm64"),
            ("1.16.0", "linux-amd64 darwin-amd64 darwin-arm64"),
            ("1.20.0", "linux-amd64 darwin-arm64"),
            ("1.21.0", "linux-amd64 darwin-arm64"),
            ("1.22rc1", "linux-amd64"),
            ("1.22.0", "linux-amd64"),
            ("1.22.2", "linux-amd64"),
            ("1.22.3", "linux-amd64"),
            ("1.22.9", "linux-amd64"),
            ("1.23rc1", "linux-amd64 linux-loong64"),
        ] {
            let version = version(text);
            gatherer.add_release(version);
            for platform in platforms.split(' ') {
                let platform = platform.parse().unwrap();
                gatherer
                    .add_archive(Archive { version, platform, sha256: None, hash_from: HashSource::Index, size: None })
                    .unwrap();
            }
        }
        gatherer.finish()
    }

    #[track_caller]
    fn check_nearest(text: &str, expected: &str) {
        match index().archive(version(text), "linux-amd64".parse().unwrap()) {
            Lookup::UnknownVersion { nearest } => {
                let names: Vec<_> = nearest.iter().map(ToString::to_string).collect();
                assert_eq!(names.join(" "), expected);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_what_may_have_been_meant() {
        check_nearest("1.22.1", "1.22.0 1.22.2 1.22rc1 1.22.3 1.22.9");
        check_nearest("1.22.99", "1.22.9 1.22.3 1.22.2 1.22.0 1.22rc1");
        check_nearest("1.21.5", "1.21.0 1.22.9 1.20.0 1.16.0 1.15.15");
        check_nearest("7.7.7", "1.15.15 1.16.0 1.20.0 1.21.0 1.22.9");
        check_nearest("1.99.0", "1.22.9 1.21.0 1.20.0 1.16.0 1.15.15");
    }

    #[test]
    fn says_from_which_version_on_there_is_a_build() {
        let first = |text: &str, platform: &str| match index().archive(version(text), platform.parse().unwrap()) {
            Lookup::NoBuild { first } => first.map(|version| version.to_string()),
            other => panic!("{other:?}"),
        };
        assert_eq!(first("1.15.15", "darwin-arm64").as_deref(), Some("1.16.0"));
        assert_eq!(first("1.15.15", "linux-loong64").as_deref(), Some("1.23rc1"));
        assert_eq!(first("1.22.3", "darwin-amd64"), None);
    }

    #[test]
    fn finds_and_sorts() {
        let index = index();
        assert!(index.releases().is_sorted_by_key(Release::version));
        assert_eq!(index.newest_stable().unwrap().version(), version("1.22.9"));
        let archive = match index.archive(version("1.20.0"), "darwin-arm64".parse().unwrap()) {
            Lookup::Found(archive) => *archive,
            other => panic!("{other:?}"),
        };
        assert_eq!(archive.file_name(), "go1.20.darwin-arm64.tar.gz");
        assert_eq!(index.release(version("1.21")), None, "a language version is no release");
    }
}

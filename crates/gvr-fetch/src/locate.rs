//! Finds the archive of one exact version, also of one that the index does not list yet.

use gvr_core::{Platform, Version};

use crate::dirhash::ToolchainModule;
use crate::http::{Request, in_attempts};
use crate::index::{self, HashSource, Index, Lookup};
use crate::source::{Shown, base_url, checksum_url, index_url};
use crate::{Archive, ErrorKind, FetchError, Fetcher, Freshness, IndexError, Origin, Pin, Sha256};

/// The most that is read of an archive's `.sha256`, which has 64 bytes. A web page in its place is longer, and then it
/// does not matter how it goes on.
const LARGEST_CHECKSUM: usize = 64 << 10;

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub enum LocateError {
    /// The version exists, but not for the platform.
    #[error("Go {version} was never published for {platform}")]
    NoBuild {
        /// What was asked for.
        version: Version,
        /// What was asked for.
        platform: Platform,
        /// The first later version that was.
        first: Option<Version>,
    },
    /// There is no such version.
    #[error("there is no Go {version}")]
    UnknownVersion {
        /// What was asked for.
        version: Version,
        /// At most five that may be meant, the closest first.
        nearest: Vec<Version>,
    },
    /// The list of releases says another hash than the one that this gvr knows Go to have published.
    #[error("{said_by} says that the SHA-256 of {file} is {said}, but Go published {published} (gvr's own table)")]
    Lie {
        /// The archive's name.
        file: String,
        /// Who says so: the list's URL, without a password.
        said_by: String,
        /// What it says.
        said: Sha256,
        /// What Go published.
        published: Sha256,
    },
    /// Whether there is one could not be found out.
    #[error("cannot find out whether there is a Go {version}: {source}")]
    Unanswered {
        /// What was asked for.
        version: Version,
        /// Why not.
        source: Box<IndexError>,
    },
}

impl LocateError {
    /// The class of this error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoBuild { .. } => ErrorKind::NoBuild,
            Self::UnknownVersion { .. } => ErrorKind::Unknown,
            Self::Lie { .. } => ErrorKind::Refused,
            Self::Unanswered { source, .. } => source.kind(),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoBuild { platform, first: Some(first), .. } => {
                Some(format!("{platform} is there from Go {first} on"))
            }
            Self::NoBuild { first: None, .. } => None,
            Self::UnknownVersion { nearest, .. } if nearest.is_empty() => None,
            Self::UnknownVersion { nearest, .. } => {
                let names: Vec<_> = nearest.iter().map(ToString::to_string).collect();
                Some(format!("the nearest: {}", names.join(", ")))
            }
            Self::Lie { .. } => Some(
                "nothing was downloaded; what GVR_DIST_URL names does not tell what Go published: unset it, or tell its owner"
                    .to_owned(),
            ),
            Self::Unanswered { source, .. } => source.hint(),
        }
    }
}

/// The archive that this gvr knows Go to have published, if it does. Nobody needs to be asked for that; but what has been
/// asked before, the cached list of releases, must agree.
fn pinned(fetcher: &Fetcher, version: Version, platform: Platform) -> Result<Option<Archive>, LocateError> {
    let Some(pin) = Pin::find(version, platform) else { return Ok(None) };
    let cached = index::cached(fetcher);
    let listed = cached.as_ref().and_then(|index| index.release(version)?.archive(platform));
    match listed.and_then(|archive| Some((archive, archive.sha256?))) {
        Some((archive, said)) if said != pin.sha256 => Err(LocateError::Lie {
            file: archive.file_name(),
            said_by: list_of_releases(fetcher),
            said,
            published: pin.sha256,
        }),
        _ => {
            let size = listed.and_then(|archive| archive.size);
            let (sha256, hash_from) = (Some(pin.sha256), HashSource::Pinned);
            Ok(Some(Archive { version, platform, sha256, hash_from, size }))
        }
    }
}

fn list_of_releases(fetcher: &Fetcher) -> String {
    match base_url(&fetcher.config().dist_url) {
        Ok(base) => Shown(&index_url(&base)).to_string(),
        Err(_) => "the cached list of releases".to_owned(),
    }
}

pub(crate) fn locate(fetcher: &Fetcher, version: Version, platform: Platform) -> Result<Archive, LocateError> {
    if let Some(archive) = pinned(fetcher, version, platform)? {
        return Ok(archive);
    }
    let is_module = fetcher.config().module_proxies.is_some() && ToolchainModule::new(version, platform).is_some();
    match by_the_server(fetcher, version, platform) {
        // Whoever has a Go module proxy may have no way to a server of archives.
        Err(LocateError::Unanswered { source, .. }) if is_module && source.kind() == ErrorKind::Network => {
            Ok(Archive { version, platform, sha256: None, hash_from: HashSource::Module, size: None })
        }
        outcome => outcome,
    }
}

fn by_the_server(fetcher: &Fetcher, version: Version, platform: Platform) -> Result<Archive, LocateError> {
    let unanswered = |error: IndexError| LocateError::Unanswered { version, source: Box::new(error) };
    let (known, trouble) = match listed(fetcher, version) {
        Ok((index, trouble)) => (index, trouble),
        // Settings that cannot be right do not become better by asking for something else.
        Err(error) if error.kind() == ErrorKind::Local => return Err(unanswered(error)),
        Err(error) => (Index::default(), Some(error)),
    };
    match known.archive(version, platform) {
        Lookup::Found(archive) => Ok(*archive),
        Lookup::NoBuild { first } => Err(LocateError::NoBuild { version, platform, first }),
        Lookup::UnknownVersion { nearest } => match published_checksum(fetcher, version, platform, trouble.is_some()) {
            Ok(Some(sha256)) => {
                Ok(Archive { version, platform, sha256: Some(sha256), hash_from: HashSource::ChecksumFile, size: None })
            }
            Ok(None) if known.releases().is_empty() => match trouble {
                Some(error) => Err(unanswered(error)),
                None => Err(LocateError::UnknownVersion { version, nearest }),
            },
            Ok(None) => Err(LocateError::UnknownVersion { version, nearest }),
            Err(error) => Err(unanswered(trouble.unwrap_or(IndexError::Fetch(error)))),
        },
    }
}

/// The cached index if it lists the version, else the newest one, with the reason if it is not the newest.
fn listed(fetcher: &Fetcher, version: Version) -> Result<(Index, Option<IndexError>), IndexError> {
    let answer = index::refresh(fetcher, Freshness::Cached)?;
    if answer.index.release(version).is_some() || !matches!(answer.origin, Origin::Cached { .. }) {
        return Ok((answer.index, None));
    }
    let answer = index::refresh(fetcher, Freshness::Now)?;
    match answer.origin {
        Origin::Stale { why } => Ok((answer.index, Some(*why))),
        _ => Ok((answer.index, None)),
    }
}

/// The hash beside the archive; `None` where the server says that there is none, or answers with something else.
///
/// Where the index could not be had after several attempts, one is enough here.
fn published_checksum(
    fetcher: &Fetcher,
    version: Version,
    platform: Platform,
    is_in_trouble: bool,
) -> Result<Option<Sha256>, FetchError> {
    let base = base_url(&fetcher.config().dist_url)?;
    if version.is_language() {
        return Ok(None);
    }
    let url = checksum_url(&base, &platform.archive_name(version));
    let client = fetcher.client(&url)?;
    let mut policy = fetcher.config().retry;
    if is_in_trouble {
        policy.attempts = 1;
    }
    let answer = in_attempts(policy, &|_, _| {}, || {
        let response = client.get(&Request::new(&url))?;
        if response.status() == 200 { response.read(LARGEST_CHECKSUM) } else { Ok(Vec::new()) }
    });
    match answer {
        Ok(body) => Ok(std::str::from_utf8(&body).ok().and_then(|text| text.trim().parse().ok())),
        // A web page; and Google's storage answers 403 for what is not there where listing is not allowed.
        Err(FetchError::TooLarge { .. } | FetchError::Status { status: 403 | 404 | 410, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

//! Answers what Go has published: from the cache, from the server, or from the cache because the server does not answer.

use std::time::Duration;

use gvr_core::Version;
use reqwest::header::{CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};

use super::cache::{self, Cached, Validators};
use super::document::{self, DocumentError};
use super::releases::{Index, Release};
use crate::http::{Request, in_attempts};
use crate::source::{base_url, file_url, index_url};
use crate::{ErrorKind, FetchError, Fetcher};

/// The largest index that is read. The real one has 2.5 MB.
const LARGEST: usize = 32 << 20;

/// How long a check counts for [`Freshness::Hourly`]. go.dev keeps its own answer for as long (golang/website, `internal/dl`).
const HOUR: Duration = Duration::from_hours(1);

/// How new an answer has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Of any age; the server is asked only if there is no cached index.
    Cached,
    /// Checked within the last hour.
    Hourly,
    /// Checked now.
    Now,
}

/// The index, and where it is from.
#[derive(Debug)]
pub struct IndexAnswer {
    /// What Go has published.
    pub index: Index,
    /// Where that is from.
    pub origin: Origin,
}

/// Where an index is from.
#[derive(Debug)]
pub enum Origin {
    /// The server sent it now.
    Fetched,
    /// It was cached, and the server says that it has not changed.
    Revalidated,
    /// It was cached, and that was fresh enough.
    Cached {
        /// How long ago the server was asked; zero if the clock says that it lies in the future.
        age: Duration,
    },
    /// It was cached, which was not fresh enough, but the server gave no better answer.
    Stale {
        /// Why it did not.
        why: Box<IndexError>,
    },
}

/// Why there is no index.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// It could not be fetched.
    #[error("cannot get the list of Go releases: {0}")]
    Fetch(#[from] FetchError),
    /// Something else was sent instead.
    #[error("{url} did not send the list of Go releases but {content_type}: {source}")]
    NotTheIndex {
        /// Who answered, after redirects.
        url: String,
        /// What the answer says it is.
        content_type: String,
        /// What is wrong with it.
        source: DocumentError,
    },
    /// The list contradicts itself.
    #[error("the list of Go releases at {url} is refused: {source}")]
    Refused {
        /// Who answered, after redirects.
        url: String,
        /// What is wrong with it.
        source: DocumentError,
    },
    /// The server's list is older than the one that it gave before.
    #[error("the list of Go releases at {url} went back from {before} to {now}")]
    WentBack {
        /// Who answered, after redirects.
        url: String,
        /// The newest release of the cached list.
        before: Version,
        /// The newest release of the list that was sent now.
        now: Version,
    },
}

impl IndexError {
    /// The class of this error.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Fetch(error) => error.kind(),
            Self::NotTheIndex { .. } => ErrorKind::Network,
            Self::Refused { .. } | Self::WentBack { .. } => ErrorKind::Refused,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Fetch(error) => error.hint(),
            Self::NotTheIndex { .. } => {
                Some("does this network want you to log in first? is GVR_DIST_URL right?".to_owned())
            }
            Self::Refused { .. } | Self::WentBack { .. } => None,
        }
    }
}

/// What came of asking the server.
enum Asked {
    Unchanged,
    Changed(Index, Validators),
}

/// The index that the server of these settings sent before, if it is still here. Nobody is asked.
pub(crate) fn cached(fetcher: &Fetcher) -> Option<Index> {
    let config = fetcher.config();
    let url = index_url(&base_url(&config.dist_url).ok()?);
    cache::read(&config.index_cache, url.as_str()).map(|cached| cached.index)
}

/// Answers with an index of the wanted freshness, or the best there is.
pub(crate) fn refresh(fetcher: &Fetcher, freshness: Freshness) -> Result<IndexAnswer, IndexError> {
    let config = fetcher.config();
    let url = index_url(&base_url(&config.dist_url)?);
    let now = (config.clock)();
    let path = &config.index_cache;
    let Some(cached) = cache::read(path, url.as_str()) else {
        return match ask_either(fetcher, &url, None, false)? {
            Asked::Changed(index, validators) => {
                // A cache that cannot be written is no reason to fail: the answer is here.
                let _ = cache::write(path, url.as_str(), &validators, &index, now);
                Ok(IndexAnswer { index, origin: Origin::Fetched })
            }
            Asked::Unchanged => Err(unasked_304(url.as_str()).into()),
        };
    };
    let age = now.duration_since(cached.checked);
    if !must_ask(freshness, age.as_ref().ok().copied(), config.offline) {
        let age = age.unwrap_or_default();
        return Ok(IndexAnswer { index: cached.index, origin: Origin::Cached { age } });
    }
    // Where an old answer will do, nobody should wait for several attempts.
    let is_optional = freshness == Freshness::Hourly;
    match ask_either(fetcher, &url, Some(&cached), is_optional) {
        Ok(Asked::Unchanged) => {
            let _ = cache::renew(path, now);
            Ok(IndexAnswer { index: cached.index, origin: Origin::Revalidated })
        }
        Ok(Asked::Changed(index, validators)) => {
            let _ = cache::write(path, url.as_str(), &validators, &index, now);
            Ok(IndexAnswer { index, origin: Origin::Fetched })
        }
        Err(why) => Ok(IndexAnswer { index: cached.index, origin: Origin::Stale { why: Box::new(why) } }),
    }
}

/// Whether a cached index of this age (`None`: checked in the future) has to be checked.
fn must_ask(freshness: Freshness, age: Option<Duration>, is_offline: bool) -> bool {
    match freshness {
        Freshness::Cached => false,
        Freshness::Hourly => !is_offline && age.is_none_or(|age| age > HOUR),
        Freshness::Now => true,
    }
}

/// Asks for the list as go.dev has it. Where a server of plain files answers, which knows no `?mode=json`, asks for the
/// file `index.json` that a mirror keeps of it.
fn ask_either(
    fetcher: &Fetcher,
    url: &reqwest::Url,
    cached: Option<&Cached>,
    is_optional: bool,
) -> Result<Asked, IndexError> {
    let error = match ask(fetcher, url, cached, is_optional) {
        Err(
            error @ (IndexError::NotTheIndex { .. }
            | IndexError::Fetch(FetchError::Status { status: 400 | 403 | 404 | 405 | 410, .. })),
        ) => error,
        other => return other,
    };
    let base = base_url(&fetcher.config().dist_url)?;
    match ask(fetcher, &file_url(&base, "index.json"), cached, true) {
        Err(IndexError::Fetch(_) | IndexError::NotTheIndex { .. }) => Err(error),
        other => other,
    }
}

fn ask(fetcher: &Fetcher, url: &reqwest::Url, cached: Option<&Cached>, is_optional: bool) -> Result<Asked, IndexError> {
    let client = fetcher.client(url)?;
    let mut request = Request::new(url);
    let validators = cached.map(|cached| &cached.validators);
    if let Some(etag) = validators.and_then(|validators| validators.etag.as_deref()) {
        request = request.header(IF_NONE_MATCH, etag);
    }
    if let Some(date) = validators.and_then(|validators| validators.last_modified.as_deref()) {
        request = request.header(IF_MODIFIED_SINCE, date);
    }
    let mut policy = fetcher.config().retry;
    if is_optional {
        policy.attempts = 1;
    }
    let answer = in_attempts(policy, &|_, _| {}, || {
        let response = client.get(&request)?;
        if response.status() == 304 {
            return if cached.is_some() { Ok(None) } else { Err(unasked_304(&response.url())) };
        }
        let header = |name| response.header(name).map(str::to_owned);
        let validators = Validators { etag: header(&ETAG), last_modified: header(&LAST_MODIFIED) };
        let content_type = header(&CONTENT_TYPE).unwrap_or_else(|| "something of no stated type".to_owned());
        let url = response.url();
        Ok(Some((response.read(LARGEST)?, url, content_type, validators)))
    })?;
    let Some((body, url, content_type, validators)) = answer else { return Ok(Asked::Unchanged) };
    let index = document::parse(&body).map_err(|source| match source {
        DocumentError::Contradiction { .. } => IndexError::Refused { url: url.clone(), source },
        source => IndexError::NotTheIndex { url: url.clone(), content_type, source },
    })?;
    if let Some((before, now)) = cached.and_then(|cached| went_back(&cached.index, &index)) {
        return Err(IndexError::WentBack { url, before, now });
    }
    Ok(Asked::Changed(index, validators))
}

/// Releases are not taken back. A list whose newest one is older than before is an outdated copy, or someone wants it to be.
fn went_back(before: &Index, now: &Index) -> Option<(Version, Version)> {
    let before = before.newest_stable().map(Release::version)?;
    let now = now.newest_stable().or_else(|| now.releases().last()).map(Release::version)?;
    (now < before).then_some((before, now))
}

fn unasked_304(url: &str) -> FetchError {
    FetchError::Status { url: url.to_owned(), status: 304, meaning: "Not Modified", retry_after: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_when_the_answer_is_too_old() {
        let minutes = |minutes| Some(Duration::from_mins(minutes));
        for (freshness, age, is_offline, expected) in [
            (Freshness::Cached, minutes(60 * 24 * 365), false, false),
            (Freshness::Cached, None, false, false),
            (Freshness::Hourly, minutes(59), false, false),
            (Freshness::Hourly, minutes(61), false, true),
            (Freshness::Hourly, minutes(61), true, false),
            (Freshness::Hourly, None, false, true),
            (Freshness::Now, minutes(0), false, true),
            (Freshness::Now, minutes(0), true, true),
        ] {
            assert_eq!(must_ask(freshness, age, is_offline), expected, "{freshness:?} {age:?} {is_offline}");
        }
    }
}

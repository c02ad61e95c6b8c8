//! One request with its redirects, and its answer as it arrives.

use std::time::{Duration, Instant};

use reqwest::Url;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};

use super::certificates::{Distrust, root_cause};
use super::{Client, FetchError, redirect, retry};
use crate::source::Shown;

/// A GET.
pub(crate) struct Request {
    url: Url,
    headers: HeaderMap,
    deadline: Option<Deadline>,
}

/// When something must have ended, and how long that was in all.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    at: Instant,
    limit: Duration,
}

impl Deadline {
    /// So long from now.
    pub(crate) fn after(limit: Duration) -> Self {
        Self { at: Instant::now() + limit, limit }
    }

    fn left(&self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    fn error(&self, url: &Url) -> FetchError {
        FetchError::Overtime { url: Shown(url).to_string(), limit: self.limit }
    }
}

impl Request {
    /// Nothing is asked to be compressed: what is hashed is what is published.
    pub(crate) fn new(url: &Url) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        Self { url: url.clone(), headers, deadline: None }
    }

    /// The answer must have ended by then. Without this it is given as long as a small one.
    pub(crate) fn until(self, deadline: Deadline) -> Self {
        Self { deadline: Some(deadline), ..self }
    }

    /// Adds a header; a value that no header can have is left out.
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }
}

impl Client {
    /// Asks once. Redirects are followed; a status of 400 and above is an error, but for 416, which answers a range.
    pub(crate) fn get(&self, request: &Request) -> Result<Response<'_>, FetchError> {
        let mut url = request.url.clone();
        let deadline = request.deadline.unwrap_or_else(|| Deadline::after(self.timeouts.document));
        for _ in 0..=redirect::MOST {
            let response = self.send(&url, &request.headers, deadline)?;
            let status = response.status();
            match status.as_u16() {
                301 | 302 | 303 | 307 | 308 => url = next_hop(&url, response.headers())?,
                200..=299 | 304 | 416 => {
                    return Ok(Response { client: self, url, inner: response, pace: Pace::default(), deadline });
                }
                _ => {
                    let value = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                    let retry_after = value.and_then(|value| retry::parse_retry_after(value, (self.clock)()));
                    let meaning = status.canonical_reason().unwrap_or_default();
                    let (url, status) = (Shown(&url).to_string(), status.as_u16());
                    return Err(FetchError::Status { url, status, meaning, retry_after });
                }
            }
        }
        let (from, to) = (Shown(&request.url).to_string(), Shown(&url).to_string());
        Err(FetchError::Redirect { url: from, to, why: "it is one redirect too many" })
    }

    fn send(&self, url: &Url, headers: &HeaderMap, deadline: Deadline) -> Result<reqwest::Response, FetchError> {
        let pool = self.pool(url)?;
        let sending = pool.client.get(url.clone()).headers(headers.clone()).send();
        let limit = (self.timeouts.connect + self.timeouts.answer).min(deadline.left());
        match self.block_on(async { tokio::time::timeout(limit, sending).await })? {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(self.explain(url, error, pool.has_system_roots)),
            Err(_elapsed) if deadline.left().is_zero() => Err(deadline.error(url)),
            Err(_elapsed) => Err(FetchError::Silent { url: Shown(url).to_string(), limit: self.timeouts.answer }),
        }
    }

    fn explain(&self, url: &Url, error: reqwest::Error, has_system_roots: bool) -> FetchError {
        let (shown, host) = (Shown(url).to_string(), url.host_str().unwrap_or_default().to_owned());
        if let Some(why) = Distrust::find(&error) {
            return FetchError::Certificate { host, url: shown, why, has_system_roots };
        }
        let (is_connect, is_timeout) = (error.is_connect(), error.is_timeout());
        let why = root_cause(&error.without_url());
        if is_connect && why.contains("proxy") {
            return FetchError::Proxy { url: shown, why };
        }
        match (is_connect, is_timeout) {
            (true, true) => {
                let why = format!("no connection within {} s", self.timeouts.connect.as_secs_f64());
                FetchError::Connect { host, url: shown, why }
            }
            (true, false) => FetchError::Connect { host, url: shown, why },
            (false, _) => FetchError::Broken { url: shown, why },
        }
    }
}

fn next_hop(url: &Url, headers: &HeaderMap) -> Result<Url, FetchError> {
    let refuse = |to: &str, why| FetchError::Redirect { url: Shown(url).to_string(), to: to.to_owned(), why };
    let Some(location) = headers.get(LOCATION) else { return Err(refuse("", "it names no place")) };
    let location = location.to_str().map_err(|_| refuse("", "it is no URL"))?;
    redirect::target(url, location).map_err(|why| refuse(location, why))
}

/// An answer whose body is still to be read.
pub(crate) struct Response<'a> {
    client: &'a Client,
    /// Who answered, after redirects.
    url: Url,
    inner: reqwest::Response,
    pace: Pace,
    deadline: Deadline,
}

impl Response<'_> {
    /// Who answered, after redirects, as messages show it.
    pub(crate) fn url(&self) -> String {
        Shown(&self.url).to_string()
    }

    pub(crate) fn status(&self) -> u16 {
        self.inner.status().as_u16()
    }

    /// A header's value, where there is one and it is text.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.inner.headers().get(name)?.to_str().ok()
    }

    /// Whether this is a page for people, as captive portals and error pages are.
    pub(crate) fn is_html(&self) -> bool {
        self.header(&CONTENT_TYPE).is_some_and(|value| value.trim_start().to_ascii_lowercase().starts_with("text/html"))
    }

    /// How long the body says it is.
    pub(crate) fn length(&self) -> Option<u64> {
        self.inner.content_length()
    }

    /// The next piece of the body; `None` at its end. A body shorter than its Content-Length is an error.
    pub(crate) fn chunk(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, FetchError> {
        let timeouts = self.client.timeouts;
        let since = Instant::now();
        if self.deadline.left().is_zero() {
            return Err(self.deadline.error(&self.url));
        }
        let next = self.inner.chunk();
        let limit = timeouts.idle.min(self.deadline.left());
        match self.client.block_on(async { tokio::time::timeout(limit, next).await })? {
            Ok(Ok(Some(chunk))) => {
                self.pace.note(since.elapsed(), chunk.len());
                match self.pace.judge(timeouts.rate_window, timeouts.least_rate) {
                    None => Ok(Some(chunk)),
                    Some(bytes) => Err(FetchError::TooSlow { url: self.url(), bytes, window: timeouts.rate_window }),
                }
            }
            Ok(Ok(None)) => Ok(None),
            Ok(Err(error)) => Err(FetchError::Broken { url: self.url(), why: root_cause(&error.without_url()) }),
            Err(_elapsed) if self.deadline.left().is_zero() => Err(self.deadline.error(&self.url)),
            Err(_elapsed) => Err(FetchError::Silent { url: self.url(), limit: timeouts.idle }),
        }
    }

    /// The whole body, if it has no more than `limit` bytes.
    pub(crate) fn read(mut self, limit: usize) -> Result<Vec<u8>, FetchError> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk()? {
            if body.len() + chunk.as_ref().len() > limit {
                return Err(FetchError::TooLarge { url: self.url(), limit: limit as u64 });
            }
            body.extend_from_slice(chunk.as_ref());
        }
        Ok(body)
    }
}

/// How fast a body arrives. Only time that was spent waiting for it counts, so a slow disk is not taken for a slow server.
#[derive(Default)]
struct Pace {
    waited: Duration,
    bytes: u64,
}

impl Pace {
    fn note(&mut self, waited: Duration, bytes: usize) {
        self.waited += waited;
        self.bytes += bytes as u64;
    }

    /// At the end of each window: what arrived in it, if that was too little.
    fn judge(&mut self, window: Duration, least_rate: u64) -> Option<u64> {
        if self.waited < window {
            return None;
        }
        let Self { waited, bytes } = std::mem::take(self);
        let due = u128::from(least_rate) * waited.as_millis() / 1000;
        (u128::from(bytes) < due).then_some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trickle_is_too_slow_and_a_burst_is_not() {
        let window = Duration::from_secs(30);
        let mut pace = Pace::default();
        for second in 1..=30 {
            pace.note(Duration::from_secs(1), 1);
            let verdict = pace.judge(window, 1024);
            assert_eq!(verdict, (second == 30).then_some(30), "after {second} s");
        }
        pace.note(Duration::from_secs(29), 1);
        pace.note(Duration::from_secs(1), 1 << 20);
        assert_eq!(pace.judge(window, 1024), None);
        assert_eq!(pace.bytes, 0, "a new window has begun");
    }
}

//! What is needed to go on where a download stopped (RFC 9110, 13.1.5 and 14).

use reqwest::header::{ETAG, LAST_MODIFIED};
use serde::{Deserialize, Serialize};

use crate::http::Response;

/// By what a server recognises one and the same file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Validator {
    /// A strong entity tag, with its quotes.
    Etag(String),
    /// A date. Weaker than a tag; the hash has the last word anyway.
    LastModified(String),
}

impl Validator {
    /// The best that an answer gives.
    pub(super) fn of(response: &Response<'_>) -> Option<Self> {
        let is_strong = |tag: &&str| tag.len() >= 2 && tag.starts_with('"') && tag.ends_with('"');
        match response.header(&ETAG).filter(is_strong) {
            Some(tag) => Some(Self::Etag(tag.to_owned())),
            None => response.header(&LAST_MODIFIED).map(|date| Self::LastModified(date.to_owned())),
        }
    }

    /// The value for `If-Range`.
    pub(super) fn value(&self) -> &str {
        match self {
            Self::Etag(value) | Self::LastModified(value) => value,
        }
    }

    /// Whether an answer is about another file. One that says nothing about it contradicts nothing.
    pub(super) fn is_contradicted_by(&self, response: &Response<'_>) -> bool {
        let header = match self {
            Self::Etag(_) => response.header(&ETAG),
            Self::LastModified(_) => response.header(&LAST_MODIFIED),
        };
        header.is_some_and(|value| value != self.value())
    }
}

/// A `Content-Range` of one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ContentRange {
    /// The place of its first byte.
    pub(super) start: u64,
    /// How long the whole file is; absent where the server does not know.
    pub(super) total: Option<u64>,
}

impl ContentRange {
    /// Parses `bytes 10-99/100` and `bytes 10-99/*`. The part must go to the end, as was asked.
    pub(super) fn parse(value: &str) -> Option<Self> {
        let (unit, rest) = value.trim().split_once(' ')?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (part, total) = rest.trim().split_once('/')?;
        let (start, end) = part.split_once('-')?;
        let (start, end) = (number(start)?, number(end)?);
        let total = if total == "*" { None } else { Some(number(total)?) };
        let is_whole = start <= end && total.is_none_or(|total| end.checked_add(1) == Some(total));
        is_whole.then_some(Self { start, total })
    }
}

fn number(text: &str) -> Option<u64> {
    // `parse` would take a sign.
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_one_part_that_goes_to_the_end() {
        let parse = ContentRange::parse;
        assert_eq!(parse("bytes 10-99/100"), Some(ContentRange { start: 10, total: Some(100) }));
        assert_eq!(parse("bytes 10-99/*"), Some(ContentRange { start: 10, total: None }));
        for value in [
            "",
            "bytes",
            "bytes 10-98/100",
            "bytes 10-100/100",
            "bytes 99-10/100",
            "bytes */100",
            "bytes 10-/100",
            "bytes -10/100",
            "lines 10-99/100",
            "bytes +10-99/100",
            "bytes 10-99",
            "10-99/100",
            "bytes 0-18446744073709551615/0",
            "bytes 0-99999999999999999999/100000000000000000000",
        ] {
            assert_eq!(parse(value), None, "{value:?}");
        }
    }
}

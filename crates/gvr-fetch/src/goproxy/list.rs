//! The list of proxies, as GOPROXY has it (<https://go.dev/ref/mod#goproxy-protocol>, `cmd/go/internal/modfetch/proxy.go`).

use std::str::FromStr;

use crate::FetchError;
use crate::source::Source;

/// Where the go command itself asks for toolchains when no proxy shall be asked (`cmd/go/internal/modfetch`).
const DIRECT: &str = "https://go.dev/dl/mod";

/// Proxies in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyList {
    pub(super) steps: Vec<Step>,
}

/// A proxy, and when the next one is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) place: Place,
    pub(super) falls_back: FallBack,
}

/// What an entry of the list stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A proxy: a server, or a folder in the shape of one.
    Proxy(Source),
    /// `off`: nobody may be asked from here on.
    Off,
}

/// After what the next entry is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FallBack {
    /// A comma: where this one says that it has no such file.
    Absent,
    /// A vertical bar: where this one does not answer as it should, for whatever reason.
    AnyError,
}

/// The text is no such list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyListError {
    /// It names nobody.
    #[error("the list of Go module proxies names none")]
    Empty,
    /// An entry is neither a URL nor a word that has a meaning.
    #[error("{entry:?} is no Go module proxy: {why}")]
    Entry {
        /// The entry, without a password.
        entry: String,
        /// What is wrong.
        why: String,
    },
}

impl FromStr for ProxyList {
    type Err = ProxyListError;

    /// Parses what GOPROXY may be: URLs, `direct` and `off`, with a comma or a vertical bar between. What follows `off` or
    /// `direct` is never asked.
    fn from_str(text: &str) -> Result<Self, ProxyListError> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find([',', '|']).unwrap_or(rest.len());
            let (entry, separator) = rest.split_at(end);
            let falls_back = if separator.starts_with('|') { FallBack::AnyError } else { FallBack::Absent };
            rest = separator.get(1..).unwrap_or_default();
            let (place, is_last) = match entry.trim() {
                "" => continue,
                "off" => (Place::Off, true),
                "direct" => (proxy(DIRECT)?, true),
                // As the go command's own special case: that is what it asks where GOPROXY is not set.
                entry => (proxy(entry)?, false),
            };
            steps.push(Step { place, falls_back });
            if is_last {
                break;
            }
        }
        if steps.is_empty() { Err(ProxyListError::Empty) } else { Ok(Self { steps }) }
    }
}

fn proxy(entry: &str) -> Result<Place, ProxyListError> {
    // The go command takes no bare folder, only a file URL.
    if entry.starts_with('/') {
        let why = "write a folder as a URL, file:///…".to_owned();
        return Err(ProxyListError::Entry { entry: entry.to_owned(), why });
    }
    Source::parse_mirror(entry).map(Place::Proxy).map_err(|error| match error {
        FetchError::BadUrl { text, why } => ProxyListError::Entry { entry: text, why },
        other => ProxyListError::Entry { entry: String::new(), why: other.to_string() },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<Vec<(String, FallBack)>, ProxyListError> {
        let list: ProxyList = text.parse()?;
        let show = |step: Step| match step.place {
            Place::Off => ("off".to_owned(), step.falls_back),
            Place::Proxy(source) => (source.describe("x"), step.falls_back),
        };
        Ok(list.steps.into_iter().map(show).collect())
    }

    #[test]
    fn separators_say_when_the_next_is_asked() {
        use FallBack::{Absent, AnyError};

        let list = |entries: &[(&str, FallBack)]| {
            Ok(entries.iter().map(|(place, falls_back)| ((*place).to_owned(), *falls_back)).collect::<Vec<_>>())
        };
        assert_eq!(
            shown("https://a.example/p,direct"),
            list(&[("https://a.example/p/x", Absent), ("https://go.dev/dl/mod/x", Absent)])
        );
        assert_eq!(
            shown("https://a.example|https://b.example/,off"),
            list(&[("https://a.example/x", AnyError), ("https://b.example/x", Absent), ("off", Absent)])
        );
        assert_eq!(
            shown(" ,file:///srv/p ,, off,https://never.example"),
            list(&[("/srv/p/x", Absent), ("off", Absent)])
        );
        assert_eq!(shown("direct|https://never.example"), list(&[("https://go.dev/dl/mod/x", AnyError)]));
        for wrong in ["", " , ,", "example.org", "/srv/p", "ftp://example.org", "https://", "Direct"] {
            assert!(shown(wrong).is_err(), "{wrong:?}");
        }
        let error = shown("ftp://me:secret@example.org").unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}

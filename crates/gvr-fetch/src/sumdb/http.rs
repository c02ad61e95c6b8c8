//! The way to the database over the network: straight, or through a proxy that passes it on
//! (<https://go.dev/ref/mod#communicating-with-proxies>, golang.org/cmd/go `internal/modfetch/sumdb.go`).

use reqwest::Url;

use super::{Database, LogError, Remote, RemoteError};
use crate::http::{Request, in_attempts};
use crate::source::{Shown, base_url};
use crate::{FetchError, Fetcher};

/// Tried at most so often: whoever waits has a toolchain that is ready but for this.
const MOST_ATTEMPTS: u32 = 2;
/// What a proxy says about being one.
const LARGEST_CONSENT: usize = 64 << 10;

/// A server that has the database's files.
pub(crate) struct HttpRemote<'a> {
    fetcher: &'a Fetcher,
    base: Url,
}

impl<'a> HttpRemote<'a> {
    /// The way that cmd/go takes: the address in GOSUMDB; else the first proxy of GOPROXY that passes the database on; else,
    /// where all say that they do not, or the list says `direct` or `off`, the database itself.
    pub(crate) fn find(fetcher: &'a Fetcher, database: &Database, goproxy: &str) -> Result<Self, LogError> {
        let unreachable = |place: &str, source| LogError::Unreachable {
            database: database.name().to_owned(),
            place: place.to_owned(),
            source,
        };
        let at = |address: &str| {
            let base = base_url(address).map_err(|source| unreachable(address, source.into()))?;
            Ok(Self { fetcher, base })
        };
        if let Some(address) = database.address() {
            return at(address);
        }
        for Proxy { address, goes_on } in proxies(goproxy) {
            // A folder of modules has no database beside them.
            if address.starts_with("file:") {
                continue;
            }
            let proxy = at(&format!("{}/sumdb/{}", address.trim_end_matches('/'), database.name()))?;
            match proxy.read("supported", LARGEST_CONSENT) {
                Ok(_) => return Ok(proxy),
                Err(RemoteError::NotFound { .. }) => {}
                Err(RemoteError::Failed(_)) if goes_on => {}
                Err(source) => return Err(unreachable(&proxy.place(), source)),
            }
        }
        at(&database.direct())
    }
}

impl Remote for HttpRemote<'_> {
    fn read(&self, path: &str, limit: usize) -> Result<Vec<u8>, RemoteError> {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{path}", self.base.path().trim_end_matches('/')));
        let client = self.fetcher.client(&url)?;
        let mut policy = self.fetcher.config().retry;
        policy.attempts = policy.attempts.min(MOST_ATTEMPTS);
        let answer = in_attempts(policy, &|_, _| {}, || client.get(&Request::new(&url))?.read(limit));
        match answer {
            Err(FetchError::Status { status: 404 | 410, .. }) => Err(RemoteError::NotFound { path: path.to_owned() }),
            other => Ok(other?),
        }
    }

    fn place(&self) -> String {
        Shown(&self.base).to_string()
    }
}

/// A proxy that GOPROXY lists.
#[derive(Debug, PartialEq, Eq)]
struct Proxy<'a> {
    address: &'a str,
    /// Whether the next one is asked whatever goes wrong here, and not only where it has nothing.
    goes_on: bool,
}

/// The proxies before the first `direct` or `off`. A comma goes on after 404 and 410, a bar after everything.
fn proxies(goproxy: &str) -> Vec<Proxy<'_>> {
    let mut proxies = Vec::new();
    let mut rest = goproxy;
    while !rest.is_empty() {
        let end = rest.find([',', '|']).unwrap_or(rest.len());
        let (address, separator) = (rest[..end].trim(), rest[end..].chars().next());
        rest = rest.get(end + 1..).unwrap_or_default();
        match address {
            "direct" | "off" => break,
            "" => {}
            address => proxies.push(Proxy { address, goes_on: separator == Some('|') }),
        }
    }
    proxies
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_list_as_go_does() {
        let proxy = |address, goes_on| Proxy { address, goes_on };
        assert_eq!(proxies(""), []);
        assert_eq!(proxies("off"), []);
        assert_eq!(proxies("direct,https://a"), []);
        assert_eq!(proxies("https://a,direct"), [proxy("https://a", false)]);
        assert_eq!(proxies(" https://a | https://b,,off"), [proxy("https://a", true), proxy("https://b", false)]);
    }
}

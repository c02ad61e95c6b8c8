//! What a [`Fetcher`](crate::Fetcher) must be told. Nothing here is read from the environment.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use gvr_core::Layout;

/// Where Go's releases are listed and published.
pub const DEFAULT_DIST_URL: &str = "https://go.dev/dl";

/// Everything that a [`Fetcher`](crate::Fetcher) goes by.
#[derive(Clone, Debug)]
pub struct Config {
    /// An official-like server: the index at `?mode=json&include=all`, the archives beside it.
    pub dist_url: String,
    /// Base URLs or absolute folders that are asked for an archive first, in this order. A mirror never supplies a hash.
    pub mirrors: Vec<String>,
    /// Go module proxies that are asked for a toolchain as a module after the mirrors, as GOPROXY lists them: see
    /// [`ProxyList`](crate::ProxyList).
    pub module_proxies: Option<String>,
    /// Opens no socket.
    pub offline: bool,
    /// The `User-Agent` of every request.
    pub user_agent: String,
    /// The proxies to go through.
    pub proxies: Proxies,
    /// A file of PEM certificates to trust beside the system's: the value of `SSL_CERT_FILE`.
    pub certificate_file: Option<PathBuf>,
    /// Folders of such files, as a list like PATH: the value of `SSL_CERT_DIR`.
    pub certificate_folders: Option<OsString>,
    /// The file in which the index is kept.
    pub index_cache: PathBuf,
    /// The folder of archives by their SHA-256 and of unfinished downloads.
    pub cache: PathBuf,
    /// Go's GOSUMDB: which checksum database proves toolchains. Without a value it is sum.golang.org.
    pub gosumdb: Option<String>,
    /// Go's GOPROXY, for the way to that database. Without a value it is asked itself.
    pub goproxy: Option<String>,
    /// The folder of what is kept of checksum databases.
    pub checksum_databases: PathBuf,
    /// How long to wait for what.
    pub timeouts: Timeouts,
    /// How often to try again, and when.
    pub retry: RetryPolicy,
    /// Tells the time, for the age of the cached index and for dates in `Retry-After`.
    pub clock: fn() -> SystemTime,
}

impl Config {
    /// Go's own server, no mirror, no proxy, and the caches of `layout`.
    pub fn new(layout: &Layout) -> Self {
        Self {
            dist_url: DEFAULT_DIST_URL.to_owned(),
            mirrors: Vec::new(),
            module_proxies: None,
            offline: false,
            user_agent: concat!("gvr/", env!("CARGO_PKG_VERSION")).to_owned(),
            proxies: Proxies::default(),
            certificate_file: None,
            certificate_folders: None,
            index_cache: layout.index(),
            cache: layout.cache(),
            gosumdb: None,
            goproxy: None,
            checksum_databases: layout.checksum_databases(),
            timeouts: Timeouts::default(),
            retry: RetryPolicy::default(),
            clock: SystemTime::now,
        }
    }
}

/// The values of the usual proxy variables; an empty value counts as none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    /// `HTTPS_PROXY`: for https URLs.
    pub https: Option<String>,
    /// `HTTP_PROXY`: for http URLs.
    pub http: Option<String>,
    /// `ALL_PROXY`: for both, where the two above say nothing.
    pub all: Option<String>,
    /// `NO_PROXY`: hosts, domains, addresses and networks that are reached directly, separated by commas; `*` is all.
    pub none_for: Option<String>,
}

impl Proxies {
    /// Whether a proxy is itself reached over TLS.
    pub(crate) fn any_is_secure(&self) -> bool {
        let is_secure = |url: &String| url.trim_start().to_ascii_lowercase().starts_with("https:");
        [&self.https, &self.http, &self.all].into_iter().flatten().any(is_secure)
    }
}

/// How long to wait for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection, TLS and a proxy's consent included.
    pub connect: Duration,
    /// For the head of an answer, once connected.
    pub answer: Duration,
    /// For the next byte of a body.
    pub idle: Duration,
    /// Bytes a second below which a body counts as stuck although something trickles in.
    pub least_rate: u64,
    /// Over how long that rate is measured; only time spent waiting for the network counts.
    pub rate_window: Duration,
    /// For one archive from one server, all attempts together. What has arrived by then is kept for the next run.
    pub archive: Duration,
    /// For the index and other small answers, each.
    pub document: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            least_rate: 1024,
            rate_window: Duration::from_secs(30),
            archive: Duration::from_hours(2),
            document: Duration::from_mins(2),
        }
    }
}

/// How often to try again, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often to try in all; at least once. A download that gets further counts anew.
    pub attempts: u32,
    /// The wait before the second attempt; it doubles from one to the next. Half of each wait is random.
    pub first_wait: Duration,
    /// The longest such wait.
    pub longest_wait: Duration,
    /// The longest wait that a server can ask for with `Retry-After`.
    pub longest_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            first_wait: Duration::from_millis(400),
            longest_wait: Duration::from_secs(8),
            longest_retry_after: Duration::from_mins(1),
        }
    }
}

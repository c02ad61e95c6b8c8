//! The way to a server, step by step: the name, the connection, TLS, and a request. Each has a limit of its own, so that
//! a network that swallows packets is told from a slow one, and a proxy from what lies behind it.

mod steps;

use std::time::{Duration, Instant};

use reqwest::Url;

use crate::http::{Deadline, FetchError, Request, Tls, proxy_for};
use crate::source::{Shown, base_url};
use crate::{Config, Fetcher};

/// How long each step may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeLimits {
    /// Looking up the name.
    pub resolve: Duration,
    /// A connection.
    pub connect: Duration,
    /// TLS.
    pub tls: Duration,
    /// A request and the head of its answer, with a connection of its own.
    pub request: Duration,
}

impl Default for ProbeLimits {
    /// Five seconds for each but the last, and ten for that.
    fn default() -> Self {
        let short = Duration::from_secs(5);
        Self { resolve: short, connect: short, tls: short, request: Duration::from_secs(10) }
    }
}

/// What a probe found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// What was asked, without a password.
    pub url: String,
    /// The proxy that requests go through, without a password. Name and connection are then the proxy's, and TLS is a part of
    /// the request.
    pub proxy: Option<String>,
    /// Whose certificates decide whom to trust; `None` where there is no TLS.
    pub trust: Option<String>,
    /// The steps in their order. The first that failed is the last.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub stage: Stage,
    /// How long it took.
    pub took: Duration,
    /// What came of it, or why it failed; both as a part of a sentence.
    pub outcome: Result<String, String>,
    /// What to do where it failed.
    pub hint: Option<String>,
}

/// The steps that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Looking up the name.
    Resolve,
    /// Connecting.
    Connect,
    /// Agreeing on TLS, where the server's certificate is judged.
    Tls,
    /// A request, by way of the proxy where there is one.
    Request,
}

pub(crate) fn probe(fetcher: &Fetcher, url: &str, limits: &ProbeLimits) -> Probe {
    let config = fetcher.config();
    let mut probe = Probe { url: String::new(), proxy: None, trust: None, steps: Vec::new() };
    let url = match base_url(url) {
        Ok(url) => url,
        Err(error) => {
            let outcome = Err(error.to_string());
            probe.steps.push(Step { stage: Stage::Resolve, took: Duration::ZERO, outcome, hint: error.hint() });
            return probe;
        }
    };
    probe.url = Shown(&url).to_string();
    let proxy = proxy_for(&config.proxies, &url);
    probe.proxy = proxy.as_ref().map(|proxy| Shown(proxy).to_string());
    // A failure has been written down where it happened; what follows would only say it again.
    let _ = walk(&mut probe, fetcher, &url, proxy.as_ref(), limits);
    probe
}

/// `None` where a step failed.
fn walk(probe: &mut Probe, fetcher: &Fetcher, url: &Url, proxy: Option<&Url>, limits: &ProbeLimits) -> Option<()> {
    let config = fetcher.config();
    let is_secure = url.scheme() == "https";
    let first = proxy.unwrap_or(url);
    let host = first.host_str().unwrap_or_default().to_owned();
    let port = first.port_or_known_default().unwrap_or(1080);
    // Offline, this is where it ends.
    let addresses = probe.step(Stage::Resolve, || {
        fetcher.client(url)?;
        let found = steps::resolve(&host, port, limits.resolve)?;
        let text = match found.as_slice() {
            [one] => one.ip().to_string(),
            [one, rest @ ..] => format!("{} and {} more", one.ip(), rest.len()),
            [] => return Err(Failure::plain("the name has no address")),
        };
        Ok((text, found))
    })?;
    let socket = probe.step(Stage::Connect, || {
        let socket = steps::connect(&addresses, limits.connect)?;
        let peer = socket.peer_addr().map_or_else(|_| host.clone(), |address| address.to_string());
        Ok((format!("to {peer}"), socket))
    })?;
    if is_secure {
        // Reading the certificates is no part of the time.
        let tls = Tls::new(config);
        probe.trust = tls.as_ref().ok().map(|tls| trust(config, tls));
        if proxy.is_none() {
            probe.step(Stage::Tls, || Ok((steps::tls(tls?, &host, url, socket, limits.tls)?, ())))?;
        }
    }
    probe.step(Stage::Request, || {
        let client = fetcher.client(url)?;
        match client.get(&Request::new(url).until(Deadline::after(limits.request))) {
            Ok(response) => Ok((format!("answered {}", response.status()), ())),
            // The server is there; what it has at this address is another matter.
            Err(FetchError::Status { status, .. }) if status != 407 && status < 500 => {
                Ok((format!("answered {status}"), ()))
            }
            Err(error) => Err(error.into()),
        }
    })
}

/// Whose certificates are trusted.
fn trust(config: &Config, tls: &Tls) -> String {
    let mut text = tls.store.clone();
    if let Some(file) = config.certificate_file.as_ref().filter(|file| !file.as_os_str().is_empty()) {
        text.push_str(" and SSL_CERT_FILE=");
        text.push_str(&file.to_string_lossy());
    }
    if let Some(folders) = config.certificate_folders.as_ref().filter(|folders| !folders.is_empty()) {
        text.push_str(" and SSL_CERT_DIR=");
        text.push_str(&folders.to_string_lossy());
    }
    text
}

/// Why a step failed.
struct Failure {
    why: String,
    hint: Option<String>,
}

impl Failure {
    fn plain(why: impl Into<String>) -> Self {
        Self { why: why.into(), hint: None }
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        Self { why: error.to_string(), hint: error.hint() }
    }
}

impl Probe {
    fn step<T>(&mut self, stage: Stage, run: impl FnOnce() -> Result<(String, T), Failure>) -> Option<T> {
        let begun = Instant::now();
        let result = run();
        let took = begun.elapsed();
        let (outcome, hint, value) = match result {
            Ok((text, value)) => (Ok(text), None, Some(value)),
            Err(failure) => (Err(failure.why), failure.hint, None),
        };
        self.steps.push(Step { stage, took, outcome, hint });
        value
    }
}

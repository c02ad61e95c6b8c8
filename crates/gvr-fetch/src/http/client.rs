//! The client: one runtime with one thread, and pools of connections.

use std::future::Future;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{NoProxy, Proxy, Url};
use tokio::runtime::Runtime;

use super::FetchError;
use super::roots::Tls;
use crate::{Config, Proxies, Timeouts};

/// Asks servers. Making one starts a thread, so it is made when there is something to ask.
pub(crate) struct Client {
    /// Absent only while it is being dropped.
    runtime: Option<Runtime>,
    config: Config,
    /// For what goes over the wire as it is, and for TLS. Reading a system's certificates takes as long as a small download,
    /// so it is done when one of them is needed.
    plain: OnceLock<Pool>,
    secure: OnceLock<Pool>,
    pub(super) timeouts: Timeouts,
    pub(super) clock: fn() -> SystemTime,
}

/// Connections that are used again.
pub(super) struct Pool {
    pub(super) client: reqwest::Client,
    /// Whether the system's store of certificates has anything in it.
    pub(super) has_system_roots: bool,
}

impl Client {
    pub(crate) fn new(config: &Config) -> Result<Self, FetchError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("gvr-network")
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| FetchError::Client { why: error.to_string() })?;
        Ok(Self {
            runtime: Some(runtime),
            config: config.clone(),
            plain: OnceLock::new(),
            secure: OnceLock::new(),
            timeouts: config.timeouts,
            clock: config.clock,
        })
    }

    /// The connections for a URL, made ready if it is the first of its kind.
    pub(super) fn pool(&self, url: &Url) -> Result<&Pool, FetchError> {
        // To a proxy there may be TLS also where there is none behind it.
        let is_secure = url.scheme() != "http" || self.config.proxies.any_is_secure();
        let pool = if is_secure { &self.secure } else { &self.plain };
        if let Some(pool) = pool.get() {
            return Ok(pool);
        }
        let tls = if is_secure { Tls::new(&self.config) } else { Tls::trusting_nobody() }?;
        // Two threads may both get here; the second pool is then dropped unused.
        let made = Pool::new(&self.config, tls)?;
        Ok(pool.get_or_init(|| made))
    }

    /// How long one archive may take.
    pub(crate) fn archive_limit(&self) -> Duration {
        self.timeouts.archive
    }

    /// Runs `future` on this thread, while connections are served on the runtime's.
    pub(super) fn block_on<F: Future>(&self, future: F) -> Result<F::Output, FetchError> {
        match &self.runtime {
            Some(runtime) => Ok(runtime.block_on(future)),
            None => Err(FetchError::Client { why: "it has been closed".to_owned() }),
        }
    }
}

impl Pool {
    fn new(config: &Config, tls: Tls) -> Result<Self, FetchError> {
        Self::with(config, tls, |builder| builder)
    }

    /// The same, where `also` has the last word.
    fn with(
        config: &Config,
        tls: Tls,
        also: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
    ) -> Result<Self, FetchError> {
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.config)
            .user_agent(&config.user_agent)
            // Redirects and retries have rules of their own here.
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .http1_only()
            .connect_timeout(config.timeouts.connect)
            // Not the proxies of the environment, but those of the settings.
            .no_proxy();
        for proxy in proxies(&config.proxies)? {
            builder = builder.proxy(proxy);
        }
        let client = also(builder).build().map_err(|error| FetchError::Client { why: error.to_string() })?;
        Ok(Self { client, has_system_roots: tls.has_system_roots })
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // Looking up a name may take the system minutes and cannot be interrupted; nobody waits for it.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn proxies(settings: &Proxies) -> Result<Vec<Proxy>, FetchError> {
    type Parse = fn(&str) -> reqwest::Result<Proxy>;
    let none_for = settings.none_for.as_deref().unwrap_or_default();
    // The library takes the star for any name, but not for an address.
    if none_for.split(',').any(|entry| entry.trim() == "*") {
        return Ok(Vec::new());
    }
    let direct = NoProxy::from_string(none_for);
    let listed: [(&'static str, &Option<String>, Parse); 3] = [
        ("HTTPS_PROXY", &settings.https, |url| Proxy::https(url)),
        ("HTTP_PROXY", &settings.http, |url| Proxy::http(url)),
        ("ALL_PROXY", &settings.all, |url| Proxy::all(url)),
    ];
    let mut proxies = Vec::new();
    for (variable, value, parse) in listed {
        let Some(value) = value.as_deref().map(str::trim).filter(|value| !value.is_empty()) else { continue };
        let proxy = parse(value).map_err(|error| FetchError::BadProxy {
            variable,
            why: super::certificates::root_cause(&error.without_url()),
        })?;
        proxies.push(proxy.no_proxy(direct.clone()));
    }
    Ok(proxies)
}

/// The proxy that requests for this URL go through, by the rules that the client itself has.
pub(crate) fn proxy_for(settings: &Proxies, url: &Url) -> Option<Url> {
    let none_for = settings.none_for.as_deref().unwrap_or_default();
    if none_for.split(',').any(|entry| entry.trim() == "*") {
        return None;
    }
    let text = |value: &Option<String>| value.as_deref().unwrap_or_default().trim().to_owned();
    let matcher = Matcher::builder()
        .https(text(&settings.https))
        .http(text(&settings.http))
        .all(text(&settings.all))
        .no(none_for)
        .build();
    let target = url.as_str().parse().ok()?;
    Url::parse(&matcher.intercept(&target)?.uri().to_string()).ok()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::{Ipv6Addr, SocketAddr, TcpListener, TcpStream};
    use std::thread;

    use gvr_core::Layout;

    use super::*;
    use crate::http::Request;

    /// Listens where packets get lost: nobody is taken in, and the queue is full, so that the system passes over every
    /// further wish to connect. `None` where it does not, or the address cannot be had.
    fn black_hole(address: SocketAddr) -> Option<(TcpListener, Vec<TcpStream>)> {
        const LONGEST_QUEUE: usize = 600;
        let listener = TcpListener::bind(address).ok()?;
        let mut queue = Vec::new();
        while queue.len() < LONGEST_QUEUE {
            match TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
                Ok(stream) => queue.push(stream),
                Err(_) => return Some((listener, queue)),
            }
        }
        None
    }

    #[test]
    fn a_dead_route_of_ipv6_is_no_obstacle_where_another_address_works() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let good = server.local_addr().unwrap();
        let dead = SocketAddr::from((Ipv6Addr::LOCALHOST, good.port()));
        let Some(_hole) = black_hole(dead) else {
            eprintln!("left out: there is no IPv6 here, or no queue that fills up");
            return;
        };
        let serving = thread::spawn(move || {
            let (mut stream, _) = server.accept().unwrap();
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            assert!(lines.take_while(|line| !line.is_empty()).count() > 1);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").unwrap();
        });
        let config = Config::new(&Layout::new("/nonexistent"));
        let client = Client::new(&config).unwrap();
        let resolve = |builder: reqwest::ClientBuilder| builder.resolve_to_addrs("go.invalid", &[dead, good]);
        let pool = Pool::with(&config, Tls::trusting_nobody().unwrap(), resolve).unwrap();
        assert!(client.plain.set(pool).is_ok());
        let url = Url::parse(&format!("http://go.invalid:{}/x", good.port())).unwrap();
        let response = client.get(&Request::new(&url)).unwrap();
        assert_eq!(response.read(10).unwrap(), b"hi");
        serving.join().unwrap();
    }

    #[test]
    fn knows_which_proxy_a_url_goes_through() {
        let settings = Proxies {
            https: Some("http://me:secret@proxy.example.com:3128".to_owned()),
            none_for: Some("localhost, .corp.example.com".to_owned()),
            ..Proxies::default()
        };
        let proxy = |url: &str| proxy_for(&settings, &Url::parse(url).unwrap()).map(|url| url.port());
        assert_eq!(proxy("https://go.dev/dl"), Some(Some(3128)));
        for direct in ["http://go.dev/dl", "https://localhost:8/x", "https://go.corp.example.com/"] {
            assert_eq!(proxy(direct), None, "{direct}");
        }
        let everything = Proxies { none_for: Some("*".to_owned()), ..settings.clone() };
        assert_eq!(proxy_for(&everything, &Url::parse("https://go.dev/").unwrap()), None);
    }

    #[test]
    fn refuses_a_proxy_that_is_none() {
        let parse = |https: &str| proxies(&Proxies { https: Some(https.to_owned()), ..Proxies::default() });
        assert_eq!(parse("").unwrap().len(), 0);
        assert_eq!(parse("http://me:secret@127.0.0.1:3128").unwrap().len(), 1);
        assert_eq!(parse("127.0.0.1:3128").unwrap().len(), 1, "as curl has it, http is meant");
        assert_eq!(parse("socks5h://127.0.0.1:1080").unwrap().len(), 1);
        let error = parse("http://me:secret@[").unwrap_err().to_string();
        assert!(error.contains("HTTPS_PROXY") && !error.contains("secret"), "{error}");
    }
}

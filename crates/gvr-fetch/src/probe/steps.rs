//! The steps themselves.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use reqwest::Url;
use rustls::ClientConnection;
use rustls::pki_types::ServerName;

use super::Failure;
use crate::http::{Distrust, FetchError, Tls};
use crate::source::Shown;

/// Waits for something that the system may hold up for minutes. Its thread is left to itself then.
fn within<T: Send + 'static>(limit: Duration, run: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(run()));
    receiver.recv_timeout(limit).ok()
}

fn too_slow(what: &str, limit: Duration) -> Failure {
    Failure::plain(format!("{what} within {} s", limit.as_secs_f64()))
}

pub(super) fn resolve(host: &str, port: u16, limit: Duration) -> Result<Vec<SocketAddr>, Failure> {
    // As a URL has it, an address of IPv6 stands in brackets.
    let name = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let found = within(limit, move || (name.as_str(), port).to_socket_addrs().map(Vec::from_iter));
    match found {
        Some(Ok(addresses)) => Ok(addresses),
        Some(Err(error)) => Err(Failure::plain(error.to_string())),
        None => Err(too_slow("the name was not looked up", limit)),
    }
}

/// The first of the addresses that takes a connection. All share the limit.
pub(super) fn connect(addresses: &[SocketAddr], limit: Duration) -> Result<TcpStream, Failure> {
    let until = Instant::now() + limit;
    let mut last = too_slow("there was no answer", limit);
    for (index, address) in addresses.iter().enumerate() {
        let left = until.saturating_duration_since(Instant::now());
        // One that does not answer must not use up the time of the others.
        let share = left / u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
        if share.is_zero() {
            break;
        }
        match TcpStream::connect_timeout(address, share) {
            Ok(socket) => return Ok(socket),
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                last = too_slow(&format!("{address} did not answer"), share);
            }
            Err(error) => last = Failure::plain(format!("{address}: {error}")),
        }
    }
    Err(last)
}

/// Returns what was agreed on.
pub(super) fn tls(tls: Tls, host: &str, url: &Url, socket: TcpStream, limit: Duration) -> Result<String, Failure> {
    let name = ServerName::try_from(host.trim_start_matches('[').trim_end_matches(']').to_owned())
        .map_err(|error| Failure::plain(error.to_string()))?;
    let mut connection =
        ClientConnection::new(Arc::new(tls.config), name).map_err(|error| Failure::plain(error.to_string()))?;
    let other = socket.try_clone().map_err(|error| Failure::plain(error.to_string()))?;
    let agreed = within(limit, move || {
        let mut socket = socket;
        while connection.is_handshaking() {
            if let (0, 0) = connection.complete_io(&mut socket)? {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
        }
        Ok(connection.protocol_version().and_then(|version| version.as_str()).unwrap_or("TLS"))
    });
    match agreed {
        Some(Ok(version)) => Ok(version.to_owned()),
        Some(Err(error)) => Err(match Distrust::find(&error) {
            Some(why) => FetchError::Certificate {
                host: host.to_owned(),
                url: Shown(url).to_string(),
                why,
                has_system_roots: tls.has_system_roots,
            }
            .into(),
            None => Failure::plain(format!("there was no TLS: {error}")),
        }),
        None => {
            // This ends the thread that still waits.
            let _ = other.shutdown(Shutdown::Both);
            Err(too_slow("TLS was not agreed on", limit))
        }
    }
}

//! As much of HTTP/1.1 as a download needs.

use std::io::{self, Read};
use std::net::TcpStream;

/// No header section is longer, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// A request as it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `HEAD`.
    pub method: String,
    /// The path with its query: `/dl/?mode=json&include=all`. Of an absolute URL, as a proxy gets it, only this part.
    pub path: String,
    /// The host that was asked for, port included.
    pub host: String,
    /// The `Range` header: `bytes=100-`.
    pub range: Option<String>,
    /// Whether the request came as to a proxy, with an absolute URL.
    pub proxied: bool,
    headers: Vec<(String, String)>,
}

impl Request {
    /// A header's value; names compare without regard to case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether the client means to end the connection after this request.
    pub(crate) fn closes(&self) -> bool {
        self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    fn parse(head: &str) -> Option<Self> {
        let mut lines = head.split("\r\n");
        let mut words = lines.next()?.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?);
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect();
        let find = |wanted: &str| {
            headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.clone())
        };
        let (host, path, proxied) = match target.strip_prefix("http://") {
            Some(rest) => {
                let end = rest.find('/').unwrap_or(rest.len());
                (rest[..end].to_owned(), rest[end..].to_owned(), true)
            }
            None => (find("host").unwrap_or_default(), target.to_owned(), false),
        };
        Some(Self { method, path, host, range: find("range"), proxied, headers })
    }
}

/// Reads a request but for its last byte, which stays in the socket until [`finish`] is called: a socket that is closed
/// with bytes unread sends a reset, and that is how [`crate::Fault::Reset`] is done. `None` is the end of the connection.
pub(crate) fn read(stream: &mut TcpStream) -> io::Result<Option<Request>> {
    let mut head = Vec::new();
    let mut window = vec![0; 8192];
    loop {
        let seen = stream.peek(&mut window)?;
        if seen == 0 {
            return Ok(None);
        }
        let before = head.len();
        head.extend_from_slice(&window[..seen]);
        let end = head.windows(4).position(|bytes| bytes == b"\r\n\r\n").map(|start| start + 4);
        let to_read = end.map_or(seen, |end| end - before - 1);
        stream.read_exact(&mut window[..to_read])?;
        if let Some(end) = end {
            let head = std::str::from_utf8(&head[..end]).map_err(io::Error::other)?;
            return Request::parse(head).map(Some).ok_or_else(|| io::Error::other("no request line"));
        }
        if head.len() > MAX_HEAD {
            return Err(io::Error::other("the header section does not end"));
        }
    }
}

/// Reads the byte that [`read`] left.
pub(crate) fn finish(stream: &mut TcpStream) -> io::Result<()> {
    stream.read_exact(&mut [0])
}

/// The bytes that a `Range` header asks for, of `size`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// No range, or one that is not understood: everything.
    Whole,
    /// From the first to before the second.
    Part(u64, u64),
    /// Nothing of the range is there.
    Unsatisfiable,
}

/// Reads a `Range` header: one range of bytes, as RFC 9110 §14.1.2 has it.
pub(crate) fn span(range: Option<&str>, size: u64) -> Span {
    let parts = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
    let Some((first, last)) = parts else { return Span::Whole };
    let (start, end) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) => (first, last.saturating_add(1).min(size)),
        (Ok(first), Err(_)) if last.is_empty() => (first, size),
        (Err(_), Ok(suffix)) if first.is_empty() => (size.saturating_sub(suffix), size),
        _ => return Span::Whole,
    };
    if start < end { Span::Part(start, end) } else { Span::Unsatisfiable }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        assert_eq!(span(None, 10), Span::Whole);
        assert_eq!(span(Some("bytes=3-"), 10), Span::Part(3, 10));
        assert_eq!(span(Some("bytes=3-5"), 10), Span::Part(3, 6));
        assert_eq!(span(Some("bytes=3-50"), 10), Span::Part(3, 10));
        assert_eq!(span(Some("bytes=-4"), 10), Span::Part(6, 10));
        assert_eq!(span(Some("bytes=10-"), 10), Span::Unsatisfiable);
        assert_eq!(span(Some("bytes=0-1,5-6"), 10), Span::Whole);
        assert_eq!(span(Some("lines=1-2"), 10), Span::Whole);
    }

    #[test]
    fn requests_to_a_server_and_to_a_proxy() {
        let request = Request::parse("GET /dl/?mode=json HTTP/1.1\r\nHost: a:1\r\nrange: bytes=1-\r\n\r\n").unwrap();
        assert_eq!((request.method.as_str(), request.path.as_str()), ("GET", "/dl/?mode=json"));
        assert_eq!(
            (request.host.as_str(), request.range.as_deref(), request.proxied),
            ("a:1", Some("bytes=1-"), false)
        );
        let request = Request::parse("GET http://b:2/x?y HTTP/1.1\r\nHost: a:1\r\n\r\n").unwrap();
        assert_eq!((request.host.as_str(), request.path.as_str(), request.proxied), ("b:2", "/x?y", true));
        assert_eq!(Request::parse("\r\n"), None);
    }
}

//! What an answer is made of, and how it goes out, faults included.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::net::TcpStream;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::UNIX_EPOCH;

use serde_json::Value;

use crate::dist::{FakeDist, index_text, newest_of_two_minors, sha256_hex};
use crate::fault::Fault;
use crate::http::{Request, Span, span};

/// How much is read and sent at once, in bytes.
const PIECE: usize = 256 * 1024;

/// Where a server's files come from.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Folder(PathBuf),
    Made(Arc<FakeDist>),
}

/// A file to serve.
struct Found {
    body: Body,
    size: u64,
    content_type: &'static str,
    etag: String,
}

enum Body {
    Memory(Cursor<Arc<[u8]>>),
    File(File),
}

impl Body {
    fn skip(&mut self, bytes: u64) -> io::Result<()> {
        match self {
            Body::Memory(cursor) => cursor.set_position(bytes),
            Body::File(file) => {
                file.seek(SeekFrom::Start(bytes))?;
            }
        }
        Ok(())
    }
}

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Body::Memory(cursor) => cursor.read(buffer),
            Body::File(file) => file.read(buffer),
        }
    }
}

impl Content {
    fn find(&self, path: &str) -> io::Result<Option<Found>> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut parameters = query.split('&');
        if path.trim_end_matches('/') == "/dl" && parameters.any(|parameter| parameter == "mode=json") {
            return self.index(query.split('&').any(|parameter| parameter == "include=all")).map(Some);
        }
        let Some(name) = path.strip_prefix("/dl/").or_else(|| path.strip_prefix('/')) else { return Ok(None) };
        match self {
            Content::Made(dist) => Ok(dist.file(name).map(|bytes| Found::memory(bytes, content_type(name)))),
            Content::Folder(folder) => {
                let is_plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
                let path = folder.join(name);
                if is_plain && path.is_file() { Found::file(&path).map(Some) } else { Ok(None) }
            }
        }
    }

    fn index(&self, all: bool) -> io::Result<Found> {
        let bytes = match self {
            Content::Made(dist) => dist.index(all),
            Content::Folder(folder) => {
                let bytes = std::fs::read(folder.join("index.json"))?;
                if all {
                    bytes
                } else {
                    let releases: Vec<Value> = serde_json::from_slice(&bytes).map_err(io::Error::other)?;
                    index_text(&newest_of_two_minors(releases))
                }
            }
        };
        Ok(Found::memory(bytes.into(), "application/json"))
    }
}

impl Found {
    fn memory(bytes: Arc<[u8]>, content_type: &'static str) -> Self {
        let etag = format!("\"{}\"", &sha256_hex(&bytes)[..16]);
        Self { size: bytes.len() as u64, body: Body::Memory(Cursor::new(bytes)), content_type, etag }
    }

    fn file(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let changed = metadata.modified()?.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_nanos());
        let etag = format!("\"{changed:x}-{:x}\"", metadata.len());
        let content_type = content_type(&path.to_string_lossy());
        Ok(Self { size: metadata.len(), body: Body::File(file), content_type, etag })
    }
}

fn content_type(name: &str) -> &'static str {
    let extension = Path::new(name).extension().unwrap_or_default();
    if extension == "sha256" { "text/plain; charset=utf-8" } else { "application/octet-stream" }
}

/// Whether the connection can take another request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum After {
    KeepAlive,
    Close,
    /// Close with the request's last byte unread, which makes it a reset.
    Reset,
}

/// Answers one request. `hold` waits until a held answer may go on.
pub(crate) fn respond(
    stream: &mut TcpStream,
    content: &Content,
    request: &Request,
    fault: Option<&Fault>,
    hold: &dyn Fn(),
) -> io::Result<After> {
    let head_only = request.method == "HEAD";
    match fault {
        Some(Fault::Status(status, headers)) => {
            let text = format!("status {status}, as the test wants it\n");
            return send_text(stream, *status, headers, "text/plain; charset=utf-8", &text, head_only);
        }
        Some(Fault::NotFound) => return not_found(stream, head_only),
        Some(Fault::Html200) => {
            let page = "<!DOCTYPE html><html><body>Please log in to the network.</body></html>\n";
            return send_text(stream, 200, &[], "text/html; charset=utf-8", page, head_only);
        }
        Some(Fault::Redirect(url)) => {
            let headers = [("Location".to_owned(), url.clone())];
            return send_text(stream, 302, &headers, "text/html; charset=utf-8", "<a>Found</a>.\n", head_only);
        }
        Some(Fault::Reset(0)) => return Ok(After::Reset),
        _ => {}
    }
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return send_text(stream, 405, &[], "text/plain; charset=utf-8", "method not allowed\n", head_only);
    }
    let Some(mut found) = content.find(&request.path)? else { return not_found(stream, head_only) };
    if request.header("if-none-match").is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == found.etag)) {
        write!(stream, "HTTP/1.1 304 Not Modified\r\nETag: {}\r\n\r\n", found.etag)?;
        return Ok(After::KeepAlive);
    }
    let range_holds =
        request.header("if-range").is_none_or(|tag| tag == found.etag) && fault != Some(&Fault::IgnoreRange);
    let (status, start, end) = match span(request.range.as_deref().filter(|_| range_holds), found.size) {
        Span::Whole => ("200 OK", 0, found.size),
        Span::Part(start, end) => ("206 Partial Content", start, end),
        Span::Unsatisfiable => {
            let headers = [("Content-Range".to_owned(), format!("bytes */{}", found.size))];
            return send_text(stream, 416, &headers, "text/plain; charset=utf-8", "", head_only);
        }
    };
    let length = end - start;
    let mut head = Vec::new();
    write!(
        head,
        "HTTP/1.1 {status}\r\nContent-Type: {}\r\nETag: {}\r\nAccept-Ranges: bytes\r\nContent-Length: {length}\r\n",
        found.content_type, found.etag
    )?;
    if status.starts_with("206") {
        write!(head, "Content-Range: bytes {start}-{}/{}\r\n", end - 1, found.size)?;
    }
    head.extend_from_slice(b"\r\n");
    stream.write_all(&head)?;
    if head_only {
        return Ok(After::KeepAlive);
    }
    found.body.skip(start)?;
    send_body(stream, &mut found.body.take(length), length, fault, hold)
}

fn send_body(
    stream: &mut TcpStream,
    body: &mut dyn Read,
    length: u64,
    fault: Option<&Fault>,
    hold: &dyn Fn(),
) -> io::Result<After> {
    match fault {
        Some(Fault::Truncate(bytes)) if (*bytes as u64) < length => {
            copy(stream, &mut body.take(*bytes as u64), PIECE, |_| {})?;
            Ok(After::Close)
        }
        Some(Fault::Reset(bytes)) => {
            copy(stream, &mut body.take(*bytes as u64), PIECE, |_| {})?;
            Ok(After::Reset)
        }
        Some(Fault::Hold(bytes)) => {
            copy(stream, &mut body.take(*bytes as u64), PIECE, |_| {})?;
            hold();
            copy(stream, body, PIECE, |_| {})?;
            Ok(After::KeepAlive)
        }
        Some(Fault::Slow { bytes, pause }) => {
            let mut piece = vec![0; (*bytes).max(1)];
            loop {
                let read = body.read(&mut piece)?;
                if read == 0 {
                    return Ok(After::KeepAlive);
                }
                stream.write_all(&piece[..read])?;
                thread::sleep(*pause);
            }
        }
        Some(Fault::WrongBytes) => {
            copy(stream, body, PIECE, |bytes| bytes.iter_mut().for_each(|byte| *byte = !*byte))?;
            Ok(After::KeepAlive)
        }
        _ => {
            copy(stream, body, PIECE, |_| {})?;
            Ok(After::KeepAlive)
        }
    }
}

fn copy(stream: &mut TcpStream, body: &mut dyn Read, piece: usize, change: impl Fn(&mut [u8])) -> io::Result<()> {
    let mut piece = vec![0; piece];
    loop {
        let read = body.read(&mut piece)?;
        if read == 0 {
            return Ok(());
        }
        change(&mut piece[..read]);
        stream.write_all(&piece[..read])?;
    }
}

fn not_found(stream: &mut TcpStream, head_only: bool) -> io::Result<After> {
    send_text(stream, 404, &[], "text/plain; charset=utf-8", "404 page not found\n", head_only)
}

fn send_text(
    stream: &mut TcpStream,
    status: u16,
    headers: &[(String, String)],
    content_type: &str,
    text: &str,
    head_only: bool,
) -> io::Result<After> {
    let reason = match status {
        200 => "OK",
        302 => "Found",
        404 => "Not Found",
        503 => "Service Unavailable",
        _ => "As Scripted",
    };
    let mut answer = Vec::new();
    write!(answer, "HTTP/1.1 {status} {reason}\r\nContent-Type: {content_type}\r\n")?;
    for (name, value) in headers {
        write!(answer, "{name}: {value}\r\n")?;
    }
    write!(answer, "Content-Length: {}\r\n\r\n", text.len())?;
    if !head_only {
        answer.extend_from_slice(text.as_bytes());
    }
    stream.write_all(&answer)?;
    Ok(After::KeepAlive)
}

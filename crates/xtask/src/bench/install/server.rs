//! A server of files on loopback that costs as little as can be: the kernel copies from file to socket.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How much a line of limited speed carries at once, in bytes.
const PIECE: u64 = 64 << 10;
/// How far a line catches up with what it should have carried while this server was not given a processor. A real one is as
/// fast whatever the machine at its end has to do.
const CATCHES_UP: Duration = Duration::from_millis(50);

/// What there is to be had.
#[derive(Default)]
pub(crate) struct Content {
    /// Archives by name.
    pub(crate) files: BTreeMap<String, PathBuf>,
    /// Small answers by path.
    pub(crate) texts: BTreeMap<String, Vec<u8>>,
}

/// Runs as long as this process does.
pub(crate) struct Server {
    address: SocketAddr,
    line: Arc<Line>,
}

/// What all connections share.
struct Line {
    content: Content,
    /// Bytes a second; 0 is as many as can be.
    rate: AtomicU64,
    /// When the line has carried all that it was given so far.
    free_at: Mutex<Instant>,
}

impl Server {
    /// Starts to serve.
    pub(crate) fn start(content: Content) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let line = Arc::new(Line { content, rate: AtomicU64::new(0), free_at: Mutex::new(Instant::now()) });
        let for_all = Arc::clone(&line);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let line = Arc::clone(&for_all);
                // A client that goes away is not this server's concern.
                thread::spawn(move || line.serve(&stream));
            }
        });
        Ok(Self { address, line })
    }

    /// The URL of the folder of archives.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/dl", self.address)
    }

    /// From now on all connections together carry so many bytes a second; 0 is as many as can be.
    pub(crate) fn limit(&self, rate: u64) {
        self.line.rate.store(rate, Ordering::Relaxed);
    }
}

impl Line {
    fn serve(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut lines = BufReader::new(stream);
        loop {
            let mut first = String::new();
            if lines.read_line(&mut first)? == 0 {
                return Ok(());
            }
            let (mut line, mut range) = (String::new(), None);
            while lines.read_line(&mut line)? > 2 {
                range = range.or_else(|| parse_range(&line));
                line.clear();
            }
            let mut words = first.split(' ');
            let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            self.answer(stream, method == "HEAD", path, range)?;
        }
    }

    fn answer(&self, mut stream: &TcpStream, is_head: bool, path: &str, range: Option<(u64, u64)>) -> io::Result<()> {
        let name = path.rsplit('/').next().unwrap_or_default();
        if let Some(text) = self.content.texts.get(path).or_else(|| self.content.texts.get(name)) {
            stream.write_all(head("200 OK", "text/plain", text.len() as u64).as_bytes())?;
            return if is_head { Ok(()) } else { stream.write_all(text) };
        }
        let Some(path) = self.content.files.get(name) else {
            return stream.write_all(head("404 Not Found", "text/plain", 0).as_bytes());
        };
        let mut file = File::open(path)?;
        let size = file.metadata()?.len();
        let (first, mut left) = match range.filter(|(first, _)| *first < size) {
            None => (0, size),
            Some((first, last)) => (first, last.min(size - 1).saturating_add(1).saturating_sub(first)),
        };
        let part = format!("206 Partial Content\r\nContent-Range: bytes {first}-{}/{size}", first + left.max(1) - 1);
        let status = if left == size { "200 OK" } else { &part };
        stream.write_all(head(status, "application/gzip", left).as_bytes())?;
        if is_head {
            return Ok(());
        }
        file.seek(SeekFrom::Start(first))?;
        self.begin();
        while left > 0 {
            let rate = self.rate.load(Ordering::Relaxed);
            let piece = if rate == 0 { left } else { left.min(PIECE) };
            self.wait_for(piece, rate);
            // From a file to a socket, this is sendfile.
            if io::copy(&mut (&file).take(piece), &mut stream)? != piece {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            left -= piece;
        }
        Ok(())
    }

    /// What the line could have carried before somebody asked is lost.
    fn begin(&self) {
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        *free_at = (*free_at).max(Instant::now());
    }

    /// Waits until the line has carried what is before these bytes, and these.
    fn wait_for(&self, bytes: u64, rate: u64) {
        if rate == 0 {
            return;
        }
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let since = now.checked_sub(CATCHES_UP).map_or(*free_at, |earliest| earliest.max(*free_at));
        let until = since + Duration::from_nanos(bytes.saturating_mul(1_000_000_000) / rate);
        *free_at = until;
        drop(free_at);
        thread::sleep(until.saturating_duration_since(Instant::now()));
    }
}

/// The first and the last byte that a header asks for, if it is such a one.
fn parse_range(line: &str) -> Option<(u64, u64)> {
    let (name, value) = line.trim_end().split_once(": ")?;
    let (first, last) = value.strip_prefix("bytes=").filter(|_| name.eq_ignore_ascii_case("range"))?.split_once('-')?;
    Some((first.parse().ok()?, if last.is_empty() { u64::MAX - 1 } else { last.parse().ok()? }))
}

fn head(status: &str, content_type: &str, length: u64) -> String {
    let tag = format!("\"{length:x}\"");
    format!("HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nETag: {tag}\r\nContent-Length: {length}\r\n\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(server: &Server, path: &str) -> String {
        let mut stream = TcpStream::connect(server.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn reads_ranges() {
        assert_eq!(parse_range("Range: bytes=10-19\r\n"), Some((10, 19)));
        assert_eq!(parse_range("range: bytes=10-\r\n"), Some((10, u64::MAX - 1)));
        for line in ["Range: bytes=-5", "Range: lines=1-2", "Accept: bytes=1-2", "Range: bytes=a-b", ""] {
            assert_eq!(parse_range(line), None, "{line}");
        }
    }

    #[test]
    fn serves_files_and_texts_at_any_speed() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&vec![b'x'; 200_000]).unwrap();
        let mut content = Content::default();
        content.files.insert("a.tar.gz".to_owned(), file.path().to_owned());
        content.texts.insert("/dl/?mode=json&include=all".to_owned(), b"[]".to_vec());
        let server = Server::start(content).unwrap();
        assert!(get(&server, "/dl/?mode=json&include=all").ends_with("\r\n\r\n[]"));
        assert!(get(&server, "/dl/b.tar.gz").starts_with("HTTP/1.1 404 "));
        assert!(get(&server, "/dl/a.tar.gz").ends_with(&"x".repeat(200_000)));
        server.limit(2_000_000);
        let since = Instant::now();
        assert!(get(&server, "/dl/a.tar.gz").ends_with(&"x".repeat(200_000)));
        assert!(since.elapsed() >= Duration::from_millis(90));
    }
}

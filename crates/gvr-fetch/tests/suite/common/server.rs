//! A server on loopback that answers as it is told, byte by byte.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    /// How many came before it.
    pub(crate) number: usize,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The first byte of the range that is asked for.
    pub(crate) fn start(&self) -> Option<usize> {
        self.header("range")?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
    }

    /// The path's last part.
    pub(crate) fn file(&self) -> &str {
        self.target.rsplit('/').next().unwrap()
    }
}

/// What is sent, and what happens then.
#[derive(Clone)]
pub(crate) struct Reply {
    bytes: Vec<u8>,
    then: Then,
}

#[derive(Clone, Copy)]
enum Then {
    Close,
    /// Waits until the client goes.
    Hang,
    /// Sends one byte every few milliseconds.
    Trickle,
}

impl Reply {
    /// An answer whose head is right for its body.
    pub(crate) fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let length = body.as_ref().len().to_string();
        Self::claiming(status, &[headers, &[("Content-Length", &length)]].concat(), body)
    }

    /// An answer whose head says what it is told to.
    pub(crate) fn claiming(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let headers: String = headers.iter().flat_map(|(name, value)| [name, ": ", value, "\r\n"]).collect();
        let head = format!("HTTP/1.1 {status} As Told\r\nConnection: close\r\n{headers}");
        Self { bytes: [head.as_bytes(), b"\r\n", body.as_ref()].concat(), then: Then::Close }
    }

    pub(crate) fn raw(bytes: impl AsRef<[u8]>) -> Self {
        Self { bytes: bytes.as_ref().to_vec(), then: Then::Close }
    }

    pub(crate) fn ok(body: impl AsRef<[u8]>) -> Self {
        Self::new(200, &[], body)
    }

    pub(crate) fn json(body: impl AsRef<[u8]>) -> Self {
        Self::new(200, &[("Content-Type", "application/json"), ("ETag", "\"one\"")], body)
    }

    pub(crate) fn html(status: u16) -> Self {
        let page = "<!DOCTYPE html><html><body>Please log in.</body></html>";
        Self::new(status, &[("Content-Type", "text/html; charset=utf-8")], page)
    }

    pub(crate) fn status(status: u16) -> Self {
        Self::new(status, &[], "")
    }

    pub(crate) fn redirect(to: &str) -> Self {
        Self::new(302, &[("Location", to)], "")
    }

    /// A file with a strong tag, or the asked part of it.
    pub(crate) fn file(asked: &Asked, body: &[u8], tag: &str) -> Self {
        match asked.start() {
            Some(start) if asked.header("if-range") == Some(tag) => {
                let range = format!("bytes {start}-{}/{}", body.len() - 1, body.len());
                Self::new(206, &[("ETag", tag), ("Content-Range", &range)], &body[start..])
            }
            _ => Self::new(200, &[("ETag", tag)], body),
        }
    }

    /// Only so many bytes of the body, whatever the head says.
    pub(crate) fn cut(mut self, body: usize) -> Self {
        let head = self.bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
        self.bytes.truncate(head + body);
        self
    }

    pub(crate) fn hang(self) -> Self {
        Self { then: Then::Hang, ..self }
    }

    pub(crate) fn trickle(self) -> Self {
        Self { then: Then::Trickle, ..self }
    }

    /// Sends it. `stream` is what the bytes go through, `socket` what is below it.
    pub(crate) fn send(&self, mut stream: impl Read + Write, socket: &TcpStream) {
        // A client that does not want to hear more has gone; tests look at what it says.
        if stream.write_all(&self.bytes).and_then(|()| stream.flush()).is_err() {
            return;
        }
        let mut byte = [0];
        match self.then {
            Then::Close => {}
            Then::Hang => while matches!(stream.read(&mut byte), Ok(1)) {},
            Then::Trickle => {
                // Waiting for the client's end paces it, and notices when the client has gone.
                socket.set_read_timeout(Some(Duration::from_millis(5))).unwrap();
                while !matches!(stream.read(&mut byte), Ok(0)) && stream.write_all(b"x").is_ok() {}
            }
        }
    }
}

/// Runs until it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers each request with what `answer` makes of it.
    pub(crate) fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let log = asked.clone();
        let serve = move |stream: TcpStream| {
            let Some(request) = receive(&stream, &log) else { return };
            answer(&request).send(&stream, &stream);
            let _ = stream.shutdown(Shutdown::Both);
        };
        Self::on_connections(asked, serve)
    }

    /// Hands each connection to `serve`.
    pub(crate) fn on_connections(
        asked: Arc<Mutex<Vec<Asked>>>,
        serve: impl Fn(TcpStream) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let (serve, stopped) = (Arc::new(serve), stop.clone());
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let serve = serve.clone();
                thread::spawn(move || serve(stream.unwrap()));
            }
        });
        Self { address, asked, stop, thread: Some(thread) }
    }

    /// Answers the requests in turn, and every further one with the last reply.
    pub(crate) fn scripted(replies: Vec<Reply>) -> Self {
        Self::start(move |asked| replies[asked.number.min(replies.len() - 1)].clone())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        self.thread.take().unwrap().join().unwrap();
    }
}

/// Reads one request's head and notes it.
pub(crate) fn receive(mut stream: impl Read, log: &Mutex<Vec<Asked>>) -> Option<Asked> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if !matches!(stream.read(&mut byte), Ok(1)) {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap().split(' ');
    let (method, target) = (first.next().unwrap().to_owned(), first.next().unwrap().to_owned());
    let headers =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.into(), value.into())).collect();
    let mut log = log.lock().unwrap();
    let asked = Asked { method, target, headers, number: log.len() };
    log.push(asked.clone());
    Some(asked)
}

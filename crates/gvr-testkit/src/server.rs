//! The server: threads, what it was asked, and what is to go wrong.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::dist::FakeDist;
use crate::fault::{self, Fault, Rule};
use crate::http::{self, Request};
use crate::respond::{After, Content, respond};

/// How long a test waits for something to happen before it is called a failure.
const PATIENCE: Duration = Duration::from_secs(30);

/// A go.dev/dl on a free port of 127.0.0.1. It stops when it is dropped.
///
/// It answers `/dl/?mode=json` with and without `&include=all`, `/dl/FILE` and `/dl/FILE.sha256`, with `HEAD`, `Range`,
/// `If-Range`, `ETag` and `If-None-Match`, keeps connections alive, and takes requests as an HTTP proxy does too, whatever
/// host they name.
#[derive(Debug)]
pub struct DistServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    content: Content,
    rules: Vec<Rule>,
    requests: Vec<Request>,
    connections: HashMap<u64, TcpStream>,
    opened: u64,
    held: usize,
    releases: u64,
    stopped: bool,
}

impl DistServer {
    /// Serves a folder of real files: `goV.OS-ARCH.tar.gz`, `.sha256` and `index.json`. A file's change is seen at once.
    pub fn serve_folder(folder: impl Into<PathBuf>) -> io::Result<Self> {
        Self::start(Content::Folder(folder.into()))
    }

    /// Serves made-up releases from memory.
    pub fn serve(dist: &FakeDist) -> io::Result<Self> {
        Self::start(Content::Made(Arc::new(dist.clone())))
    }

    fn start(content: Content) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let state = State {
            content,
            rules: Vec::new(),
            requests: Vec::new(),
            connections: HashMap::new(),
            opened: 0,
            held: 0,
            releases: 0,
            stopped: false,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let for_acceptor = Arc::clone(&shared);
        let acceptor = thread::spawn(move || accept(&listener, &for_acceptor));
        Ok(Self { address, shared, acceptor: Some(acceptor) })
    }

    /// What `GVR_DIST_URL` is to be: `http://127.0.0.1:PORT/dl`.
    pub fn url(&self) -> String {
        format!("{}/dl", self.origin())
    }

    /// What `HTTP_PROXY` is to be: `http://127.0.0.1:PORT`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on serves these releases.
    pub fn publish(&self, dist: &FakeDist) {
        self.shared.lock().content = Content::Made(Arc::new(dist.clone()));
    }

    /// Lets the next request whose path, query included, fits `pattern` go wrong; `*` in it stands for anything. Rules
    /// apply in the order in which they were made.
    pub fn fail_next(&self, pattern: &str, fault: Fault) {
        self.shared.lock().rules.push(Rule { pattern: pattern.to_owned(), fault, once: true });
    }

    /// Lets every request that fits `pattern` go wrong, until [`DistServer::heal`].
    pub fn fail_always(&self, pattern: &str, fault: Fault) {
        self.shared.lock().rules.push(Rule { pattern: pattern.to_owned(), fault, once: false });
    }

    /// Forgets all faults.
    pub fn heal(&self) {
        self.shared.lock().rules.clear();
    }

    /// Every request so far, in the order in which they came.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.lock().requests.clone()
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        self.shared.lock().requests.clear();
    }

    /// How many requests so far were `GET`s of a file of this name.
    pub fn downloads(&self, filename: &str) -> usize {
        let path = format!("/dl/{filename}");
        self.shared.lock().requests.iter().filter(|request| request.method == "GET" && request.path == path).count()
    }

    /// How many connections were opened so far, whether or not a request came over them.
    pub fn connections(&self) -> u64 {
        self.shared.lock().opened
    }

    /// Waits until this many answers are held by [`Fault::Hold`]; panics after half a minute.
    pub fn wait_for_held(&self, count: usize) {
        let (_state, result) = self
            .shared
            .changed
            .wait_timeout_while(self.shared.lock(), PATIENCE, |state| state.held < count)
            .unwrap_or_else(PoisonError::into_inner);
        assert!(!result.timed_out(), "the server does not hold {count} answers after {PATIENCE:?}");
    }

    /// Lets every held answer go on.
    pub fn release(&self) {
        self.shared.lock().releases += 1;
        self.shared.changed.notify_all();
    }
}

impl Drop for DistServer {
    fn drop(&mut self) {
        {
            let mut state = self.shared.lock();
            state.stopped = true;
            for connection in state.connections.values() {
                let _ = connection.shutdown(Shutdown::Both);
            }
        }
        self.shared.changed.notify_all();
        // Wakes the acceptor, which then sees that the server has stopped.
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}

impl Shared {
    /// A panic of another thread leaves nothing half done in here.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(&self) {
        let mut state = self.lock();
        let releases = state.releases;
        state.held += 1;
        self.changed.notify_all();
        let mut state = self
            .changed
            .wait_while(state, |state| !state.stopped && state.releases == releases)
            .unwrap_or_else(PoisonError::into_inner);
        state.held -= 1;
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut threads: Vec<JoinHandle<()>> = Vec::new();
    for stream in listener.incoming() {
        let mut state = shared.lock();
        if state.stopped {
            break;
        }
        let Ok(stream) = stream else { continue };
        let Ok(for_closing) = stream.try_clone() else { continue };
        state.opened += 1;
        let id = state.opened;
        state.connections.insert(id, for_closing);
        drop(state);
        let shared = Arc::clone(shared);
        threads.retain(|thread| !thread.is_finished());
        threads.push(thread::spawn(move || serve_connection(stream, &shared, id)));
    }
    for thread in threads {
        let _ = thread.join();
    }
}

fn serve_connection(mut stream: TcpStream, shared: &Shared, id: u64) {
    // What goes wrong on a connection is the client's business: it went away, or the server stops.
    let after = serve_requests(&mut stream, shared).unwrap_or(After::Close);
    // The last handle closes the socket; until the copy is gone there would be no reset.
    shared.lock().connections.remove(&id);
    if after == After::Close {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

fn serve_requests(stream: &mut TcpStream, shared: &Shared) -> io::Result<After> {
    stream.set_nodelay(true)?;
    while let Some(request) = http::read(stream)? {
        let (content, fault) = {
            let mut state = shared.lock();
            state.requests.push(request.clone());
            (state.content.clone(), fault::take(&mut state.rules, &request.path))
        };
        shared.changed.notify_all();
        match respond(stream, &content, &request, fault.as_ref(), &|| shared.hold())? {
            After::KeepAlive => http::finish(stream)?,
            end => return Ok(end),
        }
        if request.closes() {
            break;
        }
    }
    Ok(After::Close)
}

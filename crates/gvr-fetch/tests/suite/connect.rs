//! Addresses at which nobody answers, not even to say no.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use gvr_fetch::{ErrorKind, FetchError, InstallError, SourceProblem};

use crate::common::{FakeGo, Sandbox};

/// An address where packets get lost: its listener takes nobody in, and its queue is full, so that the system passes over
/// every further wish to connect.
struct BlackHole {
    address: SocketAddr,
    _listener: TcpListener,
    _queue: Vec<TcpStream>,
}

impl BlackHole {
    /// `None` where the address cannot be had, or the system answers all the same.
    fn at(address: SocketAddr) -> Option<Self> {
        const LONGEST_QUEUE: usize = 600;
        let listener = TcpListener::bind(address).ok()?;
        let address = listener.local_addr().ok()?;
        let mut queue = Vec::new();
        while queue.len() < LONGEST_QUEUE {
            match TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
                Ok(stream) => queue.push(stream),
                Err(_) => return Some(Self { address, _listener: listener, _queue: queue }),
            }
        }
        None
    }
}

#[test]
fn an_address_that_swallows_everything_is_given_up() {
    let Some(hole) = BlackHole::at(([127, 0, 0, 1], 0).into()) else {
        eprintln!("left out: this system has no queue that fills up");
        return;
    };
    let mut sandbox = Sandbox::new(&format!("http://{}/dl", hole.address));
    sandbox.config.timeouts.connect = Duration::from_millis(100);
    let error = sandbox.install(&FakeGo::small()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    assert!(error.to_string().contains("no connection within 0.1 s"), "{error}");
    match error {
        InstallError::Sources(failures) => {
            assert!(matches!(&failures[0].problem, SourceProblem::Fetch(FetchError::Connect { .. })));
        }
        other => panic!("{other}"),
    }
    sandbox.assert_unharmed();
}

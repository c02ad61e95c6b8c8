//! How a download tells how far it is.

use std::time::Duration;

/// Told how far a download is. Called from the thread that asked for the download.
pub trait Progress: Send + Sync {
    /// A download begins: `total` bytes if that is known, of which `already` are there. Called again where it begins anew,
    /// after which [`Progress::advance`] counts from `already` of that call.
    fn start(&self, total: Option<u64>, already: u64);
    /// So many more bytes have arrived.
    fn advance(&self, bytes: u64);
    /// The network failed; the next attempt follows after `wait`.
    fn retry(&self, why: &str, wait: Duration);
    /// The download has ended, well or not. Called once, also where there was nothing to start.
    fn finish(&self);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProgress;

impl Progress for NoProgress {
    fn start(&self, _total: Option<u64>, _already: u64) {}
    fn advance(&self, _bytes: u64) {}
    fn retry(&self, _why: &str, _wait: Duration) {}
    fn finish(&self) {}
}

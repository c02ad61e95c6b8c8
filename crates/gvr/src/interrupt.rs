//! Ctrl-C, SIGTERM and SIGHUP while something is installed or removed: what is unfinished goes, what can be gone on with
//! stays, and the process then ends by that very signal. A shell reports 130, 143 and 129, and a script that loops over
//! versions stops, which it would not do for a process that merely exits with such a code.
//!
//! Nothing depends on this: a process that is killed outright leaves what the next one sweeps up.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};

/// How long cleaning up is left alone, however often somebody presses Ctrl-C.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether a signal has come that ends the process.
#[derive(Debug, Default)]
pub(crate) struct Interrupts {
    has_come: Arc<AtomicBool>,
    is_watching: AtomicBool,
}

impl Interrupts {
    /// From now on runs `clean_up` before a signal ends the process. Only the first call counts. Signals that this process
    /// was started to ignore, as by `nohup`, stay ignored.
    pub(crate) fn watch(&self, clean_up: impl FnOnce() + Send + 'static) {
        if self.is_watching.swap(true, Ordering::SeqCst) {
            return;
        }
        let heeded: Vec<_> = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal)).collect();
        let takes_too_long = Arc::new(AtomicBool::new(false));
        for signal in &heeded {
            // Another one then ends the process at once.
            if flag::register_conditional_default(*signal, Arc::clone(&takes_too_long)).is_err() {
                return;
            }
        }
        let Ok(mut signals) = Signals::new(&heeded) else { return };
        let has_come = Arc::clone(&self.has_come);
        // Without a thread the signals would be lost, but a machine that has none left for it has none to download with.
        let _ = thread::Builder::new().name("gvr-signals".to_owned()).spawn(move || {
            if let Some(signal) = signals.forever().next() {
                has_come.store(true, Ordering::SeqCst);
                let _ = thread::Builder::new().spawn(move || {
                    thread::sleep(PATIENCE);
                    takes_too_long.store(true, Ordering::SeqCst);
                });
                clean_up();
                end_by(signal);
            }
        });
    }

    /// Returns where no signal has come; otherwise waits for the end, so that nothing more is said or done.
    pub(crate) fn settle(&self) {
        while self.has_come.load(Ordering::SeqCst) {
            thread::park_timeout(Duration::from_secs(1));
        }
    }
}

fn end_by(signal: i32) {
    /// The first process of a container, which the kernel spares from signals that it has no handler for.
    const INIT: u32 = 1;
    if std::process::id() != INIT {
        let _ = low_level::emulate_default_handler(signal);
    }
    low_level::exit(128 + signal);
}

/// Whether the process was started with the signal ignored.
fn is_ignored(signal: i32) -> bool {
    match fs::read_to_string("/proc/self/status") {
        Ok(status) => is_in_mask(&status, signal),
        Err(_) => is_ignored_by_children(signal),
    }
}

/// Linux: `SigIgn:` and the set of ignored signals, the lowest bit of which is signal 1.
fn is_in_mask(status: &str, signal: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    mask >> (signal - 1) & 1 == 1
}

/// Elsewhere a shell tells: it inherits what is ignored, and cannot end itself by such a signal.
fn is_ignored_by_children(signal: i32) -> bool {
    let kill = format!("kill -{signal} $$");
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", &kill]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    shell.status().is_ok_and(|status| status.signal().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_mask_of_linux() {
        let status = "Name:\tgvr\nSigBlk:\t0000000000000003\nSigIgn:\t0000000000001001\nSigCgt:\t0000000180000440\n";
        assert!(is_in_mask(status, SIGHUP) && is_in_mask(status, 13));
        assert!(!is_in_mask(status, SIGINT) && !is_in_mask(status, SIGTERM));
        assert!(!is_in_mask("", SIGHUP));
    }

    #[test]
    fn both_ways_to_ask_agree() {
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            assert_eq!(is_ignored(signal), is_ignored_by_children(signal), "{signal}");
        }
    }
}

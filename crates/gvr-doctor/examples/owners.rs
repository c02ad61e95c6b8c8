//! Counts the files in a folder that do not belong to the user, by the doctor's own walk: what `cargo xtask bench doctor`
//! measures. Arguments: the user number, the number of threads, the folder.

use std::io::Write as _;
use std::process::ExitCode;

use gvr_doctor::ownership::{Limits, walk};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [user, threads, folder] = arguments.as_slice() else { return ExitCode::from(2) };
    let (Ok(user), Ok(threads)) = (user.parse(), threads.parse()) else { return ExitCode::from(2) };
    let found = walk(&[folder.into()], user, &Limits { threads, ..Limits::default() }).remove(0);
    // What the kernel has counted, and its word for it; Linux alone says it this way.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map_or("unknown", str::trim);
    let written = writeln!(std::io::stdout(), "{} {} {peak}", found.entries, found.foreign(user));
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

//! The program behind `go`, `gofmt` and `go1.22.5` on PATH: it finds the version that applies and becomes it.
//!
//! It starts no child, writes no file and opens no socket; it either replaces itself by another program or says in two
//! lines why it cannot. It depends on `gvr-core` alone, because it runs on every call of `go`.
#![cfg_attr(not(test), no_main)]

mod call;
mod dispatch;
mod entry;
mod memory;
mod message;
mod process;
mod successor;

use std::io::{self, Write as _};

use gvr_core::exit;

use crate::process::Process;

#[global_allocator]
static MEMORY: memory::Arena = memory::Arena::new();

/// Becomes the program that was called, or says why not; the number is the exit code.
#[cfg_attr(test, expect(dead_code, reason = "tests start at the parts"))]
fn run(process: &Process) -> u8 {
    // Only a failure comes back: otherwise another program runs by now.
    let message = dispatch::dispatch(process);
    // Nothing is left to do where even that cannot be said.
    let _ = writeln!(io::stderr(), "{message}");
    exit::NOTHING_TO_RUN
}

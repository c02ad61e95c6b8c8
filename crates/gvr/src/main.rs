//! The command line: arguments, settings, colours, progress, wiring. It decides nothing about versions, downloads or
//! files; the libraries do.

mod args;
mod ci;
mod commands;
mod config;
mod context;
mod error;
mod interrupt;
mod json;
mod lockfile;
mod process;
mod progress;
mod query;
mod running;
mod shell;
mod ui;

use std::process::ExitCode;

fn main() -> ExitCode {
    args::main(&process::Process::current())
}

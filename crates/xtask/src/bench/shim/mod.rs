//! `bench shim`: how much longer a call takes through the shim than by the path of the same `go`.
//!
//! All ways to a program are measured in one run, in turns and in another order each round, from vfork and execve until
//! waitpid. The program that stands for `go` ends at once, so that hardly anything but the way to it is measured.

mod bar;
mod lab;
mod measure;
mod peers;
mod programs;
mod report;
mod row;
mod section;
mod tables;

use std::fs;

use self::lab::Lab;
use self::measure::Rounds;
use self::programs::Programs;
use self::report::Report;
use super::error::BenchError;
use super::machine::Machine;
use super::page::{Output, Results};
use crate::console;
use crate::context::Context;

/// Measure a call through the shim against the same program without it
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each way is measured; the slowest only in every tenth round
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    rounds: u32,
    #[command(flatten)]
    output: Output,
}

/// Runs the task.
pub(crate) fn run(context: &Context, args: &Args) -> Result<(), BenchError> {
    if let Some(reason) = cannot_run(context) {
        console::note(format_args!("left out: bench shim ({reason})"));
        return Ok(());
    }
    let mut left_out = Vec::new();
    let folder = context.target.join("bench");
    fs::create_dir_all(&folder).map_err(|source| BenchError::disk(&folder, source))?;
    let programs = Programs::build(context, &folder, &mut left_out)?;
    let lab = Lab::new(&folder, &programs)?;
    let mut rows = lab.rows()?;
    rows.extend(peers::rows(context, &folder, &lab, &mut left_out)?);
    for row in &rows {
        row.check()?;
    }
    for reason in &left_out {
        console::note(format_args!("left out: {reason}"));
    }

    let rounds = Rounds::of(args.rounds);
    console::note(format_args!("measuring {} ways in {rounds}", rows.len()));
    let measured = measure::measure(&programs.spawn, &rows, rounds)?;
    let machine = Machine::look(context, &folder, &["rustc", "cc", "rustup", "npm"], &["shims", "crates/gvr-core"])?;
    let report = Report::new(machine, measured, rounds, left_out, &lab.spelling(context)?)?;
    let results = Results {
        bench: "shim",
        text: tables::text(&report),
        section: section::section(&report),
        json: report.json()?,
    };
    args.output.deliver(context, &results)
}

/// Why nothing can be measured on this machine, if so.
fn cannot_run(context: &Context) -> Option<&'static str> {
    if !cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))) {
        Some("it knows how to start programs on Linux on x86_64 and arm64 alone")
    } else if !context.has_program("cc") {
        Some("there is no C compiler: no program `cc` is on PATH")
    } else {
        None
    }
}

//! Developers' tasks, run as `cargo xtask TASK`.
//!
//! It knows how to get real Go distributions, how to run the whole suite, how to walk through gvr as a newcomer
//! would and how to measure what it costs. It must never know how gvr works inside: it talks to the built programs, as a
//! user does.

mod bench;
mod console;
mod context;
mod dist;
mod faults;
mod packages;
mod pins;
mod process;
mod sign;
mod test;
mod trial;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::context::Context;

/// Developers' tasks of gvr
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    Bench(bench::Args),
    Dist(dist::Args),
    Faults(faults::Args),
    Pins(pins::Args),
    Sign(sign::Args),
    Test(test::Args),
    Try(trial::Args),
}

/// Why a task could not be finished.
#[derive(Debug, thiserror::Error)]
enum TaskError {
    #[error(transparent)]
    Bench(#[from] bench::BenchError),
    #[error(transparent)]
    Context(#[from] context::ContextError),
    #[error(transparent)]
    Dist(#[from] dist::DistError),
    #[error(transparent)]
    Faults(#[from] faults::FaultError),
    #[error(transparent)]
    Pins(#[from] pins::PinsError),
    #[error(transparent)]
    Sign(#[from] sign::SignError),
    #[error(transparent)]
    Test(#[from] test::TestError),
    #[error(transparent)]
    Trial(#[from] trial::TrialError),
}

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console::note(format_args!("error: {error}"));
            let mut cause = std::error::Error::source(&error);
            while let Some(error) = cause {
                console::note(format_args!("  because: {error}"));
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<(), TaskError> {
    let context = Context::new()?;
    match args.task {
        Task::Bench(args) => bench::run(&context, &args)?,
        Task::Dist(args) => dist::run(&context, &args)?,
        Task::Faults(args) => faults::run(&context, &args)?,
        Task::Pins(args) => pins::run(&context, &args)?,
        Task::Sign(args) => sign::run(&args)?,
        Task::Test(args) => test::run(&context, &args)?,
        Task::Try(args) => trial::run(&context, &args)?,
    }
    Ok(())
}

//! `faults`: what gvr promises about crashes, full disks and races, tried out again and again on this machine.
//!
//! A file a fault. Each knows how to bring it about and how a store has to look afterwards; none knows how gvr works
//! inside. The suite has a sample of most of them.

mod disk;
mod fuzz;
mod kill;
mod model;
mod mount;
mod power;
mod race;
mod report;
mod workshop;

use std::io;

use clap::ValueEnum;

use crate::console;
use crate::context::Context;
use crate::packages;
use crate::process::ProcessError;

use self::report::Report;
use self::workshop::Workshop;

/// Kill gvr, cut the power, fill the disk, race it against itself, and see what is left
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which faults; all unless some are named
    #[arg(value_enum)]
    faults: Vec<Fault>,
    /// Install nothing; leave out what needs programs that are missing
    #[arg(long)]
    no_install: bool,
    /// A sample of each, in some minutes
    #[arg(long)]
    quick: bool,
    /// Of the signals and power cuts, only those whose name has this in it: SIGINT, removal, xfs
    #[arg(long, default_value = "", hide_default_value = true)]
    only: String,
    /// Where the random schedules begin
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Fault {
    /// SIGKILL and SIGINT in every system call of an installation, a reinstallation and a removal
    Kill,
    /// Power cuts over ext4 and xfs; needs root, `xfs_io` and loop mounts
    Power,
    /// Full disks, quotas, failing and read-only ones, file systems that lack something; needs root and strace
    Disk,
    /// Sixteen processes at one version
    Race,
    /// Random schedules against a model of the store
    Model,
    /// A minute of each fuzz target; needs a C++ compiler
    Fuzz,
}

/// Why the faults could not be tried, or what they have brought to light.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FaultError {
    /// gvr could not be built.
    #[error(transparent)]
    Build(#[from] ProcessError),
    /// The machinery of an experiment failed.
    #[error("the experiment itself failed")]
    Machinery(#[from] io::Error),
    /// Something is not as it should be.
    #[error("{failures} of {cases} cases went wrong")]
    Failed {
        /// How many.
        failures: u64,
        /// Of how many.
        cases: u64,
    },
}

/// Runs the task.
pub(crate) fn run(context: &Context, args: &Args) -> Result<(), FaultError> {
    let all = [Fault::Kill, Fault::Power, Fault::Disk, Fault::Race, Fault::Model, Fault::Fuzz];
    let chosen = if args.faults.is_empty() { &all[..] } else { &args.faults };
    provide_tools(context, args.no_install);
    let workshop = Workshop::open(context, args.quick, args.seed, &args.only)?;
    let mut report = Report::default();
    for fault in chosen {
        console::note(format_args!("{fault:?} …"));
        match fault {
            Fault::Kill => kill::run(&workshop, &mut report)?,
            Fault::Power => power::run(&workshop, &mut report)?,
            Fault::Disk => disk::run(&workshop, &mut report)?,
            Fault::Race => race::run(&workshop, &mut report)?,
            Fault::Model => model::run(&workshop, &mut report)?,
            Fault::Fuzz => fuzz::run(context, &workshop, &mut report)?,
        }
    }
    console::transcript(report.table());
    match report.failures() {
        0 => Ok(()),
        failures => Err(FaultError::Failed { failures, cases: report.cases() }),
    }
}

/// Installs the programs that are missing, where that is permitted; what needs them is left out otherwise.
fn provide_tools(context: &Context, no_install: bool) {
    let mut wanted = packages::installable(&packages::missing(context, &packages::OF_THE_FAULTS));
    wanted.dedup();
    if !no_install && !wanted.is_empty() {
        console::note(format_args!("installing {}", wanted.join(" ")));
        if let Err(error) = packages::install(context, &wanted) {
            console::note(error);
        }
    }
}

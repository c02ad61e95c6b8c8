//! `bench`: what gvr costs, measured on this machine beside what it is compared with.

mod built;
mod ci;
mod doctor;
mod error;
mod install;
mod machine;
mod page;
mod shim;
mod statistics;
mod table;
mod verify;

use crate::context::Context;

pub(crate) use self::error::BenchError;

/// Measure what gvr costs on this machine
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Ci(ci::Args),
    Doctor(doctor::Args),
    Install(install::Args),
    Shim(shim::Args),
    Verify(verify::Args),
}

/// Runs the task.
pub(crate) fn run(context: &Context, args: &Args) -> Result<(), BenchError> {
    match &args.what {
        What::Ci(args) => ci::run(context, args),
        What::Doctor(args) => doctor::run(context, args),
        What::Install(args) => install::run(context, args),
        What::Shim(args) => shim::run(context, args),
        What::Verify(args) => verify::run(context, args),
    }
}

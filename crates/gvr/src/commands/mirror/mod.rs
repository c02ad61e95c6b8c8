//! `mirror`: a folder of releases that any web server can serve.

mod folder;
mod modules;
mod sync;

use std::path::PathBuf;

use clap::Subcommand;
use gvr_core::{Platform, Request};

use crate::context::Context;
use crate::error::CliError;

/// Make a folder of releases that any web server can serve to gvr, other version managers and curl
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Sync(SyncArgs),
}

/// Bring a folder up to date: fetch and verify what is missing, check what is there, write the list of releases
#[derive(Debug, clap::Args)]
struct SyncArgs {
    /// The folder; it is made where there is none
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// What it is to have; the newest release of each of the two newest minors unless given
    #[arg(value_name = "VERSION")]
    requests: Vec<Request>,
    /// Every release that answers, not only the newest
    #[arg(long)]
    all: bool,
    /// For this platform, such as linux-riscv64, in place of the usual four; may be given several times
    #[arg(long, value_name = "PLATFORM")]
    platform: Vec<Platform>,
    /// Keep the signatures (.asc) beside the archives too
    #[arg(long)]
    signatures: bool,
    /// Make a Go module proxy of it too, from which the go command itself can take toolchains
    #[arg(long)]
    modules: bool,
    /// Print what would be fetched, and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    match &args.action {
        Action::Sync(args) => sync::sync(context, args),
    }
}

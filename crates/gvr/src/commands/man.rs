//! `man`: the manual pages, made of the same texts as `--help`.

use std::fs;
use std::path::PathBuf;

use clap::CommandFactory as _;

use crate::args;
use crate::context::Context;
use crate::error::CliError;

/// Write the manual pages into a folder
///
/// There is one page for gvr and one for each command: `man gvr-install`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder, which is made where it is missing: ~/.local/share/man/man1
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let folder = context.folder()?.join(&args.folder);
    let failed = |error| CliError::failed(format_args!("cannot write into {}: {error}", folder.display()));
    fs::create_dir_all(&folder).map_err(failed)?;
    clap_mangen::generate_to(args::Args::command(), &folder).map_err(failed)
}

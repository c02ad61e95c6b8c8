//! `latest`: the newest version there is.

use gvr_core::files::Disk;
use gvr_core::resolve::installed_versions;
use gvr_core::{Request, Version};
use gvr_fetch::{Freshness, Release};

use super::{pin, remote};
use crate::context::Context;
use crate::error::CliError;

/// Print the newest version there is, of all or of a minor
///
/// Without a word and without --print it does what goenv does: gvr latest is gvr local latest.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Of which versions to print the newest: 1.22, 1, '^1.21', unstable
    #[arg(value_name = "VERSION")]
    request: Option<Request>,
    /// Look among the installed versions only
    #[arg(long)]
    installed: bool,
    /// Print the newest of all
    #[arg(short, long)]
    print: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let request = match &args.request {
        Some(request) => request.clone(),
        None if args.print || args.installed => Request::Stable,
        None => return pin::local(context, &pin::LocalArgs::of(vec![Request::Stable])),
    };
    let versions: Vec<Version> = if args.installed {
        installed_versions(context.layout(), &Disk)
    } else {
        let platform = context.platform(None)?;
        let index = remote::index(context, Freshness::Hourly)?;
        index.releases().iter().filter(|release| release.archive(platform).is_some()).map(Release::version).collect()
    };
    match request.select(&versions) {
        Some(version) => Ok(context.ui.data(version)?),
        None if args.installed => {
            Err(CliError::failed(format_args!("version '{request}' not installed"))
                .hint("to see what is: gvr versions"))
        }
        None => {
            Err(CliError::usage(format_args!("no Go version answers '{request}'"))
                .hint("to see all: gvr list --remote"))
        }
    }
}

//! `install`: fetches what is asked for, several at once, and puts it into the store.

mod plan;
mod proof;
mod room;
mod run;
mod trust;
mod wanted;

use gvr_core::{Platform, Request, Toolchain};
use gvr_fetch::Sha256;

pub(super) use self::proof::Proofs;
use self::wanted::Wanted;
use crate::context::Context;
use crate::error::CliError;

/// Install Go, in one version or several
///
/// Without a version, installs the one that this folder asks for; a go.mod is taken at its word: its toolchain line exactly,
/// else the newest patch of its minor.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// What to install: 1.22.5, 1.22 (its newest patch), 1.23rc1, latest, oldstable, unstable, '^1.21'; or the file of an archive
    #[arg(value_name = "VERSION|FILE")]
    wanted: Vec<Wanted>,
    /// Install again what is installed already
    #[arg(short, long)]
    force: bool,
    /// Do nothing, and say nothing, where it is installed already
    #[arg(short, long, conflicts_with = "force")]
    skip_existing: bool,
    /// Keep the archive in the cache
    #[arg(short, long)]
    keep: bool,
    /// List what can be installed, and install nothing
    #[arg(short, long, conflicts_with_all = ["wanted", "force", "skip_existing", "keep"])]
    list: bool,
    /// Install for another machine: arm64, amd64, darwin-arm64
    #[arg(long, value_name = "ARCH")]
    arch: Option<String>,
    /// Take no other archive than the one with this SHA-256
    #[arg(long, value_name = "SHA256")]
    sha256: Option<Sha256>,
    /// Leave the shims as they are
    #[arg(long)]
    no_rehash: bool,
    /// Ask the server again which versions there are
    #[arg(long)]
    refresh: bool,
    /// Answer every question with yes
    #[arg(short, long)]
    yes: bool,
    /// goenv's way to patch the source; gvr installs official builds
    #[arg(short, long, hide = true)]
    patch: bool,
    /// goenv's way to build for debugging; gvr installs official builds
    #[arg(short = 'g', long, hide = true)]
    debug: bool,
    /// goenv's way to choose the network's protocol; gvr takes the one that works
    #[arg(short = '4', long, hide = true)]
    ipv4: bool,
    /// goenv's way to choose the network's protocol; gvr takes the one that works
    #[arg(short = '6', long, hide = true)]
    ipv6: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    if args.list {
        return super::remote::list(context, &super::remote::Selection { refresh: args.refresh, ..Default::default() });
    }
    if args.patch || args.debug {
        context.ui.warn("gvr installs official builds: -p and -g have no effect");
    }
    let planned = plan::plan(context, args)?;
    if args.sha256.is_some() && planned.len() > 1 {
        return Err(CliError::usage("--sha256 is for one archive, and this would install several"));
    }
    if run::install(context, args, &planned)? {
        run::tell_about_choice(context, &planned);
    }
    Ok(())
}

/// Installs one version that something asks for and that is missing.
pub(crate) fn install_one(context: &Context<'_>, request: &Request) -> Result<Toolchain, CliError> {
    let args = Args { wanted: vec![Wanted::Request(request.clone())], skip_existing: true, ..Args::default() };
    let planned = plan::plan(context, &args)?;
    run::install(context, &args, &planned)?;
    planned
        .first()
        .map(|planned| planned.toolchain)
        .ok_or_else(|| CliError::failed(format_args!("'{request}' cannot be installed")))
}

/// What a request comes to: the toolchain's name in the store, and what it runs on. Installs nothing.
pub(super) fn resolve(context: &Context<'_>, request: &Request) -> Result<(Toolchain, Platform), CliError> {
    let args = Args { wanted: vec![Wanted::Request(request.clone())], ..Args::default() };
    let planned = plan::plan(context, &args)?.into_iter().next();
    let planned = planned.ok_or_else(|| CliError::failed(format_args!("'{request}' cannot be installed")))?;
    Ok((planned.toolchain, planned.platform))
}

/// Installs those of the toolchains that are missing, and leaves the shims as they are.
pub(super) fn install_missing(context: &Context<'_>, toolchains: &[Toolchain]) -> Result<(), CliError> {
    let wanted = toolchains.iter().map(|toolchain| Wanted::Request(Request::Exact(*toolchain))).collect();
    let args = Args { wanted, skip_existing: true, no_rehash: true, ..Args::default() };
    let planned = plan::plan(context, &args)?;
    run::install(context, &args, &planned).map(drop)
}

//! `version` and its parts: which version applies here, and who said so.

use std::path::PathBuf;

use gvr_core::files::Disk;
use gvr_core::resolve::{Outcome, resolve};
use serde::Serialize;

use crate::context::Context;
use crate::error::CliError;
use crate::{json, query};

/// Print the version that applies here and what chose it
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// Print the name of the version that applies here
#[derive(Debug, clap::Args)]
pub(crate) struct NameArgs {}

/// Print what chose the version that applies here
#[derive(Debug, clap::Args)]
pub(crate) struct OriginArgs {}

/// Print the file that chooses the version
#[derive(Debug, clap::Args)]
pub(crate) struct FileArgs {
    /// The folder to begin in; the working folder unless given
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

#[derive(Serialize)]
struct Answer {
    origin: String,
    versions: Vec<Chosen>,
}

#[derive(Serialize)]
struct Chosen {
    version: String,
    requested: String,
    installed: bool,
    goroot: Option<PathBuf>,
}

pub(crate) fn version(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let decision = context.resolve()?;
    let origin = query::origin(&decision.source, context.layout());
    if args.json {
        let versions = decision.choices.iter().map(|choice| Chosen {
            version: query::name(choice),
            requested: choice.request.to_string(),
            installed: choice.outcome != Outcome::Missing,
            goroot: match choice.outcome {
                Outcome::Installed(toolchain) => Some(context.layout().toolchain(toolchain)),
                Outcome::System | Outcome::Missing => None,
            },
        });
        return json::print(context, &Answer { origin, versions: versions.collect() });
    }
    for choice in decision.choices.iter().filter(|choice| choice.outcome != Outcome::Missing) {
        context.ui.data(format_args!("{} (set by {origin})", query::name(choice)))?;
    }
    refuse_missing(context, &decision)
}

pub(crate) fn name(context: &Context<'_>) -> Result<(), CliError> {
    let decision = context.resolve()?;
    refuse_missing(context, &decision)?;
    let names: Vec<_> = decision.choices.iter().map(query::name).collect();
    Ok(context.ui.data(names.join(":"))?)
}

pub(crate) fn origin(context: &Context<'_>) -> Result<(), CliError> {
    let decision = context.resolve()?;
    Ok(context.ui.data(query::origin(&decision.source, context.layout()))?)
}

pub(crate) fn file(context: &Context<'_>, args: &FileArgs) -> Result<(), CliError> {
    let surroundings = match &args.folder {
        Some(folder) => context.surroundings().only_in(context.folder()?.join(folder)),
        None => context.surroundings(),
    };
    let decision = resolve(&surroundings.query(None), context.layout(), &Disk, &context.system_path())?;
    let file = decision.source.path().map_or_else(|| context.layout().global_version(), ToOwned::to_owned);
    Ok(context.ui.data(file.display())?)
}

fn refuse_missing(context: &Context<'_>, decision: &gvr_core::resolve::Decision) -> Result<(), CliError> {
    let missing = decision.choices.iter().find(|choice| choice.outcome == Outcome::Missing);
    missing.map_or(Ok(()), |choice| Err(query::not_installed(choice, decision, context.layout())))
}

//! `prefix`, `root` and `installed`: where things are.

use std::path::PathBuf;

use gvr_core::files::{Disk, Files as _};
use gvr_core::resolve::Outcome;
use gvr_core::{Request, Toolchain};

use crate::context::Context;
use crate::error::CliError;
use crate::query;

/// Print a version's own folder, which is its GOROOT
#[derive(Debug, clap::Args)]
pub(crate) struct PrefixArgs {
    /// Which version; the one that applies here unless given
    #[arg(value_name = "VERSION")]
    request: Option<Request>,
}

/// Print the folder in which gvr keeps everything
#[derive(Debug, clap::Args)]
pub(crate) struct RootArgs {}

/// Print the installed version that a request means
#[derive(Debug, clap::Args)]
pub(crate) struct InstalledArgs {
    /// What to look for; the newest unless given
    #[arg(value_name = "VERSION", default_value = "latest")]
    request: Request,
}

pub(crate) fn prefix(context: &Context<'_>, args: &PrefixArgs) -> Result<(), CliError> {
    let folders = if let Some(request) = &args.request {
        vec![folder(context, query::installed(context, request)?)?]
    } else {
        let decision = context.resolve()?;
        let folder_of = |choice: &_| folder_of_choice(context, &decision, choice);
        decision.choices.iter().map(folder_of).collect::<Result<Vec<_>, _>>()?
    };
    let shown: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
    Ok(context.ui.data(shown.join(":"))?)
}

pub(crate) fn root(context: &Context<'_>) -> Result<(), CliError> {
    Ok(context.ui.data(context.layout().root().display())?)
}

pub(crate) fn installed(context: &Context<'_>, args: &InstalledArgs) -> Result<(), CliError> {
    match query::installed(context, &args.request)? {
        Some(toolchain) => Ok(context.ui.data(toolchain)?),
        None => Ok(context.ui.data("system")?),
    }
}

fn folder_of_choice(
    context: &Context<'_>,
    decision: &gvr_core::resolve::Decision,
    choice: &gvr_core::resolve::Choice,
) -> Result<PathBuf, CliError> {
    match choice.outcome {
        Outcome::Installed(toolchain) => folder(context, Some(toolchain)),
        Outcome::System => folder(context, None),
        Outcome::Missing => Err(query::not_installed(choice, decision, context.layout())),
    }
}

fn folder(context: &Context<'_>, toolchain: Option<Toolchain>) -> Result<PathBuf, CliError> {
    if let Some(toolchain) = toolchain {
        return Ok(context.layout().toolchain(toolchain));
    }
    system_goroot(context)
}

/// The folder of the Go that PATH has besides gvr's.
pub(super) fn system_goroot(context: &Context<'_>) -> Result<PathBuf, CliError> {
    let program = context.system_path().find(&Disk, "go").and_then(|program| Disk.canonical(&program));
    let goroot = program.as_deref().and_then(|program| Some(program.parent()?.parent()?.to_owned()));
    goroot.ok_or_else(|| {
        CliError::failed("no Go version is chosen here, and PATH has no other go")
            .hint("to choose one: gvr local VERSION")
    })
}

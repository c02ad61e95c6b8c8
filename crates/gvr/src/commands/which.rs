//! `which` and `whence`: where a command is, and which versions have it.

use std::path::{Path, PathBuf};

use gvr_core::files::Disk;
use gvr_core::resolve::{Choice, Outcome, installed_versions};
use gvr_core::{Toolchain, exit};
use serde::Serialize;

use crate::context::Context;
use crate::error::CliError;
use crate::{json, query};

/// Print the full path of a command in the version that applies here
#[derive(Debug, clap::Args)]
pub(crate) struct WhichArgs {
    /// The command, such as go or gofmt
    #[arg(value_name = "COMMAND")]
    program: PathBuf,
    /// Print the paths of all versions that apply here
    #[arg(short, long)]
    all: bool,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// List the versions that have a command
#[derive(Debug, clap::Args)]
pub(crate) struct WhenceArgs {
    /// The command, such as go or gofmt
    #[arg(value_name = "COMMAND")]
    program: PathBuf,
    /// Print its paths in place of the versions
    #[arg(long)]
    path: bool,
}

#[derive(Serialize)]
struct Found {
    command: PathBuf,
    paths: Vec<PathBuf>,
    origin: String,
}

pub(crate) fn which(context: &Context<'_>, args: &WhichArgs) -> Result<(), CliError> {
    refuse_paths(&args.program)?;
    let decision = context.resolve()?;
    let paths: Vec<_> = decision.choices.iter().filter_map(|choice| path_of(context, choice, &args.program)).collect();
    if paths.is_empty() {
        let missing = decision.choices.iter().find(|choice| choice.outcome == Outcome::Missing);
        return Err(match missing {
            // As goenv: a version that is not there is one error, a command that it lacks another.
            Some(choice) => query::not_installed(choice, &decision, context.layout()),
            None => not_found(context, &args.program),
        });
    }
    let count = if args.all { paths.len() } else { 1 };
    if args.json {
        let origin = query::origin(&decision.source, context.layout());
        let paths = paths.into_iter().take(count).collect();
        return json::print(context, &Found { command: args.program.clone(), paths, origin });
    }
    paths.iter().take(count).try_for_each(|path| context.ui.data(path.display())).map_err(CliError::from)
}

pub(crate) fn whence(context: &Context<'_>, args: &WhenceArgs) -> Result<u8, CliError> {
    refuse_paths(&args.program)?;
    let found = versions_with(context, &args.program);
    for (toolchain, path) in &found {
        if args.path {
            context.ui.data(path.display())?;
        } else {
            context.ui.data(toolchain)?;
        }
    }
    Ok(if found.is_empty() { exit::FAILED } else { exit::DONE })
}

/// The path of a command in what was chosen.
pub(crate) fn path_of(context: &Context<'_>, choice: &Choice, program: &Path) -> Option<PathBuf> {
    match choice.outcome {
        Outcome::Installed(toolchain) => query::program_in(context, toolchain, program),
        Outcome::System => context.system_path().find(&Disk, program),
        Outcome::Missing => None,
    }
}

/// The error for a command that is nowhere in what applies here; goenv's words.
pub(crate) fn not_found(context: &Context<'_>, program: &Path) -> CliError {
    let name = program.display();
    let others = versions_with(context, program);
    let mut message = format!("'{name}' command not found");
    if !others.is_empty() {
        let lines: Vec<_> = others.iter().map(|(toolchain, _)| format!("\n  {toolchain}")).collect();
        message = format!("{message}\n\nThe '{name}' command exists in these Go versions:{}", lines.concat());
    }
    CliError::new(exit::NOTHING_TO_RUN, message)
}

fn versions_with(context: &Context<'_>, program: &Path) -> Vec<(Toolchain, PathBuf)> {
    let toolchains = installed_versions(context.layout(), &Disk).into_iter().map(Toolchain::native);
    toolchains.filter_map(|toolchain| Some((toolchain, query::program_in(context, toolchain, program)?))).collect()
}

/// A command is a name; a path would leave the version's folder.
fn refuse_paths(program: &Path) -> Result<(), CliError> {
    if program.file_name() == Some(program.as_os_str()) {
        Ok(())
    } else {
        Err(CliError::failed(format_args!("'{}' is a path, not the name of a command", program.display())))
    }
}

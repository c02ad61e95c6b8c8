//! `completions`: the shell's completion of gvr's commands; and goenv's command of the same name.

use clap::CommandFactory as _;

use crate::args;
use crate::context::Context;
use crate::error::CliError;
use crate::shell::{Shell, script};

/// The shells that have them.
const KNOWN: &str = "one of the shells: bash, zsh, fish, nu, pwsh, elvish";

/// Print the code by which a shell completes gvr's commands, flags and versions: bash, zsh, fish, nu, pwsh or elvish
///
/// The code asks gvr for each word, so that it never grows old. /// Given a command's name instead, prints the words that may follow it, a line each, as goenv does.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell, or a command
    #[arg(value_name = "SHELL")]
    word: String,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let shell = Shell::of_program(args.word.as_ref());
    match shell.map(script) {
        Some(Some(script)) => Ok(context.ui.text(script)?),
        Some(None) => Err(CliError::failed(format_args!("gvr has no completions for {}", args.word)).hint(KNOWN)),
        None => words(context, &args::Args::command(), &args.word),
    }
}

fn words(context: &Context<'_>, app: &clap::Command, name: &str) -> Result<(), CliError> {
    let command = app.find_subcommand(name).ok_or_else(|| {
        CliError::failed(format_args!("'{}' is neither a shell nor a command", name.escape_debug())).hint(KNOWN)
    })?;
    context.ui.data("--help")?;
    let flags = command.get_arguments().filter(|argument| !argument.is_hide_set()).filter_map(clap::Arg::get_long);
    for flag in flags {
        context.ui.data(format_args!("--{flag}"))?;
    }
    let takes_version = command
        .get_arguments()
        .any(|argument| argument.get_value_names().is_some_and(|names| names.iter().any(|name| name == "VERSION")));
    if takes_version {
        context.ui.data("latest")?;
        context.ui.data("system")?;
        context.store.installed()?.iter().try_for_each(|toolchain| context.ui.data(toolchain))?;
    }
    Ok(())
}

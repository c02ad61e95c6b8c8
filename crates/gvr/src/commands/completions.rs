//! `completions`: the shell's completion of gvr's commands; and goenv's command of the same name.

use clap::CommandFactory as _;
use clap_complete::aot::{self, generate};

use crate::args;
use crate::context::Context;
use crate::error::CliError;

/// Print the completion script of a shell: bash, zsh or fish
///
/// Given a command's name instead, prints the words that may follow it, a line each, as goenv does.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell, or a command
    #[arg(value_name = "SHELL")]
    word: String,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let mut app = args::Args::command();
    let shell = match args.word.as_str() {
        "bash" => aot::Shell::Bash,
        "zsh" => aot::Shell::Zsh,
        "fish" => aot::Shell::Fish,
        command => return words(context, &app, command),
    };
    let mut script = Vec::new();
    generate(shell, &mut app, "gvr", &mut script);
    Ok(context.ui.text(&String::from_utf8_lossy(&script))?)
}

fn words(context: &Context<'_>, app: &clap::Command, name: &str) -> Result<(), CliError> {
    let command = app.find_subcommand(name).ok_or_else(|| {
        CliError::failed(format_args!("'{}' is neither a shell nor a command", name.escape_debug()))
            .hint("one of the shells: bash, zsh, fish")
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

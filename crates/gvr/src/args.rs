//! The command line as a whole: global flags, the list of commands, and what to do with a line that is none of them.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser};
use gvr_core::exit;

use crate::commands::{Command, goenv};
use crate::context::Context;
use crate::error::CliError;
use crate::process::Process;
use crate::ui::{ColorChoice, Ui};

const FIRST_STEPS: &str = "\
First steps:
  gvr install latest      install the newest Go
  gvr global latest       use it where nothing else is asked for
  gvr setup               put go on your PATH
  gvr local 1.22          choose the Go of the repository you stand in
  gvr explain             which Go applies here, and why";

/// The heading of the flags that every command has.
const GLOBAL: &str = "Global options";

/// Installs official Go toolchains, picks the right one for each folder, and stays out of the way.
#[derive(Debug, Parser)]
#[command(name = "gvr", version, after_help = FIRST_STEPS, max_term_width = 120)]
pub(crate) struct Args {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Args)]
struct GlobalArgs {
    /// Say nothing but data and errors
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    quiet: bool,
    /// Say more
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    verbose: bool,
    /// Open no connection; use only what is already here
    #[arg(long, global = true, help_heading = GLOBAL)]
    offline: bool,
    /// When to colour messages
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
}

/// Runs the command line and says how it went.
pub(crate) fn main(process: &Process) -> ExitCode {
    if goenv::is_called(process) {
        return goenv::main(process);
    }
    let args = match Args::try_parse_from(&process.arguments) {
        Ok(args) => args,
        Err(error) => return refuse(&error, process),
    };
    let ui = Ui::new(process, args.global.color, args.global.quiet, args.global.verbose);
    match run(args, process, ui) {
        Ok(code) => ExitCode::from(code),
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            ui.error(&error);
            ExitCode::from(error.exit())
        }
    }
}

fn run(args: Args, process: &Process, ui: Ui) -> Result<u8, CliError> {
    let Some(command) = args.command else {
        // As goenv: without a command there is only help, and nothing was done.
        ui.help(&Args::command().render_help());
        return Ok(exit::FAILED);
    };
    let context = Context::new(process, ui, args.global.offline)?;
    command.run(&context)
}

/// The help of a command.
pub(crate) fn help_of(command: &str) -> StyledStr {
    let mut app = Args::command();
    app.build();
    app.find_subcommand_mut(command).map(clap::Command::render_long_help).unwrap_or_default()
}

/// Help and version are answers; anything else is wrong usage, which goenv's own commands answer with 1.
fn refuse(error: &clap::Error, process: &Process) -> ExitCode {
    let ui = Ui::new(process, ColorChoice::Auto, false, false);
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Where the terminal is gone there is nobody left to tell.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        _ => {
            let text = error.to_string();
            ui.error(text.strip_prefix("error: ").unwrap_or(&text).trim_end());
            ExitCode::from(if is_goenvs(&process.arguments) { exit::FAILED } else { exit::USAGE })
        }
    }
}

/// Whether a command line is for a command whose wrong usage goenv answers with 1. `install` is not among them: there
/// goenv answers with 2.
fn is_goenvs(arguments: &[OsString]) -> bool {
    const GOENVS: [&str; 23] = [
        "commands",
        "completions",
        "exec",
        "global",
        "help",
        "init",
        "installed",
        "local",
        "prefix",
        "rehash",
        "root",
        "sh-shell",
        "shell",
        "shims",
        "uninstall",
        "version",
        "version-file",
        "version-name",
        "version-origin",
        "versions",
        "whence",
        "which",
        "latest",
    ];
    let command = arguments.iter().skip(1).find(|argument| !argument.as_encoded_bytes().starts_with(b"-"));
    command.is_some_and(|command| GOENVS.iter().any(|known| command == *known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn only_goenvs_commands_answer_as_goenv() {
        let line = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert!(is_goenvs(&line(&["gvr", "-q", "exec"])));
        assert!(!is_goenvs(&line(&["gvr", "install", "--nosuch"])));
        assert!(!is_goenvs(&line(&["gvr", "explain", "local"])));
    }
}

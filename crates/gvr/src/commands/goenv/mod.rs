//! gvr under the name `goenv`: scripts that call goenv get goenv's commands, words and exit codes.
//!
//! The facts are those of goenv 2.2.44. What differs on purpose stands in `docs/from-goenv.md`, and the tests hold each of these
//! differences against what goenv itself answered.

mod answers;
mod choose;
mod help;
mod init;
mod install;
pub(crate) mod link;
mod names;
mod shell;
mod table;

use std::borrow::Cow;
use std::ffi::OsString;
use std::process::ExitCode;

use gvr_core::exit;

use self::table::Entry;
use crate::context::Context;
use crate::error::CliError;
use crate::process::Process;
use crate::ui::{ColorChoice, Ui};

/// The name that makes gvr goenv.
pub(crate) const NAME: &str = "goenv";

/// The goenv whose answers these are.
const VERSION: &str = "2.2.44";

/// Whether the process was called by that name.
pub(crate) fn is_called(process: &Process) -> bool {
    process.is_called(NAME)
}

/// Runs the command line as goenv would, and says how it went.
pub(crate) fn main(process: &Process) -> ExitCode {
    let words = process.arguments.get(1..).unwrap_or_default();
    // goenv says nothing where all went well; only an installation is worth a word.
    let is_quiet = words.first().is_none_or(|word| word != "install") && !words.is_empty();
    let ui = Ui::new(process, ColorChoice::Never, is_quiet, false).named(NAME);
    match run(process, ui, words) {
        Ok(code) => ExitCode::from(code),
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            // A script compares what goenv says; hints are for those who read an installation's messages.
            if is_quiet {
                ui.error(error.message());
            } else {
                ui.error(&error);
            }
            ExitCode::from(error.exit())
        }
    }
}

/// One call of goenv.
struct Call<'a> {
    context: Context<'a>,
    /// What stands behind the command's name.
    words: &'a [OsString],
}

impl Call<'_> {
    /// The words as text.
    fn texts(&self) -> Vec<Cow<'_, str>> {
        self.words.iter().map(|word| word.to_string_lossy()).collect()
    }

    /// A line of data.
    fn print(&self, line: impl std::fmt::Display) -> Result<(), CliError> {
        Ok(self.context.ui.data(line)?)
    }

    /// Complains as goenv does where it goes on.
    fn complain(&self, error: &CliError) {
        self.context.ui.error(error.message());
    }
}

fn run(process: &Process, ui: Ui, words: &[OsString]) -> Result<u8, CliError> {
    // goenv's own tracing; there is no script here whose lines could be shown.
    let words = if words.first().is_some_and(|word| word == "--debug") { &words[1..] } else { words };
    let context = Context::new(process, ui, false)?;
    let Some((command, rest)) = words.split_first() else { return without_command(context) };
    let command = command.to_string_lossy();
    match &*command {
        "-v" | "--version" => return version_line(&context),
        "-h" | "--help" => return help::page(&Call { context, words: &[] }, None),
        "shell" if process.variable("GOENV_SHELL").is_none() => return shell::not_set_up(&context),
        _ => {}
    }
    if names::is_version(&command) {
        return choose::local(&Call { context, words });
    }
    match Entry::find(&command) {
        Some(entry) if rest.first().is_some_and(|word| word == "--help") => {
            help::page(&Call { context, words: rest }, Some(entry))
        }
        Some(entry) => (entry.run)(&Call { context, words: rest }),
        None => Err(no_such_command(&command)),
    }
}

/// `goenv` alone: an installation where the user has agreed to that, else help that nobody asked for.
fn without_command(context: Context<'_>) -> Result<u8, CliError> {
    if context.process.switch("GOENV_AUTO_INSTALL") == Some(true) {
        let flags = context.process.text("GOENV_AUTO_INSTALL_FLAGS").unwrap_or_default();
        let words: Vec<_> = flags.split_whitespace().map(OsString::from).collect();
        return install::install(&Call { context, words: &words });
    }
    context.ui.aside(format_args!("{}\n{}", version_text(), help::OVERVIEW.trim_end()));
    Ok(exit::FAILED)
}

fn version_line(context: &Context<'_>) -> Result<u8, CliError> {
    context.ui.data(version_text())?;
    Ok(exit::DONE)
}

fn version_text() -> String {
    format!("goenv {VERSION} (gvr {})", env!("CARGO_PKG_VERSION"))
}

fn no_such_command(name: &str) -> CliError {
    CliError::failed(format_args!("no such command '{}'", name.escape_debug()))
}

/// Wrong usage: goenv shows the command's usage on stderr and ends with 1.
fn misused(call: &Call<'_>, command: &str) -> u8 {
    let usage = Entry::find(command).map(|entry| entry.usage).unwrap_or_default();
    call.context.ui.aside(usage);
    exit::FAILED
}

//! `shell`: the version of the shell one types in. Only the shell itself can change its variables, so the function that
//! `gvr init -` defines asks `sh-shell` for code.

use gvr_core::Request;
use gvr_core::files::Disk;
use gvr_core::resolve::{Outcome, outcome_of};
use serde_json::json;

use super::pin;
use crate::context::Context;
use crate::error::CliError;
use crate::shell::{Change, Shell, calling_shell, code};

/// The variables that choose a version, the one that counts first.
const VARIABLES: [&str; 2] = ["GVR_VERSION", "GOENV_VERSION"];

/// Choose the version of the shell you are in, or print it
///
/// It is kept in the variable GVR_VERSION, counts in every folder, and is gone with the shell. Only the function `gvr` that
/// `gvr init -` defines can do this.
#[derive(Debug, clap::Args)]
pub(crate) struct ShellArgs {
    /// Which version; several let later ones add commands that the first lacks
    #[arg(value_name = "VERSION", conflicts_with = "unset")]
    requests: Vec<Request>,
    /// Choose none, so that the folder's version counts again
    #[arg(short, long)]
    unset: bool,
}

/// Print the code that `gvr shell` runs
#[derive(Debug, clap::Args)]
#[command(hide = true, disable_help_flag = true, override_usage = "gvr shell [--unset] [VERSION]...")]
pub(crate) struct ShShellArgs {
    /// The shell to write for
    #[arg(value_name = "SHELL")]
    shell: Shell,
    /// Explain `gvr shell`
    #[arg(short, long)]
    help: bool,
    #[command(flatten)]
    wanted: ShellArgs,
}

/// `gvr shell` where the shell has no function: it can answer, and change nothing.
pub(crate) fn shell(context: &Context<'_>, args: &ShellArgs) -> Result<(), CliError> {
    if args.requests.is_empty() && !args.unset {
        return Ok(context.ui.data(current(context)?)?);
    }
    let shell = calling_shell(context.process).unwrap_or(Shell::Bash);
    let instead = match &args.requests[..] {
        [] => Change::Unset(VARIABLES[0]),
        requests => Change::Set(VARIABLES[0], joined(requests.iter().map(ToString::to_string))),
    };
    Err(CliError::failed(
        "no program can change the shell that started it; gvr's function for that is not defined here",
    )
    .hint(format_args!("to define it: {}", shell.load("gvr")))
    .hint(format_args!("or without it: {}", code(shell, &[instead]).trim_end())))
}

/// The code for a shell's function `gvr`.
pub(crate) fn sh_shell(context: &Context<'_>, args: &ShShellArgs) -> Result<(), CliError> {
    let shell = args.shell;
    let answer = if args.help {
        // Help is for reading, not for running.
        context.ui.help(&crate::args::help_of("shell"));
        Answer::default()
    } else if args.wanted.unset {
        let set = VARIABLES.into_iter().filter(|name| context.process.variable(name).is_some());
        Answer { changes: set.map(Change::Unset).collect(), show: None }
    } else if args.wanted.requests.is_empty() {
        Answer { changes: Vec::new(), show: Some(current(context)?) }
    } else {
        let names = args.wanted.requests.iter().map(|request| chosen(context, request));
        let names = names.collect::<Result<Vec<_>, _>>()?;
        Answer { changes: vec![Change::Set(VARIABLES[0], joined(names))], show: None }
    };
    Ok(context.ui.text(&answer.for_shell(shell))?)
}

/// What the function is to do.
#[derive(Debug, Default)]
struct Answer {
    changes: Vec<Change>,
    show: Option<String>,
}

impl Answer {
    fn for_shell(&self, shell: Shell) -> String {
        if shell == Shell::Nu {
            return self.json() + "\n";
        }
        let Some(show) = &self.show else {
            // PowerShell takes no empty code.
            let nothing = if shell == Shell::Pwsh { "$null = $null\n" } else { "\n" };
            return if self.changes.is_empty() { nothing.to_owned() } else { code(shell, &self.changes) };
        };
        let command = if shell == Shell::Pwsh { "Write-Output" } else { "echo" };
        format!("{command} {}\n", shell.quote(show))
    }

    /// Nushell cannot run code that it gets as text.
    fn json(&self) -> String {
        let mut set = serde_json::Map::new();
        let mut unset = Vec::new();
        for change in &self.changes {
            match change {
                Change::Set(name, value) => drop(set.insert((*name).to_owned(), json!(value))),
                Change::SetFolders(name, folders) => drop(set.insert((*name).to_owned(), json!(folders))),
                Change::Unset(name) => unset.push(*name),
            }
        }
        json!({ "set": set, "unset": unset, "show": self.show }).to_string()
    }
}

fn current(context: &Context<'_>) -> Result<String, CliError> {
    let value = context.process.first_variable(&VARIABLES).map(|(_, value)| value.display().to_string());
    value.ok_or_else(|| {
        CliError::failed("no shell-specific version configured").hint("to choose one: gvr shell VERSION")
    })
}

/// A version or a minor stays as it was asked for; what changes with the day it is asked on becomes a version.
fn chosen(context: &Context<'_>, request: &Request) -> Result<String, CliError> {
    let stays = matches!(request, Request::Exact(_) | Request::Minor(..) | Request::System);
    if stays && outcome_of(request, context.layout(), &Disk) != Outcome::Missing {
        return Ok(request.to_string());
    }
    pin::chosen_one(context, request)
}

/// As PATH: what a variable with several versions looks like.
fn joined(names: impl IntoIterator<Item = String>) -> String {
    names.into_iter().collect::<Vec<_>>().join(":")
}

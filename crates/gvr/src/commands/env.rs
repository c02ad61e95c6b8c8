//! `env`: the environment of a version, as code for a shell or as JSON.

use std::collections::BTreeMap;
use std::ffi::OsStr;

use gvr_core::Request;
use gvr_core::resolve::Outcome;
use serde::Serialize;

use super::environment::{Environment, environment};
use super::exec;
use crate::context::Context;
use crate::error::CliError;
use crate::json;
use crate::query;
use crate::shell::{Change, Shell, calling_shell, code};

/// Print the environment of the version that applies here, or of another, as code for a shell
///
/// It is what `gvr exec` runs commands in: the version's programs come first on PATH, GVR_VERSION names it, and GOROOT is
/// not set. For direnv, containers and scripts; at a prompt the shims do the same by themselves.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which version; the one that applies here unless given
    #[arg(value_name = "VERSION")]
    request: Option<Request>,
    /// Write for this shell; the one that asks unless given
    #[arg(long, value_name = "SHELL", conflicts_with = "json")]
    shell: Option<Shell>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    set: BTreeMap<&'static str, Value>,
    unset: Vec<&'static str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Folders(Vec<String>),
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let decision = exec::decide(context, args.request.clone())?;
    if let Some(choice) = decision.choices.iter().find(|choice| choice.outcome == Outcome::Missing) {
        return Err(query::not_installed(choice, &decision, context.layout()));
    }
    let changes = changes(&environment(context, &decision))?;
    if args.json {
        return json::print(context, &answer(changes));
    }
    let shell = args.shell.or_else(|| calling_shell(context.process)).unwrap_or(Shell::Bash);
    Ok(context.ui.text(&code(shell, &changes))?)
}

fn changes(environment: &Environment) -> Result<Vec<Change>, CliError> {
    let set = environment.set.iter().map(|(name, value)| Ok(Change::Set(name, text(name, value)?)));
    let mut changes = set.collect::<Result<Vec<_>, CliError>>()?;
    let folders = environment.path.iter().map(|folder| text("PATH", folder.as_os_str())).collect::<Result<_, _>>()?;
    changes.push(Change::SetFolders("PATH", folders));
    changes.extend(environment.unset.iter().copied().map(Change::Unset));
    Ok(changes)
}

fn text(name: &str, value: &OsStr) -> Result<String, CliError> {
    value.to_str().map(str::to_owned).ok_or_else(|| {
        CliError::failed(format_args!("{name} is no UTF-8 text: {}", value.display()))
            .hint("gvr exec runs a command in that environment all the same: gvr exec COMMAND")
    })
}

fn answer(changes: Vec<Change>) -> Answer {
    let mut answer = Answer { set: BTreeMap::new(), unset: Vec::new() };
    for change in changes {
        match change {
            Change::Set(name, value) => drop(answer.set.insert(name, Value::Text(value))),
            Change::SetFolders(name, folders) => drop(answer.set.insert(name, Value::Folders(folders))),
            Change::Unset(name) => answer.unset.push(name),
        }
    }
    answer
}

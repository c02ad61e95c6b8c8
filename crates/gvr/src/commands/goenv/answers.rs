//! The commands that say what is there and what applies.

use std::ffi::OsString;
use std::path::Path;

use gvr_core::files::Disk;
use gvr_core::resolve::{Decision, Outcome, resolve};
use gvr_core::search::Source;
use gvr_core::{Toolchain, exit};

use super::{Call, misused, names};
use crate::commands::{Command, exec, place, which};
use crate::context::Context;
use crate::error::CliError;
use crate::query;

/// Runs the command of gvr's that says the same.
pub(super) fn as_gvr(call: &Call<'_>, words: &[&str]) -> Result<u8, CliError> {
    use clap::Parser as _;

    #[derive(clap::Parser)]
    struct Line {
        #[command(subcommand)]
        command: Command,
    }
    let line = Line::try_parse_from([&["gvr"], words].concat());
    let Line { command } = line.map_err(|error| CliError::failed(error.to_string().trim_end()))?;
    command.run(&call.context)
}

pub(super) fn root(call: &Call<'_>) -> Result<u8, CliError> {
    as_gvr(call, &["root"])
}

pub(super) fn rehash(call: &Call<'_>) -> Result<u8, CliError> {
    as_gvr(call, &["rehash"])
}

pub(super) fn shims(call: &Call<'_>) -> Result<u8, CliError> {
    match call.texts().first().map(|word| &**word) {
        Some("--short") => as_gvr(call, &["shims", "--short"]),
        _ => as_gvr(call, &["shims"]),
    }
}

pub(super) fn versions(call: &Call<'_>) -> Result<u8, CliError> {
    let texts = call.texts();
    if texts.iter().any(|word| !matches!(&**word, "--bare" | "--skip-aliases")) {
        return Ok(misused(call, "versions"));
    }
    if texts.iter().any(|word| word == "--bare") {
        return as_gvr(call, &["versions", "--bare"]);
    }
    as_gvr(call, &["versions"])
}

pub(super) fn version(call: &Call<'_>) -> Result<u8, CliError> {
    let decision = call.context.resolve()?;
    let is_incomplete = names::complain_of_missing(call, &decision);
    let origin = query::origin(&decision.source, call.context.layout());
    for choice in names::present(&decision) {
        call.print(format_args!("{} (set by {origin})", query::name(choice)))?;
    }
    Ok(code(is_incomplete))
}

pub(super) fn version_name(call: &Call<'_>) -> Result<u8, CliError> {
    let decision = call.context.resolve()?;
    let is_incomplete = names::complain_of_missing(call, &decision);
    let names: Vec<_> = names::present(&decision).map(query::name).collect();
    // Also where that is an empty line.
    call.print(names.join(":"))?;
    Ok(code(is_incomplete))
}

pub(super) fn version_origin(call: &Call<'_>) -> Result<u8, CliError> {
    let decision = call.context.resolve()?;
    call.print(query::origin(&decision.source, call.context.layout()))?;
    Ok(exit::DONE)
}

/// With a folder: the file in it or above, or nothing.
pub(super) fn version_file(call: &Call<'_>) -> Result<u8, CliError> {
    let context = &call.context;
    let (surroundings, is_asked) = match call.words.first() {
        Some(folder) => (context.surroundings().only_in(context.folder()?.join(folder)), true),
        // The variable names no file.
        None => (context.surroundings().without_variable(), false),
    };
    let decision = resolve(&surroundings.query(None), context.layout(), &Disk, &context.system_path())?;
    match &decision.source {
        Source::File(_, path) => call.print(path.display())?,
        _ if is_asked => return Ok(exit::FAILED),
        _ => call.print(context.layout().global_version().display())?,
    }
    Ok(exit::DONE)
}

pub(super) fn installed(call: &Call<'_>) -> Result<u8, CliError> {
    let texts = call.texts();
    let word = texts.first().map_or("latest", |word| &**word);
    call.print(names::name(names::installed(call, word)?))?;
    Ok(exit::DONE)
}

pub(super) fn prefix(call: &Call<'_>) -> Result<u8, CliError> {
    let texts = call.texts();
    let toolchains: Vec<Option<Toolchain>> = if texts.is_empty() {
        let decision = call.context.resolve()?;
        if names::complain_of_missing(call, &decision) {
            return Ok(exit::FAILED);
        }
        decision.choices.iter().map(|choice| toolchain(choice.outcome)).collect()
    } else {
        texts.iter().map(|word| names::installed(call, word)).collect::<Result<_, _>>()?
    };
    let folder = |toolchain: Option<Toolchain>| match toolchain {
        Some(toolchain) => Ok(call.context.layout().toolchain(toolchain)),
        None => place::system_goroot(&call.context).map_err(|_| names::no_system()),
    };
    let folders = toolchains.into_iter().map(folder).collect::<Result<Vec<_>, _>>()?;
    let shown: Vec<_> = folders.iter().map(|folder| folder.display().to_string()).collect();
    call.print(shown.join(":"))?;
    Ok(exit::DONE)
}

fn toolchain(outcome: Outcome) -> Option<Toolchain> {
    match outcome {
        Outcome::Installed(toolchain) => Some(toolchain),
        Outcome::System | Outcome::Missing => None,
    }
}

pub(super) fn which(call: &Call<'_>) -> Result<u8, CliError> {
    let Some(command) = call.words.first() else { return Ok(misused(call, "which")) };
    let decision = call.context.resolve()?;
    match find(&call.context, &decision, command) {
        Some(path) => {
            call.print(path.display())?;
            Ok(exit::DONE)
        }
        None => not_found(call, &decision, command),
    }
}

pub(super) fn whence(call: &Call<'_>) -> Result<u8, CliError> {
    let texts = call.texts();
    let words: Vec<&str> = texts.iter().map(|word| &**word).collect();
    match words[..] {
        ["--path", command] => as_gvr(call, &["whence", "--path", "--", command]),
        ["--path"] | [] => Ok(misused(call, "whence")),
        [command, ..] => as_gvr(call, &["whence", "--", command]),
    }
}

pub(super) fn exec(call: &Call<'_>) -> Result<u8, CliError> {
    let Some(command) = call.words.first() else { return Ok(misused(call, "exec")) };
    let decision = call.context.resolve()?;
    if names::complain_of_missing(call, &decision) {
        return Ok(exit::FAILED);
    }
    if find(&call.context, &decision, command).is_none() {
        return not_found(call, &decision, command);
    }
    exec::run_as_goenv(&call.context, &decision, call.words)
}

/// A command by its name, in the first version that has it.
fn find(context: &Context<'_>, decision: &Decision, command: &OsString) -> Option<std::path::PathBuf> {
    let name = Path::new(command);
    // A path would lead out of the version's folder.
    let is_name = name.file_name() == Some(name.as_os_str());
    decision.choices.iter().filter(|_| is_name).find_map(|choice| which::path_of(context, choice, name))
}

fn not_found(call: &Call<'_>, decision: &Decision, command: &OsString) -> Result<u8, CliError> {
    if names::complain_of_missing(call, decision) {
        return Ok(exit::FAILED);
    }
    let error = which::not_found(&call.context, Path::new(command));
    // goenv sets its list of other versions off by an empty line.
    let end = if error.message().contains('\n') { "\n" } else { "" };
    Err(CliError::new(error.exit(), format_args!("{}{end}", error.message())))
}

/// gvr runs no hooks, so none are listed.
#[expect(clippy::unnecessary_wraps, reason = "one signature for every command")]
pub(super) fn hooks(call: &Call<'_>) -> Result<u8, CliError> {
    Ok(if call.words.is_empty() { misused(call, "hooks") } else { exit::DONE })
}

fn code(is_incomplete: bool) -> u8 {
    if is_incomplete { exit::FAILED } else { exit::DONE }
}

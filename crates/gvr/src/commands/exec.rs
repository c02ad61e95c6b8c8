//! `exec`: runs a command with the version that applies, or with another.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use gvr_core::files::Disk;
use gvr_core::resolve::{Choice, Decision, Outcome, outcome_of};
use gvr_core::search::Source;
use gvr_core::{Platform, Request, Version, exit};

use super::environment::{environment, toolchains};
use super::{install, which};
use crate::context::Context;
use crate::error::CliError;
use crate::query;

/// Run a command with the version that applies here, or with the one named first
///
/// The command replaces gvr, so its exit status, signals and terminal are its own. The commands that it starts find the
/// same version: its programs come first on PATH, and GVR_VERSION names it.
#[derive(Debug, clap::Args)]
#[command(override_usage = "gvr exec [VERSION] <COMMAND> [ARGS]...")]
pub(crate) struct Args {
    /// Install the version first if it is missing
    #[arg(long)]
    auto_install: bool,
    /// A version if the first word looks like one (1.22, latest, +1.22), then the command and its arguments
    #[arg(value_name = "COMMAND", required = true, num_args = 1.., trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<OsString>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<u8, CliError> {
    let line = understand(&args.words)?;
    let Some((program, arguments)) = line.command.split_first() else {
        return Err(CliError::failed("no command to run").hint("usage: gvr exec [VERSION] COMMAND [ARGS]..."));
    };
    let mut decision = decide(context, line.request)?;
    if decision.choices.iter().any(|choice| choice.outcome == Outcome::Missing)
        && (args.auto_install || context.shim_settings().auto_install)
    {
        install_missing(context, &mut decision)?;
    }
    if let Some(choice) = decision.choices.iter().find(|choice| choice.outcome == Outcome::Missing) {
        return Err(query::not_installed(choice, &decision, context.layout()).with_exit(exit::NOTHING_TO_RUN));
    }
    let path = program_path(context, &decision, program)?;
    refuse_foreign(&decision)?;
    Err(become_command(context, &decision, &path, arguments, Manner::Gvr))
}

/// How a command is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// As gvr does.
    Gvr,
    /// As goenv does: the version is named by `GOENV_VERSION`, and GOROOT says where it lies.
    Goenv,
}

/// Runs a command with the version that applies here, whatever its name looks like: goenv's own `exec`.
pub(super) fn run_as_goenv(context: &Context<'_>, decision: &Decision, words: &[OsString]) -> Result<u8, CliError> {
    let Some((program, arguments)) = words.split_first() else {
        return Err(CliError::failed("no command to run"));
    };
    let path = program_path(context, decision, program)?;
    refuse_foreign(decision)?;
    Err(become_command(context, decision, &path, arguments, Manner::Goenv))
}

/// A command line with the version told apart.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    request: Option<Request>,
    command: Vec<OsString>,
}

/// A version may stand in front of the command. `go1.22.5` is a command, as it is on PATH: the `go` of that version.
fn understand(words: &[OsString]) -> Result<Line, CliError> {
    let whole = || Line { request: None, command: words.to_vec() };
    let Some((first, rest)) = words.split_first() else { return Ok(whole()) };
    let Some(text) = first.to_str() else { return Ok(whole()) };
    if let Some(asked) = text.strip_prefix('+') {
        return Ok(Line { request: Some(asked.parse()?), command: rest.to_vec() });
    }
    if let Some(version) = Version::from_release_name(text).ok().filter(|version| !version.is_language()) {
        let go = [OsString::from("go")];
        return Ok(Line { request: Some(Request::from(version)), command: [&go, rest].concat() });
    }
    Ok(match text.parse() {
        Ok(request) if !text.starts_with("go") => Line { request: Some(request), command: rest.to_vec() },
        _ => whole(),
    })
}

/// What applies: the version that was asked for, else the one of this place.
pub(super) fn decide(context: &Context<'_>, request: Option<Request>) -> Result<Decision, CliError> {
    let Some(request) = request else { return context.resolve() };
    let outcome = outcome_of(&request, context.layout(), &Disk);
    Ok(Decision { source: Source::Argument, choices: vec![Choice { request, line: 1, outcome }], minimum: None })
}

fn install_missing(context: &Context<'_>, decision: &mut Decision) -> Result<(), CliError> {
    for position in 0..decision.choices.len() {
        let choice = &decision.choices[position];
        if choice.outcome == Outcome::Missing {
            let toolchain = install::install_one(context, &decision.to_install(choice))?;
            decision.choices[position].outcome = Outcome::Installed(toolchain);
        }
    }
    Ok(())
}

/// The command in the first version that has it, else on PATH: `gvr exec make` is as good as `gvr exec go`.
fn program_path(context: &Context<'_>, decision: &Decision, program: &OsStr) -> Result<PathBuf, CliError> {
    let name = Path::new(program);
    if name.components().count() != 1 {
        return Ok(name.to_owned());
    }
    let own = decision.choices.iter().find_map(|choice| which::path_of(context, choice, name));
    own.or_else(|| context.system_path().find(&Disk, name)).ok_or_else(|| which::not_found(context, name))
}

fn refuse_foreign(decision: &Decision) -> Result<(), CliError> {
    let running = Platform::of_this_program();
    match toolchains(decision).find(|toolchain| toolchain.is_foreign_to(running)) {
        Some(toolchain) => Err(CliError::new(
            exit::NOTHING_TO_RUN,
            format_args!("Go {toolchain} is made for another machine than this one and cannot run here"),
        )
        .hint(format_args!("to install the one for this machine: gvr install {}", toolchain.version))),
        None => Ok(()),
    }
}

/// Does not return where the command could be started.
fn become_command(
    context: &Context<'_>,
    decision: &Decision,
    path: &Path,
    arguments: &[OsString],
    manner: Manner,
) -> CliError {
    let mut environment = environment(context, decision);
    if manner == Manner::Goenv {
        environment.as_goenv(context, decision);
    }
    let mut command = Command::new(path);
    command.args(arguments).envs(environment.set);
    for name in environment.unset {
        command.env_remove(name);
    }
    // A folder with a colon in its name cannot stand on PATH; the command itself is found all the same.
    if let Ok(path) = std::env::join_paths(environment.path) {
        command.env("PATH", path);
    }
    let error = command.exec();
    CliError::new(exit::NOTHING_TO_RUN, format_args!("cannot run {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &[&str], request: Option<&str>, command: &[&str]) {
        let words: Vec<_> = words.iter().map(OsString::from).collect();
        let line = understand(&words).unwrap();
        assert_eq!(line.request.map(|request| request.to_string()).as_deref(), request);
        assert_eq!(line.command, command);
    }

    #[test]
    fn a_version_in_front_is_told_from_a_command() {
        check(&["1.22.5", "go", "version"], Some("1.22.5"), &["go", "version"]);
        check(&["latest", "go"], Some("latest"), &["go"]);
        check(&["+go1.22", "go"], Some("1.22"), &["go"]);
        check(&["go1.22.5", "version"], Some("1.22.5"), &["go", "version"]);
        check(&["go", "version"], None, &["go", "version"]);
        check(&["make", "-j8"], None, &["make", "-j8"]);
        assert!(understand(&["+nonsense".into()]).is_err());
    }
}

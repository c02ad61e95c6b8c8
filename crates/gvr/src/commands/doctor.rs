//! `doctor`: what is wrong with this machine's Go, where it was set, and how to mend it.

use std::fs;
use std::path::{Path, PathBuf};

use gvr_core::exit;
use gvr_core::resolve::Outcome;
use gvr_doctor::probe::{self, Question, RealHost};
use gvr_doctor::recording::{self, Private};
use gvr_doctor::render::{catalogue, json, sarif, text};
use gvr_doctor::{Check, Facts, Level, Report, checks};

use crate::context::Context;
use crate::error::CliError;
use crate::process::home;

mod mend;
mod network;
mod trace;

/// The exit code where the doctor itself failed.
const DOCTOR_FAILED: u8 = exit::USAGE;

/// Find out what is wrong with this machine's Go, where it was set, and how to mend it
///
/// Without `--fix` nothing is changed, no Go is run, and only `--net` opens connections. It ends with 1 where something is at least as bad as
/// `--fail-on`, and with 2 where the doctor itself failed.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// `undo` takes back what `--fix` did last
    #[arg(value_name = "ACTION", conflicts_with_all = ["json", "sarif", "list", "explain", "fix", "record", "facts"])]
    action: Option<Action>,
    /// Print the report as JSON: every check with its verdict
    #[arg(long, conflicts_with_all = ["list", "explain"])]
    json: bool,
    /// Print the report as SARIF 2.1.0, for code scanning
    #[arg(long, conflicts_with_all = ["list", "explain", "json"])]
    sarif: bool,
    /// List the checks
    #[arg(long, conflicts_with = "explain")]
    list: bool,
    /// Say what a check looks at, why, and how it is mended
    #[arg(long, value_name = "ID")]
    explain: Option<String>,
    /// Run these checks alone; `path` means all whose name begins with path/
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
    /// Leave these checks out
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    skip: Vec<String>,
    /// End with 1 from this level on
    #[arg(long, value_name = "LEVEL", default_value = "error")]
    fail_on: FailOn,
    /// Write what is known of this machine to a file, without names and secrets, for others to judge; - for stdout
    #[arg(long, value_name = "FILE", conflicts_with = "facts")]
    record: Option<PathBuf>,
    /// Judge the machine of such a file instead of this one
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// Mend what can be mended in files of your own: all of it, or what one check has found
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "all",
          conflicts_with_all = ["json", "sarif", "list", "explain", "record", "facts"])]
    fix: Option<String>,
    /// Show what `--fix` would change, and change nothing
    #[arg(long, requires = "fix")]
    dry_run: bool,
    /// Start your shell in three ways too, and see which go each finds. Its start-up files run
    #[arg(long, conflicts_with = "facts")]
    shells: bool,
    /// Watch what your shell's start-up, or that of another shell, does to PATH and Go's variables, and cite its lines. It
    /// is started twice, and its start-up files run
    #[arg(long, value_name = "SHELL", num_args = 0..=1, default_missing_value = "own", conflicts_with = "facts")]
    trace_shell: Option<trace::TracedShell>,
    /// With `--trace-shell`: start a login shell, as terminals on macOS do
    #[arg(long, requires = "trace_shell", conflicts_with = "no_login")]
    login: bool,
    /// With `--trace-shell`: start no login shell, as terminals on Linux do
    #[arg(long, requires = "trace_shell")]
    no_login: bool,
    /// Try the ways to the servers of `GVR_DIST_URL` and GOPROXY too, and say how long each step takes
    #[arg(long, conflicts_with = "facts")]
    net: bool,
}

/// What to do with what was done before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Action {
    /// Take back what `--fix` did last.
    Undo,
}

/// From which level on the doctor ends with 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    /// Something fails.
    Error,
    /// It will surprise somebody.
    Warning,
    /// Anything at all.
    Note,
    /// Never.
    Never,
}

impl FailOn {
    fn is_reached_by(self, worst: Option<Level>) -> bool {
        let limit = match self {
            FailOn::Error => Level::Error,
            FailOn::Warning => Level::Warning,
            FailOn::Note => Level::Note,
            FailOn::Never => return false,
        };
        worst.is_some_and(|worst| worst >= limit)
    }
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<u8, CliError> {
    answer(context, args).map_err(|error| if error.is_broken_pipe() { error } else { error.with_exit(DOCTOR_FAILED) })
}

fn answer(context: &Context<'_>, args: &Args) -> Result<u8, CliError> {
    if args.action == Some(Action::Undo) {
        return mend::undo(context);
    }
    if let Some(id) = &args.explain {
        let check = checks::check(id).ok_or_else(|| unknown(id))?;
        context.ui.text(&catalogue::explain(check))?;
        return Ok(exit::DONE);
    }
    args.only.iter().chain(&args.skip).chain(args.fix.iter().filter(|name| *name != "all")).try_for_each(|name| {
        let is_known = checks::CHECKS.iter().any(|check| is_named(check, name));
        if is_known { Ok(()) } else { Err(unknown(name)) }
    })?;
    let is_wanted = |check: &Check| {
        (args.only.is_empty() || args.only.iter().any(|name| is_named(check, name)))
            && !args.skip.iter().any(|name| is_named(check, name))
    };
    if args.list {
        let wanted: Vec<_> = checks::CHECKS.iter().copied().filter(|check| is_wanted(check)).collect();
        context.ui.text(&catalogue::list(&wanted))?;
        return Ok(exit::DONE);
    }
    let mut facts = match &args.facts {
        Some(file) => replayed(file)?,
        None => captured(context, args)?,
    };
    if args.net {
        facts.network = network::tried(context, &facts);
        network::tell(context, &facts);
    }
    let _ = trace::told(args, &facts)?;
    if let Some(file) = &args.record {
        record(context, &facts, file)?;
        return Ok(exit::DONE);
    }
    let report = Report::of(facts, is_wanted);
    if let Some(name) = &args.fix {
        return mend::fix(context, &report, |check| name == "all" || is_named(check, name), args.dry_run);
    }
    let ui = &context.ui;
    if args.sarif {
        ui.data(sarif::render(&report, env!("CARGO_PKG_VERSION"))?)?;
    } else if args.json {
        ui.data(json::render(&report, env!("CARGO_PKG_VERSION"))?)?;
    } else {
        let style =
            text::Style { has_color: ui.has_colored_data(), is_verbose: ui.is_verbose(), is_quiet: ui.is_quiet() };
        if let Some(trace) = trace::told(args, &report.facts)? {
            ui.text(&gvr_doctor::render::trace::render(&report.facts, trace, style))?;
            ui.text("\n")?;
        }
        ui.text(&text::render(&report, style))?;
    }
    Ok(if args.fail_on.is_reached_by(report.worst()) { exit::FAILED } else { exit::DONE })
}

/// Whether a check is meant by its name, or by that of its area.
fn is_named(check: &Check, name: &str) -> bool {
    check.id == name || check.id.split_once('/').is_some_and(|(area, _)| area == name.trim_end_matches('/'))
}

fn unknown(name: &str) -> CliError {
    CliError::usage(format_args!("there is no check '{}'", name.escape_debug())).hint("to see all: gvr doctor --list")
}

fn captured(context: &Context<'_>, args: &Args) -> Result<Facts, CliError> {
    let process = context.process;
    let folder = process.folder.as_ref().map(|folder| folder.path.clone());
    let host = RealHost { environment: process.environment().to_vec(), folder, home: home() };
    let decision = context.resolve().ok();
    let selected = decision.and_then(|decision| match decision.choices.first()?.outcome {
        Outcome::Installed(toolchain) => Some(context.layout().toolchain(toolchain)),
        Outcome::System | Outcome::Missing => None,
    });
    let root = context.layout().root().to_owned();
    let question = Question { root, selected, with_shells: args.shells, trace: trace::question(context, args)? };
    Ok(trace::stoppable(context, question.trace.as_ref(), || probe::capture(&host, &question)))
}

fn replayed(file: &Path) -> Result<Facts, CliError> {
    let failed =
        |error: &dyn std::fmt::Display| CliError::failed(format_args!("cannot read {}: {error}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| failed(&error))?;
    recording::read(&text).map_err(|error| failed(&error).hint("write one with: gvr doctor --record FILE"))
}

fn record(context: &Context<'_>, facts: &Facts, file: &Path) -> Result<(), CliError> {
    let private = Private { user: crate::process::user_name(), host: crate::process::host_name() };
    let failed =
        |error: &dyn std::fmt::Display| CliError::failed(format_args!("cannot write {}: {error}", file.display()));
    let text = recording::write(facts, &private).map_err(|error| failed(&error))?;
    if file == Path::new("-") {
        return Ok(context.ui.text(&text)?);
    }
    fs::write(file, text).map_err(|error| failed(&error))?;
    context.ui.note(format_args!("wrote {}; read it before you give it to anybody", file.display()));
    Ok(())
}

//! `doctor --trace-shell`: which shell is started, and how.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use gvr_doctor::Facts;
use gvr_doctor::facts::{Fact, Trace};
use gvr_doctor::probe::SessionLimits;
use gvr_doctor::trace::{TraceQuestion, TraceShell};

use super::{Args, DOCTOR_FAILED};
use crate::context::Context;
use crate::error::CliError;

/// How long each run of the shell may take. The first start-up after an update of its plug-ins can take seconds.
const TIME_OUT: Duration = Duration::from_secs(15);

/// A shell whose start-up can be traced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum TracedShell {
    /// The user's own, which is meant where none is named.
    #[value(hide = true)]
    Own,
    /// zsh.
    Zsh,
    /// bash.
    Bash,
    /// fish.
    Fish,
}

impl TracedShell {
    /// The shell that is named.
    fn named(self) -> Option<TraceShell> {
        match self {
            TracedShell::Own => None,
            TracedShell::Zsh => Some(TraceShell::Zsh),
            TracedShell::Bash => Some(TraceShell::Bash),
            TracedShell::Fish => Some(TraceShell::Fish),
        }
    }
}

/// What is to be traced; `None` where nothing is.
pub(super) fn question(context: &Context<'_>, args: &Args) -> Result<Option<TraceQuestion>, CliError> {
    let Some(wanted) = args.trace_shell else { return Ok(None) };
    let own = context.process.text("SHELL").filter(|shell| shell.starts_with('/'));
    let own_shell = own.and_then(TraceShell::of_program);
    let Some(shell) = wanted.named().or(own_shell) else {
        let own = own.map_or("SHELL names no shell".to_owned(), |own| format!("SHELL is {own}"));
        return Err(CliError::usage(format_args!("gvr traces zsh, bash and fish, and {own}"))
            .hint("say which, for example: gvr doctor --trace-shell bash"));
    };
    // Of several programs of that name, the one that terminals start.
    let program = own.filter(|_| own_shell == Some(shell)).map(PathBuf::from).or_else(|| found(context, shell.name()));
    let program = program.ok_or_else(|| CliError::usage(format_args!("{} is not on PATH", shell.name())))?;
    // Terminals on macOS start login shells, those on Linux do not.
    let is_login = if args.login || args.no_login { args.login } else { cfg!(target_os = "macos") };
    context.ui.note(format_args!("starting {} twice; its start-up files run", program.display()));
    let limits = SessionLimits { time_out: TIME_OUT, stop: Arc::default() };
    Ok(Some(TraceQuestion { shell, program, is_login, limits }))
}

/// Lets `capture` run so that a signal which ends gvr ends the shell first, and waits until its folder is gone.
pub(super) fn stoppable<T>(context: &Context<'_>, question: Option<&TraceQuestion>, capture: impl FnOnce() -> T) -> T {
    const PATIENCE: Duration = Duration::from_secs(1);
    let Some(question) = question else { return capture() };
    let stop: Arc<AtomicBool> = Arc::clone(&question.limits.stop);
    let (sender, receiver) = mpsc::channel::<()>();
    context.interrupts.watch(move || {
        stop.store(true, Ordering::SeqCst);
        // Nothing is ever sent: the other end goes when all is done.
        let _ = receiver.recv_timeout(PATIENCE);
    });
    let captured = capture();
    drop(sender);
    context.interrupts.settle();
    captured
}

/// The trace, where there is one; an error where there should be one and is none.
pub(super) fn told<'a>(args: &Args, facts: &'a Facts) -> Result<Option<&'a Trace>, CliError> {
    match &facts.trace {
        Fact::Known(trace) => Ok(trace.as_ref()),
        Fact::Unknown { unknown } if args.trace_shell.is_some() => {
            Err(CliError::failed(unknown).with_exit(DOCTOR_FAILED))
        }
        Fact::Unknown { .. } => Ok(None),
    }
}

fn found(context: &Context<'_>, name: &str) -> Option<PathBuf> {
    let path = context.process.variable("PATH")?;
    let programs = std::env::split_paths(&path).filter(|folder| folder.is_absolute()).map(|folder| folder.join(name));
    programs.into_iter().find(|program| is_program(program))
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

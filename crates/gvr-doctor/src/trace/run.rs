//! Starting the shell twice, with the tracing and without, and putting together what that tells.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::seen::{self, Seen, Setting};
use super::shell::TraceShell;
use super::stage::{self, ENVIRONMENT, Stage};
use super::{finish, terminal, values};
use crate::facts::{Comparison, Fact, Trace, TraceEnd};
use crate::probe::{Host, HostError, SessionEnd, SessionLimits};

/// Which start-up to trace.
#[derive(Clone, Debug)]
pub struct TraceQuestion {
    /// The shell.
    pub shell: TraceShell,
    /// Its program.
    pub program: PathBuf,
    /// Whether as a login shell, as terminals on macOS start it.
    pub is_login: bool,
    /// How long each of the two runs may go on.
    pub limits: SessionLimits,
}

/// Traces a shell's start-up. The user's files run, twice; of what they do outside the environment nothing is known here.
pub fn run(host: &dyn Host, question: &TraceQuestion) -> Fact<Option<Trace>> {
    match trace(host, question) {
        Ok(trace) => Fact::Known(Some(trace)),
        Err(error) => Fact::unknown(format!("{} could not be traced: {error}", question.program.display())),
    }
}

fn trace(host: &dyn Host, question: &TraceQuestion) -> Result<Trace, HostError> {
    let home = host.home()?;
    let is_mac = matches!(host.system(), Ok("darwin"));
    let environment = terminal::environment(host, &question.program, &home, is_mac);
    let fish = terminal::fish(host, question.shell, &environment, &home);
    let bashrc = if question.shell == TraceShell::Bash { terminal::bashrc(host, &question.program) } else { None };
    let start = |is_traced: bool| {
        let stage = Stage {
            shell: question.shell,
            program: &question.program,
            is_login: question.is_login,
            is_traced,
            home: &home,
            environment: &environment,
            bashrc,
            fish: fish.as_ref(),
        };
        host.session(&|folder: &Path| stage::session(&stage, folder), &question.limits)
    };
    let ended = start(true)?;
    let setting = Setting { home: &home, environment: &environment, fish: fish.as_ref() };
    let seen = match question.shell {
        TraceShell::Zsh | TraceShell::Bash => seen::posix(host, question.shell, &setting, &ended),
        TraceShell::Fish => seen::fish(host, &setting, &ended),
    };
    let mut trace = Trace {
        shell: question.shell.name().to_owned(),
        program: question.program.to_string_lossy().into_owned(),
        is_login: question.is_login,
        milliseconds: ended.milliseconds,
        environment: ended.files.get(ENVIRONMENT).and_then(|content| values::environment(content)),
        ..Trace::default()
    };
    let Seen { version, is_script_read, changes, files, hooks, last, exit } = seen;
    trace.end = end(&ended, version.is_some() && trace.environment.is_some(), is_script_read, question.limits.time_out);
    if let (TraceEnd::Complete, Some(code)) = (trace.end, exit) {
        trace.end = TraceEnd::Early(Some(code));
    }
    let is_complete = trace.end == TraceEnd::Complete;
    (trace.version, trace.changes, trace.files, trace.hooks) = (version, changes, files, hooks);
    trace.last = last.filter(|_| !is_complete);
    trace.comparison = if is_complete {
        // That it cannot be started a second time is no reason to forget the first.
        let content = start(false).ok().and_then(|ended| ended.files.get(ENVIRONMENT).cloned());
        finish::compare(trace.environment.as_ref(), content.as_deref().and_then(values::environment).as_ref())
    } else {
        Comparison::NotCompared("the start-up did not come to its end".to_owned())
    };
    finish::doubt(&mut trace);
    finish::redact(&mut trace);
    Ok(trace)
}

fn end(ended: &SessionEnd, is_complete: bool, is_script_read: bool, time_out: Duration) -> TraceEnd {
    if ended.is_timed_out {
        TraceEnd::TimedOut(time_out.as_secs())
    } else if is_complete {
        TraceEnd::Complete
    } else if is_script_read {
        TraceEnd::Early(ended.code)
    } else {
        TraceEnd::Unseen
    }
}

//! A machine that tells nothing: the doctor must still report.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::host::{Ended, Foreign, Host, HostError, ReadSeek, Session, SessionEnd, SessionLimits, Stat};
use super::{Question, capture};
use crate::facts::OpenFiles;
use crate::report::{Report, Verdict};
use crate::trace::{TraceQuestion, TraceShell};

struct Silent;

fn refused<T>() -> Result<T, HostError> {
    Err(HostError::Unavailable("this machine tells nothing"))
}

impl Host for Silent {
    fn environment(&self) -> Vec<(OsString, OsString)> {
        Vec::new()
    }

    fn folder(&self) -> Result<PathBuf, HostError> {
        refused()
    }

    fn home(&self) -> Result<PathBuf, HostError> {
        refused()
    }

    fn system(&self) -> Result<&'static str, HostError> {
        refused()
    }

    fn read(&self, _: &Path, _: u64) -> Result<Vec<u8>, HostError> {
        refused()
    }

    fn open(&self, _: &Path) -> Result<Box<dyn ReadSeek>, HostError> {
        refused()
    }

    fn list(&self, _: &Path, _: usize) -> Result<Vec<OsString>, HostError> {
        refused()
    }

    fn stat(&self, _: &Path) -> Result<Stat, HostError> {
        refused()
    }

    fn real_path(&self, _: &Path) -> Result<PathBuf, HostError> {
        refused()
    }

    fn link(&self, _: &Path) -> Result<PathBuf, HostError> {
        refused()
    }

    fn attribute(&self, _: &Path, _: &str) -> Result<Option<Vec<u8>>, HostError> {
        refused()
    }

    fn user(&self) -> Result<u32, HostError> {
        refused()
    }

    fn foreign(&self, _: &Path, _: u32) -> Result<Foreign, HostError> {
        refused()
    }

    fn open_files(&self) -> Result<OpenFiles, HostError> {
        refused()
    }

    fn hardware(&self) -> Result<gvr_core::HardwareFacts, HostError> {
        refused()
    }

    fn run(&self, _: &Path, _: &[&str], _: &[(OsString, OsString)], _: Duration) -> Result<Ended, HostError> {
        refused()
    }

    fn session(&self, _: &dyn Fn(&Path) -> Session, _: &SessionLimits) -> Result<SessionEnd, HostError> {
        refused()
    }
}

#[test]
fn a_machine_that_tells_nothing_is_reported_on() {
    let trace = TraceQuestion {
        shell: TraceShell::Zsh,
        program: "/bin/zsh".into(),
        is_login: true,
        limits: SessionLimits { time_out: Duration::from_secs(1), stop: std::sync::Arc::default() },
    };
    let question = Question { root: "/nonexistent".into(), selected: None, with_shells: true, trace: Some(trace) };
    let report = Report::of(capture(&Silent, &question), |_| true);
    assert!(report.findings().is_empty());
    let is_open = |verdict: &Verdict| matches!(verdict, Verdict::Unknown(_) | Verdict::NotApplicable(_));
    for (check, verdict) in &report.verdicts {
        // Without a variable set, some have nothing to look at, and a PATH that is not set holds nothing bad.
        assert!(is_open(verdict) || *verdict == Verdict::Pass, "{}: {verdict:?}", check.id);
    }
    let unknown = report.counts().unknown;
    assert!(unknown > report.verdicts.len() / 2, "{unknown} of {} cannot tell", report.verdicts.len());
}

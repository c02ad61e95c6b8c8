//! A newcomer at a terminal: types a line, reads what it says, and checks it.

use std::ffi::OsString;
use std::fmt::Display;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::TrialError;
use crate::console;

/// No command of the tour takes as long on any machine that one would wait for.
const PATIENCE: Duration = Duration::from_mins(10);

/// What a session keeps of the environment: how to reach the outside, and nothing that speaks of Go, of gvr or of goenv.
const KEPT: [&str; 14] = [
    "LANG",
    "LOGNAME",
    "TMPDIR",
    "USER",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// Where every system has its own programs.
const SYSTEM_PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/// A shell in a home of its own. Each line runs in a fresh bash that has read `~/.bashrc`.
pub(super) struct Session {
    home: PathBuf,
    folder: PathBuf,
    environment: Vec<(OsString, OsString)>,
    passed: usize,
}

/// What a line did.
pub(super) struct Outcome<'a> {
    session: &'a mut Session,
    line: String,
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Session {
    /// A session whose home is `home`, standing there. `inherited` is the environment of whoever runs the task.
    pub(super) fn new(inherited: &[(OsString, OsString)], home: &Path) -> Self {
        let kept = inherited.iter().filter(|(name, _)| KEPT.iter().any(|kept| name == kept));
        let mut environment: Vec<_> = kept.cloned().collect();
        environment.push(("HOME".into(), home.into()));
        environment.push(("PATH".into(), SYSTEM_PATH.into()));
        // bash reads it where it is not interactive, as it reads ~/.bashrc where it is.
        environment.push(("BASH_ENV".into(), home.join(".bashrc").into()));
        Self { home: home.to_owned(), folder: home.to_owned(), environment, passed: 0 }
    }

    /// The home of this session.
    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    /// How many checks passed so far.
    pub(super) fn passed(&self) -> usize {
        self.passed
    }

    /// Sets a variable for all lines to come.
    pub(super) fn export(&mut self, name: &str, value: &str) {
        console::transcript(format_args!("$ export {name}={value}"));
        self.set(name, value);
    }

    /// Sets a variable without a word: one that only the test bench needs.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.into(), value.into()));
    }

    /// Goes to a folder below the home, which is made where it is missing. Returns its path.
    pub(super) fn go_to(&mut self, folder: &str) -> Result<PathBuf, TrialError> {
        let path = self.home.join(folder);
        fs::create_dir_all(&path).map_err(|source| TrialError::disk(&path, source))?;
        if self.folder != path {
            console::transcript(format_args!("$ cd ~/{folder}"));
            self.folder.clone_from(&path);
        }
        Ok(path)
    }

    /// Types a line, and shows it and what it says.
    pub(super) fn line(&mut self, line: &str) -> Result<Outcome<'_>, TrialError> {
        console::transcript(format_args!("$ {line}"));
        let mut bash = self.command("bash");
        bash.args(["-c", line]).current_dir(&self.folder);
        let output = within(PATIENCE, &mut bash)
            .map_err(TrialError::Shell)?
            .ok_or_else(|| TrialError::Hangs { line: line.to_owned(), patience: PATIENCE })?;
        for text in [&output.stdout, &output.stderr] {
            if !text.is_empty() {
                console::transcript(text.trim_end());
            }
        }
        let Finished { code, stdout, stderr } = output;
        Ok(Outcome { session: self, line: line.to_owned(), code, stdout, stderr })
    }

    /// A command with this session's environment and no other.
    pub(super) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Outcome<'_> {
    /// Checks the exit code.
    pub(super) fn exits(self, code: i32) -> Result<Self, TrialError> {
        let passed = self.code == Some(code);
        let came = self.code.map_or("a signal".to_owned(), |code| code.to_string());
        self.check(passed, format_args!("should have ended with {code}, not with {came}"))
    }

    /// Checks that stdout holds `text`.
    pub(super) fn prints(self, text: &str) -> Result<Self, TrialError> {
        let passed = self.stdout.contains(text);
        self.check(passed, format_args!("should have printed {text:?}"))
    }

    /// Checks that stdout is `text` and a line break.
    pub(super) fn prints_just(self, text: &str) -> Result<Self, TrialError> {
        let passed = self.stdout.strip_suffix('\n') == Some(text);
        self.check(passed, format_args!("should have printed just {text:?}"))
    }

    /// Checks that stdout is empty.
    pub(super) fn prints_nothing(self) -> Result<Self, TrialError> {
        let passed = self.stdout.is_empty();
        self.check(passed, "should have printed nothing")
    }

    /// Checks that stderr holds `text`.
    pub(super) fn says(self, text: &str) -> Result<Self, TrialError> {
        let passed = self.stderr.contains(text);
        self.check(passed, format_args!("should have said {text:?} on stderr"))
    }

    fn check(self, passed: bool, wrong: impl Display) -> Result<Self, TrialError> {
        if passed {
            self.session.passed += 1;
            return Ok(self);
        }
        Err(TrialError::Wrong { line: self.line, wrong: wrong.to_string() })
    }
}

/// What a command that ended left behind.
pub(super) struct Finished {
    /// Its exit code; `None` when a signal ended it.
    pub(super) code: Option<i32>,
    /// What it printed.
    pub(super) stdout: String,
    /// What it said.
    pub(super) stderr: String,
}

/// Runs a command to its end; `None` and an end by force where it takes longer than `patience`.
pub(super) fn within(patience: Duration, command: &mut Command) -> io::Result<Option<Finished>> {
    let deadline = Instant::now() + patience;
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let stdout = collect(child.stdout.take());
    let stderr = collect(child.stderr.take());
    // A pipe is closed when the last process that holds it has ended, which is what a terminal would wait for too.
    let read = |pipe: &mpsc::Receiver<Vec<u8>>| {
        let left = deadline.saturating_duration_since(Instant::now());
        pipe.recv_timeout(left).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    };
    let (Some(stdout), Some(stderr)) = (read(&stdout), read(&stderr)) else {
        child.kill()?;
        child.wait()?;
        return Ok(None);
    };
    Ok(Some(Finished { code: child.wait()?.code(), stdout, stderr }))
}

/// Reads a pipe to its end on a thread of its own, so that the other pipe cannot stop the program meanwhile.
fn collect(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What came before an error is still worth showing.
            let _ = pipe.read_to_end(&mut bytes);
        }
        let _ = sender.send(bytes);
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(outcome: Result<Outcome<'_>, TrialError>, expected: &str) {
        match outcome {
            Ok(_) => panic!("the check passed"),
            Err(error) => assert_eq!(error.to_string(), expected),
        }
    }

    #[test]
    fn what_is_wrong_fails_the_check_and_is_named() {
        let home = tempfile::tempdir().unwrap();
        let mut session = Session::new(&[], home.path());
        let line = "echo data; echo talk >&2; exit 3";
        let good = session.line(line).unwrap().exits(3).and_then(|it| it.prints("at")).and_then(|it| it.says("talk"));
        assert!(good.and_then(|it| it.prints_just("data")).is_ok());
        assert_eq!(session.passed(), 4);

        let mut check = |wrong: fn(Outcome<'_>) -> Result<Outcome<'_>, TrialError>, expected: &str| {
            check_refused(wrong(session.line(line).unwrap()), &format!("`{line}` {expected}"));
        };
        check(|it| it.exits(0), "should have ended with 0, not with 3");
        check(|it| it.prints("talk"), "should have printed \"talk\"");
        check(|it| it.prints_just("dat"), "should have printed just \"dat\"");
        check(|it| it.prints_nothing(), "should have printed nothing");
        check(|it| it.says("data"), "should have said \"data\" on stderr");
        assert_eq!(session.passed(), 4);
    }

    #[test]
    fn a_session_inherits_nothing_that_speaks_of_go() {
        let home = tempfile::tempdir().unwrap();
        let names = ["GOFLAGS", "GOROOT", "GVR_VERSION", "GOENV_VERSION", "XDG_CONFIG_HOME", "HOME", "https_proxy"];
        let inherited = names.map(|name| (name.into(), "inherited".into()));
        let mut session = Session::new(&inherited, home.path());
        let outcome = session.line("env | grep =inherited").unwrap();
        assert!(outcome.prints_just("https_proxy=inherited").is_ok());
    }

    #[test]
    fn a_command_that_hangs_is_ended() {
        let hanging = within(Duration::from_millis(50), Command::new("sleep").arg("600")).unwrap();
        assert!(hanging.is_none());
    }

    #[test]
    fn both_outputs_and_the_code_are_kept() {
        let script = "seq 1 100000; seq 1 100000 >&2; exit 7";
        let finished = within(PATIENCE, Command::new("sh").args(["-c", script])).unwrap().unwrap();
        assert_eq!(finished.code, Some(7));
        assert!(finished.stdout.ends_with("\n100000\n"));
        assert_eq!(finished.stdout, finished.stderr);
    }
}

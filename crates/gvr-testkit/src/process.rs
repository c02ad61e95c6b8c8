//! Programs run with nothing of the test's own environment, and never for longer than a limit.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

/// A program that runs longer than this has hung.
const LIMIT: Duration = Duration::from_mins(1);

/// A call of a program: what it gets, and nothing else. No variable is inherited.
#[derive(Clone, Debug)]
pub struct Invocation {
    program: PathBuf,
    name: Option<OsString>,
    arguments: Vec<OsString>,
    environment: BTreeMap<OsString, OsString>,
    folder: Option<PathBuf>,
    stdin: Vec<u8>,
    limit: Duration,
}

/// What became of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// What it wrote to stdout.
    pub stdout: Vec<u8>,
    /// What it wrote to stderr.
    pub stderr: Vec<u8>,
}

/// A program at work.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: JoinHandle<Vec<u8>>,
    stderr: JoinHandle<Vec<u8>>,
    watchdog: Watchdog,
}

impl Invocation {
    /// A call of `program`, which is a path, or a name to be looked up on the caller's PATH.
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            name: None,
            arguments: Vec::new(),
            environment: BTreeMap::new(),
            folder: None,
            stdin: Vec::new(),
            limit: LIMIT,
        }
    }

    /// The name that the program sees as its own (`argv[0]`).
    #[must_use]
    pub fn name(mut self, name: impl AsRef<OsStr>) -> Self {
        self.name = Some(name.as_ref().to_owned());
        self
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
        self
    }

    /// Takes a variable away.
    #[must_use]
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.environment.remove(name.as_ref());
        self
    }

    /// Takes all variables away.
    #[must_use]
    pub fn env_clear(mut self) -> Self {
        self.environment.clear();
        self
    }

    /// A variable's value, as set so far.
    pub fn variable(&self, name: impl AsRef<OsStr>) -> Option<&OsStr> {
        self.environment.get(name.as_ref()).map(OsString::as_os_str)
    }

    /// The folder to run it in.
    #[must_use]
    pub fn cwd(mut self, folder: impl AsRef<Path>) -> Self {
        self.folder = Some(folder.as_ref().to_owned());
        self
    }

    /// What it can read from stdin, which is a pipe; nothing unless this is called.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// How long it may take; a minute unless this is called.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs another program in its place, with this one and its arguments as the last arguments of that: `strace`, `env`.
    #[must_use]
    pub fn through(
        mut self,
        wrapper: impl Into<PathBuf>,
        options: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> Self {
        let mut arguments: Vec<OsString> = options.into_iter().map(|option| option.as_ref().to_owned()).collect();
        arguments.push(std::mem::replace(&mut self.program, wrapper.into()).into_os_string());
        arguments.append(&mut self.arguments);
        self.arguments = arguments;
        self
    }

    /// Runs it to its end. A program that takes longer than its limit is killed, and the test fails.
    #[track_caller]
    pub fn run(self) -> Finished {
        let shown = format!("{self:?}");
        match self.spawn() {
            Ok(running) => running.wait(),
            Err(error) => panic!("cannot start {shown}: {error}"),
        }
    }

    /// Starts it, in a process group of its own.
    pub fn spawn(self) -> io::Result<Running> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_clear().envs(&self.environment).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(name) = &self.name {
            command.arg0(name);
        }
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        let mut child = start(&mut command)?;
        let stdout = collect(child.stdout.take());
        let stderr = collect(child.stderr.take());
        let watchdog =
            Watchdog::watch(child.id(), self.limit, format!("{} {:?}", self.program.display(), self.arguments));
        if let Some(mut pipe) = child.stdin.take() {
            // The program need not read its stdin, and it may be waited for only after this returns.
            thread::spawn(move || {
                let _ = pipe.write_all(&self.stdin);
            });
        }
        Ok(Running { child, stdout, stderr, watchdog })
    }
}

impl Running {
    /// The process's number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, by its number, to the program and to whatever it started.
    pub fn signal(&self, signal: Signal) {
        signal_group(self.child.id(), signal);
    }

    /// Kills the program and whatever it started, as a crash would, and waits for its end.
    pub fn kill(self) -> Finished {
        self.signal(Signal::KILL);
        self.wait()
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait(mut self) -> Finished {
        let status = self.child.wait().expect("a child can be waited for");
        let stdout = self.stdout.join().expect("a reader does not panic");
        let stderr = self.stderr.join().expect("a reader does not panic");
        let shown = self.watchdog.stop();
        if let Some(program) = shown {
            panic!(
                "{program} hung and was killed\nstdout: {}\nstderr: {}",
                String::from_utf8_lossy(&stdout),
                String::from_utf8_lossy(&stderr)
            );
        }
        Finished { code: status.code(), signal: status.signal(), stdout, stderr }
    }
}

/// Kills a process group that takes too long.
#[derive(Debug)]
struct Watchdog {
    stop: mpsc::Sender<()>,
    has_bitten: Arc<AtomicBool>,
    program: String,
}

impl Watchdog {
    fn watch(id: u32, limit: Duration, program: String) -> Self {
        let (stop, stopped) = mpsc::channel();
        let has_bitten = Arc::new(AtomicBool::new(false));
        let for_thread = Arc::clone(&has_bitten);
        thread::spawn(move || {
            if stopped.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
                for_thread.store(true, Ordering::SeqCst);
                signal_group(id, Signal::KILL);
            }
        });
        Self { stop, has_bitten, program }
    }

    /// The program's name, if it had to be killed.
    fn stop(self) -> Option<String> {
        let _ = self.stop.send(());
        self.has_bitten.load(Ordering::SeqCst).then_some(self.program)
    }
}

/// Whether programs that are started here ignore a signal that ends others, as below `nohup` and in the background of a
/// script. Not for a signal that stops: whoever does not ignore it would be waited for without end.
pub fn is_ignored(signal: Signal) -> bool {
    let kill = format!("ulimit -c 0; kill -{} $$", signal.as_raw());
    Invocation::new("/bin/sh").args(["-c", &kill]).run().signal.is_none()
}

fn signal_group(id: u32, signal: Signal) {
    let group = i32::try_from(id).ok().and_then(Pid::from_raw);
    if let Some(group) = group {
        // It may have ended by itself in the meantime.
        let _ = kill_process_group(group, signal);
    }
}

/// Starts a program that may have been written a moment ago: while another thread of the test forks, the file's writing
/// handle lives on in that child until it execs, and the kernel says that the text file is busy.
fn start(command: &mut Command) -> io::Result<Child> {
    let mut attempts_left = 100;
    loop {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && attempts_left > 0 => attempts_left -= 1,
            result => return result,
        }
        thread::yield_now();
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What came before an error is what there is.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_gets_what_the_test_gives_it_and_nothing_else() {
        let finished = Invocation::new("/bin/sh")
            .args(["-c", "read line; echo \"$0 $line $ONE ${HOME-none}\"; echo oops >&2; exit 7"])
            .arg("zero")
            .env("ONE", "1")
            .stdin("hello\n")
            .run();
        assert_eq!((finished.code, finished.signal), (Some(7), None));
        assert_eq!(String::from_utf8(finished.stdout).unwrap(), "zero hello 1 none\n");
        assert_eq!(String::from_utf8(finished.stderr).unwrap(), "oops\n");
    }

    #[test]
    fn a_program_can_be_killed_with_what_it_started() {
        let running = Invocation::new("/bin/sh").args(["-c", "/bin/cat & wait"]).spawn().unwrap();
        let finished = running.kill();
        assert_eq!((finished.code, finished.signal), (None, Some(9)));
    }

    #[test]
    fn a_program_that_hangs_is_a_failure() {
        let invocation =
            Invocation::new("/bin/sh").args(["-c", "while :; do :; done"]).limit(Duration::from_millis(50));
        let message = *std::panic::catch_unwind(|| invocation.run()).unwrap_err().downcast::<String>().unwrap();
        assert!(message.contains("hung and was killed"), "{message}");
    }

    #[test]
    fn a_wrapper_comes_first() {
        let finished = Invocation::new("/bin/echo").arg("a").through("/usr/bin/env", ["X=1"]).run();
        assert_eq!(finished.stdout, b"a\n");
    }
}

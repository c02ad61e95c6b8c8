//! This machine.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Resource, Signal};

use super::host::{Ended, Foreign, Host, HostError, Kind, ReadSeek, Session, SessionEnd, SessionLimits, Stat};
use super::session;
use crate::facts::OpenFiles;

/// The machine that this program runs on, in the environment that it was given.
#[derive(Clone, Debug)]
pub struct RealHost {
    /// The environment.
    pub environment: Vec<(OsString, OsString)>,
    /// The folder that is worked in.
    pub folder: Option<PathBuf>,
    /// The user's home folder.
    pub home: Option<PathBuf>,
}

/// How much of what a program prints is kept, in bytes.
const MOST_OUTPUT: u64 = 1 << 20;

impl Host for RealHost {
    fn environment(&self) -> Vec<(OsString, OsString)> {
        self.environment.clone()
    }

    fn folder(&self) -> Result<PathBuf, HostError> {
        self.folder.clone().ok_or(HostError::Unavailable("the working folder was removed"))
    }

    fn home(&self) -> Result<PathBuf, HostError> {
        self.home.clone().ok_or(HostError::Unavailable("the user has no home folder"))
    }

    fn system(&self) -> Result<&'static str, HostError> {
        gvr_core::Os::host().map(gvr_core::Os::name).ok_or(HostError::Unavailable("gvr does not know this system"))
    }

    fn read(&self, path: &Path, limit: u64) -> Result<Vec<u8>, HostError> {
        let file = open(path)?;
        if file.metadata()?.len() > limit {
            return Err(HostError::TooLarge(limit));
        }
        let mut content = Vec::new();
        // A file of /proc says that it is empty, and another may grow while it is read.
        file.take(limit + 1).read_to_end(&mut content)?;
        if content.len() as u64 > limit { Err(HostError::TooLarge(limit)) } else { Ok(content) }
    }

    fn open(&self, path: &Path) -> Result<Box<dyn ReadSeek>, HostError> {
        Ok(Box::new(open(path)?))
    }

    fn list(&self, folder: &Path, limit: usize) -> Result<Vec<OsString>, HostError> {
        let names = fs::read_dir(folder)?.take(limit).map(|entry| entry.map(|entry| entry.file_name()));
        let mut names = names.collect::<io::Result<Vec<_>>>()?;
        names.sort();
        Ok(names)
    }

    fn stat(&self, path: &Path) -> Result<Stat, HostError> {
        let metadata = fs::metadata(path)?;
        let kind = match (metadata.is_file(), metadata.is_dir()) {
            (true, _) => Kind::File,
            (_, true) => Kind::Folder,
            _ => Kind::Other,
        };
        Ok(Stat {
            kind,
            mode: metadata.permissions().mode() & 0o7777,
            uid: metadata.uid(),
            gid: metadata.gid(),
            device: metadata.dev(),
            inode: metadata.ino(),
        })
    }

    fn real_path(&self, path: &Path) -> Result<PathBuf, HostError> {
        Ok(fs::canonicalize(path)?)
    }

    fn link(&self, path: &Path) -> Result<PathBuf, HostError> {
        Ok(fs::read_link(path)?)
    }

    fn attribute(&self, path: &Path, name: &str) -> Result<Option<Vec<u8>>, HostError> {
        const MOST: usize = 4096;
        let mut value = vec![0; MOST];
        match rustix::fs::getxattr(path, name, &mut value[..]) {
            Ok(length) => {
                value.truncate(length);
                Ok(Some(value))
            }
            // Linux and macOS have different words for a name that the file does not have; others mean that there are none.
            Err(error) if is_no_attribute(error) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn user(&self) -> Result<u32, HostError> {
        Ok(rustix::process::geteuid().as_raw())
    }

    fn foreign(&self, folder: &Path, user: u32) -> Result<Foreign, HostError> {
        fs::symlink_metadata(folder)?;
        Ok(super::owners::walk(folder, user))
    }

    fn open_files(&self) -> Result<OpenFiles, HostError> {
        let limit = rustix::process::getrlimit(Resource::Nofile);
        Ok(OpenFiles { soft: limit.current, hard: limit.maximum })
    }

    fn hardware(&self) -> Result<gvr_core::HardwareFacts, HostError> {
        Ok(super::hardware())
    }

    fn run(
        &self,
        program: &Path,
        arguments: &[&str],
        environment: &[(OsString, OsString)],
        time_out: Duration,
    ) -> Result<Ended, HostError> {
        let mut child = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let output = output_of(&mut child);
        let ended = wait(&mut child, time_out);
        // Whatever it left running goes too; the group has the child's own number.
        if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            let _ = rustix::process::kill_process_group(group, Signal::KILL);
        }
        let Some(status) = ended? else {
            let _ = child.wait();
            return Err(HostError::TimedOut(time_out));
        };
        Ok(Ended { code: status.code(), output: output.recv_timeout(GRACE).unwrap_or_default() })
    }

    fn session(&self, prepare: &dyn Fn(&Path) -> Session, limits: &SessionLimits) -> Result<SessionEnd, HostError> {
        let folder = self.environment.iter().find(|(name, value)| name == "TMPDIR" && !value.is_empty());
        let folder = folder.map_or(Path::new("/tmp"), |(_, value)| Path::new(value));
        session::run(folder, prepare, limits)
    }
}

/// How long what a program printed is waited for after its end.
const GRACE: Duration = Duration::from_millis(200);

/// Reads in a thread of its own: a program that prints more than a pipe holds would otherwise wait for us.
fn output_of(child: &mut Child) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        thread::spawn(move || {
            let mut output = Vec::new();
            let read = stdout.take(MOST_OUTPUT).read_to_end(&mut output);
            // Where nobody listens any more the output is not wanted.
            let _ = read.map(|_| sender.send(output));
        });
    }
    receiver
}

fn wait(child: &mut Child, time_out: Duration) -> io::Result<Option<ExitStatus>> {
    wait_until(time_out, || false, || child.try_wait())
}

/// Asks for the status again and again until there is one, the time is over, or it `is_stopped`.
pub(super) fn wait_until(
    time_out: Duration,
    is_stopped: impl Fn() -> bool,
    mut status: impl FnMut() -> io::Result<Option<ExitStatus>>,
) -> io::Result<Option<ExitStatus>> {
    let end = Instant::now() + time_out;
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = status()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end || is_stopped() {
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(10));
    }
}

/// Opens without waiting: a pipe without a writer, or a terminal, would hold us for ever.
fn open(path: &Path) -> Result<File, HostError> {
    let file =
        rustix::fs::open(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty())?;
    let file = File::from(file);
    if file.metadata()?.is_file() { Ok(file) } else { Err(HostError::NotAFile) }
}

fn is_no_attribute(error: rustix::io::Errno) -> bool {
    use rustix::io::Errno;

    #[cfg(target_os = "macos")]
    const NONE: Errno = Errno::NOATTR;
    #[cfg(not(target_os = "macos"))]
    const NONE: Errno = Errno::NODATA;
    error == NONE || error == Errno::OPNOTSUPP
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host() -> RealHost {
        RealHost { environment: Vec::new(), folder: None, home: None }
    }

    #[test]
    fn what_is_no_regular_file_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let fifo = folder.path().join("fifo");
        let made = Command::new("mkfifo").arg(&fifo).status().unwrap();
        assert!(made.success());
        let is_refused = |path: &Path| matches!(host().read(path, 10), Err(HostError::NotAFile));
        assert!(is_refused(&fifo));
        assert!(is_refused(folder.path()));
        assert!(is_refused(Path::new("/dev/zero")));
        assert!(matches!(host().read(&folder.path().join("no"), 10), Err(HostError::Absent)));
        let looped = folder.path().join("loop");
        std::os::unix::fs::symlink(&looped, &looped).unwrap();
        assert!(matches!(host().read(&looped, 10), Err(HostError::Io(_))));
    }

    #[test]
    fn a_file_that_is_too_large_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large");
        File::create(&path).unwrap().set_len(1 << 30).unwrap();
        assert!(matches!(host().read(&path, 1 << 20), Err(HostError::TooLarge(_))));
        fs::write(&path, "content").unwrap();
        assert_eq!(host().read(&path, 7).unwrap(), b"content");
        assert!(matches!(host().read(&path, 6), Err(HostError::TooLarge(6))));
    }

    #[test]
    fn programs_end_in_time() {
        let run = |script: &str, time_out| host().run(Path::new("/bin/sh"), &["-c", script], &[], time_out);
        let long = Duration::from_mins(1);
        assert_eq!(run("echo hello; exit 3", long).unwrap(), Ended { code: Some(3), output: b"hello\n".to_vec() });
        let begun = Instant::now();
        // The sleeping one holds the pipe open; it must neither be waited for nor stay.
        assert_eq!(run("sleep 60 & echo x", long).unwrap().code, Some(0));
        assert!(matches!(run("sleep 60", Duration::from_millis(50)), Err(HostError::TimedOut(_))));
        assert!(begun.elapsed() < Duration::from_secs(50));
    }
}

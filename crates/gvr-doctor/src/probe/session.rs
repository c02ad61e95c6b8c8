//! Programs that run in a session of their own: they cannot ask anything on the terminal, and can be ended with all that they
//! have started.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::Instant;

use process_wrap::std::{CommandWrap, ProcessSession};
use rustix::process::{Pid, Signal};

use super::host::{Entry, HostError, MOST_OF_A_SESSION, Session, SessionEnd, SessionLimits};
use super::real::wait_until;

/// Runs it with a new folder in `temporary`.
pub(super) fn run(
    temporary: &Path,
    prepare: &dyn Fn(&Path) -> Session,
    limits: &SessionLimits,
) -> Result<SessionEnd, HostError> {
    let folder = tempfile::Builder::new().prefix("gvr-session-").tempdir_in(temporary)?;
    // A shell tells the places of files without links, and macOS has temporary folders behind one.
    let path = fs::canonicalize(folder.path())?;
    let session = prepare(&path);
    for (name, entry) in &session.entries {
        place(&path.join(name), entry)?;
    }
    let begun = Instant::now();
    let mut command = Command::new(&session.program);
    command
        .args(&session.arguments)
        .env_clear()
        .envs(session.environment.iter().map(|(name, value)| (name, value)))
        .current_dir(&session.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // What it leaves running is not waited for, so the group is put aside.
    let mut child = CommandWrap::from(command).wrap(ProcessSession).spawn()?.into_inner();
    let is_stopped = || limits.stop.load(Ordering::SeqCst);
    let ended = wait_until(limits.time_out, is_stopped, || child.try_wait());
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    end(child.id());
    let ended = ended?;
    if ended.is_none() {
        let _ = child.wait();
    }
    if is_stopped() {
        return Err(HostError::Stopped);
    }
    let mut files = std::collections::BTreeMap::new();
    for name in session.wanted {
        match read(&path.join(name)) {
            Ok(content) => drop(files.insert(name, content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    let code = ended.and_then(|status| status.code());
    Ok(SessionEnd { folder: path, is_timed_out: ended.is_none(), code, milliseconds, files })
}

fn place(path: &Path, entry: &Entry) -> io::Result<()> {
    let folder = if matches!(entry, Entry::Folder) { Some(path) } else { path.parent() };
    if let Some(folder) = folder {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    match entry {
        Entry::Folder => Ok(()),
        Entry::File(content) => File::options().write(true).create_new(true).mode(0o600).open(path)?.write_all(content),
        Entry::Link(target) => symlink(target, path),
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?.take(MOST_OF_A_SESSION).read_to_end(&mut content)?;
    Ok(content)
}

/// Ends every process of a session, whose number is that of the process that began it. A shell puts what it runs in the
/// background into groups of their own, so that ending one group is not enough.
fn end(session: u32) {
    let Some(session) = i32::try_from(session).ok().and_then(Pid::from_raw) else { return };
    let _ = rustix::process::kill_process_group(session, Signal::KILL);
    for process in processes() {
        if session_of(process) == Some(session) {
            let _ = rustix::process::kill_process(process, Signal::KILL);
        }
    }
}

/// The session that a process belongs to. The kernel's own have none, which rustix does not expect.
fn session_of(process: Pid) -> Option<Pid> {
    let process = nix::unistd::Pid::from_raw(process.as_raw_nonzero().get());
    nix::unistd::getsid(Some(process)).ok().and_then(|session| Pid::from_raw(session.as_raw()))
}

/// The numbers of all processes: of /proc, or where there is none, as on macOS, of ps.
fn processes() -> Vec<Pid> {
    let names: Vec<String> = if let Ok(entries) = fs::read_dir("/proc") {
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect()
    } else {
        let output = Command::new("/bin/ps").args(["-A", "-o", "pid="]).stdin(Stdio::null()).output();
        let output = output.map(|output| output.stdout).unwrap_or_default();
        String::from_utf8_lossy(&output).split_whitespace().map(str::to_owned).collect()
    };
    names.iter().filter_map(|name| Pid::from_raw(name.parse().ok()?)).collect()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    fn shell(script: &str, wanted: Vec<&'static str>) -> impl Fn(&Path) -> Session {
        move |folder| Session {
            program: "/bin/sh".into(),
            arguments: ["-c", script].map(OsString::from).to_vec(),
            environment: vec![("FOLDER".into(), folder.into()), ("PATH".into(), "/usr/bin:/bin".into())],
            folder: PathBuf::from("/"),
            entries: vec![("a/b".into(), Entry::File(b"hello".to_vec())), ("a/link".into(), Entry::Link("b".into()))],
            wanted: wanted.clone(),
        }
    }

    fn within(time_out: Duration) -> SessionLimits {
        SessionLimits { time_out, stop: Arc::default() }
    }

    #[test]
    fn it_ends_when_it_is_stopped() {
        let temporary = tempfile::tempdir().unwrap();
        let limits = within(Duration::from_mins(5));
        let stop = Arc::clone(&limits.stop);
        let begun = Instant::now();
        std::thread::spawn(move || stop.store(true, Ordering::SeqCst));
        let ended = run(temporary.path(), &shell("sleep 300", vec![]), &limits);
        assert!(matches!(ended, Err(HostError::Stopped)), "{ended:?}");
        assert!(begun.elapsed() < Duration::from_mins(4));
        assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
    }

    #[test]
    fn it_finds_what_it_needs_and_leaves_what_is_wanted() {
        let temporary = tempfile::tempdir().unwrap();
        let prepare = shell("cat $FOLDER/a/link > $FOLDER/out; pwd >> $FOLDER/out; exit 3", vec!["out", "none"]);
        let ended = run(temporary.path(), &prepare, &within(Duration::from_mins(1))).unwrap();
        assert_eq!((ended.is_timed_out, ended.code), (false, Some(3)));
        assert_eq!(ended.files, [("out", b"hello/\n".to_vec())].into());
        assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
    }

    #[test]
    fn it_has_no_terminal_and_ends_with_all_that_it_started() {
        let temporary = tempfile::tempdir().unwrap();
        // With job control a background job has a group of its own.
        let script =
            "set -m; sleep 300 & echo $! > $FOLDER/job; (: < /dev/tty) 2>/dev/null && echo tty > $FOLDER/tty; wait";
        let prepare = shell(script, vec!["job", "tty"]);
        let ended = run(temporary.path(), &prepare, &within(Duration::from_secs(5))).unwrap();
        assert!(ended.is_timed_out);
        assert!(!ended.files.contains_key("tty"), "{ended:?}");
        let job = std::str::from_utf8(&ended.files["job"]).unwrap().trim().parse().unwrap();
        let job = Pid::from_raw(job).unwrap();
        // Whoever inherited it takes a moment to bury it.
        let is_gone = || session_of(job).is_none() || is_dead(job);
        let end = Instant::now() + Duration::from_secs(30);
        while !is_gone() {
            assert!(Instant::now() < end, "{job:?} still runs");
            std::thread::yield_now();
        }
    }

    /// Whether a process has ended that nobody has asked for its end yet.
    fn is_dead(process: Pid) -> bool {
        let stat = fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())).unwrap_or_default();
        stat.rsplit_once(')').is_none_or(|(_, rest)| rest.trim_start().starts_with('Z'))
    }
}

//! The user's shell, started in different ways, and which `go` each finds.

use std::ffi::OsString;
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::host::Host;
use crate::facts::{Fact, ShellRun};

/// What the shell is to say last. Its start-up files may print as they like before.
const MARK: &str = "gvr-doctor-found:";

const WAYS: [(&str, &[&str]); 3] = [("login, interactive", &["-l", "-i"]), ("interactive", &["-i"]), ("plain", &[])];

/// The variables that a terminal starts a shell with.
const KEPT: [&str; 6] = ["HOME", "USER", "LOGNAME", "LANG", "XDG_CONFIG_HOME", "SHELL"];

/// Starts the shell in each way. Its start-up files run, so this happens only where it was asked for.
pub(super) fn capture(host: &dyn Host, environment: &[(OsString, OsString)], is_mac: bool) -> Fact<Vec<ShellRun>> {
    const TIME_OUT: Duration = Duration::from_secs(10);
    let value = |name: &str| environment.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let Some(shell) = value("SHELL").filter(|shell| Path::new(shell).is_absolute()) else {
        return Fact::unknown("SHELL names no shell");
    };
    let path = if is_mac { "/usr/bin:/bin:/usr/sbin:/sbin" } else { "/usr/local/bin:/usr/bin:/bin" };
    let mut given: Vec<_> = KEPT.iter().filter_map(|name| Some((OsString::from(name), value(name)?))).collect();
    given.extend(
        [("PATH", path), ("TERM", "dumb"), ("GVR_RESOLVING_ENVIRONMENT", "1")]
            .map(|(name, value)| (name.into(), value.into())),
    );
    let script = format!("echo {MARK}$(command -v go)");
    let run = |(how, flags): (&str, &[&str])| {
        let arguments: Vec<_> = flags.iter().copied().chain(["-c", script.as_str()]).collect();
        let ended = host.run(Path::new(&shell), &arguments, &given, TIME_OUT).ok();
        let output = ended.map(|ended| String::from_utf8_lossy(&ended.output).into_owned()).unwrap_or_default();
        let said = output.lines().rev().find_map(|line| line.strip_prefix(MARK));
        let go = said.map(str::trim).filter(|go| go.starts_with('/')).map(str::to_owned);
        ShellRun { how: how.to_owned(), go, is_complete: said.is_some() }
    };
    let runs = thread::scope(|scope| {
        let run = &run;
        let threads = WAYS.map(|way| scope.spawn(move || run(way)));
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect::<Vec<_>>()
    });
    Fact::Known(runs)
}

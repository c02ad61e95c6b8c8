//! Which shell is asking.

use std::ffi::OsStr;
use std::fs;
use std::process::Command;

use super::Shell;
use crate::process::Process;

/// The shell that started gvr; else the user's own, by SHELL.
pub(crate) fn calling_shell(process: &Process) -> Option<Shell> {
    let parent = parent().and_then(|name| Shell::of_program(name.as_ref()));
    parent.or_else(|| process.variable("SHELL").and_then(Shell::of_program))
}

/// The name of the program that started this one. On Linux one file says it; elsewhere ps has to be asked.
fn parent() -> Option<String> {
    let id = std::os::unix::process::parent_id();
    if fs::exists("/proc/self/comm").unwrap_or(false) {
        return Some(fs::read_to_string(format!("/proc/{id}/comm")).ok()?.trim_end().to_owned());
    }
    let output = Command::new("/bin/ps").args(["-o", "comm=", "-p", &id.to_string()]).output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// The shell that a user names.
impl std::str::FromStr for Shell {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::of_program(OsStr::new(name)).ok_or_else(|| format!("it is no shell that gvr knows: {}", Self::names()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_who_started_it() {
        // Whoever runs the tests is a program with a name.
        assert!(parent().is_some_and(|name| !name.is_empty()));
    }
}

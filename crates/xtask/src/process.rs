//! Runs other programs, and says which one failed and how.

use std::io;
use std::process::{Command, ExitStatus, Output, Stdio};

/// Another program did not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    /// It could not be started, mostly because it is not there.
    #[error("could not start `{command}`")]
    Start {
        /// What was run.
        command: String,
        /// What the system said.
        source: io::Error,
    },
    /// It ran and failed.
    #[error("`{command}` failed ({status}){}", indented(.said))]
    Failed {
        /// What was run.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// The end of what it said on stderr, where that was kept.
        said: String,
    },
}

/// Runs a command whose output the user sees as it comes.
pub(crate) fn run(command: &mut Command) -> Result<(), ProcessError> {
    let status = command.stdin(Stdio::null()).status().map_err(|source| start(command, source))?;
    if status.success() {
        return Ok(());
    }
    Err(ProcessError::Failed { command: line(command), status, said: String::new() })
}

/// Runs a command and keeps its output. Failing is an error that shows the end of its stderr.
pub(crate) fn output(command: &mut Command) -> Result<Output, ProcessError> {
    let output = command.stdin(Stdio::null()).output().map_err(|source| start(command, source))?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = said.lines().collect();
    let said = lines[lines.len().saturating_sub(LINES_OF_STDERR)..].join("\n");
    Err(ProcessError::Failed { command: line(command), status: output.status, said })
}

/// As many lines as usually hold the cause.
const LINES_OF_STDERR: usize = 8;

/// The command as one would type it. For people: arguments with spaces are not quoted.
fn line(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

fn start(command: &Command, source: io::Error) -> ProcessError {
    ProcessError::Start { command: line(command), source }
}

fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |all, line| all + "\n    " + line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_the_status_and_the_end_of_stderr() {
        let error = output(Command::new("sh").args(["-c", "seq 1 20 >&2; exit 3"])).unwrap_err().to_string();
        assert!(error.contains("`sh -c"), "{error}");
        assert!(error.contains("exit status: 3"), "{error}");
        assert!(error.ends_with("\n    19\n    20"), "{error}");
        assert!(!error.contains("\n    12\n"), "{error}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("/no/such/program")).unwrap_err();
        assert_eq!(error.to_string(), "could not start `/no/such/program`");
    }
}

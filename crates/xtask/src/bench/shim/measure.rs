//! Hands the rows to the measuring program, and reads what it says.

use std::fmt;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;
use std::process::Command;

use super::row::Row;
use crate::bench::error::BenchError;
use crate::bench::statistics::Spread;
use crate::process::{self, ProcessError};

/// How often, and with which right to the processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rounds {
    /// Rounds that count.
    pub(crate) counted: u32,
    /// Rounds before them, which do not.
    pub(crate) warm_up: u32,
    /// Whether no ordinary process may come in between.
    pub(crate) real_time: bool,
}

/// A row and what it took.
pub(crate) struct Measured {
    pub(crate) row: Row,
    pub(crate) spread: Spread,
}

/// Enough for the caches, and for the guest's memory to be the guest's.
const WARM_UP: u32 = 100;

/// Round-robin at a low priority: before every ordinary process, behind the kernel's own.
const REAL_TIME: [&str; 3] = ["chrt", "-r", "5"];

impl Rounds {
    /// So many rounds, with real-time priority where this user may have it.
    pub(crate) fn of(counted: u32) -> Self {
        let [program, arguments @ ..] = REAL_TIME;
        let permitted = process::output(Command::new(program).args(arguments).arg("true")).is_ok();
        Self { counted, warm_up: WARM_UP, real_time: permitted }
    }
}

impl fmt::Display for Rounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let priority = if self.real_time { "with real-time priority" } else { "without real-time priority" };
        write!(f, "{} rounds after {} of warm-up, {priority}", self.counted, self.warm_up)
    }
}

/// Measures every row.
pub(crate) fn measure(spawn: &Path, rows: &[Row], rounds: Rounds) -> Result<Vec<Measured>, BenchError> {
    let lines = rows.iter().map(Row::line).collect::<Result<Vec<_>, _>>()?.concat();
    let answer = run(spawn, &lines, rounds)?;
    let durations = parse(&answer, rows.len())?;
    rows.iter()
        .zip(durations)
        .map(|(row, durations)| {
            let spread = Spread::of(durations).ok_or_else(|| BenchError::Unmeasured { name: row.name.clone() })?;
            Ok(Measured { row: row.clone(), spread })
        })
        .collect()
}

/// Runs the measuring program, and returns its stdout.
fn run(spawn: &Path, lines: &str, rounds: Rounds) -> Result<String, BenchError> {
    let spec = spawn.with_extension("rows");
    let disk = |source| BenchError::disk(&spec, source);
    let mut file = File::options().read(true).write(true).create(true).truncate(true).open(&spec).map_err(disk)?;
    file.write_all(lines.as_bytes()).and_then(|()| file.rewind()).map_err(disk)?;
    let mut command = if rounds.real_time {
        let [program, arguments @ ..] = REAL_TIME;
        let mut command = Command::new(program);
        command.args(arguments).arg(spawn);
        command
    } else {
        Command::new(spawn)
    };
    command.args([rounds.counted.to_string(), rounds.warm_up.to_string()]).stdin(file);
    let output =
        command.output().map_err(|source| ProcessError::Start { command: spawn.display().to_string(), source })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(ProcessError::Failed { command: spawn.display().to_string(), status: output.status, said }.into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The nanoseconds of each row, from lines of a row's number and a duration.
fn parse(answer: &str, rows: usize) -> Result<Vec<Vec<u64>>, BenchError> {
    let mut durations = vec![Vec::new(); rows];
    for line in answer.lines() {
        let unexpected = || BenchError::Answer { line: line.to_owned() };
        let (row, duration) = line.split_once(' ').ok_or_else(unexpected)?;
        let row: usize = row.parse().map_err(|_| unexpected())?;
        let duration = duration.parse().map_err(|_| unexpected())?;
        durations.get_mut(row).ok_or_else(unexpected)?.push(duration);
    }
    Ok(durations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_go_to_their_rows() {
        assert_eq!(parse("1 5\n0 7\n1 6\n", 2).unwrap(), [vec![7], vec![5, 6]]);
        for wrong in ["2 5\n", "0\n", "0 x\n", "-1 5\n"] {
            assert!(matches!(parse(wrong, 2), Err(BenchError::Answer { .. })), "{wrong:?}");
        }
    }
}

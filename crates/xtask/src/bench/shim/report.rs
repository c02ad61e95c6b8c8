//! The results as values, and as JSON. Paths of this machine are spelled as they would be on any.

use serde::Serialize;

use super::bar::{self, Bar};
use super::measure::{Measured, Rounds};
use super::row::Role;
use crate::bench::error::BenchError;
use crate::bench::machine::Machine;
use crate::bench::page;
use crate::bench::statistics::Spread;

/// All that is known at the end.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The form of this JSON.
    schema: u32,
    pub(crate) machine: Machine,
    /// Rounds that count.
    pub(crate) rounds: u32,
    /// Rounds before them.
    pub(crate) warm_up: u32,
    /// Whether no ordinary process could come in between.
    pub(crate) real_time: bool,
    pub(crate) rows: Vec<Line>,
    pub(crate) bars: Vec<Bar>,
    /// What could not be measured here, and why.
    pub(crate) left_out: Vec<String>,
}

/// One row of the table.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    /// What was started, in which folder, and with which variables.
    pub(crate) command: String,
    #[serde(flatten)]
    pub(crate) spread: Spread,
    /// The median's distance from that of the direct call.
    pub(crate) overhead_ns: i64,
    /// The median divided by that of the direct call, in hundredths.
    pub(crate) times_hundredths: u64,
}

/// Names for folders, the longest first.
pub(crate) struct Spelling(Vec<(String, String)>);

impl Spelling {
    /// Folders, each with what a reader sees in its place.
    pub(crate) fn new(mut known: Vec<(String, String)>) -> Self {
        known.retain(|(folder, _)| !folder.is_empty());
        known.sort_by_key(|(folder, _)| std::cmp::Reverse(folder.len()));
        Self(known)
    }

    fn apply(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (folder, name)| text.replace(folder, name))
    }
}

impl Report {
    /// Compares the rows with one another.
    pub(crate) fn new(
        machine: Machine,
        measured: Vec<Measured>,
        rounds: Rounds,
        left_out: Vec<String>,
        spelling: &Spelling,
    ) -> Result<Self, BenchError> {
        Ok(Self {
            schema: 1,
            machine,
            rounds: rounds.counted,
            warm_up: rounds.warm_up,
            real_time: rounds.real_time,
            rows: measured.iter().map(|row| line(row, &measured, spelling)).collect::<Result<_, _>>()?,
            bars: bar::bars(&measured),
            left_out: left_out.iter().map(|reason| spelling.apply(reason)).collect(),
        })
    }

    /// As a text that ends with a line break.
    pub(crate) fn json(&self) -> Result<String, BenchError> {
        page::json(self)
    }
}

fn line(measured: &Measured, all: &[Measured], spelling: &Spelling) -> Result<Line, BenchError> {
    let base = match measured.row.role {
        Role::DirectRustc | Role::Rustup => Role::DirectRustc,
        _ => Role::Direct,
    };
    let base = all.iter().find(|other| other.row.role == base);
    let base = base.ok_or_else(|| BenchError::Unmeasured { name: format!("what {} goes to", measured.row.name) })?;
    Ok(Line {
        name: measured.row.name.clone(),
        command: spelling.apply(&measured.row.command()),
        spread: measured.spread,
        overhead_ns: measured.spread.over(&base.spread),
        times_hundredths: measured.spread.hundredths_of(&base.spread),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_folder_is_named_first() {
        let known = [("/home/a", "~"), ("/home/a/gvr/target", "target"), ("", "nothing")];
        let spelling = Spelling::new(known.map(|(folder, name)| (folder.to_owned(), name.to_owned())).to_vec());
        assert_eq!(spelling.apply("PATH=/home/a/gvr/target/x:/home/a/b"), "PATH=target/x:~/b");
    }
}

//! What came of the experiments: a table, and the first problems of each line as they turn up.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use crate::console;

/// How many problems of one line are shown.
const MOST_SHOWN: u64 = 5;

/// All lines.
#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
}

/// One experiment, repeated.
pub(crate) struct Line {
    name: String,
    began: Instant,
    took: Duration,
    cases: u64,
    failures: u64,
    notes: BTreeMap<&'static str, u64>,
    left_out: Option<String>,
}

impl Report {
    pub(crate) fn add(&mut self, mut line: Line) {
        line.took = line.began.elapsed();
        console::note(line.summary());
        self.lines.push(line);
    }

    /// Notes that an experiment was not made.
    pub(crate) fn leave_out(&mut self, name: &str, why: impl Into<String>) {
        let mut line = Line::begin(name);
        line.left_out = Some(why.into());
        self.add(line);
    }

    pub(crate) fn cases(&self) -> u64 {
        self.lines.iter().map(|line| line.cases).sum()
    }

    pub(crate) fn failures(&self) -> u64 {
        self.lines.iter().map(|line| line.failures).sum()
    }

    /// A Markdown table.
    pub(crate) fn table(&self) -> String {
        let mut table =
            "| Fault | Cases | Wrong | Seconds | Besides |\n| --- | ---: | ---: | ---: | --- |\n".to_owned();
        for line in &self.lines {
            let (name, seconds) = (&line.name, line.took.as_secs_f32());
            let _ =
                writeln!(table, "| {name} | {} | {} | {seconds:.0} | {} |", line.cases, line.failures, line.besides());
        }
        table
    }
}

impl Line {
    pub(crate) fn begin(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            began: Instant::now(),
            took: Duration::ZERO,
            cases: 0,
            failures: 0,
            notes: BTreeMap::new(),
            left_out: None,
        }
    }

    /// One case, with everything that was wrong about it.
    pub(crate) fn case(&mut self, what: impl std::fmt::Display, problems: &[String]) {
        self.cases += 1;
        if !problems.is_empty() {
            self.failures += 1;
            if self.failures <= MOST_SHOWN {
                console::note(format_args!("{}: {what}: {}", self.name, problems.join("; ")));
            }
        }
    }

    /// Counts something that is worth telling.
    pub(crate) fn count(&mut self, what: &'static str, number: u64) {
        *self.notes.entry(what).or_default() += number;
    }

    fn besides(&self) -> String {
        let notes = self.notes.iter().map(|(what, number)| format!("{what}: {number}"));
        match &self.left_out {
            Some(why) => format!("left out: {why}"),
            None => notes.collect::<Vec<_>>().join(", "),
        }
    }

    fn summary(&self) -> String {
        let Self { name, cases, failures, .. } = self;
        format!("{name}: {cases} cases, {failures} wrong, {:.0} s; {}", self.took.as_secs_f32(), self.besides())
    }
}

//! The results as values, as JSON and as a section of the book.

use serde::Serialize;

use super::archives::{GIANT, VERSION};
use super::line::{self, Line, find};
use super::measure::Measured;
use super::rows::{Group, Role};
use crate::bench::error::BenchError;
use crate::bench::machine::Machine;
use crate::bench::page;
use crate::bench::statistics::{hundredths, seconds};
use crate::bench::table::table;

/// All that is known at the end.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The form of this JSON.
    schema: u32,
    machine: Machine,
    rounds: u32,
    rows: Vec<Line>,
    bars: Vec<Bar>,
    /// What could not be measured here, and why.
    left_out: Vec<String>,
}

/// Something that has to hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Bar {
    what: String,
    /// In hundredths, or in KiB.
    at_most: u64,
    measured: u64,
    is_memory: bool,
    is_met: bool,
}

impl Report {
    /// Compares the rows with one another.
    pub(crate) fn new(machine: Machine, rounds: u32, measured: &[Measured], left_out: Vec<String>) -> Self {
        Self { schema: 1, machine, rounds, rows: line::lines(measured), bars: bars(measured), left_out }
    }

    pub(crate) fn json(&self) -> Result<String, BenchError> {
        page::json(self)
    }

    /// What a terminal shows.
    pub(crate) fn text(&self) -> String {
        format!("{}\n{}", self.tables(), self.bars())
    }

    /// The section of the book.
    pub(crate) fn section(&self) -> String {
        let parts = [
            HEAD.to_owned(),
            self.machine.markdown(&line::conditions(self.rounds)),
            format!("{}\n{COLUMNS}", self.tables()),
            format!("### What has to hold of an installation\n\n{BARS}\n{}", self.bars()),
            page::left_out(&self.left_out).replace("### Left out", "### Installers left out"),
            format!("### What was run to install\n\n{}\n```sh\n{}```\n", commands_text(), line::commands(&self.rows)),
        ];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    fn tables(&self) -> String {
        let is_measured = |group: &Group| self.rows.iter().any(|row| row.group == *group);
        let tables = Group::ALL.into_iter().filter(is_measured).map(|group| {
            let rows = self.rows.iter().filter(|row| row.group == group).map(|row| {
                vec![
                    row.name.clone(),
                    seconds(row.wall.min_ns),
                    seconds(row.wall.median_ns),
                    seconds(row.wall.p90_ns),
                    hundredths(row.wall_hundredths),
                    seconds(row.user.median_ns),
                    seconds(row.system.median_ns),
                    hundredths(row.processor_hundredths),
                    hundredths(row.memory_kib * 100 / 1024),
                ]
            });
            let header = ["", "min s", "median", "p90", "×", "user s", "system s", "× CPU", "MiB"];
            format!("#### {}\n\n{}", group.title(), table(&header, rows))
        });
        tables.collect::<Vec<_>>().join("\n")
    }

    fn bars(&self) -> String {
        let bars = self.bars.iter().map(|bar| {
            let show = |value: u64| {
                if bar.is_memory {
                    format!("{} MiB", hundredths(value * 100 / 1024))
                } else {
                    format!("{} ×", hundredths(value))
                }
            };
            (bar.what.clone(), bar.is_met, show(bar.at_most), show(bar.measured))
        });
        page::bars("", bars)
    }
}

/// In hundredths of what it is compared with.
const QUICK: u64 = 36;
const DURABLE: u64 = 52;
const PROCESSOR: u64 = 50;
const OVER_A_LINE: u64 = 105;
const FOUR_AT_ONCE: u64 = 110;
/// In KiB.
const MEMORY: u64 = 32 << 10;

/// Every bar whose rows were measured.
fn bars(all: &[Measured]) -> Vec<Bar> {
    let mut bars = Vec::new();
    let mut add = |what: String, at_most, measured, is_memory| {
        bars.push(Bar { what, at_most, measured, is_memory, is_met: measured <= at_most });
    };
    let of = |group, role| find(all, group, role);
    if let Some(base) = of(Group::Loopback, Role::Base) {
        for (role, most, name) in [(Role::Quick, QUICK, "not durable"), (Role::Durable, DURABLE, "durable")] {
            let Some(gvr) = of(Group::Loopback, role) else { continue };
            add(format!("wall against `curl \\| tar xz`, {name}"), most, gvr.wall.hundredths_of(&base.wall), false);
            let processor = gvr.processor.hundredths_of(&base.processor);
            add(format!("CPU against `curl \\| tar xz`, {name}"), PROCESSOR, processor, false);
        }
    }
    for (group, most, name) in [
        (Group::Line, OVER_A_LINE, "over a line of 40 MB/s"),
        (Group::Four, FOUR_AT_ONCE, "four at once, over that line"),
    ] {
        let bases = [of(group, Role::Base), of(group, Role::Writing)];
        let slower = bases.into_iter().flatten().max_by_key(|base| base.wall.median_ns);
        if let (Some(base), Some(gvr)) = (slower, of(group, Role::Durable)) {
            add(format!("{name}, against {}", base.row.name), most, gvr.wall.hundredths_of(&base.wall), false);
        }
    }
    let is_gvr = |one: &&Measured| matches!(one.row.role, Role::Quick | Role::Durable);
    let one_version = |one: &&Measured| one.row.group != Group::Four;
    if let Some(memory) = all.iter().filter(is_gvr).filter(one_version).map(|one| one.memory_kib).max() {
        add("memory, whatever the archive".to_owned(), MEMORY, memory, true);
    }
    if let Some(gvr) = of(Group::Loopback, Role::Durable) {
        for peer in all.iter().filter(|one| one.row.role == Role::Peer) {
            add(format!("wall against {}, durable", peer.row.name), 99, gvr.wall.hundredths_of(&peer.wall), false);
        }
    }
    bars
}

const HEAD: &str = "\
## An installation

What does it cost to install a Go? The whole command `gvr install` is measured, with everything that it checks, against
what others do and against `curl | tar xz`, which checks nothing. The server is on loopback and hands files to the kernel
(sendfile); what it costs is not counted. All commands take turns, in another order each round.

`cargo xtask bench install` measures again. It mounts file systems, so it needs root.
";

const COLUMNS: &str = "\
× is the median divided by that of the table's first row, for the time that passes and for the processor's. MiB is the most
that any one process of the command ever had in memory. Durable means that the command ends when all is on the disk: of the
others, none waits for that.
";

const BARS: &str = "\
A busy machine misses a bar with the best of installers, so a miss is said here and fails nothing.
";

fn commands_text() -> String {
    format!(
        "`$DISK` is the new file system, `$URL` the server, `$TARS` a folder with the archives' plain tars. {VERSION} and the \
         other versions are Go's own archives; {GIANT} is made by the task. gvr is built in the profile `dist`."
    )
}

#[cfg(test)]
mod tests {
    use super::super::rows::Row;
    use super::*;
    use crate::bench::statistics::Spread;

    fn measured(group: Group, role: Role, wall_ms: u64, memory_kib: u64) -> Measured {
        let spread = |milliseconds: u64| Spread::of(vec![milliseconds * 1_000_000]).unwrap();
        let row = Row { group, role, name: format!("{role:?}"), command: String::new() };
        let wall = spread(wall_ms);
        Measured { row, wall, user: wall, system: wall, processor: wall, memory_kib }
    }

    #[test]
    fn bars_are_met_up_to_the_hundredth_and_the_slower_base_counts() {
        let all = [
            measured(Group::Loopback, Role::Base, 1000, 1),
            measured(Group::Loopback, Role::Quick, 369, 1),
            measured(Group::Loopback, Role::Durable, 530, MEMORY + 1),
            measured(Group::Loopback, Role::Peer, 530, MEMORY * 2),
            measured(Group::Four, Role::Base, 1000, 1),
            measured(Group::Four, Role::Writing, 2000, 1),
            measured(Group::Four, Role::Durable, 2200, MEMORY * 9),
        ];
        let met: Vec<_> = bars(&all).into_iter().map(|bar| (bar.measured, bar.is_met)).collect();
        let expected =
            [(36, true), (36, true), (53, false), (53, false), (110, true), (MEMORY + 1, false), (100, false)];
        assert_eq!(met, expected);
        assert_eq!(bars(&all[4..5]), []);
    }
}

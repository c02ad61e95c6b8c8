//! A measured row beside the first one of its group.

use serde::Serialize;

use super::measure::Measured;
use super::rows::{Group, Role};
use crate::bench::statistics::Spread;

/// One row.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    #[serde(skip)]
    pub(crate) group: Group,
    pub(crate) compared_within: &'static str,
    pub(crate) name: String,
    pub(crate) command: String,
    pub(crate) wall: Spread,
    pub(crate) user: Spread,
    pub(crate) system: Spread,
    pub(crate) processor: Spread,
    pub(crate) memory_kib: u64,
    /// The median of the wall, and of the processor's time, divided by that of the group's first row, in hundredths.
    pub(crate) wall_hundredths: u64,
    pub(crate) processor_hundredths: u64,
}

/// All of them, as they were measured.
pub(crate) fn lines(all: &[Measured]) -> Vec<Line> {
    all.iter().map(|one| line(one, all)).collect()
}

fn line(one: &Measured, all: &[Measured]) -> Line {
    let group = one.row.group;
    let base = find(all, group, Role::Base).unwrap_or(one);
    Line {
        group,
        compared_within: group.title(),
        name: one.row.name.clone(),
        command: one.row.command.clone(),
        wall: one.wall,
        user: one.user,
        system: one.system,
        processor: one.processor,
        memory_kib: one.memory_kib,
        wall_hundredths: one.wall.hundredths_of(&base.wall),
        processor_hundredths: one.processor.hundredths_of(&base.processor),
    }
}

/// The first row of a group that has this role.
pub(super) fn find(all: &[Measured], group: Group, role: Role) -> Option<&Measured> {
    all.iter().find(|one| (one.row.group, one.row.role) == (group, role))
}

/// The commands of all rows for the book, each below its name.
pub(crate) fn commands(lines: &[Line]) -> String {
    let command =
        |line: &Line| format!("# {}: {}\n{}\n", line.compared_within, line.name.replace(['`', '\\'], ""), line.command);
    lines.iter().map(command).collect()
}

/// How rows were measured, for the book.
pub(crate) fn conditions(rounds: u32) -> String {
    format!("{rounds} rounds, medians; a new journalled ext4 on a loop device for each run")
}

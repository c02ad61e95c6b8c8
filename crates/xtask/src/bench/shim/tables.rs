//! The tables of what was measured.

use super::report::Report;
use crate::bench::page;
use crate::bench::statistics::{hundredths, microseconds, signed_microseconds};
use crate::bench::table::table;

/// What a terminal shows.
pub(crate) fn text(report: &Report) -> String {
    rows(report) + "\n" + &bars(report)
}

/// The rows that were measured.
pub(crate) fn rows(report: &Report) -> String {
    let header = ["way to the program", "runs", "min µs", "p10", "median", "p90", "overhead µs", "×"];
    let cells = report.rows.iter().map(|row| {
        let spread = row.spread;
        let times = [spread.min_ns, spread.p10_ns, spread.median_ns, spread.p90_ns].map(microseconds);
        let mut cells = vec![row.name.clone(), spread.runs.to_string()];
        cells.extend(times);
        cells.extend([signed_microseconds(row.overhead_ns), hundredths(row.times_hundredths)]);
        cells
    });
    table(&header, cells)
}

/// The bars, each with what was measured.
pub(crate) fn bars(report: &Report) -> String {
    let bars = report.bars.iter().map(|bar| {
        (bar.what.clone(), bar.is_met, signed_microseconds(bar.most_ns), signed_microseconds(bar.measured_ns))
    });
    page::bars("µs", bars)
}

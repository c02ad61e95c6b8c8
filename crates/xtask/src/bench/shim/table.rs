//! The results as a table, which reads well both in a terminal and as Markdown.

use super::report::Report;
use super::statistics::{hundredths, microseconds, signed_microseconds};

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
    let cells = report.bars.iter().map(|bar| {
        let verdict = if bar.is_met { "pass" } else { "miss" };
        vec![format!("{}: {verdict}", bar.what), signed_microseconds(bar.most_ns), signed_microseconds(bar.measured_ns)]
    });
    table(&["bar", "at most µs", "measured µs"], cells)
}

/// A table whose columns are as wide as their widest cells. The first column is text, all others are numbers.
pub(crate) fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let header = header.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let mut lines = vec![header];
    lines.extend(rows);
    let columns = lines[0].len();
    let width = |column: usize| lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or_default().max(2)).collect();
    let show = |line: &Vec<String>| {
        let cells = line.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column {
            0 => format!("| {cell:<width$} |"),
            _ => format!(" {cell:>width$} |"),
        });
        cells.collect::<String>() + "\n"
    };
    let rules = widths.iter().enumerate().map(|(column, width)| {
        let dashes = "-".repeat(width - 1);
        if column == 0 { format!("| {dashes}- |") } else { format!(" {dashes}: |") }
    });
    let rule = rules.collect::<String>() + "\n";
    show(&lines[0]) + &rule + &lines[1..].iter().map(show).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_must_be() {
        let rows = [vec!["a".to_owned(), "1".to_owned()], vec!["µµµ".to_owned(), "1000".to_owned()]];
        let expected = "| way |   µs |\n| --- | ---: |\n| a   |    1 |\n| µµµ | 1000 |\n";
        assert_eq!(table(&["way", "µs"], rows.into_iter()), expected);
    }
}

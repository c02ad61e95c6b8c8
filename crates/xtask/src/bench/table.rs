//! Results as a table, which reads well both in a terminal and as Markdown.

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

//! The book's page about what gvr costs. Each bench writes a section of its own, and leaves those of the others alone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::BenchError;
use super::table::table;
use crate::console;
use crate::context::Context;

/// What a bench has to say in the end.
pub(crate) struct Results {
    /// The bench's name: `shim`.
    pub(crate) bench: &'static str,
    /// For a terminal.
    pub(crate) text: String,
    /// Its section of the page, from a heading of the second level on.
    pub(crate) section: String,
    /// All of it as JSON, which ends with a line break.
    pub(crate) json: String,
}

/// Where the results go
#[derive(clap::Args)]
pub(crate) struct Output {
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
    /// Write the results as Markdown and as JSON into this folder too
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write the results into the book: a section of docs/benchmarks.md, and JSON into docs/benchmarks
    #[arg(long, conflicts_with = "out")]
    write: bool,
}

impl Output {
    /// Prints the results, and writes what was asked for.
    pub(crate) fn deliver(&self, context: &Context, results: &Results) -> Result<(), BenchError> {
        console::transcript(if self.json { &results.json } else { &results.text }.trim_end());
        let bench = results.bench;
        if let Some(folder) = &self.out {
            write(&folder.join(format!("{bench}.md")), &results.section)?;
            write(&folder.join(format!("{bench}.json")), &results.json)?;
        }
        if self.write {
            let docs = context.workspace.join("docs");
            let page = docs.join("benchmarks.md");
            let text = fs::read_to_string(&page).map_err(|source| BenchError::disk(&page, source))?;
            let text = with_section(&text, bench, &results.section).ok_or_else(|| BenchError::NoSection {
                page: page.clone(),
                begin: begin(bench),
                end: end(bench),
            })?;
            write(&page, &text)?;
            write(&docs.join("benchmarks").join(format!("{bench}.json")), &results.json)?;
        }
        Ok(())
    }
}

/// A bench's report as JSON.
pub(crate) fn json(report: &impl Serialize) -> Result<String, BenchError> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

fn write(path: &Path, content: &str) -> Result<(), BenchError> {
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    let done: io::Result<()> = folder.and_then(|()| fs::write(path, content));
    done.map_err(|source| BenchError::disk(path, source))?;
    console::note(format_args!("wrote {}", path.display()));
    Ok(())
}

/// The line before a bench's section.
fn begin(bench: &str) -> String {
    format!("<!-- written by `cargo xtask bench {bench} --write`: begin -->\n")
}

/// The line behind it.
fn end(bench: &str) -> String {
    format!("<!-- written by `cargo xtask bench {bench} --write`: end -->\n")
}

/// The page with a bench's section replaced; none where the page has no place for it.
fn with_section(page: &str, bench: &str, section: &str) -> Option<String> {
    let (begin, end) = (begin(bench), end(bench));
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{}\n\n{end}{after}", section.trim()))
}

/// What could not be measured, each with its reason; nothing where all was.
pub(crate) fn left_out(reasons: &[String]) -> String {
    if reasons.is_empty() {
        return String::new();
    }
    // A reason may hold the end of what another program said.
    let lines = reasons.iter().map(|reason| format!("- {}\n", reason.replace('\n', "\n  ")));
    format!("### Left out\n\n{}", lines.collect::<String>())
}

/// What has to hold, each with how it turned out.
pub(crate) fn bars(unit: &str, bars: impl Iterator<Item = (String, bool, String, String)>) -> String {
    let cells = bars.map(|(what, is_met, bound, measured)| {
        let verdict = if is_met { "pass" } else { "miss" };
        vec![format!("{what}: {verdict}"), bound, measured]
    });
    table(&["bar", &format!("at most {unit}"), &format!("measured {unit}")], cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_and_all_else_stays() {
        let [a, b, c] = ["# Page\n\n", "between\n\n", "last\n"];
        let page =
            |one: &str, two: &str| [a, &begin("one"), one, &end("one"), b, &begin("two"), two, &end("two"), c].concat();
        let written = with_section(&page("", "old\n"), "two", "## New\n\ntext\n").unwrap();
        assert_eq!(written, page("", "\n## New\n\ntext\n\n"));
        assert_eq!(with_section(&written, "two", "## New\n\ntext\n").unwrap(), written);
        assert_eq!(with_section(&written, "three", ""), None);
        assert_eq!(with_section(&begin("one"), "one", ""), None);
    }

    /// The benches that write a section.
    const BENCHES: &[&str] = &["ci", "doctor", "install", "shim", "verify"];

    #[test]
    fn the_book_has_a_place_for_each_section() {
        let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/benchmarks.md")).unwrap();
        for bench in BENCHES {
            assert!(with_section(&page, bench, "").is_some(), "{bench}");
        }
    }
}

//! A report for people: the worst first, a paragraph for each finding, and at its end what to type.

use std::fmt::Write as _;

use crate::check::{Check, Evidence, Finding, Level};
use crate::facts::Facts;
use crate::report::{Report, Verdict};

/// How text is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether levels are coloured.
    pub has_color: bool,
    /// Whether checks are named that could not tell.
    pub is_verbose: bool,
    /// Whether the note above the last line is left out.
    pub is_quiet: bool,
}

const WIDTH: usize = 100;

/// The report as text.
pub fn render(report: &Report, style: Style) -> String {
    let mut out = String::new();
    for (check, finding) in report.findings() {
        paragraph(&mut out, &report.facts, check, finding, style);
        out.push('\n');
    }
    if style.is_verbose {
        unjudged(&mut out, report);
    }
    summary(&mut out, report, style);
    out
}

fn paragraph(out: &mut String, facts: &Facts, check: &Check, finding: &Finding, style: Style) {
    let (on, off) = match (style.has_color, finding.level) {
        (false, _) => ("", ""),
        (true, Level::Error) => ("\x1b[31m", "\x1b[0m"),
        (true, Level::Warning) => ("\x1b[33m", "\x1b[0m"),
        (true, Level::Note) => ("\x1b[36m", "\x1b[0m"),
    };
    let head = format!("{on}{}{off}: {}  [{}]", finding.level.name(), check.title, check.id);
    out.push_str(&head);
    out.push('\n');
    wrap(out, &finding.message, "  ");
    for evidence in &finding.evidence {
        let _ = writeln!(out, "    {}", one_line(&shown(facts, evidence)));
    }
    if let Some(fix) = &finding.fix {
        let end = if fix.command.is_some() { ':' } else { '.' };
        wrap(out, &format!("To mend it: {}{end}", fix.text), "  ");
        if let Some(command) = &fix.command {
            for line in command.lines() {
                let _ = writeln!(out, "    {line}");
            }
        }
        if !fix.edits.is_empty() {
            let _ = writeln!(out, "  Or let gvr do it:\n    gvr doctor --fix {}", check.id);
        }
    }
}

/// Evidence in a line, with the home folder as `~`.
pub fn shown(facts: &Facts, evidence: &Evidence) -> String {
    match evidence {
        Evidence::Line { file, line, text } => format!("{}:{line}: {}", facts.shown(file), text.trim()),
        Evidence::Variable { name, value } => format!("{name}={value}"),
        Evidence::Path { path, what } => {
            let path = if path.is_empty() { "\"\"".to_owned() } else { facts.shown(path) };
            format!("{path}: {what}")
        }
        Evidence::Value { name, value } => format!("{name}: {value}"),
        Evidence::Traced { command, is_exact } => {
            let kind = if *is_exact { "traced" } else { "traced, not exact" };
            format!("{}: {} ({kind})", facts.place(command), command.text)
        }
    }
}

/// Control characters in what others wrote could change what the terminal shows.
pub(super) fn one_line(text: &str) -> String {
    const LONGEST: usize = 400;
    let harmless = |char: char| if char.is_control() { '\u{fffd}' } else { char };
    let mut out: String = text.chars().take(LONGEST).map(harmless).collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}

fn wrap(out: &mut String, text: &str, indent: &str) {
    let mut length = 0;
    for word in text.split_whitespace() {
        let word = one_line(word);
        let width = word.chars().count();
        if length > 0 && length + 1 + width > WIDTH {
            out.push('\n');
            length = 0;
        }
        if length == 0 {
            out.push_str(indent);
            length = indent.len();
        } else {
            out.push(' ');
            length += 1;
        }
        out.push_str(&word);
        length += width;
    }
    out.push('\n');
}

fn unjudged(out: &mut String, report: &Report) {
    for (check, verdict) in &report.verdicts {
        let (word, why) = match verdict {
            Verdict::Unknown(why) => ("cannot tell", why),
            Verdict::NotApplicable(why) => ("does not apply", why),
            Verdict::Pass => {
                let _ = writeln!(out, "passed: {}", check.id);
                continue;
            }
            Verdict::Fail(_) => continue,
        };
        let _ = writeln!(out, "{word}: {}: {}", check.id, one_line(why));
    }
    out.push('\n');
}

fn summary(out: &mut String, report: &Report, style: Style) {
    let counts = report.counts();
    let some = |count: usize, one: &str, more: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{count} {more}")),
    };
    let wrong: Vec<_> = [
        some(counts.errors, "error", "errors"),
        some(counts.warnings, "warning", "warnings"),
        some(counts.notes, "note", "notes"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let found = if wrong.is_empty() { "nothing is wrong".to_owned() } else { wrong.join(", ") };
    let checks = some(report.verdicts.len(), "check", "checks").unwrap_or_else(|| "no check".to_owned());
    let _ = write!(out, "{checks}: {found}; {} passed", counts.pass);
    if counts.unknown > 0 {
        let _ = write!(out, ", {} cannot tell", counts.unknown);
    }
    if counts.not_applicable > 0 {
        let verb = if counts.not_applicable == 1 { "does" } else { "do" };
        let _ = write!(out, ", {} {verb} not apply", counts.not_applicable);
    }
    out.push_str(".\n");
    if counts.unknown > 0 && !style.is_verbose && !style.is_quiet {
        out.push_str("To see why some cannot tell: gvr doctor --verbose\n");
    }
}

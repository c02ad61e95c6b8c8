//! The checks themselves: a list, an explanation of one, and the page of the book.

use std::fmt::Write as _;

use crate::check::{Check, Remedy, Scope};

/// Every check in a line.
pub fn list(checks: &[&Check]) -> String {
    let longest = checks.iter().map(|check| check.id.len()).max().unwrap_or_default();
    let mut out = String::new();
    for check in checks {
        let _ = writeln!(out, "{:longest$}  {:7}  {}", check.id, check.level.name(), check.title);
    }
    out
}

/// All about one check.
pub fn explain(check: &Check) -> String {
    format!(
        "{}: {}\n\nLevel: {}. Applies {}.\n\nWhat is looked at: {}\n\nWhy it matters: {}\n\nHow to mend it: {}\n{}\n",
        check.id,
        check.title,
        check.level.name(),
        place(check),
        check.what,
        check.why,
        check.fix,
        remedy(check),
    )
}

/// The page of the book.
pub fn page(checks: &[&Check]) -> String {
    let mut out = String::from(ABOVE);
    let mut area = "";
    for check in checks {
        let (own, _) = check.id.split_once('/').unwrap_or(("", check.id));
        if own != area {
            area = own;
            let _ = writeln!(out, "\n## {area}");
        }
        let _ = writeln!(
            out,
            "\n### {}\n\n{}. Level: {}. Applies {}.\n\n- What is looked at: {}\n- Why it matters: {}\n- How to mend it: {} {}",
            check.id,
            capital(check.title),
            check.level.name(),
            place(check),
            check.what,
            check.why,
            check.fix,
            remedy(check),
        );
    }
    out.push_str(BELOW);
    out
}

const ABOVE: &str = "\
# What the doctor checks

`gvr doctor` asks the machine for facts, and these checks judge them. None of them runs Go, reads the network or changes
anything. The level is the worst that a check can find. What is *not* checked, because it is not true, is on the page
[Myths](myths.md).
";

const BELOW: &str = "
<!-- Written by a test from the checks themselves: SNAPSHOTS=overwrite cargo test -p gvr-doctor -->
";

fn place(check: &Check) -> &'static str {
    match check.scope {
        Scope::Everywhere => "everywhere",
        Scope::Mac => "on macOS",
    }
}

fn remedy(check: &Check) -> &'static str {
    match check.remedy {
        Remedy::Applied => "`gvr doctor --fix` does it where the file is yours.",
        Remedy::Printed => "gvr says what to type.",
        Remedy::Nothing => "There is nothing that gvr could do.",
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

//! `path/bad-entry`: PATH has an entry that cannot be what was meant.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::{Facts, PathEntry};

pub(in crate::checks) const CHECK: Check = Check {
    id: "path/bad-entry",
    title: "PATH has an entry that cannot be what was meant",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "Entries that are empty, relative, or have a ~ or $ that the shell did not replace; and folders of Go's that a \
           line of a start-up file adds, but that are not there.",
    why: "An empty or relative entry runs programs of whatever folder you stand in, so that a cloned repository can bring \
          its own go. A ~ or $ in quotes is taken as it is written, and finds nothing.",
    fix: "Correct the line that adds the entry: absolute, with $HOME in place of ~ inside quotes.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let path = facts.path.get()?;
    if path.is_empty() {
        return Err(NotJudged::not_applicable("PATH is empty"));
    }
    let mut findings: Vec<Finding> = Vec::new();
    for (index, entry) in path.iter().enumerate() {
        let Some((level, what, advice)) = judge(facts, entry) else { continue };
        // The same mistake twice is one mistake; path/duplicate tells of the other.
        if findings.iter().any(|finding| finding.subject == entry.text) {
            continue;
        }
        let place = Evidence::Path { path: entry.text.clone(), what: format!("entry {} of PATH", index + 1) };
        findings.push(
            Finding::new(
                level,
                &entry.text,
                format!("Entry {} of PATH, \"{}\", {what}.", index + 1, facts.shown(&entry.text)),
            )
            .shown_by([place])
            .shown_by(facts.path_evidence(&entry.text))
            .mended_by(Fix::words(advice)),
        );
    }
    Ok(findings)
}

fn judge(facts: &Facts, entry: &PathEntry) -> Option<(Level, &'static str, &'static str)> {
    let text = entry.text.as_str();
    if text.is_empty() {
        let advice = "remove the colon at the start or end of PATH, or one of two in a row";
        return Some((
            Level::Warning,
            "means the folder you stand in, whose programs then run as if they were yours",
            advice,
        ));
    }
    if text.starts_with('~') {
        let advice = "write $HOME in its place: inside quotes the shell leaves ~ as it is";
        return Some((Level::Warning, "has a ~ that the shell did not replace, so nothing is found there", advice));
    }
    if text.contains('$') {
        let advice = "write it in double quotes: in single ones the shell leaves $ as it is";
        return Some((Level::Warning, "has a $ that the shell did not replace, so nothing is found there", advice));
    }
    if !text.starts_with('/') {
        let advice = "write an absolute path";
        return Some((Level::Warning, "is relative, so what it finds depends on the folder you stand in", advice));
    }
    let words = ["/go", "goenv", "gvm", "gobrew", "goup", "gvr"];
    let is_gos = words.iter().any(|word| text.contains(word)) && !facts.path_lines(text).is_empty();
    // `go install` makes its own folder when it is first needed.
    let will_come = facts.install_folder().is_ok_and(|folder| folder == text.trim_end_matches('/'));
    let is_missing = !entry.is_folder && is_gos && !will_come;
    is_missing.then_some((Level::Note, "is not there", "remove the line that adds it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let literal = |facts: &mut Facts| {
            facts.set_file("~/.zshrc", "export PATH=\"~/go/bin:$PATH\"\n");
            facts.put_on_path(0, "~/go/bin", false);
        };
        let gone = |facts: &mut Facts| {
            facts.set_file("~/.zshrc", "export PATH=$PATH:/opt/go/bin\n");
            facts.put_on_path(0, "/opt/go/bin", false);
            facts.known_path()[0].is_folder = false;
        };
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(literal, "has a ~ that the shell did not replace")
            .fails(|facts| facts.put_on_path(0, "", false), "the folder you stand in")
            .fails(|facts| facts.put_on_path(0, "bin", false), "is relative")
            .fails(|facts| facts.put_on_path(0, "$GOPATH/bin", false), "has a $")
            .fails(gone, "is not there")
            .shows(gone, "~/.zshrc:1")
            .cannot_tell(|facts| facts.path = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.path = Fact::Known(Vec::new()), "PATH is empty");
    }
}

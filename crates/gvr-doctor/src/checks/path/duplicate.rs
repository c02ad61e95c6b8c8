//! `path/duplicate`: one folder stands on PATH twice.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::{Facts, PathEntry};

pub(in crate::checks) const CHECK: Check = Check {
    id: "path/duplicate",
    title: "a folder stands on PATH twice",
    level: Level::Note,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "Whether two entries of PATH are the same text, or lead to the same folder, and Go is in it.",
    why: "The second entry never changes what is found. It shows that two lines, or one line read twice, say the same, \
          and makes it harder to see which one counts.",
    fix: "Remove one of the lines, or guard it so that it adds nothing that is there.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let path = facts.path.get()?;
    if path.is_empty() {
        return Err(NotJudged::not_applicable("PATH is empty"));
    }
    let mut findings = Vec::new();
    for (index, entry) in path.iter().enumerate() {
        let is_same = |other: &PathEntry| {
            other.text == entry.text || (entry.identity.is_some() && other.identity == entry.identity)
        };
        // A first entry is judged with all that repeat it, and path/grows-when-nested tells of what grows by itself.
        if path[..index].iter().any(is_same)
            || !concerns_go(facts, entry)
            || !facts.unguarded_lines(&entry.text).is_empty()
        {
            continue;
        }
        let again: Vec<_> = path.iter().enumerate().skip(index + 1).filter(|(_, other)| is_same(other)).collect();
        // Linux systems have /bin as another name of /usr/bin, and PATH names both.
        if again.is_empty() || again.iter().all(|(_, other)| is_merged_system_folder(&entry.text, &other.text)) {
            continue;
        }
        let shown = facts.shown(&entry.text);
        let message = format!("{shown} stands on PATH {} times.", again.len() + 1);
        let places = std::iter::once((index, entry)).chain(again).map(|(index, entry)| Evidence::Path {
            path: entry.text.clone(),
            what: format!("entry {} of PATH", index + 1),
        });
        findings.push(
            Finding::new(Level::Note, &entry.text, message)
                .shown_by(places)
                .shown_by(facts.path_evidence(&entry.text))
                .mended_by(Fix::words("remove all but one of the lines that add it, or guard them")),
        );
    }
    Ok(findings)
}

/// Whether the folder has a Go in it, or is where `go install` puts programs; PATH's other folders are not ours to judge.
fn concerns_go(facts: &Facts, entry: &PathEntry) -> bool {
    entry.has_go
        || entry.is_shims
        || facts.install_folder().is_ok_and(|folder| folder == entry.text.trim_end_matches('/'))
}

fn is_merged_system_folder(first: &str, second: &str) -> bool {
    let name = |folder: &str| folder.strip_prefix("/usr").unwrap_or(folder).to_owned();
    first != second && name(first) == name(second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    fn position(path: &[PathEntry], text: &str) -> usize {
        path.iter().position(|entry| entry.text == text).unwrap()
    }

    #[test]
    fn judges() {
        let twice = |facts: &mut Facts| {
            facts.set_file("~/.zshrc", "x\ntypeset -U path\nexport PATH=/opt/go/bin:$PATH\n");
            facts.put_on_path(0, "/opt/go/bin", true);
            facts.put_on_path(3, "/opt/go/bin", true);
        };
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(twice, "/opt/go/bin stands on PATH 2 times")
            .shows(twice, "~/.zshrc:3")
            .passes(|facts| {
                let path = facts.known_path();
                let (usr, bin) = (position(path, "/usr/bin"), position(path, "/bin"));
                path[bin].identity = path[usr].identity.clone();
                (path[usr].has_go, path[bin].has_go) = (true, true);
            })
            .cannot_tell(|facts| facts.path = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.path = Fact::Known(Vec::new()), "PATH is empty");
    }
}

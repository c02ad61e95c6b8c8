//! `path/helper-reorder`: macOS's `path_helper` moved a folder behind the system's.

use crate::check::{Check, Edit, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::{Change, Facts, Trace};

pub(in crate::checks) const CHECK: Check = Check {
    id: "path/helper-reorder",
    title: "path_helper moved a folder behind the system's",
    level: Level::Warning,
    scope: Scope::Mac,
    remedy: Remedy::Applied,
    what: "Lines of ~/.zshenv that put a folder on PATH, while /etc/zprofile runs path_helper afterwards.",
    why: "A login shell of macOS runs path_helper between ~/.zshenv and ~/.zprofile. It writes PATH anew, with the \
          system's folders first and what was there before last, so that a folder that ~/.zshenv put in front ends \
          behind /usr/bin.",
    fix: "Move the line to ~/.zprofile or ~/.zshrc, which are read later.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let path = facts.path.get()?;
    let home = facts.home.get()?;
    let system = path.iter().position(|entry| entry.text == "/usr/bin");
    let zprofile = "/etc/zprofile";
    let text = facts.text(zprofile)?.unwrap_or_default();
    // The line that runs it, not the one that looks whether it is there.
    let runs_helper = |line: &str| line.contains("path_helper") && !line.trim_start().starts_with(['#', 'i']);
    let Some((_, helper)) = text.lines().zip(1..).find(|(line, _)| runs_helper(line)) else {
        return Err(NotJudged::not_applicable("/etc/zprofile does not run path_helper"));
    };
    let mut findings: Vec<Finding> = Vec::new();
    for (index, entry) in path.iter().enumerate() {
        let mut lines = facts.path_lines(&entry.text);
        if entry.is_shims {
            lines.extend(shared::init_lines(facts));
        }
        let early: Vec<_> = lines.iter().filter(|(file, _)| *file == format!("{home}/.zshenv")).collect();
        // What a later file adds again stands where that file put it.
        if early.is_empty() || early.len() < lines.len() || system.is_none_or(|system| index < system) {
            continue;
        }
        let message = format!(
            "{} was put on PATH by ~/.zshenv, and path_helper then moved it to place {}, behind /usr/bin.",
            facts.shown(&entry.text),
            index + 1
        );
        let mut fix = Fix::words("move the line from ~/.zshenv to ~/.zprofile, and open a new terminal");
        // gvr's own line does the same in any file; of others only their writer knows.
        if entry.is_shims {
            fix = fix.editing(early.iter().flat_map(|(file, line)| {
                let expected = facts.line_text(file, *line);
                let append = Edit::Append { file: format!("{home}/.zprofile"), new: expected.clone() };
                [Edit::Remove { file: file.clone(), line: *line, expected }, append]
            }));
        }
        findings.push(
            Finding::new(Level::Warning, &entry.text, message)
                .shown_by(early.iter().map(|(file, line)| facts.line(file, *line)))
                .shown_by([facts.line(zprofile, helper)])
                .mended_by(fix),
        );
    }
    for finding in facts.traced().map(|trace| seen(facts, trace)).unwrap_or_default() {
        if findings.iter().all(|known| known.subject != finding.subject) {
            findings.push(finding);
        }
    }
    Ok(findings)
}

/// What was seen where the start-up was traced: folders that a command of `/etc/zprofile` or `/etc/profile` moved behind
/// /usr/bin, and that stayed there.
fn seen(facts: &Facts, trace: &Trace) -> Vec<Finding> {
    let index = |path: &str, folder: &str| path.split(':').position(|entry| entry == folder);
    let is_behind = |path: &str, folder: &str| index(path, "/usr/bin") < index(path, folder);
    let mut findings: Vec<Finding> = Vec::new();
    for (at, change) in trace.changes.iter().enumerate().filter(|(_, change)| change.variable == "PATH") {
        let file = change.command.place.as_ref().map(|place| place.file.as_str());
        let (Some("/etc/zprofile" | "/etc/profile"), Some(old), Some(new)) = (file, &change.old, &change.new) else {
            continue;
        };
        let end = trace.path().unwrap_or(new);
        let moved = old.split(':').filter(|folder| {
            !folder.is_empty() && !is_behind(old, folder) && is_behind(new, folder) && is_behind(end, folder)
        });
        for folder in moved.filter(|folder| *folder != "/usr/bin") {
            let earlier = trace.changes[..at].iter().rev().find(|earlier| {
                earlier.variable == "PATH"
                    && earlier.new.as_deref().is_some_and(|path| index(path, folder).is_some())
                    && earlier.old.as_deref().is_none_or(|path| index(path, folder).is_none())
            });
            let message = format!(
                "{} was put on PATH early, and {} then moved it to place {}, behind /usr/bin.",
                facts.shown(folder),
                facts.place(&change.command),
                index(end, folder).map_or(0, |index| index + 1)
            );
            let finding = Finding::new(Level::Warning, folder, message);
            let fix = Fix::words("move the line that adds it to ~/.zprofile, and open a new terminal");
            let evidence = earlier.into_iter().chain([change]).map(Change::evidence);
            findings.push(finding.shown_by(evidence).mended_by(fix));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fact, Place};
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let moved = |facts: &mut Facts| {
            facts.set_file("~/.zshenv", "export PATH=\"$HOME/sdk/bin:$PATH\"\n");
            facts.put_on_path(99, "/Users/me/sdk/bin", false);
        };
        let reordered = |facts: &mut Facts| {
            facts.trace_path("~/.zshenv", &[(1, "~/sdk/bin")]);
            let trace = facts.known_trace();
            let mut change = trace.changes[0].clone();
            change.old = change.new.replace("/usr/bin:/bin:/Users/me/sdk/bin".to_owned());
            change.command.place = Some(Place { file: "/etc/zprofile".to_owned(), line: 3 });
            trace.environment = change.new.clone().map(|path| [("PATH".to_owned(), path)].into());
            trace.changes.push(change);
        };
        Cases::of(&CHECK)
            .passes(|_| {})
            .passes(|facts| facts.trace_path("~/.zshrc", &[(1, "~/sdk/bin")]))
            .fails(moved, "path_helper then moved it to place 10")
            .shows(moved, "~/.zshenv:1")
            .fails(reordered, "~/sdk/bin was put on PATH early, and /etc/zprofile:3 then moved it to place 3")
            .shows(reordered, "traced ~/.zshenv:1")
            .shows(reordered, "traced /etc/zprofile:3")
            .shows(moved, "/etc/zprofile:7")
            .edits(|facts| {
                facts.set_file("~/.zshrc", "");
                facts.set_file("~/.zshenv", "eval \"$(gvr init - zsh)\"\n");
                let path = facts.known_path();
                let shims = path.iter().position(|entry| entry.is_shims).unwrap();
                let shims = path.remove(shims);
                path.push(shims);
            })
            .cannot_tell(|facts| facts.path = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.set_file("/etc/zprofile", "\n"), "does not run path_helper");
    }
}

//! `path/grows-when-nested`: PATH grows with every shell inside a shell.

use crate::check::{Check, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "path/grows-when-nested",
    title: "PATH grows with every shell inside a shell",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "Folders that stand on PATH more than once, and a line that adds them without looking, in a file that \
           every interactive shell reads.",
    why: "A shell that is started from another one begins with that one's PATH and reads its start-up file again. A \
          line such as PATH=/x:$PATH then adds /x once more, in every tmux pane, editor terminal and subshell.",
    fix: "Guard the line: in zsh typeset -U path PATH, in fish fish_add_path, in bash a case that looks whether the \
          folder is there.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let path = facts.path.get()?;
    if path.is_empty() {
        return Err(NotJudged::not_applicable("PATH is empty"));
    }
    let mut findings: Vec<Finding> = Vec::new();
    for entry in path {
        let count = path.iter().filter(|other| other.text == entry.text).count();
        let lines = facts.unguarded_lines(&entry.text);
        if count < 2 || lines.is_empty() || findings.iter().any(|finding| finding.subject == entry.text) {
            continue;
        }
        let shown = facts.shown(&entry.text);
        let message =
            format!("{shown} stands on PATH {count} times, because a line adds it again in every nested shell.");
        let guard = match facts.variable("SHELL")?.and_then(|shell| shell.rsplit('/').next()) {
            Some("fish") => format!("fish_add_path {shown}"),
            Some("zsh") => "typeset -U path PATH".to_owned(),
            _ => format!("case \":$PATH:\" in *:{0}:*) ;; *) PATH={0}:$PATH ;; esac", entry.text),
        };
        findings.push(
            Finding::new(Level::Warning, &entry.text, message)
                .shown_by(lines.iter().map(|(file, line)| facts.line(file, *line)))
                .mended_by(Fix::words("guard the line, for example with this").by(guard)),
        );
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let grown = |facts: &mut Facts| {
            facts.set_file("~/.zshrc", "x\nexport PATH=/opt/x/bin:$PATH\n");
            facts.put_on_path(0, "/opt/x/bin", false);
            facts.put_on_path(0, "/opt/x/bin", false);
        };
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(grown, "/opt/x/bin stands on PATH 2 times")
            .shows(grown, "~/.zshrc:2")
            .passes(|facts| {
                grown(facts);
                facts.set_file("~/.zshrc", "typeset -U path\nexport PATH=/opt/x/bin:$PATH\n");
            })
            .passes(|facts| facts.set_file("~/.zshrc", "export PATH=/opt/x/bin:$PATH\n"))
            .cannot_tell(|facts| facts.path = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.path = Fact::Known(Vec::new()), "PATH is empty");
    }
}

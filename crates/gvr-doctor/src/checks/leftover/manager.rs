//! `leftover/manager`: Go of another manager or installer is here.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "leftover/manager",
    title: "Go of another manager or installer is here",
    level: Level::Note,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "The folders of goenv, gvm, g, gobrew, goup, golang.org/dl and, with a Go in them, of asdf and mise; \
           Homebrew's Go and the installer's.",
    why: "They take hundreds of megabytes each, and their shims and variables come back with a line in a start-up \
          file. Nothing is wrong with having two managers, but two Gos for one project are a common surprise.",
    fix: "Remove what is no longer used, in the manager's own way.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let leftovers = facts.leftovers.get()?;
    if facts.gvr.installed.get()?.is_empty() {
        return Err(NotJudged::not_applicable("gvr has installed no Go, so the others are all there is"));
    }
    let findings = leftovers.iter().map(|left| {
        let shown = facts.shown(&left.path);
        let message = format!("{} has a Go in {shown}.", left.manager);
        let command = match left.manager.as_str() {
            "Homebrew" => "brew uninstall go".to_owned(),
            "asdf" => "asdf plugin remove golang".to_owned(),
            "mise" => "mise uninstall --all go".to_owned(),
            "the installer" => "sudo rm -rf /usr/local/go /etc/paths.d/go".to_owned(),
            "gvm" => "gvm implode".to_owned(),
            _ => format!("rm -rf {}", shared::quoted(&left.path)),
        };
        Finding::new(Level::Note, &left.path, message)
            .shown_by([Evidence::Path { path: left.path.clone(), what: left.manager.clone() }])
            .mended_by(Fix::words("if it is no longer used").by(command))
    });
    Ok(findings.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fact, Leftover};
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let left = |facts: &mut Facts| {
            let path = "/Users/me/.goenv".to_owned();
            facts.leftovers = Fact::Known(vec![Leftover { manager: "goenv".to_owned(), path }]);
        };
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(left, "goenv has a Go in ~/.goenv")
            .cannot_tell(|facts| facts.leftovers = Fact::default(), "it was not recorded")
            .does_not_apply(
                |facts| {
                    left(facts);
                    facts.gvr.installed = Fact::Known(Vec::new());
                },
                "gvr has installed no Go",
            );
    }
}

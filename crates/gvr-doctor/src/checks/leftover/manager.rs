//! `leftover/manager`: Go of another manager or installer is here.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::{Fact, Facts};

pub(in crate::checks) const CHECK: Check = Check {
    id: "leftover/manager",
    title: "Go of another manager or installer is here",
    level: Level::Note,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "The folders of goenv, gvm, g, gobrew, goup, golang.org/dl and, with a Go in them, of asdf and mise; \
           Homebrew's Go and the installer's, with macOS's receipt of it.",
    why: "They take hundreds of megabytes each, and their shims and variables come back with a line in a start-up \
          file. Nothing is wrong with having two managers, but two Gos for one project are a common surprise.",
    fix: "Remove what is no longer used, in the manager's own way.",
    run,
};

/// What to do before the command.
fn words(manager: &str) -> String {
    match manager {
        "goenv" | "gvm" | "g" | "gobrew" | "goup" | "asdf" | "mise" => {
            format!("`gvr import {manager}` takes over what it has; then, if it is no longer used")
        }
        _ => "if it is no longer used".to_owned(),
    }
}

fn run(facts: &Facts) -> Outcome {
    let leftovers = facts.leftovers.get()?;
    if facts.gvr.installed.get()?.is_empty() {
        return Err(NotJudged::not_applicable("gvr has installed no Go, so the others are all there is"));
    }
    let receipt = facts.receipt.known().and_then(Option::as_ref);
    let mut findings: Vec<_> = leftovers
        .iter()
        .map(|left| {
            let shown = facts.shown(&left.path);
            let message = format!("{} has a Go in {shown}.", left.manager);
            let command = match left.manager.as_str() {
                "Homebrew" => "brew uninstall go".to_owned(),
                "asdf" => "asdf plugin remove golang".to_owned(),
                "mise" => "mise uninstall --all go".to_owned(),
                "the installer" if receipt.is_some() => shared::PKG_REMOVAL.to_owned(),
                "the installer" => "sudo rm -rf /usr/local/go /etc/paths.d/go".to_owned(),
                "gvm" => "gvm implode".to_owned(),
                _ => format!("rm -rf {}", shared::quoted(&left.path)),
            };
            let receipt = receipt.filter(|_| left.manager == "the installer").map(shared::receipt_evidence);
            Finding::new(Level::Note, &left.path, message)
                .shown_by([Evidence::Path { path: left.path.clone(), what: left.manager.clone() }])
                .shown_by(receipt)
                .mended_by(Fix::words(words(&left.manager)).by(command))
        })
        .collect();
    let tree = facts.goroots.get("/usr/local/go").and_then(Fact::known);
    if let Some(receipt) = receipt
        && !tree.is_some_and(|tree| tree.exists)
    {
        let message = "macOS lists Go's package as installed, but /usr/local/go is gone.";
        findings.push(
            Finding::new(Level::Note, &receipt.package, message)
                .shown_by([shared::receipt_evidence(receipt)])
                .mended_by(Fix::words("let macOS forget it").by("sudo pkgutil --forget org.golang.go")),
        );
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{GoRoot, Leftover};
    use crate::readers::receipt::Receipt;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let left = |facts: &mut Facts| {
            let path = "/Users/me/.goenv".to_owned();
            facts.leftovers = Fact::Known(vec![Leftover { manager: "goenv".to_owned(), path }]);
        };
        let receipt = |facts: &mut Facts| {
            let bytes = include_bytes!("../../../tests/data/receipt.xml.plist");
            facts.receipt = Fact::Known(Some(Receipt::parse(bytes).unwrap()));
        };
        let installed = |facts: &mut Facts| {
            let tree = GoRoot { exists: true, ..GoRoot::default() };
            facts.goroots.insert("/usr/local/go".to_owned(), Fact::Known(tree));
        };
        Cases::of(&CHECK)
            .fails(receipt, "macOS lists Go's package as installed, but /usr/local/go is gone")
            .passes(|facts| {
                receipt(facts);
                installed(facts);
            })
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

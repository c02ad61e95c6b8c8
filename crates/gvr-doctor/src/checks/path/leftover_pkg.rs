//! `path/leftover-pkg`: the installer's package still puts its Go on PATH.

use crate::check::{Check, Evidence, Finding, Fix, Level, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::{Fact, Facts};

pub(in crate::checks) const CHECK: Check = Check {
    id: "path/leftover-pkg",
    title: "the installer's package still puts its Go on PATH",
    level: Level::Warning,
    scope: Scope::Mac,
    remedy: Remedy::Printed,
    what: "Whether /etc/paths.d/go names /usr/local/go/bin, and whether that Go is still there.",
    why: "Go's package for macOS writes /etc/paths.d/go, and path_helper puts what it names on the PATH of every \
          login shell of every user. Removing /usr/local/go leaves it there; beside gvr there are then two Gos on \
          PATH.",
    fix: "Remove the file, and /usr/local/go where gvr is to bring Go. Both belong to root.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    const FILE: &str = "/etc/paths.d/go";
    if facts.text(FILE)?.is_none() {
        return Ok(Vec::new());
    }
    let receipt = facts.receipt.known().and_then(Option::as_ref);
    let tree = facts.goroots.get("/usr/local/go").and_then(Fact::known);
    let is_there = tree.is_some_and(|tree| tree.exists);
    let (message, command) = if !is_there {
        ("/etc/paths.d/go puts /usr/local/go/bin on PATH, but there is no Go.", "sudo rm /etc/paths.d/go")
    } else if facts.gvr.installed.get()?.is_empty() {
        return Ok(Vec::new());
    } else {
        (
            "The installer's Go in /usr/local/go is on every PATH, beside those of gvr.",
            if receipt.is_some() { shared::PKG_REMOVAL } else { "sudo rm -rf /usr/local/go /etc/paths.d/go" },
        )
    };
    let version = tree.and_then(|tree| tree.version.clone());
    let place = version.map(|version| Evidence::Path { path: "/usr/local/go".to_owned(), what: version });
    Ok(vec![
        Finding::new(Level::Warning, FILE, message)
            .shown_by([facts.line(FILE, 1)])
            .shown_by(place)
            .shown_by(receipt.map(shared::receipt_evidence))
            .mended_by(Fix::words("remove it, if gvr is to bring Go; it belongs to root").by(command)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::GoRoot;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let dead = |facts: &mut Facts| facts.set_file("/etc/paths.d/go", "/usr/local/go/bin\n");
        let both = |facts: &mut Facts| {
            dead(facts);
            let tree = GoRoot { exists: true, version: Some("go1.21.0".to_owned()), ..GoRoot::default() };
            facts.goroots.insert("/usr/local/go".to_owned(), Fact::Known(tree));
        };
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(dead, "but there is no Go")
            .shows(dead, "/etc/paths.d/go:1")
            .fails(both, "beside those of gvr")
            .passes(|facts| {
                both(facts);
                facts.gvr.installed = Fact::Known(Vec::new());
            })
            .cannot_tell(|facts| facts.files.clear(), "was not read");
    }
}

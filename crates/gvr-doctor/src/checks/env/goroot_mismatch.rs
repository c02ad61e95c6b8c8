//! `env/goroot-mismatch`: GOROOT is the tree of another Go.

use crate::check::{Check, Evidence, Finding, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::{Facts, Setter};

pub(in crate::checks) const CHECK: Check = Check {
    id: "env/goroot-mismatch",
    title: "GOROOT is the tree of another Go",
    level: Level::Error,
    scope: Scope::Everywhere,
    remedy: Remedy::Applied,
    what: "Whether the tree that GOROOT names has the version of the go that runs.",
    why: "The go command takes its compiler from GOROOT and its standard library too. With those of another release \
          every build stops: \"compile: version does not match go tool version\".",
    fix: "Remove GOROOT. Each Go finds its own tree.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let Some((value, setter)) = facts.set("GOROOT")? else {
        return Err(NotJudged::not_applicable("GOROOT is not set"));
    };
    let first = facts.gos_on_path()?.first().copied().map(|(_, entry)| entry.is_shims);
    if first == Some(true) && setter == Setter::Variable {
        return Err(NotJudged::not_applicable("gvr's shims come first, and drop GOROOT"));
    }
    let Some(own) = facts.go.root.get()? else { return Err(NotJudged::not_applicable("there is no go on PATH")) };
    if *own == value {
        return Ok(Vec::new());
    }
    let version = |root: &str| match facts.goroots.get(root) {
        Some(tree) => Ok(tree.get()?.version.clone()),
        None => Err(NotJudged::Unknown(format!("{} was not looked at", facts.shown(root)))),
    };
    let (theirs, ours) = (version(&value)?, version(own)?);
    if theirs == ours || theirs.is_none() {
        return Ok(Vec::new());
    }
    let name = |version: &Option<String>| version.clone().unwrap_or_else(|| "a Go without a VERSION file".to_owned());
    let message = format!("GOROOT is the tree of {}, and go is {}: no build works.", name(&theirs), name(&ours));
    let trees = [(value.clone(), theirs), (own.clone(), ours)];
    let trees = trees.map(|(path, version)| Evidence::Path { path, what: name(&version) });
    Ok(vec![
        Finding::new(Level::Error, "GOROOT", message)
            .shown_by(facts.setting_evidence("GOROOT"))
            .shown_by(trees)
            .mended_by(facts.removal("GOROOT")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fact, GoRoot};
    use crate::testing::Cases;

    fn other(facts: &mut Facts, version: &str) {
        facts.set_variable("GOROOT", "/opt/go");
        facts.without_shims();
        facts.put_on_path(0, "/usr/local/go/bin", true);
        let tree = GoRoot { exists: true, has_tools: true, version: Some(version.to_owned()), ..GoRoot::default() };
        facts.goroots.insert("/opt/go".to_owned(), Fact::Known(tree));
    }

    #[test]
    fn judges() {
        Cases::of(&CHECK)
            .passes(|facts| other(facts, "go1.27.3"))
            .fails(|facts| other(facts, "go1.21.13"), "GOROOT is the tree of go1.21.13, and go is go1.27.3")
            .cannot_tell(
                |facts| {
                    other(facts, "go1.21.13");
                    facts.goroots.clear();
                },
                "/opt/go was not looked at",
            )
            .does_not_apply(|_| {}, "GOROOT is not set")
            .does_not_apply(|facts| facts.set_variable("GOROOT", "/opt/go"), "drop GOROOT");
    }
}

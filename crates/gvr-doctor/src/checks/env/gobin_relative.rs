//! `env/gobin-relative`: GOBIN is not absolute.

use crate::check::{Check, Finding, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "env/gobin-relative",
    title: "GOBIN is not absolute",
    level: Level::Error,
    scope: Scope::Everywhere,
    remedy: Remedy::Applied,
    what: "Whether GOBIN is an absolute path.",
    why: "go install refuses any other: \"cannot install, GOBIN must be an absolute path\".",
    fix: "Set GOBIN to an absolute folder, or remove it: the default is bin in GOPATH.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let Some((value, _)) = facts.set("GOBIN")? else {
        return Err(NotJudged::not_applicable("GOBIN is not set"));
    };
    if value.starts_with('/') {
        return Ok(Vec::new());
    }
    let message = format!("GOBIN is \"{value}\", which is not absolute: go install refuses it.");
    Ok(vec![
        Finding::new(Level::Error, "GOBIN", message)
            .shown_by(facts.setting_evidence("GOBIN"))
            .mended_by(facts.removal("GOBIN")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let relative = |facts: &mut Facts| {
            facts.set_file("~/.zshrc", "export GOBIN=bin\n");
            facts.set_variable("GOBIN", "bin");
        };
        Cases::of(&CHECK)
            .passes(|facts| facts.set_variable("GOBIN", "/opt/bin"))
            .fails(relative, "GOBIN is \"bin\", which is not absolute")
            .shows(relative, "~/.zshrc:1")
            .edits(relative)
            .cannot_tell(|facts| facts.variables = crate::facts::Fact::default(), "it was not recorded")
            .does_not_apply(|_| {}, "GOBIN is not set");
    }
}

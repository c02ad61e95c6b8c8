//! `goenv/shadowed`: a value of go env -w is hidden by the environment.

use crate::check::{Check, Finding, Level, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "goenv/shadowed",
    title: "a value of go env -w is hidden by the environment",
    level: Level::Note,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "Keys of Go's file of settings that the environment sets to something else.",
    why: "The environment counts before go env -w. What was set there once and for all has no effect, and go env -w \
          warns of it only in the moment of writing.",
    fix: "Remove one of the two: the variable, or with go env -u the setting.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let (file, text) = shared::settings(facts)?;
    let mut findings = Vec::new();
    for setting in shared::settings_lines(text) {
        let Some(value) = facts.variable(setting.key)? else { continue };
        if value == setting.value {
            continue;
        }
        let message =
            format!("go env -w has set {}, but the environment says something else, and counts.", setting.key);
        findings.push(
            Finding::new(Level::Note, setting.key, message)
                .shown_by([facts.line(file, setting.line)])
                .shown_by(facts.variable_evidence(setting.key))
                .mended_by(facts.unset("remove the one that is not meant; this one from Go's settings", setting.key)),
        );
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Cases;

    const FILE: &str = "~/Library/Application Support/go/env";

    #[test]
    fn judges() {
        let hidden = |facts: &mut Facts| {
            facts.set_file(FILE, "GOBIN=/opt/bin\nGOPROXY=direct\n");
            facts.set_variable("GOPROXY", "off");
        };
        Cases::of(&CHECK)
            .passes(|facts| facts.set_file(FILE, "GOPROXY=direct\n"))
            .fails(hidden, "go env -w has set GOPROXY")
            .shows(hidden, "~/Library/Application Support/go/env:2")
            .cannot_tell(|facts| facts.files.clear(), "was not read")
            .does_not_apply(|_| {}, "go env -w has set nothing");
    }
}

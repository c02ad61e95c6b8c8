//! `env/goroot-set`: GOROOT is exported.

use crate::check::{Check, Finding, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "env/goroot-set",
    title: "GOROOT is set",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Applied,
    what: "Whether the environment has a GOROOT.",
    why: "Go finds its own tree by the place of its program. A GOROOT in the environment overrides that for every Go that is \
          started, so that the next Go of another version works with the wrong tree: \"compile: version does not match go \
          tool version\". gvr's shims drop it; programs that start a Go by its path do not.",
    fix: "Remove the line that sets it. No Go since 1.10 needs it.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let variables = facts.variables.get()?;
    if variables.get("GVR_KEEP_GOROOT").is_some_and(|value| value == "1") {
        return Err(NotJudged::not_applicable("GVR_KEEP_GOROOT=1 says that GOROOT is set on purpose"));
    }
    let Some(value) = facts.variable("GOROOT")? else { return Ok(Vec::new()) };
    let message = format!("GOROOT is set to {}, which every Go then takes for its own tree.", facts.shown(value));
    let fix = facts.removal("GOROOT");
    Ok(vec![Finding::new(Level::Warning, "GOROOT", message).shown_by(facts.variable_evidence("GOROOT")).mended_by(fix)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let set = |facts: &mut Facts| {
            facts.set_file("~/.zshrc", "# mine\nexport GOROOT=/usr/local/go\n");
            facts.set_variable("GOROOT", "/usr/local/go");
        };
        Cases::of(&CHECK)
            .passes(|_| {})
            .passes(|facts| facts.set_variable("GOROOT", ""))
            .fails(set, "GOROOT is set to /usr/local/go")
            .shows(set, "~/.zshrc:2")
            .edits(set)
            .cannot_tell(|facts| facts.variables = Fact::default(), "it was not recorded")
            .does_not_apply(
                |facts| {
                    set(facts);
                    facts.set_variable("GVR_KEEP_GOROOT", "1");
                },
                "on purpose",
            );
    }
}

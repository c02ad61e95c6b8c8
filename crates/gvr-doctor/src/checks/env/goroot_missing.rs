//! `env/goroot-missing`: GOROOT names no Go.

use crate::check::{Check, Evidence, Finding, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "env/goroot-missing",
    title: "GOROOT leads to no Go",
    level: Level::Error,
    scope: Scope::Everywhere,
    remedy: Remedy::Applied,
    what: "Whether the folder that GOROOT names is there and has pkg/tool, by which Go knows its tree.",
    why: "Go believes GOROOT without looking. Every command then stops with \"go: cannot find GOROOT directory\", or with a \
          standard library that has no packages.",
    fix: "Remove the line that sets GOROOT.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let Some((value, _)) = facts.set("GOROOT")? else {
        return Err(NotJudged::not_applicable("GOROOT is not set"));
    };
    let root = match facts.goroots.get(&value) {
        Some(root) => root.get()?,
        None => return Err(NotJudged::Unknown(format!("{} was not looked at", facts.shown(&value)))),
    };
    let what = match (root.exists, root.has_tools) {
        (true, true) => return Ok(Vec::new()),
        (true, false) => "has no pkg/tool",
        (false, _) => "is not there",
    };
    let message = format!("GOROOT is {}, which {what}: no go command works with it.", facts.shown(&value));
    Ok(vec![
        Finding::new(Level::Error, "GOROOT", message)
            .shown_by(facts.setting_evidence("GOROOT"))
            .shown_by([Evidence::Path { path: value, what: what.to_owned() }])
            .mended_by(facts.removal("GOROOT")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fact, GoRoot};
    use crate::testing::Cases;

    fn goroot(facts: &mut Facts, root: GoRoot) {
        facts.set_variable("GOROOT", "/opt/go");
        facts.goroots.insert("/opt/go".to_owned(), Fact::Known(root));
    }

    #[test]
    fn judges() {
        Cases::of(&CHECK)
            .passes(|facts| goroot(facts, GoRoot { exists: true, has_tools: true, ..GoRoot::default() }))
            .fails(|facts| goroot(facts, GoRoot::default()), "GOROOT is /opt/go, which is not there")
            .fails(|facts| goroot(facts, GoRoot { exists: true, ..GoRoot::default() }), "has no pkg/tool")
            .cannot_tell(|facts| facts.set_variable("GOROOT", "/opt/go"), "/opt/go was not looked at")
            .does_not_apply(|_| {}, "GOROOT is not set");
    }
}

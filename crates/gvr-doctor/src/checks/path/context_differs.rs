//! `path/context-differs`: shells that are started differently find different Gos.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "path/context-differs",
    title: "shells that are started differently find different Gos",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "Which go is found by a login shell, by an interactive one and by one that is neither. Only with \
           --shells, which starts your shell.",
    why: "Terminals, editors, cron and ssh start a shell in different ways, and each way reads other files. Where \
          they find different Gos, a build works in one place and fails in another.",
    fix: "Put the line of gvr init into the file that all of these ways read, or into both.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let runs = facts.shells.get()?;
    let Some(first) = runs.first() else {
        return Err(NotJudged::not_applicable("only --shells starts your shell"));
    };
    if runs.iter().all(|run| run.go == first.go) {
        return Ok(Vec::new());
    }
    let evidence = runs.iter().map(|run| Evidence::Value {
        name: format!("{} shell", run.how),
        value: run.go.as_deref().map_or_else(|| "no go".to_owned(), |go| facts.shown(go)),
    });
    let message = "Which go is found depends on how the shell is started.";
    Ok(vec![
        Finding::new(Level::Warning, "go", message)
            .shown_by(evidence)
            .mended_by(Fix::words("put the line that changes PATH into a file that each of them reads")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let differ = |facts: &mut Facts| {
            if let Fact::Known(runs) = &mut facts.shells {
                runs[2].go = None;
            }
        };
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(differ, "depends on how the shell is started")
            .cannot_tell(|facts| facts.shells = Fact::unknown("no shell is started unasked"), "unasked")
            .does_not_apply(|facts| facts.shells = Fact::Known(Vec::new()), "only --shells starts your shell");
    }
}

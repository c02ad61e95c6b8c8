//! `toolchain/mixed-tree`: one folder has the files of two Gos.

use crate::check::{Check, Evidence, Finding, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::{Fact, Facts};

pub(in crate::checks) const CHECK: Check = Check {
    id: "toolchain/mixed-tree",
    title: "one folder has the files of two Gos",
    level: Level::Error,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "Whether bin/go, gofmt, the compiler and the linker of the Go here were all made by the release that its \
           VERSION file names.",
    why: "Unpacking a Go over another one leaves files of both. Builds then fail in odd ways: \"redeclared in this \
          block\", \"compile: version does not match\".",
    fix: "Install it anew, into an empty folder.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let programs = shared::own_programs(facts)?;
    let root = facts.go.root.get()?.clone().unwrap_or_default();
    let named = facts.goroots.get(&root).and_then(Fact::known).and_then(|tree| tree.version.clone());
    let Some(named) = named.filter(|name| name.starts_with("go1")) else {
        return Err(NotJudged::Unknown(format!("{} does not say which release it is", facts.shown(&root))));
    };
    let bare = |name: &str| name.split([' ', '-']).next().unwrap_or_default().to_owned();
    let others: Vec<_> = programs
        .iter()
        .filter_map(|(path, program)| Some((path, program.go.as_deref()?)))
        .filter(|(_, go)| bare(go) != bare(&named) && !go.starts_with("devel"))
        .collect();
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let message =
        format!("{} is {named} by its VERSION file, and has programs of another release.", facts.shown(&root));
    let evidence = others.iter().map(|(path, go)| Evidence::Path { path: (*path).clone(), what: (*go).to_owned() });
    Ok(vec![
        Finding::new(Level::Error, &root, message)
            .shown_by([Evidence::Path { path: format!("{root}/VERSION"), what: named.clone() }])
            .shown_by(evidence)
            .mended_by(shared::reinstall(facts, &root)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let mixed = |facts: &mut Facts| {
            facts.own_program("pkg/tool/darwin_arm64/compile").go = Some("go1.21.13".to_owned());
        };
        Cases::of(&CHECK)
            .passes(|_| {})
            .passes(|facts| facts.own_program("bin/go").go = Some("go1.27.3 X:nocoverageredesign".to_owned()))
            .fails(mixed, "has programs of another release")
            .cannot_tell(|facts| facts.own_goroot().version = None, "does not say which release it is")
            .does_not_apply(|facts| facts.go.root = Fact::Known(None), "there is no Go here");
    }
}

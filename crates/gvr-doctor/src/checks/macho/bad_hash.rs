//! `macho/bad-hash`: a program was changed after it was signed.

use crate::check::{Check, Evidence, Finding, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "macho/bad-hash",
    title: "a program was changed after it was signed",
    level: Level::Error,
    scope: Scope::Mac,
    remedy: Remedy::Printed,
    what: "The hashes of all pages of the Go's programs against those in their signature.",
    why: "The kernel checks each page of a signed program when it is first used, and ends the program where the \
          hash is another one. That happens in the middle of a build, and in no message is there why.",
    fix: "Install it anew, into an empty folder.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let programs = shared::own_programs(facts)?;
    let signed: Vec<_> = programs
        .iter()
        .filter_map(|(path, program)| Some((path, program.mach_o.as_ref()?.signature.as_ref()?.bad_pages.as_ref()?)))
        .collect();
    if signed.is_empty() {
        return Err(NotJudged::Unknown("no signature was compared with its file".to_owned()));
    }
    let bad: Vec<_> = signed.into_iter().filter(|(_, pages)| !pages.is_empty()).collect();
    if bad.is_empty() {
        return Ok(Vec::new());
    }
    let root = facts.go.root.get()?.clone().unwrap_or_default();
    let evidence = bad.iter().map(|(path, pages)| {
        let numbers: Vec<_> = pages.iter().take(5).map(u64::to_string).collect();
        let what = format!("{} pages differ from what was signed, among them {}", pages.len(), numbers.join(", "));
        Evidence::Path { path: (*path).clone(), what }
    });
    let message =
        format!("Programs in {} were changed after they were signed, so the kernel ends them.", facts.shown(&root));
    Ok(vec![Finding::new(Level::Error, &root, message).shown_by(evidence).mended_by(shared::reinstall(facts, &root))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    fn pages(facts: &mut Facts, pages: Option<Vec<u64>>) {
        for name in ["bin/go", "bin/gofmt", "pkg/tool/darwin_arm64/compile", "pkg/tool/darwin_arm64/link"] {
            facts.own_program(name).mach_o.as_mut().unwrap().signature.as_mut().unwrap().bad_pages = pages.clone();
        }
    }

    #[test]
    fn judges() {
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(|facts| pages(facts, Some(vec![5])), "were changed after they were signed")
            .cannot_tell(|facts| pages(facts, None), "no signature was compared")
            .does_not_apply(|facts| facts.go.root = Fact::Known(None), "there is no Go here");
    }
}

//! `flags/windows-header`: GOFLAGS makes Windows programs.

use crate::check::{Check, Finding, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "flags/windows-header",
    title: "GOFLAGS makes Windows programs",
    level: Level::Error,
    scope: Scope::Everywhere,
    remedy: Remedy::Applied,
    what: "Whether GOFLAGS passes -H=windowsgui or the like to the linker while GOOS is not windows.",
    why: "The linker obeys: the build succeeds and writes a Windows program under the usual name. The system then \
          says \"exec format error\".",
    fix: "Take the flag out of GOFLAGS, and give it where Windows programs are built.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let (value, _) = facts.setting("GOFLAGS")?;
    if value.trim().is_empty() {
        return Err(NotJudged::not_applicable("GOFLAGS is not set"));
    }
    let (goos, _) = facts.setting("GOOS")?;
    let mut words = value.split([' ', '\'', '"', '=']).filter(|word| !word.is_empty());
    let has_header = words.any(|word| word == "-H") && value.contains("windows");
    if !has_header || goos == "windows" {
        return Ok(Vec::new());
    }
    let message = "GOFLAGS tells the linker to make Windows programs, also of what is built for this machine.";
    Ok(vec![
        Finding::new(Level::Error, "GOFLAGS", message)
            .shown_by(facts.setting_evidence("GOFLAGS"))
            .mended_by(facts.removal("GOFLAGS")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let set = |value: &'static str| move |facts: &mut Facts| facts.set_variable("GOFLAGS", value);
        Cases::of(&CHECK)
            .passes(set("-ldflags=-s"))
            .fails(set("-ldflags=-H=windowsgui"), "to make Windows programs")
            .fails(set("'-ldflags=-s -H windowsgui'"), "to make Windows programs")
            .passes(|facts| {
                facts.set_variable("GOFLAGS", "-ldflags=-H=windowsgui");
                facts.set_variable("GOOS", "windows");
            })
            .cannot_tell(|facts| facts.variables = Fact::default(), "it was not recorded")
            .does_not_apply(|_| {}, "GOFLAGS is not set");
    }
}

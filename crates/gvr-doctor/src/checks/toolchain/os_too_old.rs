//! `toolchain/os-too-old`: the Go here is for a newer macOS.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::{Facts, Program};

pub(in crate::checks) const CHECK: Check = Check {
    id: "toolchain/os-too-old",
    title: "the Go here is for a newer macOS",
    level: Level::Error,
    scope: Scope::Mac,
    remedy: Remedy::Printed,
    what: "The oldest macOS that the programs of the Go here run on, as their files say, against the macOS that \
           runs.",
    why: "Each Go supports the macOS of its time: 1.21 from 10.15 on, 1.23 from 11, 1.25 from 12, 1.27 from 13. On \
          an older one its programs end at once, or miss a function later.",
    fix: "Choose an older Go, or bring macOS up to date.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let programs = shared::own_programs(facts)?;
    let running = facts.system.version.get()?;
    let version =
        |text: &str| shared::macos(text).ok_or_else(|| NotJudged::Unknown(format!("{text} is no version of macOS")));
    let own = version(running)?;
    let minimum = |program: &Program| shared::macos(program.mach_o.as_ref()?.min_os.as_deref()?);
    let Some((path, program)) =
        programs.iter().find(|(_, program)| minimum(program).is_some_and(|minimum| minimum > own))
    else {
        return Ok(Vec::new());
    };
    let needed = program.mach_o.as_ref().and_then(|file| file.min_os.clone()).unwrap_or_default();
    let message = format!("The Go here needs macOS {needed}, and this is {running}.");
    Ok(vec![
        Finding::new(Level::Error, "go", message)
            .shown_by([Evidence::Path { path: path.clone(), what: format!("made for macOS {needed} and later") }])
            .mended_by(Fix::words("choose an older Go; which there are").by("gvr versions --remote")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(
                |facts| facts.system_mut().version = Fact::Known("12.7.6".to_owned()),
                "needs macOS 13.0, and this is 12.7.6",
            )
            .cannot_tell(|facts| facts.system_mut().version = Fact::Known("x".to_owned()), "no version of macOS")
            .does_not_apply(|facts| facts.go.root = Fact::Known(None), "there is no Go here");
    }
}

//! `macho/provenance`: the Go here was not signed by the Go project.

use crate::check::{Check, Evidence, Finding, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "macho/provenance",
    title: "the Go here was not signed by the Go project",
    level: Level::Note,
    scope: Scope::Mac,
    remedy: Remedy::Nothing,
    what: "Who signed the go program, by the team in its signature.",
    why: "Go's own releases for macOS are signed by Google, team EQHXZ8M8AV. Homebrew and others build Go \
          themselves and sign it ad hoc: that is no fault, but it is another build, and nobody vouches for its file.",
    fix: "Nothing has to be done. Go's own build is what gvr installs.",
    run,
};

const GOOGLE: &str = "EQHXZ8M8AV";

fn run(facts: &Facts) -> Outcome {
    let programs = shared::own_programs(facts)?;
    let Some((path, program)) = programs.into_iter().find(|(path, _)| path.ends_with("/bin/go")) else {
        return Err(NotJudged::Unknown("the go program was not looked at".to_owned()));
    };
    let Some(file) = &program.mach_o else {
        return Err(NotJudged::not_applicable("the go program is not one of macOS"));
    };
    let what = match &file.signature {
        Some(signature) if signature.team.as_deref() == Some(GOOGLE) => return Ok(Vec::new()),
        Some(signature) => match &signature.team {
            Some(team) => format!("signed by the team {team}"),
            None => "signed ad hoc, by nobody in particular".to_owned(),
        },
        // macho/unsigned tells of that where it matters; Go before 1.21 was not signed for Intel.
        None => "not signed".to_owned(),
    };
    let message = format!("The Go here is {what}, so it is not the Go project's own build.");
    Ok(vec![Finding::new(Level::Note, "go", message).shown_by([Evidence::Path { path, what }])])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fact, Signature};
    use crate::testing::Cases;

    fn sign(facts: &mut Facts, team: Option<&str>) {
        let signature = Signature { is_ad_hoc: team.is_none(), team: team.map(str::to_owned), ..Signature::default() };
        facts.own_program("bin/go").mach_o.as_mut().unwrap().signature = Some(signature);
    }

    #[test]
    fn judges() {
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(|facts| sign(facts, None), "signed ad hoc")
            .fails(|facts| sign(facts, Some("ABCDE12345")), "signed by the team ABCDE12345")
            .cannot_tell(|facts| facts.own_goroot().programs.clear(), "no program was looked at")
            .does_not_apply(|facts| facts.go.root = Fact::Known(None), "there is no Go here");
    }
}

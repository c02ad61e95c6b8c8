//! `toolchain/switched`: Go runs another version than the one that was chosen.

use gvr_core::Version;
use gvr_core::gotoolchain;

use crate::check::{Check, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "toolchain/switched",
    title: "Go runs another version than the one that was chosen",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "What the go and toolchain lines of go.work or go.mod and GOTOOLCHAIN make of the Go that applies here.",
    why: "Since 1.21 the go command hands over to a newer Go where the module asks for one, and downloads it if it \
          may. With GOTOOLCHAIN=local it stops instead. Either way the version that was chosen is not the one that \
          builds.",
    fix: "Install and choose the version that the module asks for.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let started = shared::version_here(facts)?;
    let Some(asked) = facts.requirement()? else {
        return Err(NotJudged::not_applicable("no go.mod or go.work is here"));
    };
    let (value, _) = facts.setting("GOTOOLCHAIN")?;
    if shared::named_toolchain(&value).is_some_and(|version| version.is_err()) {
        return Err(NotJudged::not_applicable(
            "GOTOOLCHAIN makes no sense, which toolchain/gotoolchain-invalid tells of",
        ));
    }
    let installed = facts.gvr.installed.known();
    let is_on_path = |version: Version| installed.is_some_and(|names| names.contains(&version.to_string()));
    let effective = gotoolchain::foretell(started, &value, Some(asked.requirement), is_on_path);
    let (level, message) = match effective.version {
        Some(version) if version == started => return Ok(Vec::new()),
        Some(version) => {
            (Level::Note, format!("Go {started} was chosen, but {version} does the work: {}.", effective.reason))
        }
        None => (Level::Warning, format!("Go {started} stops here: {}.", effective.reason)),
    };
    let wanted = asked.requirement.to_install();
    let wanted = match wanted {
        gvr_core::Request::Exact(toolchain) => toolchain.to_string(),
        _ => format!("{}.{}", asked.requirement.version.major(), asked.requirement.version.minor()),
    };
    Ok(vec![
        Finding::new(level, "go", message)
            .shown_by([facts.line(&asked.file, asked.requirement.line)])
            .shown_by(facts.setting_evidence("GOTOOLCHAIN"))
            .mended_by(
                Fix::words("choose the version that is asked for")
                    .by(format!("gvr install {wanted} && gvr local {wanted}")),
            ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let newer = |facts: &mut Facts| facts.set_file("~/src/hello/go.mod", "module x\n\ngo 1.28.1\n");
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(newer, "Go 1.27.3 was chosen, but 1.28.1 does the work")
            .shows(newer, "~/src/hello/go.mod:3")
            .fails(
                |facts| {
                    newer(facts);
                    facts.set_variable("GOTOOLCHAIN", "local");
                },
                "Go 1.27.3 stops here",
            )
            .cannot_tell(|facts| facts.go.version = Fact::unknown("it does not say"), "it does not say")
            .does_not_apply(|facts| facts.set_variable("GOTOOLCHAIN", "1.21.0"), "makes no sense")
            .does_not_apply(|facts| facts.remove_file("~/src/hello/go.mod"), "no go.mod or go.work is here");
    }
}

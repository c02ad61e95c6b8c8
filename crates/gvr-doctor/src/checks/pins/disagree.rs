//! `pins/disagree`: the files of this repository ask for different Gos.

use gvr_core::Version;

use crate::check::{Check, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "pins/disagree",
    title: "the files of this repository ask for different Gos",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "What .go-version, .tool-versions, go.work, go.mod and the workflows of GitHub and GitLab here ask for, \
           each with its line.",
    why: "Each of them is read by somebody else: gvr and other managers, Go itself, and the pipeline. Where a pin \
          is older than the go line, Go switches to a third version, and what was tested is not what is built.",
    fix: "Let all of them ask for one version.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let pins = facts.pins()?;
    if pins.is_empty() {
        return Err(NotJudged::not_applicable("no file here asks for a Go"));
    }
    let mut findings: Vec<Finding> = Vec::new();
    let required = facts.requirement()?;
    for pin in &pins {
        let Some((major, minor, version)) = pin.version else { continue };
        let Some(asked) = &required else { break };
        let needed = asked.requirement.version;
        let is_older = match version {
            Some(version) => version < needed,
            None => (major, minor) < (needed.major(), needed.minor()),
        };
        if is_older {
            let message = format!(
                "{} asks for Go {}, which is older than the {needed} that {} needs.",
                name(&pin.file),
                pin.text,
                name(&asked.file)
            );
            findings.push(
                Finding::new(Level::Warning, &pin.file, message)
                    .shown_by([facts.line(&pin.file, pin.line), facts.line(&asked.file, asked.requirement.line)])
                    .mended_by(Fix::words("let both ask for one version")),
            );
        }
    }
    // Two pins of one folder are read by two managers.
    for (index, pin) in pins.iter().enumerate() {
        let Some(own) = pin.version else { continue };
        let other = pins[index + 1..].iter().find(|other| other.version.is_some_and(|theirs| differ(own, theirs)));
        if let Some(other) = other {
            let message =
                format!("{} asks for Go {}, and {} for {}.", name(&pin.file), pin.text, name(&other.file), other.text);
            findings.push(
                Finding::new(Level::Warning, format!("{} {}", pin.file, other.file), message)
                    .shown_by([facts.line(&pin.file, pin.line), facts.line(&other.file, other.line)])
                    .mended_by(Fix::words("let both ask for one version")),
            );
        }
    }
    Ok(findings)
}

type Asked = (u32, u32, Option<Version>);

/// Whether two pins cannot both be meant: of different minors, or of different patches where both name one.
fn differ(one: Asked, other: Asked) -> bool {
    (one.0, one.1) != (other.0, other.1) || matches!((one.2, other.2), (Some(one), Some(other)) if one != other)
}

fn name(file: &str) -> &str {
    let mut parts = file.rsplit('/');
    let last = parts.next().unwrap_or(file);
    if parts.next() == Some("workflows") { &file[file.len() - last.len() - "workflows/".len()..] } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let pin = |text: &'static str| move |facts: &mut Facts| facts.set_file("~/src/hello/.go-version", text);
        let workflow = |facts: &mut Facts, text: &str| {
            facts.set_file(
                "~/src/hello/.github/workflows/ci.yml",
                &format!("steps:\n  - with:\n      go-version: {text}\n"),
            );
        };
        Cases::of(&CHECK)
            .passes(pin("1.27.3\n"))
            .passes(|facts| workflow(facts, "'1.27.x'"))
            .passes(|facts| workflow(facts, "${{ matrix.go }}"))
            .fails(pin("1.22.5\n"), ".go-version asks for Go 1.22.5, which is older than the 1.27 that go.mod needs")
            .shows(pin("# ours\n1.22.5\n"), "~/src/hello/.go-version:2")
            .fails(|facts| workflow(facts, "'1.25'"), "workflows/ci.yml asks for Go 1.25, which is older than the 1.27")
            .fails(
                |facts| {
                    pin("1.27.3\n")(facts);
                    facts.set_file("~/src/hello/.tool-versions", "golang 1.27.2\n");
                },
                ".go-version asks for Go 1.27.3, and .tool-versions for 1.27.2",
            )
            .cannot_tell(|facts| facts.folder = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.remove_file("~/src/hello/go.mod"), "no file here asks for a Go");
    }
}

//! `env/goroot-cellar`: GOROOT names one version inside Homebrew.

use crate::check::{Check, Finding, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "env/goroot-cellar",
    title: "GOROOT names one version inside Homebrew",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Applied,
    what: "Whether GOROOT, in the environment, in a start-up file or in Go's settings, leads into Cellar/go/VERSION.",
    why: "Homebrew keeps each version in a folder of its own name, and removes the old one with the next upgrade. \
          From then on GOROOT leads nowhere.",
    fix: "Remove GOROOT. Homebrew's go finds its tree by itself.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let value = facts.set("GOROOT")?.map(|(value, _)| value).unwrap_or_default();
    let lines: Vec<_> = facts.assignments("GOROOT");
    if value.is_empty() && lines.is_empty() {
        return Err(NotJudged::not_applicable("GOROOT is not set"));
    }
    let guilty: Vec<_> = lines.iter().filter(|(file, line)| is_cellar(&facts.line_text(file, *line))).collect();
    if !is_cellar(&value) && guilty.is_empty() {
        return Ok(Vec::new());
    }
    let message = "GOROOT names one version inside Homebrew's Cellar, which the next upgrade removes.";
    let evidence = if is_cellar(&value) {
        facts.setting_evidence("GOROOT")
    } else {
        guilty.iter().map(|(file, line)| facts.line(file, *line)).collect()
    };
    Ok(vec![Finding::new(Level::Warning, "GOROOT", message).shown_by(evidence).mended_by(facts.removal("GOROOT"))])
}

fn is_cellar(text: &str) -> bool {
    text.split_once("/Cellar/go").is_some_and(|(_, rest)| rest.starts_with('/') || rest.starts_with('@'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let line = |facts: &mut Facts| {
            facts.set_file("~/.zshrc", "export GOROOT=/opt/homebrew/Cellar/go/1.22.5/libexec\n");
        };
        Cases::of(&CHECK)
            .passes(|facts| facts.set_variable("GOROOT", "/opt/homebrew/opt/go/libexec"))
            .fails(line, "which the next upgrade removes")
            .shows(line, "~/.zshrc:1")
            .fails(|facts| facts.set_variable("GOROOT", "/usr/local/Cellar/go@1.21/1.21.13/libexec"), "Cellar")
            .cannot_tell(|facts| facts.variables = crate::facts::Fact::default(), "it was not recorded")
            .does_not_apply(|_| {}, "GOROOT is not set");
    }
}

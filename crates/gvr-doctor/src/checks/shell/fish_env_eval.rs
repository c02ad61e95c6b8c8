//! `shell/fish-env-eval`: fish runs the output of go env as code.

use crate::check::{Check, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "shell/fish-env-eval",
    title: "fish runs the output of go env as code",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "Lines of fish's start-up files that source or evaluate what go env prints.",
    why: "go env prints lines such as AR='ar', which fish refuses: \"Unsupported use of '='\". Nothing is set, and \
          each new shell begins with an error.",
    fix: "Set the one variable that is needed, or none: Go knows its own settings.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    facts.home.get()?;
    let files: Vec<_> = facts.startup_files().into_iter().filter(|(startup, _)| startup.shell == "fish").collect();
    if files.is_empty() {
        return Err(NotJudged::not_applicable("fish has no start-up files here"));
    }
    let mut findings = Vec::new();
    for (startup, text) in files {
        for (line, number) in text.lines().zip(1..) {
            if line.trim_start().starts_with('#') || !evaluates(line) {
                continue;
            }
            let message = "fish runs what go env prints as code, which is written for other shells.";
            findings.push(
                Finding::new(Level::Warning, format!("{}:{number}", startup.path), message)
                    .shown_by([facts.line(&startup.path, number)])
                    .mended_by(
                        Fix::words("remove the line; where one value is needed").by("set -gx GOPATH (go env GOPATH)"),
                    ),
            );
        }
    }
    Ok(findings)
}

fn evaluates(line: &str) -> bool {
    let line: String = line.split_whitespace().collect::<Vec<_>>().join(" ");
    line.contains("go env | source")
        || line.contains("go env|source")
        || (line.contains("eval") && ["(go env)", "(go env |", "$(go env)"].iter().any(|part| line.contains(part)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let file = "~/.config/fish/config.fish";
        let evaluated = |facts: &mut Facts| facts.set_file(file, "x\ngo env | source\n");
        Cases::of(&CHECK)
            .passes(|facts| facts.set_file(file, "set -gx GOPATH (go env GOPATH)\n"))
            .fails(evaluated, "fish runs what go env prints as code")
            .shows(evaluated, "~/.config/fish/config.fish:2")
            .fails(|facts| facts.set_file(file, "eval (go env)\n"), "as code")
            .cannot_tell(|facts| facts.home = crate::facts::Fact::default(), "it was not recorded")
            .does_not_apply(|_| {}, "fish has no start-up files here");
    }
}

//! `toolchain/rosetta`: Go runs translated on Apple silicon.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "toolchain/rosetta",
    title: "Go runs translated on Apple silicon",
    level: Level::Warning,
    scope: Scope::Mac,
    remedy: Remedy::Printed,
    what: "Whether the Go here has no program for arm64, and whether this process itself is translated by Rosetta, \
           on a Mac with Apple silicon.",
    why: "An Intel Go is translated, which costs time with every build, and what it builds is for Intel too unless \
          GOARCH says otherwise. A terminal that was started by Rosetta hands that on to all that it starts.",
    fix: "Install the Go for arm64, and start the terminal natively.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    if *facts.system.apple_silicon.get()? != Some(true) {
        return Err(NotJudged::not_applicable("this Mac has no Apple silicon"));
    }
    let mut findings = Vec::new();
    if *facts.system.translated.get()? == Some(true) {
        let message = "This terminal runs translated by Rosetta, and so does what it starts.";
        findings.push(
            Finding::new(Level::Warning, "terminal", message)
                .shown_by([Evidence::Value { name: "sysctl.proc_translated".to_owned(), value: "1".to_owned() }])
                .mended_by(
                    Fix::words(
                        "switch off \"Open using Rosetta\" in the terminal's information in Finder; for one shell",
                    )
                    .by("arch -arm64 zsh"),
                ),
        );
    }
    match shared::own_programs(facts) {
        Ok(programs) => {
            let intel = programs.iter().find(|(_, program)| {
                program.format == "mach-o"
                    && !program.archs.is_empty()
                    && !program.archs.iter().any(|arch| arch == "arm64")
            });
            if let Some((path, program)) = intel {
                let root = facts.go.root.get()?.clone().unwrap_or_default();
                let message = "The Go here is for Intel, so it is translated, and builds for Intel.";
                findings.push(
                    Finding::new(Level::Warning, "go", message)
                        .shown_by([Evidence::Path { path: path.clone(), what: shared::kind(program) }])
                        .mended_by(shared::reinstall(facts, &root)),
                );
            }
        }
        Err(error) if findings.is_empty() => return Err(error),
        Err(_) => {}
    }
    Ok(findings)
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
            .fails(|facts| facts.system_mut().translated = Fact::Known(Some(true)), "runs translated by Rosetta")
            .fails(|facts| facts.own_program("bin/go").archs = vec!["amd64".to_owned()], "The Go here is for Intel")
            .passes(|facts| facts.own_program("bin/go").archs = vec!["amd64".to_owned(), "arm64".to_owned()])
            .cannot_tell(|facts| facts.system_mut().apple_silicon = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.system_mut().apple_silicon = Fact::Known(Some(false)), "no Apple silicon");
    }
}

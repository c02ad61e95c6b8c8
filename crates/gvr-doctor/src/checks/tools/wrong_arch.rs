//! `tools/wrong-arch`: a tool is for another processor.

use crate::check::{Check, Evidence, Finding, Fix, Level, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "tools/wrong-arch",
    title: "a tool is for another processor",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "What the programs are made for that go install has placed.",
    why: "A Go for Intel on Apple silicon, or a GOARCH that is set, makes go install build for another processor. \
          Such a tool is translated, or does not start; a debugger that is translated cannot debug.",
    fix: "Build the tool again with the machine's own Go.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let tools = shared::tools(facts)?;
    let (os, arch) = (facts.system.os.get()?, facts.system.arch.get()?);
    let mut findings = Vec::new();
    for (path, program) in tools {
        // Scripts run everywhere, and what is no program of Go's is somebody else's.
        let is_native = program.archs.iter().any(|known| known == arch);
        let is_foreign = !shared::runs_on(program, os, arch);
        if program.go.is_none() || program.archs.is_empty() || (is_native && !is_foreign) {
            continue;
        }
        let level = if is_foreign { Level::Error } else { Level::Warning };
        let effect = if is_foreign { "cannot run here" } else { "runs translated" };
        let message = format!("{} is {}, and {effect}.", facts.shown(&path), shared::kind(program));
        findings.push(
            Finding::new(level.min(CHECK.level), &path, message)
                .shown_by([Evidence::Path { path: path.clone(), what: shared::kind(program) }])
                .shown_by(facts.setting_evidence("GOARCH"))
                .mended_by(
                    Fix::words("build it again with go install of its package; which one that is")
                        .by(format!("go version -m {}", shared::quoted(&path))),
                ),
        );
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fact, Program};
    use crate::testing::Cases;

    fn tool(facts: &mut Facts, format: &str, arch: &str) {
        let program = Program {
            format: format.to_owned(),
            archs: vec![arch.to_owned()],
            go: Some("go1.22.5".to_owned()),
            ..Program::default()
        };
        facts.known_tools().insert("/Users/me/go/bin/dlv".to_owned(), Fact::Known(program));
    }

    #[test]
    fn judges() {
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(|facts| tool(facts, "mach-o", "amd64"), "~/go/bin/dlv is mach-o for amd64, and runs translated")
            .fails(|facts| tool(facts, "elf", "arm64"), "cannot run here")
            .cannot_tell(|facts| facts.tools = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.known_tools().clear(), "has put no program anywhere");
    }
}

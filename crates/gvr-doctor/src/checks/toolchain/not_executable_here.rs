//! `toolchain/not-executable-here`: the Go here is for another machine.

use crate::check::{Check, Evidence, Finding, Level, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "toolchain/not-executable-here",
    title: "the Go here is for another machine",
    level: Level::Error,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "Whether the programs of the Go here are of the system's own kind and for its processor.",
    why: "A Go for another system or processor does not start: \"exec format error\", \"bad CPU type in \
          executable\", \"cannot execute binary file\".",
    fix: "Install it for this machine.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let programs = shared::own_programs(facts)?;
    let os = facts.system.os.get()?;
    let arch = facts.system.arch.get()?;
    let wanted = if os == "darwin" { "mach-o" } else { "elf" };
    let wrong: Vec<_> = programs.iter().filter(|(_, program)| !shared::runs_on(program, os, arch)).collect();
    if wrong.is_empty() {
        return Ok(Vec::new());
    }
    let root = facts.go.root.get()?.clone().unwrap_or_default();
    let message = format!("The Go in {} cannot run here, which needs {wanted} for {arch}.", facts.shown(&root));
    let evidence =
        wrong.iter().map(|(path, program)| Evidence::Path { path: path.clone(), what: shared::kind(program) });
    Ok(vec![Finding::new(Level::Error, &root, message).shown_by(evidence).mended_by(shared::reinstall(facts, &root))])
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
            .passes(|facts| facts.own_program("bin/go").archs = vec!["amd64".to_owned()])
            .fails(|facts| facts.own_program("bin/go").format = "elf".to_owned(), "cannot run here")
            .fails(|facts| facts.system_mut().arch = Fact::Known("amd64".to_owned()), "which needs mach-o for amd64")
            .cannot_tell(
                |facts| facts.go.root = Fact::unknown("it is another manager's script"),
                "another manager's script",
            )
            .does_not_apply(|facts| facts.go.root = Fact::Known(None), "there is no Go here")
            .on_linux()
            .passes(|_| {})
            .passes(|facts| facts.own_program("bin/go").archs = vec!["386".to_owned()])
            .fails(|facts| facts.own_program("bin/go").archs = vec!["arm64".to_owned()], "cannot run here");
    }
}

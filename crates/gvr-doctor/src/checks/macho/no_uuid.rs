//! `macho/no-uuid`: a tool lacks what newer macOS wants of programs.

use crate::check::{Check, Evidence, Finding, Fix, Level, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "macho/no-uuid",
    title: "a tool lacks what newer macOS wants of programs",
    level: Level::Error,
    scope: Scope::Mac,
    remedy: Remedy::Printed,
    what: "Whether programs that Go built and go install placed have an LC_UUID, and which SDK they name.",
    why: "From macOS 26 on, dyld refuses a program that was linked against its SDK and has no LC_UUID: \"missing \
          LC_UUID load command\". Go writes one since 1.24; before that only with -ldflags=-B gobuildid (1.22.9, \
          1.23.3) or with the external linker. Without one macOS 15 also forgets that the program may use the local \
          network.",
    fix: "Build it again with a newer Go.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let tools = shared::tools(facts)?;
    let running = shared::macos(facts.system.version.get()?);
    let mut findings = Vec::new();
    for (path, program) in tools {
        let (Some(file), Some(go)) = (&program.mach_o, &program.go) else { continue };
        if file.has_uuid {
            continue;
        }
        let is_strict = |version: Option<(u32, u32)>| version.is_some_and(|(major, _)| major >= 26);
        let is_refused = is_strict(running) && is_strict(file.sdk.as_deref().and_then(shared::macos));
        let (level, effect) = if is_refused {
            (Level::Error, "this macOS does not start it")
        } else {
            (Level::Warning, "a newer macOS may not start it")
        };
        let shown = facts.shown(&path);
        let message = format!("{shown}, built with {go}, has no LC_UUID, and {effect}.");
        let what = format!("no LC_UUID, SDK {}", file.sdk.as_deref().unwrap_or("unknown"));
        findings.push(
            Finding::new(level, &path, message).shown_by([Evidence::Path { path: path.clone(), what }]).mended_by(
                Fix::words("build it again with Go 1.24 or later, by go install of its package; which one that is")
                    .by(format!("go version -m {}", shared::quoted(&path))),
            ),
        );
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fact, MachO, Program};
    use crate::testing::Cases;

    fn old(facts: &mut Facts, sdk: &str, system: &str) {
        facts.system_mut().version = Fact::Known(system.to_owned());
        let mach_o = MachO { has_uuid: false, sdk: Some(sdk.to_owned()), ..MachO::default() };
        let program = Program { go: Some("go1.21.13".to_owned()), mach_o: Some(mach_o), ..Program::default() };
        facts.known_tools().insert("/Users/me/go/bin/dlv".to_owned(), Fact::Known(program));
    }

    #[test]
    fn judges() {
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(|facts| old(facts, "26.0", "26.1"), "this macOS does not start it")
            .fails(|facts| old(facts, "26.0", "15.6"), "a newer macOS may not start it")
            .cannot_tell(|facts| facts.tools = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.known_tools().clear(), "has put no program anywhere");
    }
}

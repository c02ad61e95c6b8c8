//! `sec/quarantined`: macOS holds a program in quarantine.

use crate::check::{Check, Evidence, Finding, Fix, Level, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "sec/quarantined",
    title: "macOS holds a program in quarantine",
    level: Level::Error,
    scope: Scope::Mac,
    remedy: Remedy::Printed,
    what: "The attribute com.apple.quarantine on the programs of the Go here and on those of go install, and who \
           signed them.",
    why: "A browser marks what it downloads, and Archive Utility what it unpacks from that. macOS then asks before \
          the first start, or ends the program: one that is signed ad hoc or not notarized is killed. curl, tar and \
          gvr set no such mark.",
    fix: "Remove the mark from files that you know, or let gvr install Go, which verifies it.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let mut findings = Vec::new();
    for (path, program) in shared::all_programs(facts)? {
        let Some(value) = &program.quarantine else { continue };
        let fields: Vec<_> = value.split(';').collect();
        let flags = fields.first().and_then(|flags| u32::from_str_radix(flags, 16).ok());
        // The user was asked, and said yes.
        if flags.is_some_and(|flags| flags & 0x40 != 0) {
            continue;
        }
        let signature = program.mach_o.as_ref().and_then(|file| file.signature.as_ref());
        let (level, effect) = match signature {
            Some(signature) if !signature.is_ad_hoc => (Level::Warning, "macOS asks before it starts, or ends it"),
            _ => (Level::Error, "macOS ends it, since nobody vouches for it"),
        };
        let agent = fields.get(2).filter(|agent| !agent.is_empty()).map_or("something", |agent| *agent);
        let message = format!("{} is in quarantine since {agent} brought it: {effect}.", facts.shown(&path));
        findings.push(
            Finding::new(level, &path, message)
                .shown_by([Evidence::Path { path: path.clone(), what: format!("com.apple.quarantine = {value}") }])
                .mended_by(
                    Fix::words("if you know where it comes from, take the mark away")
                        .by(format!("xattr -d com.apple.quarantine {}", shared::quoted(&path))),
                ),
        );
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    fn mark(facts: &mut Facts, value: &str) {
        facts.own_program("bin/go").quarantine = Some(value.to_owned());
    }

    #[test]
    fn judges() {
        let safari = "0083;5991b778;Safari;9CE7";
        Cases::of(&CHECK)
            .passes(|_| {})
            .passes(|facts| mark(facts, "00c1;5991b778;Safari;9CE7"))
            .fails(|facts| mark(facts, safari), "in quarantine since Safari brought it: macOS asks")
            .fails(
                |facts| {
                    mark(facts, safari);
                    facts.own_program("bin/go").mach_o = None;
                },
                "macOS ends it",
            )
            .cannot_tell(
                |facts| (facts.go.root, facts.tools) = (Fact::default(), Fact::default()),
                "it was not recorded",
            )
            .does_not_apply(
                |facts| {
                    facts.go.root = Fact::Known(None);
                    facts.known_tools().clear();
                },
                "has put no program anywhere",
            );
    }
}

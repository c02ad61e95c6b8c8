//! `flags/goflags-invalid`: Go refuses GOFLAGS.

use gvr_core::Version;

use crate::check::{Check, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;
use crate::go_settings::known_flags;

pub(in crate::checks) const CHECK: Check = Check {
    id: "flags/goflags-invalid",
    title: "Go refuses GOFLAGS",
    level: Level::Error,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "Whether every field of GOFLAGS is a flag, by Go's own rules for quotes, and one that some go command has.",
    why: "Every go command reads GOFLAGS first, and stops where a field does not begin with -, \"go: parsing $GOFLAGS: \
          non-flag\", or where no command has such a flag, \"unknown flag\". A flag's value cannot stand behind a space; \
          it needs a =.",
    fix: "Write each flag as -name or -name=value, in quotes where the value has spaces.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let (value, _) = facts.setting("GOFLAGS")?;
    if value.trim().is_empty() {
        return Err(NotJudged::not_applicable("GOFLAGS is not set"));
    }
    let refused = match shared::go_flags(&value) {
        Err(()) => Some("it has a quote that is not closed".to_owned()),
        Ok(flags) => refused(&flags, shared::version_here(facts).ok()),
    };
    let Some(what) = refused else { return Ok(Vec::new()) };
    let message = format!("Every go command stops at GOFLAGS, because {what}.");
    Ok(vec![
        Finding::new(Level::Error, "GOFLAGS", message).shown_by(facts.setting_evidence("GOFLAGS")).mended_by(
            Fix::words("write each flag as -name or -name=value; for this terminal alone").by("unset GOFLAGS"),
        ),
    ])
}

/// The first that go refuses, in words. Newer Gos than those that were asked for their flags may have more.
fn refused(flags: &[String], version: Option<Version>) -> Option<String> {
    const NEWEST: (u32, u32) = (1, 27);
    let is_judged = version.is_some_and(|version| (version.major(), version.minor()) <= NEWEST);
    flags.iter().find_map(|flag| {
        if !is_flag(flag) {
            return Some(format!("\"{flag}\" is no flag"));
        }
        let name = flag.trim_start_matches('-').split('=').next().unwrap_or_default();
        (is_judged && !known_flags::is_known(name)).then(|| format!("no go command has the flag -{name}"))
    })
}

/// As `cmd/go/internal/base/goflags.go` has it.
fn is_flag(flag: &str) -> bool {
    flag.starts_with('-')
        && !["-", "--"].contains(&flag)
        && !["---", "-=", "--="].iter().any(|start| flag.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let set = |value: &'static str| move |facts: &mut Facts| facts.set_variable("GOFLAGS", value);
        Cases::of(&CHECK)
            .passes(set("-mod=mod '-ldflags=-s -w' --tags=x"))
            .fails(set("-mod mod"), "\"mod\" is no flag")
            .fails(set("'-ldflags=-s"), "a quote that is not closed")
            .fails(set("--"), "\"--\" is no flag")
            .fails(set("-mod=mod -ldflag=-s"), "no go command has the flag -ldflag")
            .passes(set("-test.run=x --race"))
            .passes(|facts| {
                set("-ldflag=-s")(facts);
                facts.go.version = Fact::Known(Some("1.28.0".to_owned()));
            })
            .cannot_tell(|facts| facts.variables = Fact::default(), "it was not recorded")
            .does_not_apply(|_| {}, "GOFLAGS is not set");
    }
}

//! `limit/nofile`: a process may have few files open.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "limit/nofile",
    title: "a process may have few files open",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "The hard limit on open files, and on Linux how many files one user may watch.",
    why: "Go raises its own limit as far as the hard one lets it, since 1.19. Where that is low, builds of many \
          packages and language servers stop with \"too many open files\".",
    fix: "Raise the hard limit, where the system's administrator lets you.",
    run,
};

/// Below this, builds of usual size come near it.
const FEW_FILES: u64 = 4096;
/// What Linux gave each user before version 5.11.
const FEW_WATCHES: u64 = 8192;

fn run(facts: &Facts) -> Outcome {
    let limit = facts.system.open_files.get()?;
    let mut findings = Vec::new();
    let watches = facts.system.inotify_watches.known().copied().flatten();
    let (Some(hard), watches) = (limit.hard, watches) else {
        if watches.is_none() {
            return Err(NotJudged::not_applicable("there is no limit"));
        }
        return Ok(watched(watches));
    };
    if hard < FEW_FILES {
        let message = format!("A process may have at most {hard} files open, and cannot raise that itself.");
        findings.push(
            Finding::new(Level::Warning, "files", message)
                .shown_by([Evidence::Value { name: "hard limit on open files".to_owned(), value: hard.to_string() }])
                .mended_by(Fix::words("let the administrator raise the hard limit; what it is now").by("ulimit -Hn")),
        );
    }
    findings.extend(watched(watches));
    Ok(findings)
}

fn watched(watches: Option<u64>) -> Vec<Finding> {
    let few = watches.filter(|watches| *watches <= FEW_WATCHES);
    let finding = few.map(|watches| {
        let message = format!("One user may watch {watches} files, which is little for an editor in a large module.");
        Finding::new(Level::Note, "watches", message)
            .shown_by([Evidence::Value { name: "fs.inotify.max_user_watches".to_owned(), value: watches.to_string() }])
            .mended_by(Fix::words("raise it").by("sudo sysctl fs.inotify.max_user_watches=524288"))
    });
    finding.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fact, OpenFiles};
    use crate::testing::Cases;

    fn limit(facts: &mut Facts, hard: Option<u64>) {
        facts.system_mut().open_files = Fact::Known(OpenFiles { soft: Some(256), hard });
    }

    #[test]
    fn judges() {
        Cases::of(&CHECK)
            .passes(|facts| limit(facts, Some(10240)))
            .fails(|facts| limit(facts, Some(1024)), "at most 1024 files open")
            .cannot_tell(|facts| facts.system_mut().open_files = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| limit(facts, None), "there is no limit")
            .on_linux()
            .passes(|_| {})
            .passes(|facts| limit(facts, None))
            .fails(|facts| facts.system_mut().inotify_watches = Fact::Known(Some(8192)), "may watch 8192 files");
    }
}

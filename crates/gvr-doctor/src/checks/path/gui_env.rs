//! `path/gui-env`: programs started from the Dock get a PATH without go.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "path/gui-env",
    title: "programs started from the Dock get a PATH without go",
    level: Level::Note,
    scope: Scope::Mac,
    remedy: Remedy::Printed,
    what: "The PATH that launchd was told to give to programs that no shell starts, where somebody has set one.",
    why: "Programs that are started from the Dock or by Spotlight read no start-up file of a shell. Most editors \
          ask a shell for its PATH themselves; others take launchd's, and a PATH that was once set there stays as \
          it was.",
    fix: "Take the setting back, or set it to a PATH that has go.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let Some(value) = facts.system.launchd_path.get()? else {
        return Err(NotJudged::not_applicable("launchd was given no PATH"));
    };
    let gos = facts.gos_on_path()?;
    if gos.is_empty() || value.split(':').any(|folder| gos.iter().any(|(_, entry)| entry.text == folder)) {
        return Ok(Vec::new());
    }
    let message = "launchd gives programs that no shell starts a PATH on which there is no go.";
    Ok(vec![
        Finding::new(Level::Note, "PATH", message)
            .shown_by([Evidence::Value { name: "launchctl getenv PATH".to_owned(), value: value.clone() }])
            .mended_by(Fix::words("take it back, and start the programs anew").by("launchctl unsetenv PATH")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let set = |facts: &mut Facts, path: &str| facts.system_mut().launchd_path = Fact::Known(Some(path.to_owned()));
        Cases::of(&CHECK)
            .passes(|facts| set(facts, "/usr/bin:/Users/me/.gvr/shims"))
            .fails(|facts| set(facts, "/usr/bin:/bin"), "a PATH on which there is no go")
            .cannot_tell(|facts| facts.system_mut().launchd_path = Fact::default(), "it was not recorded")
            .does_not_apply(|_| {}, "launchd was given no PATH");
    }
}

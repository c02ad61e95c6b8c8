//! `sec/protected-dir`: a folder for Go lies where macOS lets nobody write.

use crate::check::{Check, Evidence, Finding, Fix, Level, Outcome, Remedy, Scope};
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "sec/protected-dir",
    title: "a folder for Go lies where macOS lets nobody write",
    level: Level::Error,
    scope: Scope::Mac,
    remedy: Remedy::Printed,
    what: "Whether gvr's root, GOBIN and GOPATH lie below /System, /usr (but for /usr/local), /bin or /sbin.",
    why: "System Integrity Protection refuses every write there, for root too: \"operation not permitted\". No \
          permission and no owner changes that.",
    fix: "Choose a folder in your home.",
    run,
};

const PROTECTED: [&str; 4] = ["/System", "/usr", "/bin", "/sbin"];

fn run(facts: &Facts) -> Outcome {
    let places = [
        ("GVR_ROOT", facts.gvr.root.get()?.clone()),
        ("GOBIN", facts.setting("GOBIN")?.0),
        ("GOPATH", facts.setting("GOPATH")?.0),
    ];
    let mut findings = Vec::new();
    for (name, value) in places {
        for folder in value.split(':').filter(|folder| is_protected(folder)) {
            let message = format!("{name} lies in {folder}, where macOS lets nobody write.");
            findings.push(
                Finding::new(Level::Error, name, message)
                    .shown_by(facts.setting_evidence(name))
                    .shown_by([Evidence::Path { path: folder.to_owned(), what: "protected by macOS".to_owned() }])
                    .mended_by(Fix::words(format!("set {name} to a folder in your home"))),
            );
        }
    }
    Ok(findings)
}

fn is_protected(folder: &str) -> bool {
    let is_in = |place: &str| folder.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    PROTECTED.iter().any(|place| is_in(place)) && !is_in("/usr/local") && !is_in("/System/Volumes/Data")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let set = |value: &'static str| move |facts: &mut Facts| facts.set_variable("GOBIN", value);
        Cases::of(&CHECK)
            .passes(|_| {})
            .passes(set("/usr/local/bin"))
            .passes(set("/usrs/bin"))
            .fails(set("/usr/bin"), "GOBIN lies in /usr/bin")
            .fails(|facts| facts.gvr.root = Fact::Known("/System/x".to_owned()), "GVR_ROOT lies in /System/x")
            .cannot_tell(|facts| facts.gvr.root = Fact::default(), "it was not recorded");
    }
}

//! `cache/foreign-owner`: files in Go's folders belong to another user.

use std::fmt::Write as _;
use std::path::Path;

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::{Facts, Ownership};
use crate::ownership;

pub(in crate::checks) const CHECK: Check = Check {
    id: "cache/foreign-owner",
    title: "files in Go's folders belong to another user",
    level: Level::Error,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "The owner of every file in GOMODCACHE, GOCACHE, the folder of go install, Go's settings and telemetry, \
           and gvr's root.",
    why: "sudo on macOS keeps HOME, so sudo go writes into your own caches, and what it writes is root's. From then \
          on Go stops with \"permission denied\" whenever it comes to one of these files.",
    fix: "Take them back with chown, which needs sudo; and do not run go with sudo.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    if *facts.system.uid.get()? == 0 {
        return Err(NotJudged::not_applicable("you are root, who may change everybody's files"));
    }
    let mut findings = Vec::new();
    for place in facts.ownership.get()?.iter().filter(|place| place.foreign > 0) {
        let whose = match place.owner {
            Some(0) => "root".to_owned(),
            Some(uid) => format!("user {uid}"),
            None => "somebody else".to_owned(),
        };
        let shown = facts.shown(&place.path);
        let (files, belong) = if place.foreign == 1 { ("file", "belongs") } else { ("files", "belong") };
        let least = if place.cut_short.is_some() { "At least " } else { "" };
        let mut message = format!(
            "{least}{} {files} in {} ({shown}) {belong} to {whose}, and Go cannot change them.",
            place.foreign, place.place
        );
        if let Some(why) = &place.cut_short {
            let _ = write!(message, " There may be more: {why}.");
        }
        let evidence =
            place.first.iter().map(|path| Evidence::Path { path: path.clone(), what: format!("belongs to {whose}") });
        let fix = Fix::words("take them back");
        let fix = match ownership::mend_command(Path::new(&place.path)) {
            Some(command) => fix.by(command),
            None => fix,
        };
        findings.push(Finding::new(Level::Error, &place.path, message).shown_by(evidence).mended_by(fix));
    }
    let is_open = |place: &&Ownership| place.cut_short.is_some();
    match facts.ownership.get()?.iter().find(is_open) {
        // What was found stands; where nothing was, what was not seen may still be somebody else's.
        Some(place) if findings.is_empty() => {
            let why = place.cut_short.as_deref().unwrap_or_default();
            Err(NotJudged::Unknown(format!("{} ({}): {why}", place.place, facts.shown(&place.path))))
        }
        _ => Ok(findings),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let roots = |facts: &mut Facts| {
            facts.ownership = Fact::Known(vec![Ownership {
                place: "GOMODCACHE".to_owned(),
                path: "/Users/me/go/pkg/mod".to_owned(),
                foreign: 312,
                first: vec!["/Users/me/go/pkg/mod/cache/lock".to_owned()],
                owner: Some(0),
                cut_short: None,
            }]);
        };
        let cut = |facts: &mut Facts, foreign: u64| {
            roots(facts);
            let Fact::Known(places) = &mut facts.ownership else { panic!("it is known") };
            places[0].foreign = foreign;
            places[0].cut_short = Some("the walk was cut short after 5 s and 90000 files".to_owned());
        };
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(roots, "312 files in GOMODCACHE (~/go/pkg/mod) belong to root")
            .fails(|facts| cut(facts, 1), "At least 1 file in GOMODCACHE (~/go/pkg/mod) belongs to root")
            .fails(|facts| cut(facts, 1), "There may be more: the walk was cut short after 5 s")
            .cannot_tell(|facts| cut(facts, 0), "GOMODCACHE (~/go/pkg/mod): the walk was cut short after 5 s")
            .cannot_tell(|facts| facts.ownership = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.system_mut().uid = Fact::Known(0), "you are root");
    }
}

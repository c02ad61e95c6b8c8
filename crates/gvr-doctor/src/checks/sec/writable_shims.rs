//! `sec/writable-shims`: others can put programs in place of Go.

use crate::check::{Check, Edit, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "sec/writable-shims",
    title: "others can put programs in place of Go",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Applied,
    what: "The permissions of gvr's root, its shims and versions, and of every folder of PATH that has a go.",
    why: "Whoever may write to such a folder can put another go there, which then runs as you.",
    fix: "Take the permission to write from everybody else.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let uid = *facts.system.uid.get()?;
    let path = facts.path.get()?;
    let own = facts.gvr.access.iter().map(|(path, access)| (path.as_str(), *access));
    let gos = path.iter().filter(|entry| entry.has_go).filter_map(|entry| Some((entry.text.as_str(), entry.access?)));
    let mut folders: Vec<_> = own.chain(gos).collect();
    if folders.is_empty() {
        return Err(NotJudged::not_applicable("there is no folder with a Go"));
    }
    folders.sort_by_key(|(path, _)| *path);
    folders.dedup_by_key(|(path, _)| *path);
    let open = folders.into_iter().filter(|(_, access)| access.is_open_to_all());
    let findings = open.map(|(path, access)| {
        let message = format!("Everybody on this machine may put programs into {}.", facts.shown(path));
        let what = format!("mode {:04o}, owner {}", access.mode, access.uid);
        let fix = if access.uid == uid {
            Fix::words("keep it to yourself")
                .by(format!("chmod o-w {}", shared::quoted(path)))
                .editing([Edit::CloseToOthers { path: path.to_owned() }])
        } else {
            Fix::words("let its owner close it").by(format!("sudo chmod o-w {}", shared::quoted(path)))
        };
        Finding::new(Level::Warning, path, message)
            .shown_by([Evidence::Path { path: path.to_owned(), what }])
            .mended_by(fix)
    });
    Ok(findings.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Access, Fact};
    use crate::testing::Cases;

    fn open(facts: &mut Facts) {
        facts.gvr.access.insert("/Users/me/.gvr/shims".to_owned(), Access { mode: 0o777, uid: 501 });
    }

    #[test]
    fn judges() {
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(open, "Everybody on this machine may put programs into ~/.gvr/shims")
            .edits(open)
            .fails(
                |facts| {
                    facts.put_on_path(0, "/opt/go/bin", true);
                    facts.known_path()[0].access = Some(Access { mode: 0o777, uid: 0 });
                },
                "/opt/go/bin",
            )
            .cannot_tell(|facts| facts.path = Fact::default(), "it was not recorded")
            .does_not_apply(
                |facts| {
                    facts.gvr.access.clear();
                    facts.known_path().clear();
                },
                "no folder with a Go",
            );
    }
}

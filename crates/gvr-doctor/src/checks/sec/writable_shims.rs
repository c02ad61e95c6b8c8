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
    let is_mac = facts.system.os.get()? == "darwin";
    let open = folders.into_iter().filter(|(_, access)| access.is_open_to_all() || access.is_open_to_group(is_mac));
    let findings = open.map(|(path, access)| {
        let group = access.gid.map(|gid| format!("group {gid}")).unwrap_or_default();
        let who = if access.is_open_to_all() {
            "Everybody on this machine".to_owned()
        } else {
            format!("All of the {group}")
        };
        let message = format!("{who} may put programs into {}.", facts.shown(path));
        let mut what = format!("mode {:04o}, owner {}", access.mode, access.uid);
        if !group.is_empty() {
            what = format!("{what}, {group}");
        }
        let fix = if access.uid == uid {
            Fix::words("keep it to yourself")
                .by(format!("chmod go-w {}", shared::quoted(path)))
                .editing([Edit::CloseToOthers { path: path.to_owned() }])
        } else {
            Fix::words("let its owner close it").by(format!("sudo chmod go-w {}", shared::quoted(path)))
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
        facts.gvr.access.insert("/Users/me/.gvr/shims".to_owned(), Access { mode: 0o777, uid: 501, gid: Some(20) });
    }

    fn shared_by(facts: &mut Facts, mode: u32, gid: u32) {
        facts.gvr.access.insert("/x/.gvr/shims".to_owned(), Access { mode, uid: 501, gid: Some(gid) });
    }

    #[test]
    fn only_groups_of_several_count() {
        let is_open = |uid, gid, is_mac| Access { mode: 0o775, uid, gid: Some(gid) }.is_open_to_group(is_mac);
        assert!(is_open(501, 20, true) && !is_open(501, 80, true) && !is_open(501, 0, true));
        assert!(is_open(1000, 100, false) && is_open(1000, 1001, false));
        assert!(!is_open(1000, 1000, false) && !is_open(0, 50, false));
        assert!(!Access { mode: 0o775, uid: 1000, gid: None }.is_open_to_group(false));
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
                    facts.known_path()[0].access = Some(Access { mode: 0o777, uid: 0, gid: None });
                },
                "/opt/go/bin",
            )
            .fails(|facts| shared_by(facts, 0o775, 20), "All of the group 20 may put programs into")
            .passes(|facts| shared_by(facts, 0o775, 80))
            .passes(|facts| shared_by(facts, 0o755, 20))
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

//! What has to be done to the folder of shims. Decides, and touches nothing.

use std::collections::BTreeSet;
use std::ffi::OsString;

use super::ShimReport;
use super::folder::{Folder, Owner};

/// Everything to be done.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    report: ShimReport,
    /// The shims are still to be made of the new program.
    pub(super) renew_master: bool,
    pub(super) write_marker: bool,
}

impl Plan {
    /// What makes `folder` have shims for the names `wanted` and for no others.
    pub(super) fn new(wanted: BTreeSet<OsString>, folder: &Folder) -> Self {
        let mut report = ShimReport::default();
        for (name, owner) in &folder.entries {
            let names = match (owner, wanted.contains(name)) {
                (Owner::Foreign, _) => &mut report.foreign,
                (Owner::Current | Owner::Outdated, false) => &mut report.removed,
                (Owner::Current, true) => &mut report.kept,
                (Owner::Outdated, true) => &mut report.replaced,
            };
            names.push(name.clone());
        }
        report.created = wanted.into_iter().filter(|name| !folder.entries.contains_key(name)).collect();
        Self { report, renew_master: !folder.has_current_master, write_marker: !folder.has_marker }
    }

    pub(super) fn is_done(&self) -> bool {
        let report = &self.report;
        let is_complete = report.created.is_empty() && report.replaced.is_empty() && report.removed.is_empty();
        is_complete && !self.renew_master && !self.write_marker
    }

    /// The names that get a new file.
    pub(super) fn to_make(&self) -> impl Iterator<Item = &OsString> {
        self.report.created.iter().chain(&self.report.replaced)
    }

    pub(super) fn to_remove(&self) -> &[OsString] {
        &self.report.removed
    }

    pub(super) fn into_report(self) -> ShimReport {
        self.report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<OsString> {
        names.iter().map(OsString::from).collect()
    }

    fn folder(entries: &[(&str, Owner)]) -> Folder {
        let entries = entries.iter().map(|&(name, owner)| (name.into(), owner)).collect();
        Folder { entries, has_current_master: true, has_marker: true }
    }

    #[test]
    fn sorts_every_case() {
        let folder = folder(&[
            ("current", Owner::Current),
            ("foreign", Owner::Foreign),
            ("old", Owner::Outdated),
            ("other", Owner::Foreign),
            ("stale", Owner::Current),
            ("stale-old", Owner::Outdated),
        ]);
        let wanted = ["current", "foreign", "new", "old"].into_iter().map(OsString::from).collect();
        let plan = Plan::new(wanted, &folder);
        assert!(!plan.is_done());
        let expected = ShimReport {
            created: names(&["new"]),
            replaced: names(&["old"]),
            removed: names(&["stale", "stale-old"]),
            kept: names(&["current"]),
            foreign: names(&["foreign", "other"]),
        };
        assert_eq!(plan.into_report(), expected);
    }

    #[test]
    fn is_done_only_when_all_is_there() {
        let wanted = || BTreeSet::from([OsString::from("go")]);
        let complete = || folder(&[("go", Owner::Current), ("mine", Owner::Foreign)]);
        assert!(Plan::new(wanted(), &complete()).is_done());
        assert!(!Plan::new(wanted(), &Folder { has_marker: false, ..complete() }).is_done());
        assert!(!Plan::new(wanted(), &Folder { has_current_master: false, ..complete() }).is_done());
        assert!(!Plan::new(BTreeSet::new(), &complete()).is_done());
        assert!(!Plan::new(wanted(), &folder(&[("go", Owner::Outdated)])).is_done());
        assert!(!Plan::new(wanted(), &folder(&[])).is_done());
    }
}

//! Rules that hold for every check and every recorded machine.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::checks::CHECKS;
use crate::facts::{Facts, System};
use crate::render;
use crate::report::{Report, Verdict, judge};
use crate::testing::{assert_true, linux, mac, recorded, recordings};

fn sources() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks");
    let mut found = Vec::new();
    for area in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        for file in fs::read_dir(&area).unwrap().map(|entry| entry.unwrap().path()) {
            let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().replace('_', "-");
            // A file that several checks share is none itself.
            if name(&file) != "shared" {
                found.push((format!("{}/{}", name(&area), name(&file)), fs::read_to_string(&file).unwrap()));
            }
        }
    }
    found
}

#[test]
fn every_file_is_a_check_and_is_named_like_it() {
    let listed: BTreeSet<_> = CHECKS.iter().map(|check| check.id.to_owned()).collect();
    assert_eq!(listed.len(), CHECKS.len(), "two checks have one name");
    let files: BTreeSet<_> = sources().into_iter().map(|(id, _)| id).collect();
    let difference: Vec<_> = files.symmetric_difference(&listed).collect();
    assert!(difference.is_empty(), "files in checks/ and the list in checks/mod.rs differ by {difference:?}");
}

#[test]
fn every_check_is_tested_in_all_four_ways() {
    for (id, source) in sources() {
        let scope = crate::checks::check(&id).unwrap().scope;
        for way in [".passes(", ".fails(", ".cannot_tell(", ".does_not_apply("] {
            // What is for macOS alone does not apply elsewhere; that is decided, and tested, once for all.
            let is_for_all = way == ".does_not_apply(" && scope == crate::check::Scope::Mac;
            assert!(is_for_all || source.contains(way), "{id} has no test with {way}…)");
        }
    }
}

#[test]
fn every_check_explains_itself() {
    for check in CHECKS {
        assert!(!check.title.ends_with('.'), "{}", check.id);
        for text in [check.what, check.why, check.fix] {
            assert!(text.ends_with('.') && text.len() > 20, "{}: {text}", check.id);
            assert!(!text.contains("  "), "{}: {text}", check.id);
        }
    }
}

#[test]
fn checks_for_macos_apply_nowhere_else() {
    for check in CHECKS.iter().filter(|check| check.scope == crate::check::Scope::Mac) {
        assert!(matches!(judge(check, &linux()), Verdict::NotApplicable(_)), "{}", check.id);
        let unknown = Facts { system: System::default(), ..mac() };
        assert!(matches!(judge(check, &unknown), Verdict::Unknown(_)), "{}", check.id);
    }
}

#[test]
fn nothing_is_wrong_with_a_healthy_machine() {
    for facts in [mac(), linux()] {
        for check in CHECKS {
            let verdict = judge(check, &facts);
            assert!(matches!(verdict, Verdict::Pass | Verdict::NotApplicable(_)), "{}: {verdict:#?}", check.id);
        }
    }
}

#[test]
fn without_a_fact_there_is_no_judgement() {
    for check in CHECKS {
        let verdict = judge(check, &Facts::default());
        assert!(matches!(verdict, Verdict::Unknown(_)), "{}: {verdict:#?}", check.id);
    }
}

#[test]
fn every_line_that_is_shown_is_that_line() {
    for path in recordings() {
        let report = Report::of(recorded(path.file_stem().unwrap().to_str().unwrap()), |_| true);
        for (_, finding) in report.findings() {
            finding.evidence.iter().for_each(|evidence| assert_true(&report.facts, evidence));
        }
    }
}

#[test]
fn the_page_of_checks_is_what_the_catalogue_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/doctor.md");
    let page = render::catalogue::page(CHECKS);
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::write(&path, &page).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "docs/doctor.md is old: run `SNAPSHOTS=overwrite cargo test -p gvr-doctor`");
}

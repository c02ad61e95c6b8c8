//! What all checks together say of a machine.

use crate::check::{Check, Finding, Level, NotJudged, Scope};
use crate::checks::CHECKS;
use crate::facts::{Facts, Origin};

/// What one check says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is well.
    Pass,
    /// These are wrong; never empty.
    Fail(Vec<Finding>),
    /// It cannot be told, for this reason.
    Unknown(String),
    /// There is nothing here that could be wrong, for this reason.
    NotApplicable(String),
}

/// Every check with its verdict, in the order of the catalogue.
#[derive(Debug)]
pub struct Report {
    /// The verdicts.
    pub verdicts: Vec<(&'static Check, Verdict)>,
    /// The facts that were judged.
    pub facts: Facts,
}

/// Lets one check judge.
pub fn judge(check: &Check, facts: &Facts) -> Verdict {
    if check.scope == Scope::Mac {
        match facts.system.os.get() {
            Ok(os) if os == "darwin" => {}
            Ok(_) => return Verdict::NotApplicable("this is not macOS".to_owned()),
            Err(error) => return error.into(),
        }
    }
    match (check.run)(facts) {
        Ok(findings) if findings.is_empty() => Verdict::Pass,
        Ok(findings) => Verdict::Fail(findings),
        Err(error) => error.into(),
    }
}

impl From<NotJudged> for Verdict {
    fn from(error: NotJudged) -> Self {
        match error {
            NotJudged::Unknown(why) => Verdict::Unknown(why),
            NotJudged::NotApplicable(why) => Verdict::NotApplicable(why),
        }
    }
}

impl Report {
    /// Lets the checks judge that `is_wanted` picks.
    pub fn of(facts: Facts, is_wanted: impl Fn(&Check) -> bool) -> Self {
        let wanted = CHECKS.iter().filter(|check| is_wanted(check));
        let verdicts = wanted.map(|check| (*check, judge(check, &facts))).collect();
        Self { verdicts, facts }
    }

    /// Where the facts come from.
    pub fn origin(&self) -> &Origin {
        &self.facts.origin
    }

    /// All that is wrong, worst first; within a level in the order of the catalogue.
    pub fn findings(&self) -> Vec<(&'static Check, &Finding)> {
        let mut found: Vec<_> = self
            .verdicts
            .iter()
            .flat_map(|(check, verdict)| findings_of(verdict).iter().map(|finding| (*check, finding)))
            .collect();
        found.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.level));
        found
    }

    /// The worst level of all that is wrong.
    pub fn worst(&self) -> Option<Level> {
        self.findings().first().map(|(_, finding)| finding.level)
    }

    /// How many checks passed, failed, could not tell, and did not apply.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (_, verdict) in &self.verdicts {
            match verdict {
                Verdict::Pass => counts.pass += 1,
                Verdict::Fail(_) => counts.fail += 1,
                Verdict::Unknown(_) => counts.unknown += 1,
                Verdict::NotApplicable(_) => counts.not_applicable += 1,
            }
        }
        for (_, finding) in self.findings() {
            match finding.level {
                Level::Error => counts.errors += 1,
                Level::Warning => counts.warnings += 1,
                Level::Note => counts.notes += 1,
            }
        }
        counts
    }
}

fn findings_of(verdict: &Verdict) -> &[Finding] {
    match verdict {
        Verdict::Fail(findings) => findings,
        Verdict::Pass | Verdict::Unknown(_) | Verdict::NotApplicable(_) => &[],
    }
}

/// Numbers of checks and of findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Checks that found nothing wrong.
    pub pass: usize,
    /// Checks that found something.
    pub fail: usize,
    /// Checks that lacked a fact.
    pub unknown: usize,
    /// Checks that had nothing to look at.
    pub not_applicable: usize,
    /// Findings of the level error.
    pub errors: usize,
    /// Findings of the level warning.
    pub warnings: usize,
    /// Findings of the level note.
    pub notes: usize,
}

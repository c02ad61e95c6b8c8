//! Every place that could have said which version applies, and why one of them won.

use std::path::PathBuf;

use crate::files::Files;
use crate::pins::{Asks, PinError, PinFile, Requirement};
use crate::resolve::{Decision, Outcome, ResolveError, resolve};
use crate::search::{Candidate, Interest, Query, Source, search};
use crate::system::SystemPath;
use crate::{Layout, Version};

/// A decision with its reasons.
#[derive(Debug)]
pub struct Explanation {
    /// Every candidate, in order of precedence.
    pub candidates: Vec<Considered>,
    /// What was decided.
    pub decision: Result<Decision, ResolveError>,
    /// What Go itself will read in this folder: the nearest `go.work`, else the nearest `go.mod`.
    pub module: Option<(PathBuf, Requirement)>,
}

/// A candidate and what became of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Considered {
    /// Where it stands.
    pub source: Source,
    /// In which line, counted from 1, where it is a file that names a version.
    pub line: Option<u32>,
    /// What it asks for, in its own words; empty where it asks for nothing.
    pub asks: String,
    /// What became of it.
    pub verdict: Verdict,
}

/// What became of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It decides.
    Wins,
    /// It decides, and what it asks for is not there.
    WinsButMissing,
    /// It states a minimum, which the version that won satisfies.
    Satisfied(Version),
    /// It comes after the one that decides.
    ComesLater,
    /// It asks for nothing, for this reason.
    AsksNothing(&'static str),
    /// It cannot be understood, which is an error where it would decide.
    Broken(String),
    /// It would give a version, but a minimum asks for a newer one.
    BelowMinimum,
}

/// Decides as [`resolve`] does, and keeps everything that was considered.
pub fn explain(query: &Query<'_>, layout: &Layout, files: &impl Files, system: &SystemPath<'_>) -> Explanation {
    let mut found = Vec::new();
    search(query, layout, files, &mut |candidate| {
        found.push(candidate);
        Interest::Everything
    });
    let decision = resolve(query, layout, files, system);
    let module = module_of(&found);
    let decided_at = found.iter().position(|candidate| decides(candidate, &decision));
    let candidates = found
        .into_iter()
        .enumerate()
        .map(|(position, candidate)| judge(candidate, decided_at.is_none_or(|at| position <= at), &decision))
        .collect();
    Explanation { candidates, decision, module }
}

fn decides(candidate: &Candidate, decision: &Result<Decision, ResolveError>) -> bool {
    match decision {
        Ok(decision) => decision.source == candidate.source,
        Err(error) => error.source == candidate.source,
    }
}

fn judge(candidate: Candidate, is_reached: bool, decision: &Result<Decision, ResolveError>) -> Considered {
    let wins = decides(&candidate, decision);
    let line = line_of(&candidate);
    let verdict = match (&candidate.asks, decision) {
        (Err(error), _) => Verdict::Broken(error.to_string()),
        (Ok(Asks::Nothing(why)), _) => Verdict::AsksNothing(why),
        (_, Ok(decision)) if wins => verdict_of_winner(decision),
        (Ok(Asks::Minimum(requirement)), Ok(decision)) if is_reached => match version_of(decision) {
            Some(version) if version >= requirement.version => Verdict::Satisfied(version),
            _ => Verdict::ComesLater,
        },
        (Ok(Asks::Pin(_)), Ok(Decision { minimum: Some(_), source, .. })) if comes_by_default(&candidate.source) => {
            if comes_by_default(source) {
                Verdict::ComesLater
            } else {
                Verdict::BelowMinimum
            }
        }
        _ => Verdict::ComesLater,
    };
    Considered { line, asks: words_of(&candidate), verdict, source: candidate.source }
}

fn verdict_of_winner(decision: &Decision) -> Verdict {
    match decision.choices.first().map(|choice| choice.outcome) {
        Some(Outcome::Missing) => Verdict::WinsButMissing,
        _ => Verdict::Wins,
    }
}

fn version_of(decision: &Decision) -> Option<Version> {
    match decision.choices.first()?.outcome {
        Outcome::Installed(toolchain) => Some(toolchain.version),
        Outcome::System | Outcome::Missing => None,
    }
}

const fn comes_by_default(source: &Source) -> bool {
    matches!(source, Source::Global(_) | Source::Default)
}

fn line_of(candidate: &Candidate) -> Option<u32> {
    candidate.source.path()?;
    match &candidate.asks {
        Ok(Asks::Pin(pinned)) => pinned.first().map(|pinned| pinned.line),
        Ok(Asks::Minimum(requirement)) => Some(requirement.line),
        Ok(Asks::Nothing(_)) => None,
        Err(error) => PinError::line(error),
    }
}

fn words_of(candidate: &Candidate) -> String {
    match &candidate.asks {
        Ok(Asks::Pin(pinned)) => pinned.iter().map(|pinned| pinned.request.to_string()).collect::<Vec<_>>().join(", "),
        Ok(Asks::Minimum(requirement)) => format!("at least {}", requirement.version),
        Ok(Asks::Nothing(_)) | Err(_) => String::new(),
    }
}

/// As cmd/go finds it: a `go.work` anywhere above beats a nearer `go.mod`.
fn module_of(candidates: &[Candidate]) -> Option<(PathBuf, Requirement)> {
    let minimum = |wanted: PinFile| {
        candidates.iter().find_map(|candidate| match (&candidate.source, &candidate.asks) {
            (Source::File(kind, path), Ok(Asks::Minimum(requirement))) if *kind == wanted => {
                Some((path.clone(), *requirement))
            }
            _ => None,
        })
    };
    minimum(PinFile::GoWork).or_else(|| minimum(PinFile::GoMod))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::fixture::MemoryFiles;

    #[track_caller]
    fn check(files: MemoryFiles, expected: &[&str]) {
        let folders = [PathBuf::from("/r/s")];
        let query = Query { folders: &folders, ..Query::default() };
        let system = SystemPath { path: None, shim: None };
        let explanation = explain(&query, &Layout::new("/gvr"), &files, &system);
        let lines: Vec<_> = explanation
            .candidates
            .iter()
            .map(|found| {
                let path = found.source.path().map_or("default".into(), |path| path.display().to_string());
                format!("{path} {:?} {} {:?}", found.line, found.asks, found.verdict)
            })
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn every_candidate_has_a_verdict() {
        let files = MemoryFiles::default()
            .installed(&["1.22.9", "1.27.3"])
            .file("/r/s/.tool-versions", "nodejs 20\n")
            .file("/r/.go-version", "\n1.22.9\n")
            .file("/r/go.mod", "go 1.27\n")
            .file("/gvr/version", "1.27.3\n");
        check(
            files,
            &[
                "/r/s/.tool-versions None  AsksNothing(\"it has no line for golang or go\")",
                "/r/.go-version Some(2) 1.22.9 Wins",
                "/r/go.mod Some(1) at least 1.27 ComesLater",
                "/gvr/version Some(1) 1.27.3 ComesLater",
                "default None system ComesLater",
            ],
        );
    }

    #[test]
    fn a_minimum_is_satisfied_or_decides() {
        let files = |global: &str| {
            MemoryFiles::default()
                .installed(&["1.22.9", "1.27.3"])
                .file("/r/go.mod", "go 1.25\n")
                .file("/gvr/version", global)
        };
        check(
            files("1.27.3"),
            &[
                "/r/go.mod Some(1) at least 1.25 Satisfied(Version { major: 1, minor: 27, patch: Some(3), prerelease: None })",
                "/gvr/version Some(1) 1.27.3 Wins",
                "default None system ComesLater",
            ],
        );
        check(
            files("1.22.9"),
            &[
                "/r/go.mod Some(1) at least 1.25 Wins",
                "/gvr/version Some(1) 1.22.9 BelowMinimum",
                "default None system BelowMinimum",
            ],
        );
    }

    #[test]
    fn what_is_missing_or_broken_is_said() {
        let pin = |content| MemoryFiles::default().file("/r/.go-version", content);
        check(pin("1.99.0"), &["/r/.go-version Some(1) 1.99.0 WinsButMissing", "default None system ComesLater"]);
        check(
            pin("a\n"),
            &["/r/.go-version Some(1)  Broken(\"'a' is not a Go version\")", "default None system ComesLater"],
        );
    }
}

//! A report for programs. These structs are the format: a field that changes its meaning or goes away raises `SCHEMA`.

use serde::Serialize;

use super::json_trace::TraceJson;
use crate::check::{Check, Evidence, Finding, Fix, Remedy};
use crate::facts::{Facts, OriginKind, Route};
use crate::report::{Report, Verdict};

/// The number in every report.
pub const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    gvr: &'a str,
    facts: &'static str,
    summary: Summary,
    checks: Vec<CheckJson<'a>>,
    /// What the network did, also where all is well; left out where it was not tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<Vec<RouteJson<'a>>>,
    /// What the shell's start-up did; left out where it was not traced.
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<TraceJson<'a>>,
}

#[derive(Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    notes: usize,
    passed: usize,
    failed: usize,
    unknown: usize,
    not_applicable: usize,
}

/// The way to a server.
#[derive(Serialize)]
struct RouteJson<'a> {
    setting: &'a str,
    url: &'a str,
    proxy: Option<&'a str>,
    /// Whose certificates decided; null without TLS.
    trust: Option<&'a str>,
    steps: Vec<StepJson<'a>>,
}

#[derive(Serialize)]
struct StepJson<'a> {
    step: &'static str,
    milliseconds: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

#[derive(Serialize)]
struct CheckJson<'a> {
    id: &'a str,
    title: &'a str,
    level: &'a str,
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    findings: Vec<FindingJson<'a>>,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    level: &'a str,
    subject: String,
    message: &'a str,
    evidence: Vec<EvidenceJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixJson<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum EvidenceJson<'a> {
    Line { file: &'a str, line: u32, text: &'a str },
    Variable { name: &'a str, value: &'a str },
    Path { path: &'a str, what: &'a str },
    Value { name: &'a str, value: &'a str },
    Traced { file: Option<&'a str>, line: Option<u32>, function: Option<&'a str>, text: &'a str, exact: bool },
}

#[derive(Serialize)]
struct FixJson<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'a str>,
    /// Whether `gvr doctor --fix` does it.
    applied_by_fix: bool,
}

/// The report as JSON; `version` is gvr's own.
pub fn render(report: &Report, version: &str) -> Result<String, serde_json::Error> {
    let counts = report.counts();
    let document = Document {
        schema: SCHEMA,
        gvr: version,
        facts: match report.origin().kind {
            OriginKind::Recorded => "recorded",
            OriginKind::WrittenFromDocumentation => "written-from-documentation",
        },
        summary: Summary {
            errors: counts.errors,
            warnings: counts.warnings,
            notes: counts.notes,
            passed: counts.pass,
            failed: counts.fail,
            unknown: counts.unknown,
            not_applicable: counts.not_applicable,
        },
        checks: report.verdicts.iter().map(|(check, verdict)| check_json(check, verdict)).collect(),
        network: network(&report.facts),
        trace: report.facts.traced().map(TraceJson::of),
    };
    serde_json::to_string_pretty(&document)
}

fn network(facts: &Facts) -> Option<Vec<RouteJson<'_>>> {
    let routes = facts.network.known()?.as_ref()?;
    Some(routes.iter().map(route_json).collect())
}

fn route_json(route: &Route) -> RouteJson<'_> {
    let steps = route.steps.iter().map(|step| StepJson {
        step: step.stage.id(),
        milliseconds: step.milliseconds,
        answer: step.answer.as_deref(),
        error: step.error.as_deref(),
    });
    RouteJson {
        setting: &route.purpose,
        url: &route.url,
        proxy: route.proxy.as_deref(),
        trust: route.trust.as_deref(),
        steps: steps.collect(),
    }
}

fn check_json<'a>(check: &'a Check, verdict: &'a Verdict) -> CheckJson<'a> {
    let (word, reason, findings) = match verdict {
        Verdict::Pass => ("pass", None, &[][..]),
        Verdict::Fail(findings) => ("fail", None, &findings[..]),
        Verdict::Unknown(why) => ("unknown", Some(why.as_str()), &[][..]),
        Verdict::NotApplicable(why) => ("not-applicable", Some(why.as_str()), &[][..]),
    };
    let findings = findings.iter().map(finding_json).collect();
    CheckJson { id: check.id, title: check.title, level: check.level.name(), verdict: word, reason, findings }
}

fn finding_json(finding: &Finding) -> FindingJson<'_> {
    FindingJson {
        level: finding.level.name(),
        subject: finding.subject.clone(),
        message: &finding.message,
        evidence: finding.evidence.iter().map(evidence_json).collect(),
        fix: finding.fix.as_ref().map(fix_json),
    }
}

fn evidence_json(evidence: &Evidence) -> EvidenceJson<'_> {
    match evidence {
        Evidence::Line { file, line, text } => EvidenceJson::Line { file, line: *line, text },
        Evidence::Variable { name, value } => EvidenceJson::Variable { name, value },
        Evidence::Path { path, what } => EvidenceJson::Path { path, what },
        Evidence::Value { name, value } => EvidenceJson::Value { name, value },
        Evidence::Traced { command, is_exact } => EvidenceJson::Traced {
            file: command.place.as_ref().map(|place| place.file.as_str()),
            line: command.place.as_ref().map(|place| place.line),
            function: command.function.as_deref(),
            text: &command.text,
            exact: *is_exact,
        },
    }
}

fn fix_json(fix: &Fix) -> FixJson<'_> {
    FixJson { text: &fix.text, command: fix.command.as_deref(), applied_by_fix: !fix.edits.is_empty() }
}

#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    title: &'a str,
    level: &'a str,
    fix: &'static str,
}

/// The catalogue as JSON.
pub fn list(checks: &[&Check]) -> Result<String, serde_json::Error> {
    let listed: Vec<_> = checks
        .iter()
        .map(|check| Listed {
            id: check.id,
            title: check.title,
            level: check.level.name(),
            fix: match check.remedy {
                Remedy::Applied => "applied",
                Remedy::Printed => "printed",
                Remedy::Nothing => "none",
            },
        })
        .collect();
    serde_json::to_string_pretty(&serde_json::json!({ "schema": SCHEMA, "checks": listed }))
}

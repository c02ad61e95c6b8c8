//! A report as SARIF 2.1.0, for code scanning. All checks are its rules, and each has at least one result.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::check::{Check, Edit, Evidence, Finding};
use crate::facts::Facts;
use crate::report::{Report, Verdict};

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    original_uri_base_ids: BTreeMap<&'a str, Base>,
    column_kind: &'a str,
    results: Vec<ResultItem<'a>>,
}

#[derive(Serialize)]
struct Base {
    uri: String,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
struct Driver<'a> {
    name: &'a str,
    version: &'a str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Message,
    full_description: Message,
    help: Message,
    default_configuration: Configuration<'a>,
}

#[derive(Serialize)]
struct Configuration<'a> {
    level: &'a str,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultItem<'a> {
    rule_id: &'a str,
    rule_index: usize,
    kind: &'a str,
    level: &'a str,
    message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    partial_fingerprints: BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<FixItem>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<Physical>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Logical>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Message>,
}

#[derive(PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    fully_qualified_name: String,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixItem {
    description: Message,
    artifact_changes: Vec<ArtifactChange>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: Artifact,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Message,
}

/// The report as SARIF; `version` is gvr's own.
pub fn render(report: &Report, version: &str) -> Result<String, serde_json::Error> {
    let facts = &report.facts;
    let mut results = Vec::new();
    for (index, (check, verdict)) in report.verdicts.iter().enumerate() {
        let plain = |kind, text: String| ResultItem {
            rule_id: check.id,
            rule_index: index,
            kind,
            level: "none",
            message: Message { text },
            locations: Vec::new(),
            partial_fingerprints: BTreeMap::new(),
            fixes: Vec::new(),
        };
        match verdict {
            Verdict::Pass => results.push(plain("pass", "All is well.".to_owned())),
            Verdict::Unknown(why) => results.push(plain("open", format!("It cannot be told: {why}."))),
            Verdict::NotApplicable(why) => results.push(plain("notApplicable", format!("It does not apply: {why}."))),
            Verdict::Fail(findings) => {
                results.extend(findings.iter().map(|finding| result(facts, index, check, finding)));
            }
        }
    }
    let driver =
        Driver { name: "gvr doctor", version, rules: report.verdicts.iter().map(|(check, _)| rule(check)).collect() };
    let home = facts.home.known().map(|home| ("HOME", Base { uri: format!("file://{}/", encoded(home)) }));
    let project = facts.folder.known().map(|folder| ("PROJECT", Base { uri: format!("file://{}/", encoded(folder)) }));
    let root = ("ROOT", Base { uri: "file:///".to_owned() });
    let run = Run {
        tool: Tool { driver },
        original_uri_base_ids: home.into_iter().chain(project).chain([root]).collect(),
        column_kind: "utf16CodeUnits",
        results,
    };
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    serde_json::to_string_pretty(&Log { schema, version: "2.1.0", runs: [run] })
}

fn rule(check: &Check) -> Rule<'_> {
    let message = |text: &str| Message { text: text.to_owned() };
    Rule {
        id: check.id,
        short_description: message(check.title),
        full_description: message(check.what),
        help: Message { text: format!("{} {}", check.why, check.fix) },
        default_configuration: Configuration { level: check.level.name() },
    }
}

fn result<'a>(facts: &Facts, index: usize, check: &'a Check, finding: &Finding) -> ResultItem<'a> {
    let mut text = finding.message.clone();
    if let Some(fix) = &finding.fix {
        let _ = write!(text, " To mend it: {}", fix.text);
        text.push_str(&fix.command.as_ref().map_or_else(|| ".".to_owned(), |command| format!(": {command}")));
    }
    ResultItem {
        rule_id: check.id,
        rule_index: index,
        kind: "fail",
        level: finding.level.name(),
        message: Message { text },
        locations: locations(facts, finding),
        partial_fingerprints: BTreeMap::from([(
            "gvrDoctor/v1",
            format!("{}:{}", check.id, facts.shown(&finding.subject)),
        )]),
        fixes: fixes(facts, finding).into_iter().collect(),
    }
}

/// Lines first. Where there is none, viewers of code scanning would drop the result; it then points to the project.
fn locations(facts: &Facts, finding: &Finding) -> Vec<Location> {
    let mut lines = Vec::new();
    let mut logical = Vec::new();
    for evidence in &finding.evidence {
        match evidence {
            Evidence::Line { file, line, text } => {
                let region = Region { snippet: Some(Message { text: text.clone() }), ..at(*line) };
                lines.push(Physical { artifact_location: artifact(facts, file), region: Some(region) });
            }
            Evidence::Traced { command, .. } => {
                let snippet = Some(Message { text: command.text.clone() });
                lines.extend(command.place.as_ref().map(|place| Physical {
                    artifact_location: artifact(facts, &place.file),
                    region: Some(Region { snippet, ..at(place.line) }),
                }));
            }
            Evidence::Variable { name, .. } => {
                logical.push(Logical { fully_qualified_name: name.clone(), kind: "variable" });
            }
            Evidence::Path { path, .. } => {
                logical.push(Logical { fully_qualified_name: facts.shown(path), kind: "resource" });
            }
            Evidence::Value { name, .. } => {
                logical.push(Logical { fully_qualified_name: name.clone(), kind: "property" });
            }
        }
    }
    if lines.is_empty() {
        let folder = facts.folder.known().cloned().unwrap_or_default();
        let names = [".go-version", "go.mod", "go.work", ".tool-versions"].map(|name| format!("{folder}/{name}"));
        let known = names.iter().find(|file| matches!(facts.text(file), Ok(Some(_))));
        let file = known.cloned().unwrap_or_else(|| format!("{folder}/go.mod"));
        lines.push(Physical { artifact_location: artifact(facts, &file), region: Some(at(1)) });
    }
    // The schema wants each of them once.
    let mut once: Vec<Logical> = Vec::new();
    for place in logical {
        if !once.contains(&place) {
            once.push(place);
        }
    }
    let mut logical = Some(once);
    let location = |physical| Location {
        physical_location: Some(physical),
        logical_locations: logical.take().unwrap_or_default(),
    };
    lines.into_iter().map(location).collect()
}

const fn at(line: u32) -> Region {
    Region { start_line: line, start_column: None, end_line: None, end_column: None, snippet: None }
}

fn artifact(facts: &Facts, file: &str) -> Artifact {
    let below = |base: Option<&String>| {
        let rest = file.strip_prefix(base?.as_str())?.strip_prefix('/')?;
        Some(encoded(rest))
    };
    if let Some(uri) = below(facts.folder.known()) {
        return Artifact { uri, uri_base_id: "PROJECT" };
    }
    match below(facts.home.known()) {
        Some(uri) => Artifact { uri, uri_base_id: "HOME" },
        None => Artifact { uri: encoded(file.trim_start_matches('/')), uri_base_id: "ROOT" },
    }
}

/// A path as it stands in a URI.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn fixes(facts: &Facts, finding: &Finding) -> Option<FixItem> {
    let fix = finding.fix.as_ref()?;
    let changes: Vec<_> = fix
        .edits
        .iter()
        .filter_map(|edit| {
            let replacement = replacement(facts, edit)?;
            Some(ArtifactChange { artifact_location: artifact(facts, edit.file()), replacements: vec![replacement] })
        })
        .collect();
    (!changes.is_empty())
        .then(|| FixItem { description: Message { text: fix.text.clone() }, artifact_changes: changes })
}

fn replacement(facts: &Facts, edit: &Edit) -> Option<Replacement> {
    let columns = |text: &str| u32::try_from(text.encode_utf16().count()).ok().map(|count| count + 1);
    let (region, text) = match edit {
        Edit::CommentOut { line, .. } => {
            (Region { start_column: Some(1), end_column: Some(1), ..at(*line) }, "# gvr doctor: ".to_owned())
        }
        Edit::Remove { line, .. } => {
            let end = line.checked_add(1)?;
            (Region { start_column: Some(1), end_line: Some(end), end_column: Some(1), ..at(*line) }, String::new())
        }
        Edit::Replace { line, expected, new, .. } => {
            (Region { start_column: Some(1), end_column: columns(expected), ..at(*line) }, new.clone())
        }
        Edit::Append { file, new } => {
            let lines = facts.text(file).ok().flatten().map_or(0, |text| text.lines().count());
            let line = u32::try_from(lines).ok()?.checked_add(1)?;
            (Region { start_column: Some(1), end_column: Some(1), ..at(line) }, format!("{new}\n"))
        }
        Edit::CloseToOthers { .. } => return None,
    };
    Some(Replacement { deleted_region: region, inserted_content: Message { text } })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::{recorded, recordings};

    #[test]
    fn every_machine_gives_a_log_of_the_right_shape() {
        for path in recordings() {
            let report = Report::of(recorded(path.file_stem().unwrap().to_str().unwrap()), |_| true);
            let log: serde_json::Value = serde_json::from_str(&render(&report, "0.0.0").unwrap()).unwrap();
            assert_eq!(log["version"], "2.1.0");
            let run = &log["runs"][0];
            let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
            let bases = run["originalUriBaseIds"].as_object().unwrap();
            assert!(bases.values().all(|base| base["uri"].as_str().unwrap().ends_with('/')));
            let mut judged = vec![false; rules.len()];
            for result in run["results"].as_array().unwrap() {
                let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
                assert_eq!(rules[index]["id"], result["ruleId"]);
                judged[index] = true;
                // SARIF 2.1.0, 3.27.9 and 3.27.10: only what failed has a level.
                let is_failure = result["kind"] == "fail";
                assert_eq!(result["level"] == "none", !is_failure, "{result}");
                assert!(!result["message"]["text"].as_str().unwrap().is_empty());
                assert_eq!(result.get("locations").is_some(), is_failure, "{result}");
                let logical = result["locations"][0]["logicalLocations"].as_array();
                let names: Vec<_> = logical.into_iter().flatten().map(ToString::to_string).collect();
                let unique: BTreeSet<_> = names.iter().collect();
                assert_eq!(unique.len(), names.len(), "SARIF wants each place once: {names:?}");
                for location in result["locations"].as_array().into_iter().flatten() {
                    let artifact = &location["physicalLocation"]["artifactLocation"];
                    assert!(bases.contains_key(artifact["uriBaseId"].as_str().unwrap()), "{location}");
                    let uri = artifact["uri"].as_str().unwrap();
                    assert!(!uri.starts_with('/') && !uri.contains(' '), "{uri}");
                    assert!(location["physicalLocation"]["region"]["startLine"].as_u64().unwrap() >= 1);
                }
            }
            assert!(judged.into_iter().all(|judged| judged));
        }
    }

    #[test]
    fn paths_are_encoded() {
        assert_eq!(encoded("Library/Application Support/go/env"), "Library/Application%20Support/go/env");
        assert_eq!(encoded("é#?"), "%C3%A9%23%3F");
    }
}

//! `goenv/malformed`: Go's file of settings has lines that do not mean what they say.

use crate::check::{Check, Edit, Finding, Fix, Level, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "goenv/malformed",
    title: "Go's file of settings has lines that do not mean what they say",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Applied,
    what: "Lines of that file that Go passes over, values in quotes, with a space or a carriage return at their \
           end, keys that stand there twice or that Go does not know.",
    why: "Go reads a line only where it begins with a capital letter and has a =, and takes the value as it is: \
          with its quotes, spaces and carriage returns. The last of two lines counts. It says nothing about any of \
          this.",
    fix: "Write the line as KEY=value, or remove it.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let (file, text) = shared::settings(facts)?;
    let mut findings = Vec::new();
    let known: Vec<_> = shared::settings_lines(text);
    for (raw, line) in text.split('\n').zip(1..) {
        let Some((what, new)) = judge(raw, line, &known) else { continue };
        let expected = facts.line_text(file, line);
        let own_file = file.to_owned();
        let edit = match new {
            Some(new) => Edit::Replace { file: own_file, line, expected, new },
            None => Edit::Remove { file: own_file, line, expected },
        };
        let fix = match &edit {
            Edit::Replace { new, .. } => Fix::words(format!("write it as {new}")),
            _ => Fix::words("remove the line"),
        };
        findings.push(
            Finding::new(
                Level::Warning,
                format!("line {line}"),
                format!("Line {line} of Go's file of settings {what}."),
            )
            .shown_by([facts.line(file, line)])
            .mended_by(fix.editing([edit])),
        );
    }
    Ok(findings)
}

/// What is wrong with a line, and what it should be; nothing where it should go.
fn judge(raw: &str, line: u32, known: &[shared::Setting<'_>]) -> Option<(String, Option<String>)> {
    let bare = raw.trim();
    if bare.is_empty() || bare.starts_with('#') {
        return None;
    }
    let Some((key, value)) =
        raw.split_once('=').filter(|(key, _)| key.starts_with(|char: char| char.is_ascii_uppercase()))
    else {
        let better = bare.trim_start_matches("export ").trim();
        // What ties Go to a version or platform is better gone than put into effect.
        let is_harmless = |key: &str| shared::is_settable(key) && !super::stale_pin::KEYS.contains(&key);
        let better = better.split_once('=').filter(|(key, _)| is_harmless(key)).map(|_| better.to_owned());
        return Some(("is passed over by Go, which wants a key in capitals at its very beginning".to_owned(), better));
    };
    if !shared::is_settable(key) {
        let what = match key {
            "GODEBUG" | "GOENV" => format!("sets {key}, which Go reads from the environment alone"),
            _ => format!("sets {key}, which Go does not know"),
        };
        return Some((what, None));
    }
    if known.iter().any(|other| other.key == key && other.line > line) {
        return Some((format!("sets {key}, and a later line sets it again, which counts"), None));
    }
    let trimmed = value.trim();
    let quoted = |quote| trimmed.len() > 1 && trimmed.starts_with(quote) && trimmed.ends_with(quote);
    if quoted('"') || quoted('\'') {
        let inner = &trimmed[1..trimmed.len() - 1];
        return Some((format!("has quotes, which Go takes as a part of {key}"), Some(format!("{key}={inner}"))));
    }
    if value.ends_with('\r') {
        return Some((
            format!("ends with a carriage return, which Go takes as a part of {key}"),
            Some(format!("{key}={trimmed}")),
        ));
    }
    (value != trimmed).then(|| {
        (format!("has spaces around its value, which Go takes as a part of {key}"), Some(format!("{key}={trimmed}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Cases;

    const FILE: &str = "~/Library/Application Support/go/env";

    #[test]
    fn judges() {
        let written = |text: &'static str| move |facts: &mut Facts| facts.set_file(FILE, text);
        Cases::of(&CHECK)
            .passes(written("# mine\n\nGOPROXY=direct\nGOFLAGS=-mod=mod -v\n"))
            .fails(written("export GOPROXY=direct\n"), "is passed over by Go")
            .fails(written("export GOROOT=/x\n"), "is passed over by Go")
            .fails(written("GOPROXY=\"direct\"\n"), "has quotes")
            .fails(written("GONOSUMDB=x\r\n"), "carriage return")
            .fails(written("GOPROXY= direct\n"), "has spaces")
            .fails(written("GOPROXY=a\nGOPROXY=b\n"), "a later line sets it again")
            .fails(written("GONONSENSE=1\n"), "which Go does not know")
            .fails(written("GODEBUG=x=1\n"), "from the environment alone")
            .shows(written("GOPROXY=a\nGOPATH=\"b\"\n"), "~/Library/Application Support/go/env:2")
            .edits(written("GOPATH=\"b\"\n"))
            .cannot_tell(|facts| facts.files.clear(), "was not read")
            .does_not_apply(|_| {}, "go env -w has set nothing");
    }
}

//! `goenv/stale-pin`: go env -w keeps a value that ties Go to one version or platform.

use crate::check::{Check, Edit, Finding, Level, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "goenv/stale-pin",
    title: "go env -w keeps a value that ties Go to one version or platform",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Applied,
    what: "GOROOT, GOOS, GOARCH, CGO_ENABLED and a GOTOOLCHAIN with a version in Go's file of settings.",
    why: "What go env -w has set holds for every Go of the user, in every folder and terminal, until it is taken \
          back. A GOROOT there breaks every other Go, a GOOS builds for another system, and a version in \
          GOTOOLCHAIN beats the one that was chosen.",
    fix: "Take it back with go env -u, or correct the value.",
    run,
};

/// What ties every Go of the user to one version or platform.
pub(super) const KEYS: [&str; 5] = ["GOROOT", "GOOS", "GOARCH", "CGO_ENABLED", "GOTOOLCHAIN"];

fn run(facts: &Facts) -> Outcome {
    let (file, text) = shared::settings(facts)?;
    let mut findings = Vec::new();
    for setting in shared::settings_lines(text) {
        let effect = match setting.key {
            _ if setting.value.is_empty() => continue,
            "GOROOT" => "every Go takes that for its own tree",
            "GOOS" | "GOARCH" => "every build is for that platform",
            "CGO_ENABLED" => "it holds for every build",
            // What is no version is told of by toolchain/gotoolchain-invalid.
            "GOTOOLCHAIN" if shared::named_toolchain(setting.value).is_some_and(|version| version.is_ok()) => {
                "Go switches to that version, whichever was chosen"
            }
            _ => continue,
        };
        let message = format!("go env -w has set {}={}, so {effect}.", setting.key, facts.shown(setting.value));
        let edit =
            Edit::Remove { file: file.to_owned(), line: setting.line, expected: facts.line_text(file, setting.line) };
        findings.push(
            Finding::new(Level::Warning, setting.key, message)
                .shown_by([facts.line(file, setting.line)])
                .mended_by(facts.unset("take it back", setting.key).editing([edit])),
        );
    }
    Ok(findings)
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
            .passes(written("GOPROXY=direct\nGOTOOLCHAIN=local\n"))
            .passes(written("GOTOOLCHAIN=1.21.0\n"))
            .fails(written("GOTOOLCHAIN=go1.23.5+auto\n"), "Go switches to that version")
            .fails(written("GOROOT=/opt/go\n"), "every Go takes that for its own tree")
            .fails(written("GOOS=windows\n"), "every build is for that platform")
            .shows(written("GOPATH=/x\nCGO_ENABLED=0\n"), "~/Library/Application Support/go/env:2")
            .edits(written("GOOS=windows\n"))
            .cannot_tell(|facts| facts.files.clear(), "was not read")
            .does_not_apply(|_| {}, "go env -w has set nothing");
    }
}

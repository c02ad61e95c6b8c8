//! `tools/old-build`: a tool was built by an older Go than the module needs.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "tools/old-build",
    title: "a tool was built by an older Go than the module needs",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "The Go that built gopls, staticcheck, golangci-lint and other tools that read source code, against the \
           go line of the module here.",
    why: "Such a tool understands the language of the Go that built it, and no newer one: \"package requires newer \
          Go version\", \"the Go language version used to build this tool is lower than the targeted Go version\".",
    fix: "Build the tool again with the Go that the module uses.",
    run,
};

/// Tools that type-check the code they look at, by their program's name and the package to install them from.
const READERS: [(&str, &str); 11] = [
    ("dlv", "github.com/go-delve/delve/cmd/dlv"),
    ("errcheck", "github.com/kisielk/errcheck"),
    ("golangci-lint", "github.com/golangci/golangci-lint/v2/cmd/golangci-lint"),
    ("gopls", "golang.org/x/tools/gopls"),
    ("govulncheck", "golang.org/x/vuln/cmd/govulncheck"),
    ("impl", "github.com/josharian/impl"),
    ("mockgen", "go.uber.org/mock/mockgen"),
    ("revive", "github.com/mgechev/revive"),
    ("staticcheck", "honnef.co/go/tools/cmd/staticcheck"),
    ("stringer", "golang.org/x/tools/cmd/stringer"),
    ("wire", "github.com/google/wire/cmd/wire"),
];

fn run(facts: &Facts) -> Outcome {
    let Some(asked) = facts.requirement()? else {
        return Err(NotJudged::not_applicable("no go.mod or go.work is here"));
    };
    let needed = asked.requirement.language.unwrap_or(asked.requirement.version);
    let mut findings = Vec::new();
    for (path, program) in shared::tools(facts)? {
        let name = path.rsplit('/').next().unwrap_or_default();
        let Some((_, package)) = READERS.iter().find(|(known, _)| *known == name) else { continue };
        let Some(built) = shared::build_version(program) else { continue };
        if (built.major(), built.minor()) >= (needed.major(), needed.minor()) {
            continue;
        }
        let message = format!("{name} was built with Go {built}, and cannot read the Go {needed} of this module.");
        findings.push(
            Finding::new(Level::Warning, &path, message)
                .shown_by([
                    Evidence::Path { path: path.clone(), what: format!("built with Go {built}") },
                    facts.line(&asked.file, asked.requirement.line),
                ])
                .mended_by(Fix::words("build it again").by(format!("go install {package}@latest"))),
        );
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fact, Program};
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let old = |facts: &mut Facts| {
            let program = Program { go: Some("go1.22.5".to_owned()), ..Program::default() };
            facts.known_tools().insert("/Users/me/go/bin/gopls".to_owned(), Fact::Known(program));
        };
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(old, "gopls was built with Go 1.22.5, and cannot read the Go 1.27 of this module")
            .shows(old, "~/src/hello/go.mod:3")
            .cannot_tell(|facts| facts.tools = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.remove_file("~/src/hello/go.mod"), "no go.mod or go.work is here");
    }
}

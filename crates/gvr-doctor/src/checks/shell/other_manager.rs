//! `shell/other-manager`: another manager sets Go's variables.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::{Facts, Hook};

pub(in crate::checks) const CHECK: Check = Check {
    id: "shell/other-manager",
    title: "another manager sets Go's variables",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "Lines of start-up files that switch on goenv, gvm, g, gobrew, goup, and, where they have a Go, asdf and \
           mise; with --trace-shell also functions that run before each prompt and mention one of Go's variables.",
    why: "goenv, gvm, g and asdf's Go plugin export GOROOT, and some GOPATH and GOBIN; asdf's does so before every \
          prompt, long after the start-up files. Whatever gvr then runs, Go takes that GOROOT's word where it is \
          not dropped, and their folders come first on PATH.",
    fix: "Remove the line once gvr has the versions that you need.",
    run,
};

/// What a line has, the manager's name, and whether it may be there for something else: other languages, or gvr under the name
/// goenv.
const MARKS: [(&str, &str, bool); 15] = [
    ("GOENV_ROOT=", "goenv", false),
    ("goenv init", "goenv", true),
    (".goenv/", "goenv", false),
    (".gvm/scripts/gvm", "gvm", false),
    ("g shell setup", "g", false),
    ("g-install: do NOT edit", "g", false),
    (".g/env", "g", false),
    (".gobrew/", "gobrew", false),
    (".goup/", "goup", false),
    ("plugins/golang/set-env", "asdf", false),
    ("asdf-golang", "asdf", false),
    ("asdf.sh", "asdf", true),
    ("asdf.fish", "asdf", true),
    (".asdf/shims", "asdf", true),
    ("mise activate", "mise", true),
];

fn run(facts: &Facts) -> Outcome {
    facts.home.get()?;
    let files = facts.startup_files();
    if files.is_empty() {
        return Err(NotJudged::not_applicable("there are no start-up files"));
    }
    let has_go =
        |manager: &str| facts.leftovers.known().is_some_and(|known| known.iter().any(|left| left.manager == manager));
    let mut findings: Vec<Finding> = Vec::new();
    for (startup, text) in files {
        for (line, number) in text.lines().zip(1..).filter(|(line, _)| is_code(line)) {
            let mark = MARKS
                .iter()
                .find(|(mark, manager, is_general)| line.contains(mark) && (!is_general || has_go(manager)));
            let Some((_, manager, _)) = mark else { continue };
            let evidence = facts.line(&startup.path, number);
            if let Some(finding) = findings.iter_mut().find(|finding| finding.subject == *manager) {
                finding.evidence.push(evidence);
                continue;
            }
            let message = format!("{manager} is switched on, and sets variables or folders of its own for Go.");
            let fix = Fix::words(format!(
                "remove these lines when you no longer need {manager}'s Go, and open a new terminal"
            ));
            findings.push(Finding::new(Level::Warning, *manager, message).shown_by([evidence]).mended_by(fix));
        }
    }
    findings.extend(facts.traced().into_iter().flat_map(|trace| &trace.hooks).filter_map(|hook| waiting(facts, hook)));
    Ok(findings)
}

/// A function that a trace found to run before each prompt, and to mention one of Go's variables.
fn waiting(facts: &Facts, hook: &Hook) -> Option<Finding> {
    let variables: Vec<_> = hook.variables.iter().map(String::as_str).filter(|name| *name != "PATH").collect();
    if variables.is_empty() {
        return None;
    }
    let message = format!(
        "{} runs before each prompt, after all start-up files, and can change {}.",
        hook.name,
        variables.join(" and ")
    );
    let place =
        hook.file.as_ref().map(|file| Evidence::Path { path: file.clone(), what: format!("has {}", hook.name) });
    let fix = Fix::words("take the function out of the prompt's hooks where it is not what you want");
    let subject = format!("{} in {}", hook.name, facts.shown(hook.file.as_deref().unwrap_or("the shell")));
    Some(Finding::new(Level::Warning, subject, message).shown_by(place).mended_by(fix))
}

/// The marks that g writes are comments themselves.
fn is_code(line: &str) -> bool {
    !line.trim_start().starts_with('#') || line.contains("g shell setup") || line.contains("g-install")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fact, Hook, Leftover};
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let line = |facts: &mut Facts| facts.set_file("~/.zshrc", "# x\neval \"$(goenv init -)\"\n");
        let left = |manager: &str, path: &str| Leftover { manager: manager.to_owned(), path: path.to_owned() };
        let goenv = |facts: &mut Facts| {
            line(facts);
            facts.leftovers = Fact::Known(vec![left("goenv", "/Users/me/.goenv")]);
        };
        let mise = |facts: &mut Facts| facts.set_file("~/.zshrc", "eval \"$(mise activate zsh)\"\n");
        Cases::of(&CHECK)
            .passes(|_| {})
            .passes(|facts| facts.set_file("~/.zshrc", "# eval \"$(goenv init -)\"\n"))
            .passes(mise)
            .passes(line)
            .fails(|facts| facts.set_file("~/.zshrc", "export GOENV_ROOT=/opt/goenv\n"), "goenv is switched on")
            .fails(goenv, "goenv is switched on")
            .shows(goenv, "~/.zshrc:2")
            .fails(
                |facts| {
                    mise(facts);
                    facts.leftovers = Fact::Known(vec![left("mise", "/Users/me/.local/share/mise/installs/go")]);
                },
                "mise is switched on",
            )
            .fails(
                |facts| {
                    facts.trace_path("~/.zshrc", &[]);
                    let name = "asdf_update_golang_env".to_owned();
                    facts.known_trace().hooks = vec![Hook { name, file: None, variables: vec!["GOROOT".to_owned()] }];
                },
                "asdf_update_golang_env runs before each prompt, after all start-up files, and can change GOROOT.",
            )
            .cannot_tell(|facts| facts.home = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.files.clear(), "no start-up files");
    }
}

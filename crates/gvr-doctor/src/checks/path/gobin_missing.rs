//! `path/gobin-missing`: programs of go install are not on PATH.

use crate::check::{Check, Edit, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "path/gobin-missing",
    title: "programs of go install are not on PATH",
    level: Level::Note,
    scope: Scope::Everywhere,
    remedy: Remedy::Applied,
    what: "Whether the folder that go install puts programs into, GOBIN or else bin in the first GOPATH, is on PATH \
           while there are programs in it.",
    why: "go install says nothing about where a program went. Where its folder is not on PATH, the program is there \
          and the shell says that it does not exist.",
    fix: "Add the folder to PATH, at its end.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let folder = facts.install_folder()?;
    let tools = facts.tools.get()?;
    if tools.is_empty() {
        return Err(NotJudged::not_applicable("go install has put no program anywhere"));
    }
    if !folder.starts_with('/') {
        return Err(NotJudged::not_applicable("GOBIN is not absolute, so go install refuses it"));
    }
    if facts.path.get()?.iter().any(|entry| entry.text.trim_end_matches('/') == folder) {
        return Ok(Vec::new());
    }
    let shown = facts.shown(&folder);
    let message = format!("go install puts programs into {shown}, which is not on PATH.");
    let home = facts.home.get()?;
    let below = folder.strip_prefix(home.as_str()).map_or_else(|| folder.clone(), |rest| format!("$HOME{rest}"));
    let shell = facts.variable("SHELL")?;
    let file = shared::startup_file(shell);
    let line = if shell.is_some_and(|shell| shell.ends_with("/fish")) {
        format!("fish_add_path --append \"{below}\"")
    } else {
        format!("export PATH=\"$PATH:{below}\"")
    };
    let what = format!("not on PATH, and has {} of them", tools.len());
    Ok(vec![
        Finding::new(Level::Note, "PATH", message)
            .shown_by([Evidence::Path { path: folder, what }])
            .shown_by(facts.setting_evidence("GOBIN"))
            .mended_by(
                Fix::words(format!("add this line to ~{file}, and open a new terminal"))
                    .by(line.clone())
                    .editing([Edit::Append { file: format!("{home}{file}"), new: line }]),
            ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let missing = |facts: &mut Facts| facts.known_path().retain(|entry| entry.text != "/Users/me/go/bin");
        Cases::of(&CHECK)
            .passes(|_| {})
            .fails(missing, "go install puts programs into ~/go/bin, which is not on PATH")
            .edits(missing)
            .fails(|facts| facts.set_variable("GOBIN", "/opt/tools"), "into /opt/tools")
            .cannot_tell(|facts| facts.tools = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.known_tools().clear(), "has put no program anywhere");
    }
}

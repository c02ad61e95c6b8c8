//! `path/go-shadowed`: another Go comes before gvr's.

use crate::check::{Check, Edit, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::{Change, Facts, PathEntry};

pub(in crate::checks) const CHECK: Check = Check {
    id: "path/go-shadowed",
    title: "another go comes before gvr's on PATH",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Applied,
    what: "Which folders of PATH have a program called go, and which of them comes first; with --trace-shell also since \
           which line.",
    why: "A shell runs the first go that it finds. Where that is not gvr's shim, no version that gvr was told to use is \
          ever used, and .go-version files do nothing.",
    fix: "Let the line of `gvr init` be the last one that changes PATH in the shell's start-up file.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    if facts.gvr.installed.get()?.is_empty() {
        return Err(NotJudged::not_applicable("gvr has installed no Go"));
    }
    let root = facts.gvr.root.get()?;
    let path = facts.path.get()?;
    let shims = path.iter().position(|entry| entry.is_shims);
    let earlier: Vec<_> = facts.gos_on_path()?.into_iter().filter(|(_, entry)| !entry.is_shims).collect();
    let earlier: Vec<_> =
        earlier.into_iter().take_while(|(index, _)| shims.is_none_or(|shims| *index < shims)).collect();
    let how = mend(facts, &earlier)?;
    match (earlier.first(), shims) {
        (None, Some(_)) => Ok(Vec::new()),
        (None, None) => {
            let message = "gvr has a Go, but its shims are not on PATH, so no go is found at all.";
            Ok(vec![
                Finding::new(Level::Warning, "go", message)
                    .shown_by([Evidence::Path { path: format!("{root}/shims"), what: "not on PATH".to_owned() }])
                    .mended_by(how),
            ])
        }
        (Some((_, first)), _) => {
            let program = facts.shown(&format!("{}/go", first.text));
            let place = if shims.is_some() {
                "comes before gvr's shims on PATH"
            } else {
                "is on PATH, and gvr's shims are not"
            };
            let since = facts.traced().and_then(|trace| match shims {
                Some(shims) => trace.came_before(&first.text, &path[shims].text),
                None => trace.origin(&first.text),
            });
            let came = since.map(|since| format!(" It came there at {}.", facts.place(&since.command)));
            let message = format!(
                "{program} {place}, so it runs whatever version gvr was told to use.{}",
                came.unwrap_or_default()
            );
            let since = since.map(Change::evidence);
            let evidence = earlier.iter().flat_map(|(index, entry)| describe(facts, *index, entry));
            let own = shims.map(|index| Evidence::Path {
                path: path[index].text.clone(),
                what: format!("entry {} of PATH: gvr's shims", index + 1),
            });
            let finding = Finding::new(Level::Warning, "go", message).shown_by(since).shown_by(evidence).shown_by(own);
            Ok(vec![finding.mended_by(how)])
        }
    }
}

/// The line of `gvr init`, and how it comes to be the last one that changes PATH in the shell's start-up file.
fn mend(facts: &Facts, earlier: &[(usize, &PathEntry)]) -> Result<Fix, NotJudged> {
    let shell = facts.variable("SHELL")?;
    let home = facts.home.get()?;
    let file = format!("{home}{}", shared::startup_file(shell));
    let shown = facts.shown(&file);
    let line = match shell.and_then(|shell| shell.rsplit('/').next()) {
        Some("zsh") => r#"eval "$(gvr init - zsh)""#,
        Some("fish") => "gvr init - fish | source",
        _ => r#"eval "$(gvr init - bash)""#,
    };
    let Some((place, own)) = shared::init_lines(facts).into_iter().find(|(place, _)| *place == file) else {
        let fix = Fix::words(format!("let this be the last line of {shown}, and open a new terminal")).by(line);
        return Ok(fix.editing([Edit::Append { file, new: line.to_owned() }]));
    };
    let text = facts.line_text(&file, own);
    let is_behind = |(other, line): &(String, u32)| *other == place && *line > own;
    if earlier.iter().any(|(_, entry)| facts.path_lines(&entry.text).iter().any(is_behind)) {
        let fix = Fix::words(format!("move this line to the end of {shown}, and open a new terminal")).by(&text);
        let remove = Edit::Remove { file: file.clone(), line: own, expected: text.clone() };
        return Ok(fix.editing([remove, Edit::Append { file, new: text }]));
    }
    // What came first may have been set in this terminal alone, or before the line was there.
    let words =
        format!("open a new terminal; should that not be enough, see that nothing changes PATH after {shown}:{own}");
    Ok(Fix::words(words))
}

fn describe(facts: &Facts, index: usize, entry: &PathEntry) -> Vec<Evidence> {
    let path = format!("{}/go", entry.text.trim_end_matches('/'));
    let program = facts.program(&path);
    let mut what = vec![format!("entry {} of PATH", index + 1)];
    what.extend(program.and_then(|program| program.go.clone()));
    what.extend(program.map(|program| program.archs.join(" and ")).filter(|archs| !archs.is_empty()));
    let own = Evidence::Path { path, what: what.join(", ") };
    std::iter::once(own).chain(facts.path_evidence(&entry.text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let pkg = |facts: &mut Facts| {
            facts.set_file("/etc/paths.d/go", "/usr/local/go/bin\n");
            facts.put_on_path(0, "/usr/local/go/bin", true);
        };
        Cases::of(&CHECK)
            .passes(|_| {})
            .passes(|facts| facts.put_on_path(99, "/usr/local/go/bin", true))
            .fails(pkg, "/usr/local/go/bin/go comes before gvr's shims on PATH")
            .shows(pkg, "/etc/paths.d/go:1")
            .fails(
                |facts| {
                    facts.put_on_path(0, "/opt/homebrew/bin", true);
                    facts.without_shims();
                },
                "/opt/homebrew/bin/go is on PATH, and gvr's shims are not",
            )
            .fails(
                |facts| {
                    pkg(facts);
                    facts.trace_path("~/.zshrc", &[(3, "~/.gvr/shims"), (9, "/usr/local/go/bin")]);
                },
                "It came there at ~/.zshrc:9.",
            )
            .fails(Facts::without_shims, "no go is found at all")
            .edits(|facts| {
                facts.set_file("~/.zshrc", "");
                facts.without_shims();
            })
            .edits(|facts| {
                let lines = "eval \"$(gvr init - zsh)\"\nexport PATH=/usr/local/go/bin:$PATH\n";
                facts.set_file("~/.zshrc", lines);
                facts.put_on_path(0, "/usr/local/go/bin", true);
            })
            .cannot_tell(|facts| facts.path = crate::facts::Fact::unknown("it is hidden"), "it is hidden")
            .does_not_apply(
                |facts| facts.gvr.installed = crate::facts::Fact::Known(Vec::new()),
                "gvr has installed no Go",
            );
    }
}

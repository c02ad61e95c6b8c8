//! `path/go-shadowed`: another Go comes before gvr's.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::{Facts, PathEntry};

pub(in crate::checks) const CHECK: Check = Check {
    id: "path/go-shadowed",
    title: "another go comes before gvr's on PATH",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "Which folders of PATH have a program called go, and which of them comes first.",
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
    let how = Fix::words("let this line be the last one that changes PATH there, and open a new terminal")
        .by(startup_line(facts.variable("SHELL")?));
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
            let message = format!("{program} {place}, so it runs whatever version gvr was told to use.");
            let evidence = earlier.iter().flat_map(|(index, entry)| describe(facts, *index, entry));
            let own = shims.map(|index| Evidence::Path {
                path: path[index].text.clone(),
                what: format!("entry {} of PATH: gvr's shims", index + 1),
            });
            Ok(vec![Finding::new(Level::Warning, "go", message).shown_by(evidence).shown_by(own).mended_by(how)])
        }
    }
}

fn startup_line(shell: Option<&str>) -> &'static str {
    match shell.and_then(|shell| shell.rsplit('/').next()) {
        Some("zsh") => r#"eval "$(gvr init - zsh)""#,
        Some("fish") => "gvr init - fish | source",
        _ => r#"eval "$(gvr init - bash)""#,
    }
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
            .fails(Facts::without_shims, "no go is found at all")
            .cannot_tell(|facts| facts.path = crate::facts::Fact::unknown("it is hidden"), "it is hidden")
            .does_not_apply(
                |facts| facts.gvr.installed = crate::facts::Fact::Known(Vec::new()),
                "gvr has installed no Go",
            );
    }
}

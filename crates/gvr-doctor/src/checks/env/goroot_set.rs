//! `env/goroot-set`: GOROOT is exported.

use crate::check::{Check, Finding, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "env/goroot-set",
    title: "GOROOT is set",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Applied,
    what: "Whether the environment has a GOROOT.",
    why: "Go finds its own tree by the place of its program. A GOROOT in the environment overrides that for every Go that is \
          started, so that the next Go of another version works with the wrong tree: \"compile: version does not match go \
          tool version\". gvr's shims drop it; programs that start a Go by its path do not.",
    fix: "Remove the line that sets it. No Go since 1.10 needs it.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let variables = facts.variables.get()?;
    if variables.get("GVR_KEEP_GOROOT").is_some_and(|value| value == "1") {
        return Err(NotJudged::not_applicable("GVR_KEEP_GOROOT=1 says that GOROOT is set on purpose"));
    }
    let Some(value) = facts.variable("GOROOT")? else { return Ok(Vec::new()) };
    let message = format!("GOROOT is set to {}, which every Go then takes for its own tree.", facts.shown(value));
    let fix = facts.removal("GOROOT");
    Ok(vec![Finding::new(Level::Warning, "GOROOT", message).shown_by(facts.variable_evidence("GOROOT")).mended_by(fix)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Edit;
    use crate::facts::Fact;
    use crate::testing::Cases;

    /// The lines that `--fix` changes where a file uses GOROOT, and what it says.
    fn mended(file: &str, has_shims: bool) -> (Vec<String>, String) {
        let mut facts = crate::testing::mac();
        facts.set_file("~/.zshrc", file);
        facts.set_variable("GOROOT", "/usr/local/go");
        if !has_shims {
            facts.without_shims();
        }
        let fix = run(&facts).unwrap().remove(0).fix.unwrap();
        let line = |edit: &Edit| match edit {
            Edit::CommentOut { expected, .. } => expected.clone(),
            other => panic!("{other:?}"),
        };
        (fix.edits.iter().map(line).collect(), fix.text)
    }

    #[test]
    fn what_uses_goroot_is_not_left_without_it() {
        let path = "export PATH=$GOROOT/bin:$PATH";
        let both = format!("export GOROOT=/usr/local/go\n{path}\n");
        let (lines, text) = mended(&both, true);
        assert_eq!(lines, ["export GOROOT=/usr/local/go", path]);
        assert_eq!(text, "remove the line, and what uses it (~/.zshrc:2), and open a new terminal");
        // Without gvr's shims that line may be what puts a go on PATH.
        let (lines, text) = mended(&both, false);
        assert!(lines.is_empty(), "{lines:?}");
        assert_eq!(
            text,
            "remove the line once nothing uses GOROOT any more, as ~/.zshrc:2 does, and open a new terminal"
        );
        assert!(mended("GOROOT=/usr/local/go\nexport GOROOT\nalias src='cd $GOROOT/src'\n", true).0.is_empty());
        assert_eq!(mended("export GOROOT=/usr/local/go\n# $GOROOT\n", false).0, ["export GOROOT=/usr/local/go"]);
    }

    #[test]
    fn judges() {
        let set = |facts: &mut Facts| {
            facts.set_file("~/.zshrc", "# mine\nexport GOROOT=/usr/local/go\n");
            facts.set_variable("GOROOT", "/usr/local/go");
        };
        Cases::of(&CHECK)
            .passes(|_| {})
            .passes(|facts| facts.set_variable("GOROOT", ""))
            .fails(set, "GOROOT is set to /usr/local/go")
            .shows(set, "~/.zshrc:2")
            .edits(set)
            .edits(|facts| {
                set(facts);
                facts.set_file("~/.zprofile", "export PATH=${GOROOT}/bin:$PATH\n");
            })
            .cannot_tell(|facts| facts.variables = Fact::default(), "it was not recorded")
            .does_not_apply(
                |facts| {
                    set(facts);
                    facts.set_variable("GVR_KEEP_GOROOT", "1");
                },
                "on purpose",
            );
    }
}

//! `env/gopath-invalid`: GOPATH is not what Go accepts.

use crate::check::{Check, Finding, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::{Facts, Setter};

pub(in crate::checks) const CHECK: Check = Check {
    id: "env/gopath-invalid",
    title: "GOPATH is not what Go accepts",
    level: Level::Error,
    scope: Scope::Everywhere,
    remedy: Remedy::Applied,
    what: "Each entry of GOPATH: whether it begins with ~, is relative, or is GOROOT or a folder inside it.",
    why: "Go stops where an entry begins with ~ or is relative: \"GOPATH entry is relative; must be absolute \
          path\". An entry that is GOROOT, or lies in it, mixes your packages with Go's own, and an upgrade of Go \
          deletes them.",
    fix: "Set GOPATH to an absolute folder of its own, or remove it: ~/go is the default.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let (value, setter) = facts.setting("GOPATH")?;
    if setter == Setter::Default {
        return Err(NotJudged::not_applicable("GOPATH is not set"));
    }
    let goroot = facts.go.root.known().cloned().flatten();
    let mut findings = Vec::new();
    for entry in value.split(':').filter(|entry| !entry.is_empty()) {
        let (level, what) = match &goroot {
            _ if entry.starts_with('~') => {
                (Level::Error, "begins with a ~ that no shell replaced, and Go refuses it".to_owned())
            }
            _ if !entry.starts_with('/') => (Level::Error, "is relative, and Go refuses it".to_owned()),
            Some(root) if entry.trim_end_matches('/') == root => {
                (Level::Warning, "is GOROOT, so your packages lie among Go's own".to_owned())
            }
            Some(root) if entry.starts_with(&format!("{root}/")) => {
                (Level::Warning, "lies inside of GOROOT, and goes with it when that Go is removed".to_owned())
            }
            _ => continue,
        };
        let message = format!("The entry {} of GOPATH {what}.", facts.shown(entry));
        findings.push(
            Finding::new(level, entry, message)
                .shown_by(facts.setting_evidence("GOPATH"))
                .mended_by(facts.removal("GOPATH")),
        );
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let set = |value: &'static str| move |facts: &mut Facts| facts.set_variable("GOPATH", value);
        Cases::of(&CHECK)
            .passes(set("/Users/me/go:/opt/go"))
            .fails(set("~/go"), "begins with a ~")
            .fails(set("go"), "is relative")
            .fails(set("/Users/me/.gvr/versions/1.27.3"), "is GOROOT")
            .fails(set("/Users/me/.gvr/versions/1.27.3/path"), "lies inside of GOROOT")
            .cannot_tell(|facts| facts.variables = crate::facts::Fact::default(), "it was not recorded")
            .does_not_apply(|_| {}, "GOPATH is not set");
    }
}

//! `toolchain/gotoolchain-invalid`: Go does not understand GOTOOLCHAIN.

use gvr_core::Version;

use crate::check::{Check, Edit, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::{Facts, Setter};

pub(in crate::checks) const CHECK: Check = Check {
    id: "toolchain/gotoolchain-invalid",
    title: "Go does not understand GOTOOLCHAIN",
    level: Level::Error,
    scope: Scope::Everywhere,
    remedy: Remedy::Applied,
    what: "Whether GOTOOLCHAIN is auto, path, local, or a toolchain's name such as go1.22.5, with +auto or +path \
           where that is wanted.",
    why: "Since 1.21 Go looks at GOTOOLCHAIN before anything else, and stops where it makes no sense: \"invalid \
          GOTOOLCHAIN\". A version needs its go in front: go1.22.5.",
    fix: "Write it as Go wants it, or remove it.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let version = shared::version_here(facts)?;
    if version < Version::release(1, 21, 0) {
        return Err(NotJudged::not_applicable("the Go here is older than 1.21 and does not look at GOTOOLCHAIN"));
    }
    let (value, setter) = facts.setting("GOTOOLCHAIN")?;
    // Where a packager took it out of go.env, Go does without.
    let Some(what) = refusal(&value).filter(|_| !value.is_empty()) else { return Ok(Vec::new()) };
    let message = format!("GOTOOLCHAIN is \"{value}\", and every go command stops: {what}.");
    let fix = match (Version::parse(value.trim()), setter) {
        (Err(_), _) => facts.removal("GOTOOLCHAIN"),
        (Ok(version), Setter::File(file, line)) if facts.is_own(&file) => {
            let new = format!("GOTOOLCHAIN={}", version.first_release().release_name());
            let expected = facts.line_text(&file, line);
            // go itself reads this file only where it makes sense.
            Fix::words(format!("write {new} there")).editing([Edit::Replace { file, line, expected, new }])
        }
        (Ok(version), _) => Fix::words("write the name of the toolchain")
            .by(format!("export GOTOOLCHAIN={}", version.first_release().release_name())),
    };
    Ok(vec![
        Finding::new(Level::Error, "GOTOOLCHAIN", message)
            .shown_by(facts.setting_evidence("GOTOOLCHAIN"))
            .mended_by(fix),
    ])
}

/// As `cmd/go/internal/toolchain/select.go` has it.
fn refusal(value: &str) -> Option<&'static str> {
    let (name, suffix) = value.split_once('+').map_or((value, None), |(name, suffix)| (name, Some(suffix)));
    if suffix.is_some_and(|suffix| suffix != "auto" && suffix != "path") {
        return Some("only +auto and +path may follow a name");
    }
    let is_word = name == "local" || (suffix.is_none() && (name == "auto" || name == "path"));
    if is_word {
        return None;
    }
    if !name.starts_with("go1") && !name.contains("-go1") {
        return Some("a toolchain's name begins with go1");
    }
    let release = name.split_once('-').map_or(name, |(release, _)| release);
    let is_version = Version::from_release_name(release).is_ok() || name.contains("-go1");
    (!is_version).then_some("it names no version")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let set = |value: &'static str| move |facts: &mut Facts| facts.set_variable("GOTOOLCHAIN", value);
        Cases::of(&CHECK)
            .passes(|_| {})
            .passes(set("local"))
            .passes(set("go1.22.5+auto"))
            .passes(set("local+path"))
            .fails(set("1.21.0"), "a toolchain's name begins with go1")
            .edits(|facts| facts.set_file("~/Library/Application Support/go/env", "GOTOOLCHAIN=1.21.0\n"))
            .fails(set("bash"), "a toolchain's name begins with go1")
            .fails(set("go1.22.5+x"), "only +auto and +path")
            .fails(set("go1.x"), "it names no version")
            .cannot_tell(|facts| facts.go.version = Fact::unknown("it does not say"), "it does not say")
            .does_not_apply(|facts| facts.go.version = Fact::Known(Some("1.20.14".to_owned())), "older than 1.21");
    }
}

//! `cgo/arch-mismatch`: cgo finds libraries for another processor.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "cgo/arch-mismatch",
    title: "cgo finds libraries for another processor",
    level: Level::Warning,
    scope: Scope::Mac,
    remedy: Remedy::Printed,
    what: "What the libraries, shared and static, are made for that CGO_LDFLAGS, LIBRARY_PATH and PKG_CONFIG_PATH lead to.",
    why: "A Mac that was moved from Intel has libraries for Intel in /usr/local and for arm64 in /opt/homebrew. The \
          linker passes over those of the other kind, \"ignoring file, building for macOS-arm64\", and then misses \
          what they define.",
    fix: "Let the variables name the folder of the right kind, /opt/homebrew on Apple silicon.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let libraries = facts.libraries.get()?;
    if libraries.is_empty() {
        return Err(NotJudged::not_applicable("the variables of cgo lead to no library"));
    }
    let (goarch, _) = facts.setting("GOARCH")?;
    let wrong: Vec<_> =
        libraries.iter().filter(|library| !library.archs.is_empty() && !library.archs.contains(&goarch)).collect();
    let Some(first) = wrong.first() else { return Ok(Vec::new()) };
    let message = format!("{} leads to libraries that are not for {goarch}, which the linker passes over.", first.from);
    let evidence = wrong.iter().take(5).map(|library| Evidence::Path {
        path: library.path.clone(),
        what: format!("for {}", library.archs.join(" and ")),
    });
    Ok(vec![
        Finding::new(Level::Warning, &first.from, message)
            .shown_by(facts.setting_evidence(&first.from))
            .shown_by(evidence)
            .mended_by(Fix::words("name the folder of the right kind, such as /opt/homebrew/lib on Apple silicon")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Fact, Library};
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let with = |arch: &'static str| {
            move |facts: &mut Facts| {
                let path = "/usr/local/lib/libx.dylib".to_owned();
                let library = Library { path, archs: vec![arch.to_owned()], from: "CGO_LDFLAGS".to_owned() };
                facts.libraries = Fact::Known(vec![library]);
            }
        };
        Cases::of(&CHECK)
            .passes(with("arm64"))
            .fails(with("amd64"), "CGO_LDFLAGS leads to libraries that are not for arm64")
            .cannot_tell(|facts| facts.libraries = Fact::default(), "it was not recorded")
            .does_not_apply(|_| {}, "lead to no library");
    }
}

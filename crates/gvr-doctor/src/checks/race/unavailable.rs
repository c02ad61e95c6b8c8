//! `race/unavailable`: the race detector does not work here.

use gvr_core::Version;

use crate::check::{Check, Evidence, Finding, Fix, Level, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "race/unavailable",
    title: "the race detector does not work here",
    level: Level::Note,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "Whether Go has a race detector for this system and processor, and whether it has the C compiler that it \
           needs there.",
    why: "go test -race works on some systems alone, and on Linux it needs cgo and a C compiler; on macOS it needs \
          neither since 1.20.",
    fix: "Install a C compiler, and do not set CGO_ENABLED=0.",
    run,
};

/// `RaceDetectorSupported` of Go's `internal/platform`.
const LINUX: [&str; 6] = ["amd64", "arm64", "loong64", "ppc64le", "riscv64", "s390x"];

fn run(facts: &Facts) -> Outcome {
    let version = shared::version_here(facts)?;
    let (os, arch) = (facts.system.os.get()?, facts.system.arch.get()?);
    let is_mac = os == "darwin";
    let cgo = facts.set("CGO_ENABLED")?.map(|(value, _)| value).unwrap_or_default();
    let needs_c = !is_mac || version < Version::release(1, 20, 0);
    let why = if !is_mac && !LINUX.contains(&arch.as_str()) {
        format!("Go has none for {os} on {arch}")
    } else if needs_c && cgo == "0" {
        "it needs cgo, and CGO_ENABLED is 0".to_owned()
    } else if needs_c && facts.compiler.get()?.is_none() {
        "it needs a C compiler, and there is none".to_owned()
    } else {
        return Ok(Vec::new());
    };
    let message = format!("go test -race does not work here: {why}.");
    Ok(vec![
        Finding::new(Level::Note, "-race", message)
            .shown_by([Evidence::Value { name: "system".to_owned(), value: format!("{os} on {arch}") }])
            .shown_by(facts.setting_evidence("CGO_ENABLED"))
            .mended_by(Fix::words("where it is wanted, install a C compiler and set CGO_ENABLED=1")),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        Cases::of(&CHECK)
            .passes(|_| {})
            .passes(|facts| facts.set_variable("CGO_ENABLED", "0"))
            .cannot_tell(|facts| facts.system_mut().arch = Fact::default(), "it was not recorded")
            .does_not_apply(|facts| facts.go.version = Fact::Known(None), "there is no Go here")
            .on_linux()
            .passes(|_| {})
            .fails(|facts| facts.compiler = Fact::Known(None), "it needs a C compiler, and there is none")
            .fails(|facts| facts.set_variable("CGO_ENABLED", "0"), "CGO_ENABLED is 0")
            .fails(|facts| facts.system_mut().arch = Fact::Known("386".to_owned()), "Go has none for linux on 386");
    }
}

//! `toolchain/unsafe-download`: Go downloads toolchains by a check that has holes.

use gvr_core::Version;
use gvr_core::gotoolchain;

use crate::check::{Check, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "toolchain/unsafe-download",
    title: "Go downloads toolchains by a check that has holes",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "Whether the Go here is older than the releases that mended how Go checks the toolchains that it \
           downloads, and whether it may download any.",
    why: "Up to 1.25.12 and 1.26.5 a hostile module proxy can get an altered toolchain past the checksum database: \
          CVE-2026-42501, CVE-2026-56864 and CVE-2026-56865. The Go that downloads is the one that checks, so a \
          newer one in go.mod does not help.",
    fix: "Choose a Go that is mended, 1.25.13, 1.26.6 or 1.27, or set GOTOOLCHAIN=local and let gvr install.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let version = shared::version_here(facts)?;
    if version < Version::release(1, 21, 0) {
        return Err(NotJudged::not_applicable("the Go here is older than 1.21 and downloads none"));
    }
    let (value, _) = facts.setting("GOTOOLCHAIN")?;
    let setting = gotoolchain::GoToolchain::parse(&value);
    let is_fixed_name = shared::named_toolchain(&value).is_some_and(|named| named.is_ok_and(|named| named != version));
    if setting.mode != gotoolchain::Mode::Auto && !is_fixed_name {
        return Err(NotJudged::not_applicable("GOTOOLCHAIN forbids downloads"));
    }
    if facts.setting("GOPROXY")?.0 == "off" {
        return Err(NotJudged::not_applicable("GOPROXY=off forbids downloads"));
    }
    if is_mended(version) {
        return Ok(Vec::new());
    }
    let message = format!(
        "Go {version} may download other Gos, and what it checks them by can be tricked by a hostile proxy (CVE-2026-42501, \
         CVE-2026-56864, CVE-2026-56865)."
    );
    Ok(vec![Finding::new(Level::Warning, "go", message).shown_by(facts.setting_evidence("GOTOOLCHAIN")).mended_by(
        Fix::words("choose a Go that is mended, or forbid downloads").by("gvr install latest && gvr global latest"),
    )])
}

/// The release candidate is where Go's own announcement has it first.
fn is_mended(version: Version) -> bool {
    let first = match version.minor() {
        25 => Version::release(1, 25, 13),
        26 => Version::release(1, 26, 6),
        27 => return version >= Version::parse("1.27rc3").unwrap_or(Version::release(1, 27, 0)),
        minor => return version.major() > 1 || minor > 27,
    };
    version >= first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    fn version(text: &'static str) -> impl Fn(&mut Facts) {
        move |facts| facts.go.version = Fact::Known(Some(text.to_owned()))
    }

    #[test]
    fn judges() {
        Cases::of(&CHECK)
            .passes(|_| {})
            .passes(version("1.26.6"))
            .passes(version("1.25.13"))
            .passes(version("1.27rc3"))
            .fails(version("1.26.5"), "Go 1.26.5 may download other Gos")
            .fails(version("1.22.5"), "CVE-2026-42501")
            .fails(version("1.27rc2"), "1.27rc2")
            .cannot_tell(|facts| facts.go.version = Fact::unknown("it does not say"), "it does not say")
            .does_not_apply(version("1.20.14"), "older than 1.21")
            .does_not_apply(|facts| facts.set_variable("GOTOOLCHAIN", "local"), "forbids downloads")
            .does_not_apply(|facts| facts.set_variable("GOPROXY", "off"), "forbids downloads");
    }
}

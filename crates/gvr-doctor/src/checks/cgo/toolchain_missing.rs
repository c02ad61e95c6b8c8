//! `cgo/toolchain-missing`: cgo is on, and there is no C compiler.

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "cgo/toolchain-missing",
    title: "cgo is on, and there is no C compiler",
    level: Level::Warning,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "Whether the C compiler that CC names, or the usual one, is there; on macOS whether the developer tools \
           are. Only where cgo is switched on.",
    why: "With CGO_ENABLED=1 packages such as net and os/user are built with C. Without a compiler the build stops: \
          \"C compiler not found\", on macOS \"invalid active developer path\". Elsewhere Go does without cgo by \
          itself since 1.20.",
    fix: "Install a compiler, or set CGO_ENABLED=0.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let value = facts.set("CGO_ENABLED")?.map(|(value, _)| value).unwrap_or_default();
    if value == "0" {
        return Err(NotJudged::not_applicable("CGO_ENABLED=0: no C is compiled"));
    }
    let is_mac = facts.system.os.get()? == "darwin";
    // There, cc is always to be found; it asks for the tools when it is started.
    let (is_missing, what, command) = if is_mac {
        (
            facts.system.developer_tools.get()?.is_none(),
            "the developer tools of macOS are not installed",
            "xcode-select --install",
        )
    } else {
        (facts.compiler.get()?.is_none(), "there is no C compiler on PATH", "sudo apt install gcc libc6-dev")
    };
    // Where nobody asked for cgo, Linux builds do without.
    if !is_missing || (value.is_empty() && !is_mac) {
        return Ok(Vec::new());
    }
    let cc = facts.set("CC")?;
    let message = format!("cgo is on, but {what}, so what needs C cannot be built.");
    let compiler = cc.map(|(value, _)| Evidence::Value { name: "CC".to_owned(), value });
    Ok(vec![
        Finding::new(Level::Warning, "CC", message)
            .shown_by(facts.setting_evidence("CGO_ENABLED"))
            .shown_by(compiler)
            .mended_by(Fix::words("install it, or do without C by CGO_ENABLED=0; for example").by(command)),
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
            .fails(
                |facts| facts.system_mut().developer_tools = Fact::Known(None),
                "developer tools of macOS are not installed",
            )
            .does_not_apply(|facts| facts.set_variable("CGO_ENABLED", "0"), "no C is compiled")
            .cannot_tell(|facts| facts.system_mut().developer_tools = Fact::default(), "it was not recorded")
            .on_linux()
            .passes(|facts| facts.compiler = Fact::Known(None))
            .fails(
                |facts| {
                    facts.compiler = Fact::Known(None);
                    facts.set_variable("CGO_ENABLED", "1");
                },
                "no C compiler on PATH",
            );
    }
}

//! `mod/proxy-config`: Go's module settings do not do what they say.

use gvr_core::gotoolchain;

use crate::check::{Check, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "mod/proxy-config",
    title: "Go's module settings do not do what they say",
    level: Level::Error,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "GOPROXY's syntax, its unencrypted servers and what stands behind direct or off; GOPRIVATE beside a proxy \
           of your own; GOSUMDB=off, and patterns in GOINSECURE and GONOSUMDB that match everything.",
    why: "Go splits GOPROXY at commas and bars and tries one after the other; what follows direct or off is never \
          asked. GOPRIVATE makes its modules go past every proxy, your own too, unless GONOPROXY=none. Without \
          GOSUMDB Go also refuses to download toolchains, since nothing vouches for them.",
    fix: "Set the value as it is meant, with go env -w.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let (proxy, _) = facts.setting("GOPROXY")?;
    if proxy == "off" {
        return Err(NotJudged::not_applicable("GOPROXY=off: no module is fetched"));
    }
    let mut findings = Vec::new();
    let mut add = |level, name: &str, what: String, fix: Fix| {
        let evidence = facts.setting_evidence(name);
        findings.push(Finding::new(level, name, what).shown_by(evidence).mended_by(fix));
    };
    proxies(&proxy, &mut add);
    let (private, _) = facts.setting("GOPRIVATE")?;
    let is_own = !["proxy.golang.org", "goproxy.io", "goproxy.cn"].iter().any(|known| proxy.contains(known));
    if !private.is_empty() && is_own && proxy.contains("://") && facts.set("GONOPROXY")?.is_none() {
        let what = format!("Modules that match GOPRIVATE={private} go past your own proxy in GOPROXY.");
        let fix = Fix::words("if the proxy serves them, let Go ask it").by("go env -w GONOPROXY=none");
        add(Level::Note, "GOPRIVATE", what, fix);
    }
    let (sums, _) = facts.setting("GOSUMDB")?;
    let toolchain = facts.setting("GOTOOLCHAIN")?.0;
    if sums == "off" {
        // A toolchain is looked up there whatever GOPRIVATE and GONOSUMDB say.
        let downloads = gotoolchain::GoToolchain::parse(&toolchain).mode == gotoolchain::Mode::Auto
            || shared::named_toolchain(&toolchain).is_some_and(|version| version.is_ok());
        let (level, effect) = if downloads {
            (Level::Error, "no module is checked, and Go cannot download toolchains, which it must check")
        } else {
            (Level::Warning, "no module is checked against what everybody else gets")
        };
        let fix =
            Fix::words("take it back, and name private modules in GOPRIVATE").by("go env -w GOSUMDB=sum.golang.org");
        add(level, "GOSUMDB", format!("GOSUMDB is off: {effect}."), fix);
    }
    for (name, effect) in [
        ("GOINSECURE", "Go fetches modules without encryption where a server asks for that"),
        ("GONOSUMDB", "no module is checked against what everybody else gets"),
    ] {
        let value = facts.set(name)?.map(|(value, _)| value).unwrap_or_default();
        if value.split(',').any(|pattern| pattern.trim() == "*" || pattern.trim() == "**") {
            let fix = Fix::words("name the servers that are meant").by(format!("go env -u {name}"));
            add(Level::Warning, name, format!("{name} matches everything, so {effect}."), fix);
        }
    }
    Ok(findings)
}

fn proxies(value: &str, add: &mut impl FnMut(Level, &str, String, Fix)) {
    let fix =
        || Fix::words("set it as it is meant, for example").by("go env -w GOPROXY=https://proxy.golang.org,direct");
    let items: Vec<_> = value.split([',', '|']).collect();
    let last = items.len().saturating_sub(1);
    for (index, item) in items.iter().enumerate() {
        let bare = item.trim();
        let what = match bare {
            "" => (Level::Warning, "has an empty entry, which Go passes over".to_owned()),
            "direct" | "off" if index < last => {
                (Level::Warning, format!("has entries behind {bare}, which are never asked"))
            }
            "direct" | "off" => continue,
            _ if bare.starts_with("http://") && !is_near(bare) => (
                Level::Warning,
                format!("asks {bare} without encryption, and anybody on the way can read and change what it says"),
            ),
            _ if bare.contains("://") => continue,
            _ => (Level::Error, format!("has the entry \"{bare}\", which is no address: it needs https:// in front")),
        };
        add(what.0, "GOPROXY", format!("GOPROXY {}.", what.1), fix());
    }
}

/// Servers of one's own machine.
fn is_near(url: &str) -> bool {
    ["http://localhost", "http://127.0.0.1", "http://[::1]"].iter().any(|near| url.starts_with(near))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::testing::Cases;

    #[test]
    fn judges() {
        let set = |name: &'static str, value: &'static str| move |facts: &mut Facts| facts.set_variable(name, value);
        Cases::of(&CHECK)
            .passes(|_| {})
            .passes(set("GOPROXY", "https://proxy.example.com|direct"))
            .passes(set("GOPROXY", "file:///mirror,http://localhost:3000"))
            .fails(set("GOPROXY", "proxy.example.com"), "which is no address")
            .fails(set("GOPROXY", "http://proxy.example.com"), "without encryption")
            .fails(set("GOPROXY", "direct,https://proxy.golang.org"), "never asked")
            .fails(set("GOPROXY", "https://a.example.com,,direct"), "an empty entry")
            .fails(set("GOSUMDB", "off"), "Go cannot download toolchains")
            .fails(
                |facts| {
                    facts.set_variable("GOSUMDB", "off");
                    facts.set_variable("GOPRIVATE", "*.example.com");
                },
                "Go cannot download toolchains",
            )
            .fails(
                |facts| {
                    facts.set_variable("GOSUMDB", "off");
                    facts.set_variable("GOTOOLCHAIN", "local");
                },
                "against what everybody else gets",
            )
            .fails(set("GOINSECURE", "*"), "GOINSECURE matches everything")
            .fails(
                |facts| {
                    facts.set_variable("GOPROXY", "https://athens.example.com");
                    facts.set_variable("GOPRIVATE", "*.example.com");
                },
                "go past your own proxy",
            )
            .cannot_tell(|facts| facts.variables = Fact::default(), "it was not recorded")
            .does_not_apply(set("GOPROXY", "off"), "no module is fetched");
    }
}

//! `net/tls-and-dns`: Go's certificates or name lookups are set aside.

use gvr_core::Version;

use crate::check::{Check, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "net/tls-and-dns",
    title: "Go's certificates or name lookups are set aside",
    level: Level::Error,
    scope: Scope::Everywhere,
    remedy: Remedy::Printed,
    what: "SSL_CERT_FILE and SSL_CERT_DIR, the keys of GODEBUG against those that the Go here knows, and netdns=go \
           beside /etc/resolver.",
    why: "Up to 1.26 Go on macOS passed over SSL_CERT_FILE; from 1.27 on it takes the place of the system's trust, \
          and a file that is not there means that no server is trusted. A key of GODEBUG that a Go has dropped is \
          refused in go.mod, and one it never had is passed over in silence. netdns=go does without macOS's own \
          lookup, and so without /etc/resolver and the names of a VPN.",
    fix: "Correct or remove the variable.",
    run,
};

fn run(facts: &Facts) -> Outcome {
    let debug = facts.variable("GODEBUG")?.unwrap_or_default().to_owned();
    let certificates = facts.certificates.get()?;
    if debug.is_empty() && certificates.is_none() {
        return Err(NotJudged::not_applicable("neither GODEBUG nor SSL_CERT_FILE nor SSL_CERT_DIR is set"));
    }
    let is_mac = facts.system.os.get()? == "darwin";
    let mut findings = Vec::new();
    if let Some(trust) = certificates {
        let name = if facts.variable("SSL_CERT_FILE")?.is_some() { "SSL_CERT_FILE" } else { "SSL_CERT_DIR" };
        let is_heard =
            !is_mac || shared::version_here(facts).is_ok_and(|version| version >= Version::release(1, 27, 0));
        let (level, message) = match (trust.count, is_heard) {
            (Some(0) | None, true) => (
                Level::Error,
                format!(
                    "{name} names {}, where there is no certificate: Go trusts no server.",
                    facts.shown(&trust.path)
                ),
            ),
            (_, false) => (
                Level::Note,
                format!("{name} is set, but the Go here is older than 1.27 and asks macOS alone whom to trust."),
            ),
            (Some(_), true) if is_mac => (
                Level::Note,
                format!("{name} takes the place of macOS's own trust for the Go here, and for all that it builds."),
            ),
            (Some(_), true) => (Level::Note, String::new()),
        };
        if !message.is_empty() {
            findings.push(Finding::new(level, name, message).shown_by(facts.variable_evidence(name)).mended_by(
                Fix::words("correct it, or remove it; for this terminal alone").by(format!("unset {name}")),
            ));
        }
    }
    for key in debug.split(',').filter_map(|pair| pair.split_once('=')).map(|(key, _)| key.trim()) {
        let Some(table) = facts.go.godebug.known().and_then(Option::as_ref) else { break };
        let message = if table.removed.iter().any(|known| known == key) {
            format!("GODEBUG has {key}, which the Go here no longer knows.")
        } else if !table.known.iter().any(|known| known == key) && !shared::is_runtime_key(key) {
            format!("GODEBUG has {key}, which the Go here passes over: there is no such key.")
        } else {
            continue;
        };
        findings.push(
            Finding::new(Level::Warning, key, message)
                .shown_by(facts.variable_evidence("GODEBUG"))
                .mended_by(Fix::words("remove the key")),
        );
    }
    let resolvers = facts.system.resolvers.known().filter(|names| !names.is_empty());
    if let (true, Some(names)) = (debug.split(',').any(|pair| pair.trim().starts_with("netdns=go")), resolvers) {
        let message = "GODEBUG=netdns=go makes Go look up names by itself, without what /etc/resolver says.";
        let files = names
            .iter()
            .take(5)
            .map(|name| Evidence::Path { path: format!("/etc/resolver/{name}"), what: "passed over".to_owned() });
        findings.push(
            Finding::new(Level::Warning, "netdns", message)
                .shown_by(facts.variable_evidence("GODEBUG"))
                .shown_by(files)
                .mended_by(Fix::words("remove netdns=go from GODEBUG")),
        );
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Certificates, Fact, GodebugTable};
    use crate::testing::Cases;

    fn trust(facts: &mut Facts, count: Option<u64>) {
        facts.set_variable("SSL_CERT_FILE", "/opt/ca.pem");
        facts.certificates = Fact::Known(Some(Certificates { path: "/opt/ca.pem".to_owned(), count }));
    }

    fn debug(facts: &mut Facts, value: &str) {
        facts.set_variable("GODEBUG", value);
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let table = GodebugTable { known: words(&["netdns", "http2client"]), removed: words(&["x509ignoreCN"]) };
        facts.go.godebug = Fact::Known(Some(table));
    }

    #[test]
    fn judges() {
        Cases::of(&CHECK)
            .passes(|facts| debug(facts, "http2client=0,gctrace=1"))
            .passes(|facts| debug(facts, "netdns=go"))
            .fails(|facts| trust(facts, None), "Go trusts no server")
            .fails(|facts| trust(facts, Some(120)), "takes the place of macOS's own trust")
            .fails(
                |facts| {
                    trust(facts, Some(120));
                    facts.go.version = Fact::Known(Some("1.26.6".to_owned()));
                },
                "older than 1.27",
            )
            .fails(|facts| debug(facts, "x509ignoreCN=1"), "no longer knows")
            .fails(|facts| debug(facts, "x509useSystemRoots=0"), "there is no such key")
            .fails(
                |facts| {
                    debug(facts, "netdns=go");
                    facts.system_mut().resolvers = Fact::Known(vec!["corp.example.com".to_owned()]);
                },
                "without what /etc/resolver says",
            )
            .cannot_tell(|facts| facts.certificates = Fact::default(), "it was not recorded")
            .does_not_apply(|_| {}, "neither GODEBUG")
            .on_linux()
            .passes(|facts| trust(facts, Some(120)))
            .fails(|facts| trust(facts, Some(0)), "Go trusts no server");
    }
}

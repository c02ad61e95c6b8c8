//! `net/tls-and-dns`: Go's certificates or name lookups are set aside.

use gvr_core::Version;

use crate::check::{Check, Edit, Evidence, Finding, Fix, Level, NotJudged, Outcome, Remedy, Scope};
use crate::checks::shared;
use crate::facts::Facts;

pub(in crate::checks) const CHECK: Check = Check {
    id: "net/tls-and-dns",
    title: "Go's certificates or name lookups are set aside",
    level: Level::Error,
    scope: Scope::Everywhere,
    remedy: Remedy::Applied,
    what: "SSL_CERT_FILE and SSL_CERT_DIR, the keys of GODEBUG against those that the Go here knows, and netdns=go or the \
           build tag netgo beside /etc/resolver.",
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
    let has_netgo = has_tag(&facts.setting("GOFLAGS")?.0, "netgo");
    if debug.is_empty() && certificates.is_none() && !has_netgo {
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
            // What works is nobody's to take away.
            let fix = if level == Level::Error {
                facts.removal(name)
            } else {
                Fix::words("if that is not meant, remove it; for this terminal alone").by(format!("unset {name}"))
            };
            findings.push(Finding::new(level, name, message).shown_by(facts.variable_evidence(name)).mended_by(fix));
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
                .mended_by(without_key(facts, key)),
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
                .mended_by(without_key(facts, "netdns")),
        );
    }
    if let (true, Some(_)) = (has_netgo, resolvers) {
        let message = "The build tag netgo in GOFLAGS makes what is built look up names by itself, without what /etc/resolver says.";
        findings.push(
            Finding::new(Level::Warning, "netgo", message)
                .shown_by(facts.setting_evidence("GOFLAGS"))
                .mended_by(Fix::words("take netgo out of -tags in GOFLAGS")),
        );
    }
    Ok(findings)
}

/// Takes a key out of GODEBUG in the lines that set it, and the line away where it has no other.
fn without_key(facts: &Facts, key: &str) -> Fix {
    let mut edits = Vec::new();
    for (file, line) in facts.assignments("GODEBUG").into_iter().filter(|(file, _)| facts.is_own(file)) {
        let expected = facts.line_text(&file, line);
        let Some((head, value, tail)) = value_of_debug(&expected) else { continue };
        let kept: Vec<_> = value.split(',').filter(|pair| pair.split('=').next().map(str::trim) != Some(key)).collect();
        if kept.len() == value.split(',').count() {
            continue;
        }
        edits.push(if kept.is_empty() {
            Edit::CommentOut { file, line, expected }
        } else {
            let new = format!("{head}{}{tail}", kept.join(","));
            Edit::Replace { file, line, expected, new }
        });
    }
    Fix::words(format!("take {key} out of GODEBUG, and open a new terminal")).editing(edits)
}

/// What stands before, in and behind the value in a line such as `export GODEBUG="a=1,b=2"`, or fish's own.
fn value_of_debug(line: &str) -> Option<(&str, &str, &str)> {
    let start = line.find("GODEBUG")? + "GODEBUG".len();
    let start = start + line[start..].find(|char: char| !"= '\"".contains(char))?;
    let rest = &line[start..];
    let end = rest.find(|char: char| char.is_whitespace() || "'\";#&|".contains(char)).unwrap_or(rest.len());
    Some((&line[..start], &rest[..end], &rest[end..]))
}

/// Whether GOFLAGS sets this build tag.
fn has_tag(flags: &str, tag: &str) -> bool {
    let flags = shared::go_flags(flags).unwrap_or_default();
    let tags = flags.iter().filter_map(|flag| flag.trim_start_matches('-').strip_prefix("tags="));
    tags.flat_map(|tags| tags.split([',', ' '])).any(|known| known == tag)
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
    fn a_key_is_taken_out_of_its_line() {
        let mut facts = crate::testing::mac();
        let lines = "export GODEBUG=\"a=1,bad=2,b=3\" # why\nexport GODEBUG=bad=1\nexport GODEBUG=a=1\n";
        facts.set_file("~/.zshrc", lines);
        facts.set_file("~/.config/fish/config.fish", "set -gx GODEBUG bad=1,a=2\n");
        let edits = without_key(&facts, "bad").edits;
        let what = |edit: &Edit| match edit {
            Edit::Replace { new, .. } => new.clone(),
            Edit::CommentOut { line, .. } => format!("line {line} goes"),
            other => panic!("{other:?}"),
        };
        let found: Vec<_> = edits.iter().map(what).collect();
        assert_eq!(found, ["export GODEBUG=\"a=1,b=3\" # why", "line 2 goes", "set -gx GODEBUG a=2"]);
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
            .fails(
                |facts| {
                    facts.set_variable("GOFLAGS", "-mod=mod '-tags=x netgo'");
                    facts.system_mut().resolvers = Fact::Known(vec!["corp.example.com".to_owned()]);
                },
                "The build tag netgo in GOFLAGS",
            )
            .edits(|facts| {
                debug(facts, "x509ignoreCN=1");
                facts.set_file("~/.zshrc", "export GODEBUG=x509ignoreCN=1\n");
            })
            .edits(|facts| {
                facts.set_file("~/.zshrc", "export SSL_CERT_FILE=/opt/ca.pem\n");
                trust(facts, None);
            })
            .cannot_tell(|facts| facts.certificates = Fact::default(), "it was not recorded")
            .does_not_apply(|_| {}, "neither GODEBUG")
            .on_linux()
            .passes(|facts| trust(facts, Some(120)))
            .fails(|facts| trust(facts, Some(0)), "Go trusts no server");
    }
}

//! Which package may depend on which.

use std::collections::BTreeSet;
use std::fs;

use crate::metadata::{Kinds, Metadata};

/// Crates that speak HTTP or TLS.
const NETWORK: [&str; 8] =
    ["reqwest", "hyper", "hyper-util", "h2", "rustls", "tokio-rustls", "rustls-platform-verifier", "ureq"];

#[track_caller]
fn check_links_at_most(member: &str, allowed: &[&str]) {
    let metadata = Metadata::load();
    let allowed: BTreeSet<_> = allowed.iter().copied().collect();
    let surplus: Vec<_> = metadata.direct(member, Kinds::Linked).difference(&allowed).copied().collect();
    assert!(surplus.is_empty(), "{member} may depend on {allowed:?} only; take away {surplus:?}");
}

#[test]
fn the_core_depends_on_little() {
    check_links_at_most("gvr-core", &["rustix", "semver"]);
}

#[test]
fn the_shim_depends_on_the_core_alone() {
    check_links_at_most("gvr-shim", &["gvr-core"]);
}

#[test]
fn the_test_kit_knows_no_crate_of_ours() {
    let metadata = Metadata::load();
    let ours: BTreeSet<_> = metadata.members().map(|package| package.name.as_str()).collect();
    let known: Vec<_> = metadata.direct("gvr-testkit", Kinds::All).intersection(&ours).copied().collect();
    assert!(known.is_empty(), "gvr-testkit must not depend on {known:?}: a mistake there would hide in the fixtures");
}

#[test]
fn fetch_store_and_doctor_do_not_know_each_other() {
    let metadata = Metadata::load();
    let apart = BTreeSet::from(["gvr-fetch", "gvr-store", "gvr-doctor"]);
    for member in &apart {
        let known: Vec<_> = metadata.direct(member, Kinds::All).intersection(&apart).copied().collect();
        assert!(known.is_empty(), "{member} must not depend on {known:?}; join them in the package gvr");
    }
}

#[test]
fn only_fetch_speaks_to_the_network() {
    let metadata = Metadata::load();
    for member in metadata.members() {
        let linked = metadata.linked_without(member, "gvr-fetch");
        for name in NETWORK {
            if let Some(way) = linked.get(name) {
                panic!("{} reaches {name} by {}; HTTP and TLS belong below gvr-fetch", member.name, way.join(" -> "));
            }
        }
    }
}

#[test]
fn only_the_command_line_knows_terminals() {
    let metadata = Metadata::load();
    for member in metadata.members().filter(|member| !["gvr", "xtask"].contains(&member.name.as_str())) {
        let direct = metadata.direct(&member.name, Kinds::Linked);
        for name in ["clap", "clap_complete", "indicatif"] {
            assert!(!direct.contains(name), "{} depends on {name}; that belongs into the package gvr", member.name);
        }
    }
}

#[test]
fn every_package_takes_the_workspace_lints() {
    for member in Metadata::load().members() {
        let manifest: toml::Table = fs::read_to_string(&member.manifest_path).unwrap().parse().unwrap();
        let takes = manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool);
        assert_eq!(takes, Some(true), "{}: add\n[lints]\nworkspace = true", member.manifest_path);
    }
}

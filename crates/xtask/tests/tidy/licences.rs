//! What the program is made of: licences, sources and versions of other people's crates, as `deny.toml` permits them.
//!
//! cargo-deny reads the same file and checks more; these tests need nothing but cargo.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::metadata::Metadata;
use crate::tree::read;

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licenses {
    allow: Vec<String>,
    exceptions: Vec<Exception>,
}

/// Licences that one crate may have besides.
#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    /// Whether one version of it is fine, and only a second one is not.
    #[serde(default)]
    deny_multiple_versions: bool,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    /// Absent for a package of the workspace.
    source: Option<String>,
}

fn deny() -> Deny {
    toml::from_str(&read("deny.toml")).unwrap()
}

fn locked() -> Vec<Locked> {
    toml::from_str::<Lock>(&read("Cargo.lock")).unwrap().package
}

#[test]
fn every_licence_is_allowed() {
    let Licenses { allow, exceptions } = deny().licenses;
    for package in Metadata::load().packages {
        let (name, version) = (&package.name, &package.version);
        let besides = exceptions.iter().filter(|exception| exception.name == *name);
        let allowed: Vec<_> = besides.flat_map(|exception| &exception.allow).chain(&allow).cloned().collect();
        let licence = package.license.unwrap_or_else(|| panic!("{name} {version} names no licence; do without it"));
        let permitted = permits(&licence, &allowed);
        assert!(permitted, "{name} {version} is under {licence}, which deny.toml does not allow; do without it");
    }
}

#[test]
fn no_banned_crate_is_locked() {
    let banned: Vec<_> = deny().bans.deny.into_iter().filter(|ban| !ban.deny_multiple_versions).collect();
    assert!(!banned.is_empty(), "deny.toml bans nothing");
    for package in locked() {
        assert!(
            !banned.iter().any(|ban| ban.name == package.name),
            "{} is banned by deny.toml: see `cargo tree --invert {0}` for who asks for it, and turn that feature off",
            package.name
        );
    }
}

#[test]
fn the_big_crates_are_there_once() {
    let mut versions: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for package in locked() {
        versions.entry(package.name).or_default().push(package.version);
    }
    for ban in deny().bans.deny.iter().filter(|ban| ban.deny_multiple_versions) {
        let there = versions.get(&ban.name).map_or(&[][..], Vec::as_slice);
        assert!(there.len() <= 1, "{} is locked as {there:?}: bring those who ask for it to one version", ban.name);
    }
}

#[test]
fn every_crate_comes_from_the_registry() {
    let members: Vec<_> = Metadata::load().members().map(|package| package.name.clone()).collect();
    for Locked { name, version, source } in locked() {
        match source {
            Some(source) => {
                assert!(source.starts_with("registry+"), "{name} {version} comes from {source}: use a release");
            }
            None => assert!(members.contains(&name), "{name} {version} is neither of the workspace nor a release"),
        }
    }
}

/// Whether an SPDX expression can be fulfilled by licences of `allowed` alone. `/` is how old manifests wrote `OR`.
fn permits(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<_> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let permitted = any_of(&mut rest, allowed);
    assert!(rest.is_empty(), "could not read the licence {expression:?}");
    permitted
}

fn any_of(words: &mut &[&str], allowed: &[String]) -> bool {
    let mut permitted = all_of(words, allowed);
    while skip(words, "OR") {
        permitted |= all_of(words, allowed);
    }
    permitted
}

fn all_of(words: &mut &[&str], allowed: &[String]) -> bool {
    let mut permitted = one(words, allowed);
    while skip(words, "AND") {
        permitted &= one(words, allowed);
    }
    permitted
}

fn one(words: &mut &[&str], allowed: &[String]) -> bool {
    if skip(words, "(") {
        let permitted = any_of(words, allowed);
        assert!(skip(words, ")"), "a licence lacks a closing bracket");
        return permitted;
    }
    let (word, rest) = words.split_first().expect("a licence ends too early");
    *words = rest;
    let mut name = (*word).to_owned();
    if skip(words, "WITH") {
        let (exception, rest) = words.split_first().expect("a licence ends too early");
        *words = rest;
        name = format!("{name} WITH {exception}");
    }
    allowed.contains(&name)
}

fn skip(words: &mut &[&str], expected: &str) -> bool {
    match words.split_first() {
        Some((word, rest)) if *word == expected => {
            *words = rest;
            true
        }
        _ => false,
    }
}

#[test]
fn reads_licence_expressions() {
    let allowed = ["MIT".to_owned(), "ISC".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()];
    for (expression, expected) in [
        ("MIT", true),
        ("Apache-2.0", false),
        ("MIT OR Apache-2.0", true),
        ("Apache-2.0/MIT", true),
        ("MIT AND Apache-2.0", false),
        ("Apache-2.0 AND ISC OR MIT", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", false),
        ("(MIT OR Apache-2.0) AND ISC", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("MIT WITH LLVM-exception", false),
    ] {
        assert_eq!(permits(expression, &allowed), expected, "{expression}");
    }
}

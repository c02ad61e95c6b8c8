//! The graph of packages, as cargo resolves it for this machine.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde::Deserialize;

use crate::tree::root;

/// The parts of `cargo metadata` that the rules look at.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    /// Every package of the graph.
    pub(crate) packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

/// A package.
#[derive(Deserialize)]
pub(crate) struct Package {
    id: String,
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// Its licences as an SPDX expression.
    pub(crate) license: Option<String>,
    /// Where its manifest lies.
    pub(crate) manifest_path: String,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Deserialize)]
struct EdgeKind {
    kind: Option<String>,
}

/// Which dependencies count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kinds {
    /// What becomes part of the program.
    Linked,
    /// That, and what its build script and its tests use.
    All,
}

impl Metadata {
    /// Asks cargo. Whoever built the workspace for the tests has downloaded all that is asked for here.
    pub(crate) fn load() -> Self {
        let cargo = |arguments: &[&str]| {
            let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "cargo {arguments:?}: {said}(`cargo fetch` downloads what is missing)");
            output.stdout
        };
        let about = String::from_utf8(cargo(&["--version", "--verbose"])).unwrap();
        let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let arguments = ["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", host];
        serde_json::from_slice(&cargo(&arguments)).unwrap()
    }

    /// The workspace's own packages.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }

    /// The names of what a package of the workspace asks for itself.
    pub(crate) fn direct(&self, member: &str, kinds: Kinds) -> BTreeSet<&str> {
        let member = self.members().find(|package| package.name == member);
        let member = member.unwrap_or_else(|| panic!("a package of the workspace is missing, or was renamed"));
        self.edges(&member.id, kinds).map(|id| self.name(id)).collect()
    }

    /// For every package that a member's program contains, one way to it, as names. What lies below `barrier` alone is
    /// not among them.
    pub(crate) fn linked_without<'a>(&'a self, member: &'a Package, barrier: &str) -> BTreeMap<&'a str, Vec<&'a str>> {
        let mut ways = BTreeMap::new();
        let mut open = vec![(member.id.as_str(), vec![member.name.as_str()])];
        while let Some((id, way)) = open.pop() {
            if self.name(id) == barrier || ways.contains_key(self.name(id)) {
                continue;
            }
            for next in self.edges(id, Kinds::Linked) {
                let mut way = way.clone();
                way.push(self.name(next));
                open.push((next, way));
            }
            ways.insert(self.name(id), way);
        }
        ways
    }

    fn edges(&self, id: &str, kinds: Kinds) -> impl Iterator<Item = &str> {
        let node = self.resolve.nodes.iter().find(|node| node.id == id).unwrap();
        let counts = move |edge: &&Edge| kinds == Kinds::All || edge.dep_kinds.iter().any(|kind| kind.kind.is_none());
        node.deps.iter().filter(counts).map(|edge| edge.pkg.as_str())
    }

    fn name(&self, id: &str) -> &str {
        self.packages.iter().find(|package| package.id == id).map(|package| package.name.as_str()).unwrap()
    }
}

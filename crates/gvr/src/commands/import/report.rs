//! What came of an import, for people and for programs.

use std::path::PathBuf;

use gvr_core::{Version, exit};
use gvr_store::Manifest;
use serde::Serialize;

use super::super::verify::version_of;
use super::defaults::Global;
use super::managers::{Found, Manager};
use super::tree::Tree;
use crate::context::Context;
use crate::error::CliError;

/// How many names are shown before the rest is only counted; --json names them all.
const MOST_NAMED: usize = 10;

#[derive(Serialize)]
pub(super) struct Answer {
    pub(super) dry_run: bool,
    pub(super) toolchains: Vec<Item>,
    pub(super) global: Option<Global>,
}

/// What became of one Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outcome {
    /// It is there; nothing was looked into.
    Found,
    /// It is gvr's now too.
    Imported,
    /// It would be.
    WouldImport,
    /// gvr had that version already.
    AlreadyThere,
    /// It stays where it is, for the reason given.
    Refused,
    /// The manager has nothing.
    Absent,
}

/// One Go.
#[derive(Debug, Serialize)]
pub(super) struct Item {
    pub(super) manager: Manager,
    pub(super) path: PathBuf,
    pub(super) version: Option<String>,
    platform: Option<String>,
    pub(super) outcome: Outcome,
    /// Why it was refused.
    reason: Option<String>,
    /// How its files came: `reflink`, `copy`, or both.
    pub(super) method: Option<&'static str>,
    files: usize,
    bytes: u64,
    #[serde(flatten)]
    proof: Proof,
    /// What of it is not Go's, or not covered by Go's hash, and was left where it is.
    pub(super) left_out: Vec<String>,
    #[serde(skip)]
    exit: u8,
}

/// What speaks for a tree.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Proof {
    pub(super) h1: Option<String>,
    #[serde(rename = "published_by")]
    pub(super) by: Option<&'static str>,
    #[serde(rename = "published_detail")]
    pub(super) detail: Option<String>,
    pub(super) unproved: Option<String>,
    /// Folders of which the hash that Go published says nothing.
    #[serde(rename = "not_covered")]
    pub(super) uncovered: Vec<&'static str>,
}

impl Item {
    fn new(manager: Manager, path: PathBuf, outcome: Outcome) -> Self {
        Self {
            manager,
            path,
            version: None,
            platform: None,
            outcome,
            reason: None,
            method: None,
            files: 0,
            bytes: 0,
            proof: Proof::default(),
            left_out: Vec::new(),
            exit: exit::DONE,
        }
    }

    pub(super) fn found(found: &Found) -> Self {
        let version = version_of(&found.goroot).map(|version| version.to_string());
        Self { version, ..Self::new(found.manager, found.goroot.clone(), Outcome::Found) }
    }

    pub(super) fn of(found: &Found, tree: &Tree) -> Self {
        Self {
            version: Some(tree.version.to_string()),
            platform: Some(tree.platform.to_string()),
            ..Self::new(found.manager, found.goroot.clone(), Outcome::Found)
        }
    }

    pub(super) fn refused(found: &Found, version: Option<Version>, reason: &str, exit: u8) -> Self {
        Self {
            version: version.map(|version| version.to_string()),
            reason: Some(reason.to_owned()),
            exit,
            ..Self::new(found.manager, found.goroot.clone(), Outcome::Refused)
        }
    }

    /// A manager that has nothing in these folders.
    pub(super) fn absent(manager: Manager, folders: &[PathBuf]) -> Self {
        let path = folders.first().cloned().unwrap_or_default();
        let reason = format!("there is no Go of {}'s", manager.name());
        Self { reason: Some(reason), exit: exit::FAILED, ..Self::new(manager, path, Outcome::Absent) }
    }

    pub(super) fn describe(&mut self, manifest: &Manifest, proof: Proof) {
        self.files = manifest.entries().len();
        self.bytes = manifest.bytes();
        self.proof = proof;
    }
}

pub(super) fn print(context: &Context<'_>, item: &Item) -> Result<(), CliError> {
    let version = item.version.as_deref().unwrap_or("unknown");
    let (from, path) = (item.manager.name(), item.path.display());
    let size = format!("{} files, {} MB", item.files, item.bytes / 1_000_000);
    match item.outcome {
        Outcome::Imported => {
            let method = item.method.unwrap_or("copy");
            context.ui.data(format_args!("{version}: imported from {from} ({method}, {size})"))?;
        }
        Outcome::WouldImport => context.ui.data(format_args!("{version}: would be imported from {from} ({size})"))?,
        Outcome::AlreadyThere => context.ui.data(format_args!("{version}: installed already (also in {path})"))?,
        Outcome::Found | Outcome::Absent | Outcome::Refused => {
            let reason = item.reason.as_deref().unwrap_or_default();
            context.ui.data(format_args!("{version}: not imported from {path}: {reason}"))?;
        }
    }
    if matches!(item.outcome, Outcome::Imported | Outcome::WouldImport) {
        match (&item.proof.by, &item.proof.unproved) {
            (Some(by), _) => context.ui.data(format_args!("  proved   it is what Go published ({by})"))?,
            (None, why) => {
                let why = why.as_deref().unwrap_or("nobody was asked");
                context.ui.data(format_args!("  unproved {why}"))?;
            }
        }
        if !item.proof.uncovered.is_empty() {
            let folders = item.proof.uncovered.join(", ");
            context.ui.data(format_args!("  unproved {folders}, which Go's hash does not cover"))?;
        }
    }
    for path in item.left_out.iter().take(MOST_NAMED) {
        context.ui.data(format_args!("  left out {}", path.escape_debug()))?;
    }
    if let Some(others) = item.left_out.len().checked_sub(MOST_NAMED).filter(|others| *others > 0) {
        context.ui.data(format_args!("  left out … and {others} more"))?;
    }
    Ok(())
}

/// The error that ends the command, where something was not taken over.
pub(super) fn failure(items: &[Item]) -> Option<CliError> {
    let absent: Vec<_> = items.iter().filter(|item| item.outcome == Outcome::Absent).collect();
    let refused: Vec<_> = items.iter().filter(|item| item.outcome == Outcome::Refused).collect();
    // What was changed is worse than what cannot be had.
    let code = refused.iter().chain(&absent).map(|item| item.exit).max()?;
    let name = |item: &&Item| match &item.version {
        Some(version) => format!("{version} ({})", item.manager.name()),
        None => item.path.display().to_string(),
    };
    let nothing =
        absent.iter().filter_map(|item| Some(format!("{} in {}", item.reason.as_deref()?, item.path.display())));
    let mut parts: Vec<String> = nothing.collect();
    if !refused.is_empty() {
        parts.push(format!("not imported: {}", refused.iter().map(name).collect::<Vec<_>>().join(", ")));
    }
    let mut versions: Vec<&str> = refused.iter().filter_map(|item| item.version.as_deref()).collect();
    versions.dedup();
    let install =
        (!versions.is_empty()).then(|| format!("to have what Go published: gvr install {}", versions.join(" ")));
    let see = (refused.is_empty()).then_some("to see what there is to import: gvr import");
    Some(CliError::new(code, parts.join("; ")).hints(install).hints(see))
}

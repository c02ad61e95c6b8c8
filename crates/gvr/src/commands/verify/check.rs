//! Compares a tree with what is known of it.

use std::path::PathBuf;

use gvr_core::{Toolchain, Version};
use gvr_store::{Differences, Manifest, ManifestError, RecordError, Store};
use serde::Serialize;

use super::target::{Target, platform_of, version_of};
use crate::context::Context;
use crate::error::CliError;

/// What came of it; the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    Intact,
    Unknown,
    Differs,
}

impl Verdict {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Intact => "intact",
            Self::Unknown => "unknown",
            Self::Differs => "differs",
        }
    }
}

impl Serialize for Verdict {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// What was found out about one Go.
#[derive(Serialize)]
pub(super) struct Verified {
    #[serde(skip)]
    pub(super) name: String,
    version: Option<String>,
    platform: Option<String>,
    path: PathBuf,
    pub(super) verdict: Verdict,
    /// What it was compared with.
    pub(super) against: Option<String>,
    /// Why it was not compared, or why what it should be compared with is not to be believed.
    pub(super) reason: Option<String>,
    pub(super) files: usize,
    pub(super) bytes: u64,
    #[serde(flatten, serialize_with = "differences")]
    pub(super) differences: Differences,
    #[serde(skip)]
    pub(super) installed_as: Option<String>,
    #[serde(skip)]
    pub(super) hint: Option<String>,
}

/// What a tree should be.
enum Known {
    /// This, and who says so.
    Manifest(Manifest, String),
    /// Nobody says.
    Nothing { why: String, hint: Option<String> },
    /// What says so was altered itself.
    Broken(String),
}

pub(super) fn check(context: &Context<'_>, target: &Target) -> Result<Verified, CliError> {
    let (version, platform) = (version_of(&target.goroot), platform_of(&target.goroot));
    let known = known(context, target, version)?;
    let now =
        Manifest::of_tree(&target.goroot).map_err(|error| CliError::from_chain(gvr_core::exit::FAILED, &error))?;
    let (verdict, against, reason, differences, hint) = match known {
        Known::Manifest(manifest, by) => {
            let differences = manifest.differences(&now);
            let verdict = if differences.is_empty() { Verdict::Intact } else { Verdict::Differs };
            (verdict, Some(by), None, differences, None)
        }
        Known::Nothing { why, hint } => (Verdict::Unknown, None, Some(why), Differences::default(), hint),
        Known::Broken(why) => (Verdict::Differs, None, Some(why), Differences::default(), None),
    };
    Ok(Verified {
        name: target.name.clone(),
        version: version.map(|version| version.to_string()),
        platform: platform.map(|platform| platform.to_string()),
        path: target.goroot.clone(),
        verdict,
        against,
        reason,
        files: now.entries().len(),
        bytes: now.bytes(),
        differences,
        installed_as: target.toolchain.map(|toolchain| toolchain.to_string()),
        hint,
    })
}

/// What the tree should be: by its own record, else by that of the same release in the store.
fn known(context: &Context<'_>, target: &Target, version: Option<Version>) -> Result<Known, CliError> {
    match Store::manifest_of(&target.goroot) {
        Ok(Some(manifest)) => {
            let when = Store::receipt_of(&target.goroot)?.map(|receipt| receipt.installed_at).unwrap_or_default();
            return Ok(Known::Manifest(manifest, format!("by its record of {when}")));
        }
        Ok(None) => {}
        Err(RecordError::Manifest(error @ ManifestError::Altered { .. })) => {
            return Ok(Known::Broken(error.to_string()));
        }
        Err(error) => return Err(CliError::from_chain(gvr_core::exit::FAILED, &error)),
    }
    if target.toolchain.is_some() {
        let why =
            "it has no record of its files: a gvr before there were any installed it, or somebody else put it there";
        return Ok(Known::Nothing { why: why.to_owned(), hint: None });
    }
    let Some(version) = version else {
        let why = "its VERSION names no release; it was built from other sources".to_owned();
        return Ok(Known::Nothing { why, hint: None });
    };
    match twin(context, target, version)? {
        Some((toolchain, manifest)) => Ok(Known::Manifest(manifest, format!("by gvr's own {toolchain}"))),
        None => Ok(Known::Nothing {
            why: format!("it says that it is Go {version}, and gvr has none of that to compare it with"),
            hint: Some(format!("to have one: gvr install {}", wanted(target, version))),
        }),
    }
}

/// The toolchain that would have to be installed for a comparison.
fn wanted(target: &Target, version: Version) -> Toolchain {
    let platform = platform_of(&target.goroot);
    let is_native = platform.is_some_and(|platform| Context::native_platform().is_ok_and(|native| native == platform));
    Toolchain { version, platform: platform.filter(|_| !is_native) }
}

/// The same release in the store, as it was installed.
fn twin(context: &Context<'_>, target: &Target, version: Version) -> Result<Option<(Toolchain, Manifest)>, CliError> {
    let toolchain = wanted(target, version);
    match Store::manifest_of(&context.layout().toolchain(toolchain)) {
        Ok(manifest) => Ok(manifest.map(|manifest| (toolchain, manifest))),
        Err(error) => Err(CliError::from_chain(gvr_core::exit::FAILED, &error)),
    }
}

fn differences<S: serde::Serializer>(found: &Differences, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Named<'a> {
        changed: &'a [String],
        modes: &'a [String],
        missing: &'a [String],
        extra: &'a [String],
    }
    let Differences { changed, modes, missing, extra } = found;
    Named { changed, modes, missing, extra }.serialize(serializer)
}

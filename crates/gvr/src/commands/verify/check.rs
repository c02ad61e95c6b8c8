//! Compares a tree with what is known of it.

use std::path::PathBuf;

use gvr_core::{Platform, Toolchain, Version};
use gvr_fetch::Fetcher;
use gvr_fetch::dirhash::ToolchainModule;
use gvr_store::{Differences, Manifest, ManifestError, RecordError, Store};
use serde::Serialize;

use super::identity::Identity;
use super::module::{is_module, only_what_modules_have, unpacked};
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
    /// What it is as a module, and what it should be.
    #[serde(flatten, serialize_with = "identity")]
    pub(super) identity: Identity,
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
    /// The same, of another tree of the same release.
    Twin(Manifest, String),
    /// Nobody says.
    Nothing { why: String, hint: Option<String> },
    /// What says so was altered itself.
    Broken(String),
}

/// What a comparison said.
struct Judgement {
    verdict: Verdict,
    against: Option<String>,
    reason: Option<String>,
    differences: Differences,
    hint: Option<String>,
}

/// Compares a tree with all that is known of it; also with what the checksum database has, where that is given.
pub(super) fn check(context: &Context<'_>, target: &Target, database: Option<&Fetcher>) -> Result<Verified, CliError> {
    let (version, platform) = (version_of(&target.goroot), platform_of(&target.goroot));
    let known = known(context, target, version)?;
    let mut now =
        Manifest::of_tree(&target.goroot).map_err(|error| CliError::from_chain(gvr_core::exit::FAILED, &error))?;
    if target.toolchain.is_none() {
        now = unpacked(now);
    }
    // What is in the store is called by its name there: an altered VERSION is no other release.
    let release = match target.toolchain {
        Some(toolchain) => Some((toolchain.version, toolchain.platform.or(Context::native_platform().ok()))),
        None => version.map(|version| (version, platform)),
    };
    let release = release.and_then(|(version, platform)| Some((version, platform?)));
    let module = release.and_then(|(version, platform)| ToolchainModule::new(version, platform));
    let identity = Identity::find(module, &now, database)?;
    let judgement = judge(compare(known, &now), release, &identity);
    let Judgement { verdict, against, reason, differences, hint } = judgement;
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
        identity,
        differences,
        installed_as: target.toolchain.map(|toolchain| toolchain.to_string()),
        hint,
    })
}

/// File by file.
fn compare(known: Known, now: &Manifest) -> Judgement {
    match known {
        Known::Manifest(manifest, by) => {
            let differences = manifest.differences(now);
            let verdict = if differences.is_empty() { Verdict::Intact } else { Verdict::Differs };
            Judgement { verdict, against: Some(by), reason: None, differences, hint: None }
        }
        Known::Twin(manifest, by) => {
            let (mut differences, mut by) = (manifest.differences(now), by);
            if is_module(&manifest) != is_module(now) {
                // One of them came as a module, which leaves some folders out: they are compared without those.
                only_what_modules_have(&mut differences);
                by.push_str(" as far as Go's module of it goes");
            }
            let verdict = if differences.is_empty() { Verdict::Intact } else { Verdict::Differs };
            Judgement { verdict, against: Some(by), reason: None, differences, hint: None }
        }
        Known::Nothing { why, hint } => Judgement {
            verdict: Verdict::Unknown,
            against: None,
            reason: Some(why),
            differences: Differences::default(),
            hint,
        },
        Known::Broken(why) => Judgement {
            verdict: Verdict::Differs,
            against: None,
            reason: Some(why),
            differences: Differences::default(),
            hint: None,
        },
    }
}

/// What Go published outweighs a record that lies beside the files, and stands in for one that is not there.
fn judge(compared: Judgement, release: Option<(Version, Platform)>, identity: &Identity) -> Judgement {
    let Some((version, platform)) = release else { return compared };
    let by = format!("by the hash that Go published of {version} ({platform})");
    match (identity.is_published(), compared.verdict) {
        (Some(true), Verdict::Unknown) => {
            Judgement { verdict: Verdict::Intact, against: Some(by), reason: None, hint: None, ..compared }
        }
        (Some(false), Verdict::Unknown) => {
            Judgement { verdict: Verdict::Differs, against: Some(by), reason: None, ..compared }
        }
        (Some(false), Verdict::Intact) => {
            let against = compared.against.map_or_else(|| by.clone(), |own| format!("{by}, though not {own}"));
            Judgement { verdict: Verdict::Differs, against: Some(against), ..compared }
        }
        _ => compared,
    }
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
        Some((toolchain, manifest)) => Ok(Known::Twin(manifest, format!("by gvr's own {toolchain}"))),
        None => Ok(Known::Nothing {
            why: format!("it says that it is Go {version}, and gvr has none of that to compare it with"),
            hint: Some(format!("gvr install {}", wanted(target, version))),
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

fn identity<S: serde::Serializer>(found: &Identity, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Named<'a> {
        h1: Option<String>,
        published: Option<String>,
        published_by: Option<&'a str>,
        published_detail: Option<&'a str>,
        unproved: Option<&'a str>,
    }
    let published = found.published.as_ref();
    let named = Named {
        h1: found.h1.map(|h1| h1.to_string()),
        published: published.map(|published| published.h1.to_string()),
        published_by: published.map(|published| published.by),
        published_detail: published.map(|published| published.detail.as_str()),
        unproved: found.unproved.as_deref(),
    };
    named.serialize(serializer)
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

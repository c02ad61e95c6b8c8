//! What a folder says that it is: which release, for which machine, and whether it can be one at all.

use std::fmt;
use std::path::Path;

use gvr_core::files::{Disk, Files as _};
use gvr_core::{Platform, Version};

use super::super::verify::{platform_of, version_of};
use super::managers::{Found, Manager};

/// A Go as it describes itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tree {
    pub(super) version: Version,
    pub(super) platform: Platform,
}

/// Why something is not taken over before anything is hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is no release of Go's.
    NoRelease(String),
    /// A part of it is not there.
    Incomplete(&'static str),
    /// It is made for another machine.
    Foreign(Version, Platform, Platform),
    /// Somebody has built it himself, with changes of his own.
    Rebuilt(Option<Version>, &'static str),
}

impl Refusal {
    /// The release that it was to be.
    pub(super) fn version(&self) -> Option<Version> {
        match self {
            Self::NoRelease(_) | Self::Incomplete(_) => None,
            Self::Foreign(version, ..) => Some(*version),
            Self::Rebuilt(version, _) => *version,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRelease(said) if said.is_empty() => f.write_str("its VERSION names no release"),
            Self::NoRelease(said) => {
                write!(
                    f,
                    "its VERSION says '{}', which is no release: it was built from other sources",
                    said.escape_debug()
                )
            }
            Self::Incomplete(part) => write!(f, "it is incomplete: it has no {part}"),
            Self::Foreign(_, platform, native) => {
                write!(f, "it is made for {platform}, and this machine is {native}")
            }
            Self::Rebuilt(_, who) => write!(f, "{who} has built it, with changes of its own"),
        }
    }
}

/// What was found, or why it cannot be a release for this machine.
pub(super) fn look(found: &Found, native: Platform) -> Result<Tree, Refusal> {
    let goroot = &found.goroot;
    let version = version_of(goroot).filter(|version| !version.is_language());
    if let Some(who) = builder(found) {
        return Err(Refusal::Rebuilt(version, who));
    }
    let version = version.ok_or_else(|| missing_version(goroot))?;
    if Disk.program(&goroot.join("bin/go")).is_none() {
        return Err(Refusal::Incomplete("bin/go"));
    }
    if !goroot.join("src/fmt").is_dir() {
        return Err(Refusal::Incomplete("src"));
    }
    let platform = platform_of(goroot).ok_or(Refusal::Incomplete("pkg/tool with the tools of one platform"))?;
    if platform != native {
        return Err(Refusal::Foreign(version, platform, native));
    }
    Ok(Tree { version, platform })
}

fn missing_version(goroot: &Path) -> Refusal {
    const LIMIT: u64 = 4096;
    match Disk.read(&goroot.join("VERSION"), LIMIT) {
        Err(_) => Refusal::Incomplete("VERSION"),
        Ok(text) => {
            Refusal::NoRelease(String::from_utf8_lossy(&text).lines().next().unwrap_or_default().trim().to_owned())
        }
    }
}

/// Who builds Go himself, by where the result lies.
fn builder(found: &Found) -> Option<&'static str> {
    let path = &found.goroot;
    let is_below = |folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
    if found.manager == Manager::Brew || path.components().any(|part| part.as_os_str() == "Cellar") {
        Some("Homebrew")
    } else if is_below(&["/usr/lib", "/usr/lib64", "/usr/share", "/snap", "/nix", "/gnu", "/opt/local"]) {
        Some("the system's distribution")
    } else {
        None
    }
}

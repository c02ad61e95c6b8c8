//! What is to be verified: an installed version, or the folder of any Go.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use gvr_core::{Platform, Request, Toolchain, Version};

use crate::context::Context;
use crate::error::CliError;
use crate::query;

/// Something to verify.
pub(super) struct Target {
    /// As the user knows it.
    pub(super) name: String,
    pub(super) goroot: PathBuf,
    /// Its name in the store, if it is there.
    pub(super) toolchain: Option<Toolchain>,
}

/// What is to be verified; everything that is installed where nothing is named.
pub(super) fn find(context: &Context<'_>, words: &[OsString]) -> Result<Vec<Target>, CliError> {
    if words.is_empty() {
        let installed = context.store.installed()?;
        return Ok(installed.into_iter().map(|toolchain| of_store(context, toolchain)).collect());
    }
    words.iter().map(|word| one(context, word)).collect()
}

fn one(context: &Context<'_>, word: &OsString) -> Result<Target, CliError> {
    let path = Path::new(word);
    let is_path = path.components().count() > 1 || word.to_str().is_none_or(|word| word.contains('/') || word == ".");
    if !is_path {
        let request: Request = word.to_str().unwrap_or_default().parse()?;
        return match query::installed(context, &request)? {
            Some(toolchain) => Ok(of_store(context, toolchain)),
            None => of_folder(super::super::place::system_goroot(context)?),
        };
    }
    let path = if path.is_absolute() { path.to_owned() } else { context.folder()?.join(path) };
    of_folder(path)
}

fn of_store(context: &Context<'_>, toolchain: Toolchain) -> Target {
    Target { name: toolchain.to_string(), goroot: context.layout().toolchain(toolchain), toolchain: Some(toolchain) }
}

fn of_folder(goroot: PathBuf) -> Result<Target, CliError> {
    if !goroot.join("VERSION").is_file() && !goroot.join("bin/go").is_file() {
        let error = CliError::failed(format_args!("{} is no Go: it has neither VERSION nor bin/go", goroot.display()));
        return Err(error.hint("name the folder that `go env GOROOT` prints"));
    }
    Ok(Target { name: goroot.display().to_string(), goroot, toolchain: None })
}

/// The release that a GOROOT's VERSION file names.
pub(in crate::commands) fn version_of(goroot: &Path) -> Option<Version> {
    let mut text = String::new();
    File::open(goroot.join("VERSION")).ok()?.take(4096).read_to_string(&mut text).ok()?;
    Version::from_release_name(text.lines().next()?.trim_end()).ok()
}

/// The platform that a GOROOT's own tools are for: `pkg/tool/linux_amd64`.
pub(in crate::commands) fn platform_of(goroot: &Path) -> Option<Platform> {
    let mut names =
        fs::read_dir(goroot.join("pkg/tool")).ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let platform = names.find_map(|name| name.replace('_', "-").parse().ok())?;
    names.all(|name| name.replace('_', "-").parse::<Platform>().is_err()).then_some(platform)
}

//! Which toolchains are to be installed: from what was asked for to exact versions.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use gvr_core::files::Disk;
use gvr_core::resolve::wanted;
use gvr_core::{Platform, Request, Toolchain, Version, exit};
use gvr_fetch::{Freshness, Index, Lookup};

use super::Args;
use super::wanted::Wanted;
use crate::commands::remote;
use crate::context::Context;
use crate::error::{CliError, other_build};
use crate::lockfile::Lockfile;

/// A toolchain to install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    /// Its name in the store.
    pub(super) toolchain: Toolchain,
    /// What it runs on.
    pub(super) platform: Platform,
    /// Whether the user named it; otherwise the folder asked for it, and it may be there already.
    pub(super) is_named: bool,
    /// The archive, where it is here already.
    pub(super) file: Option<PathBuf>,
}

/// Decides what to install, each toolchain once. Asks the index only where an exact version is not enough.
pub(super) fn plan(context: &Context<'_>, args: &Args) -> Result<Vec<Planned>, CliError> {
    let is_named = !args.wanted.is_empty();
    let wanted = if is_named { args.wanted.clone() } else { wanted_here(context)? };
    let lock = if is_named { None } else { Lockfile::find(context.folder()?)? };
    let native = Context::native_platform();
    // Also for exact versions, whose hash would come from the cached index.
    let mut asked = if args.refresh { Some(remote::index(context, Freshness::Now)?) } else { None };
    let mut planned = BTreeMap::new();
    for wanted in &wanted {
        let request = match wanted {
            Wanted::Request(request) => request,
            Wanted::Archive(path) => {
                let (version, platform) = archive_name(path)?;
                let toolchain = name(native.as_ref().ok(), version, platform);
                planned.insert(toolchain, Planned { toolchain, platform, is_named, file: Some(path.clone()) });
                continue;
            }
        };
        let locked = lock.as_ref().filter(|_| !matches!(request, Request::System | Request::Exact(_)));
        let (version, platform) = match request {
            open if let Some(version) = locked.and_then(|lock| lock.select(open)) => {
                (version, context.platform(args.arch.as_deref())?)
            }
            Request::System => return Err(system_is_not_ours()),
            Request::Exact(Toolchain { version, platform: Some(platform) }) => (*version, *platform),
            Request::Exact(Toolchain { version, platform: None }) => {
                (*version, context.platform(args.arch.as_deref())?)
            }
            open => {
                let platform = context.platform(args.arch.as_deref())?;
                let index = match &mut asked {
                    Some(index) => index,
                    none => none.insert(remote::index(context, Freshness::Hourly)?),
                };
                (newest(open, index, platform)?, platform)
            }
        };
        let toolchain = name(native.as_ref().ok(), version, platform);
        planned.entry(toolchain).or_insert(Planned { toolchain, platform, is_named, file: None });
    }
    Ok(planned.into_values().collect())
}

/// A toolchain's name in the store.
fn name(native: Option<&Platform>, version: Version, platform: Platform) -> Toolchain {
    Toolchain { version, platform: (native != Some(&platform)).then_some(platform) }
}

/// What the name of an archive stands for. Nothing else says what is in it before it is unpacked.
fn archive_name(path: &Path) -> Result<(Version, Platform), CliError> {
    let file_name = path.file_name().and_then(OsStr::to_str);
    file_name.and_then(Platform::of_archive_name).ok_or_else(|| {
        CliError::usage(format_args!("{} has not the name of a Go archive", path.display()))
            .hint("give it the name under which Go publishes it, such as go1.22.5.linux-amd64.tar.gz")
    })
}

fn wanted_here(context: &Context<'_>) -> Result<Vec<Wanted>, CliError> {
    let surroundings = context.surroundings();
    let found = wanted(&surroundings.query(None), context.layout(), &Disk)?;
    let (source, pinned) = found.ok_or_else(|| {
        CliError::usage("nothing here asks for a Go version")
            .hint("name one: gvr install latest")
            .hint("or choose one for this folder: gvr local VERSION")
    })?;
    let requests: Vec<_> = pinned.into_iter().map(|pinned| pinned.request).collect();
    let names: Vec<_> = requests.iter().map(ToString::to_string).collect();
    context.ui.note(format_args!("{} asks for {}", crate::query::origin(&source, context.layout()), names.join(", ")));
    Ok(requests.into_iter().map(Wanted::Request).collect())
}

/// The newest version that answers the request and was published for the platform.
fn newest(request: &Request, index: &Index, platform: Platform) -> Result<Version, CliError> {
    let versions = |fits: &dyn Fn(&gvr_fetch::Release) -> bool| {
        index.releases().iter().filter(|release| fits(release)).map(gvr_fetch::Release::version).collect::<Vec<_>>()
    };
    let built = versions(&|release| release.archive(platform).is_some());
    if let Some(version) = request.select(&built) {
        return Ok(version);
    }
    match request.select(&versions(&|_| true)) {
        Some(version) => Err(no_build(index, version, platform)),
        None => Err(unknown(request, &built)),
    }
}

fn no_build(index: &Index, version: Version, platform: Platform) -> CliError {
    let error = CliError::new(exit::NO_BUILD, format_args!("Go {version} was never published for {platform}"));
    let error = match index.archive(version, platform) {
        Lookup::NoBuild { first: Some(first) } => {
            error.hint(format_args!("the first for {platform} is {first}: gvr install {first}"))
        }
        _ => error,
    };
    error.hints(other_build(version, platform))
}

fn unknown(request: &Request, built: &[Version]) -> CliError {
    let error = CliError::usage(format_args!("no Go version answers '{request}'"));
    // A minor of which there are only betas and candidates yet must be asked for by name.
    let prerelease = match request {
        Request::Minor(major, minor) => built
            .iter()
            .rev()
            .find(|version| version.is_prerelease() && (version.major(), version.minor()) == (*major, *minor)),
        _ => None,
    };
    let error = match prerelease {
        Some(version) => error.hint(format_args!("there is only a prerelease: gvr install {version}")),
        None => error,
    };
    let newest = Request::Stable.select(built);
    error
        .hints(newest.map(|version| format!("the newest is {version}: gvr install {version}")))
        .hint("to see all: gvr list --remote")
}

fn system_is_not_ours() -> CliError {
    CliError::usage("'system' is the Go that others installed; gvr cannot install it")
        .hint("name a version: gvr install latest")
}

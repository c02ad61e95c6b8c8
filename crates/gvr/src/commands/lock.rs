//! `lock`: writes down which Go a repository is built with, to the byte, and compares.

use std::path::PathBuf;

use gvr_core::files::Disk;
use gvr_core::resolve::wanted;
use gvr_core::search::Source;
use gvr_core::{Platform, Request, Toolchain, Version, exit};
use gvr_fetch::dirhash::{H1, ToolchainModule};
use gvr_fetch::{Freshness, Index, LocateError, Published, Sha256};

use super::remote;
use crate::context::Context;
use crate::error::CliError;
use crate::lockfile::{Locked, Lockfile};
use crate::query;

/// What most people work and test on.
const USUAL: [&str; 4] = ["darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64"];

/// Write gvr.lock: the Go that this folder asks for, with the SHA-256 of its archives
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to lock; what this folder asks for unless given
    #[arg(value_name = "VERSION", conflicts_with = "check")]
    requests: Vec<Request>,
    /// Change nothing; fail where gvr.lock is not what this folder asks for, or not what Go published
    #[arg(long)]
    check: bool,
    /// Take the newest version that answers, also where an older one is locked
    #[arg(long, conflicts_with = "check")]
    upgrade: bool,
    /// Lock for this platform too, such as linux-riscv64; may be given several times
    #[arg(long, value_name = "PLATFORM", conflicts_with = "check")]
    platform: Vec<Platform>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let before = Lockfile::find(context.folder()?)?;
    let (requests, folder) = asked(context, args, before.as_ref())?;
    if args.check {
        return check(context, before.as_ref(), &requests);
    }
    let mut lock = Lockfile::empty(&folder);
    let mut platforms = before.as_ref().map(Lockfile::platforms).unwrap_or_default();
    platforms.extend(args.platform.iter().copied());
    let mut index = None;
    for request in &requests {
        let kept = before.as_ref().filter(|_| !args.upgrade).and_then(|lock| lock.select(request));
        let version = match kept {
            Some(version) => version,
            None => choose(context, request, &mut index)?,
        };
        add(context, &mut lock, version, &platforms, args, before.as_ref())?;
    }
    lock.write()?;
    let names: Vec<_> = lock.archives().map(|(version, platform, _)| format!("{version} ({platform})")).collect();
    context.ui.note(format_args!("{} locks {}", lock.path().display(), names.join(", ")));
    Ok(())
}

/// macOS and Linux on both processors.
pub(super) fn usual_platforms() -> Vec<Platform> {
    USUAL.iter().filter_map(|name| name.parse().ok()).collect()
}

/// What is to be locked, and the folder for the file.
fn asked(context: &Context<'_>, args: &Args, before: Option<&Lockfile>) -> Result<(Vec<Request>, PathBuf), CliError> {
    let here = context.folder()?;
    let beside = before.and_then(|lock| lock.path().parent()).map(ToOwned::to_owned);
    if !args.requests.is_empty() {
        return Ok((args.requests.clone(), beside.unwrap_or_else(|| here.to_owned())));
    }
    let surroundings = context.surroundings();
    let found = wanted(&surroundings.query(None), context.layout(), &Disk)?.ok_or_else(|| {
        CliError::usage("nothing here asks for a Go version")
            .hint("name one: gvr lock 1.22")
            .hint("or choose one for this folder: gvr local VERSION")
    })?;
    let (source, pinned) = found;
    let folder = match &source {
        Source::File(_, path) => path.parent().map(ToOwned::to_owned),
        _ => None,
    };
    let requests = pinned.into_iter().map(|pinned| pinned.request).collect();
    Ok((requests, beside.or(folder).unwrap_or_else(|| here.to_owned())))
}

/// The exact version that a request means today.
fn choose(context: &Context<'_>, request: &Request, index: &mut Option<Index>) -> Result<Version, CliError> {
    if let Request::Exact(toolchain) = request {
        return Ok(toolchain.version);
    }
    if *request == Request::System {
        return Err(CliError::usage("'system' is the Go that others installed; it cannot be locked"));
    }
    let index = match index {
        Some(index) => index,
        none => none.insert(remote::index(context, Freshness::Hourly)?),
    };
    let versions: Vec<_> = index.releases().iter().map(gvr_fetch::Release::version).collect();
    request.select(&versions).ok_or_else(|| {
        CliError::usage(format_args!("no Go version answers '{request}'")).hint("to see all: gvr list --remote")
    })
}

fn add(
    context: &Context<'_>,
    lock: &mut Lockfile,
    version: Version,
    known: &[Platform],
    args: &Args,
    before: Option<&Lockfile>,
) -> Result<(), CliError> {
    let named = &args.platform;
    let fetcher = context.fetcher();
    let mut platforms = usual_platforms();
    platforms.extend(known);
    platforms.sort_unstable();
    platforms.dedup();
    for platform in platforms {
        let archive = match fetcher.locate(version, platform) {
            Ok(archive) => archive,
            Err(LocateError::NoBuild { .. }) if !named.contains(&platform) => continue,
            // Where the list of releases is short, it is for a few platforms.
            Err(LocateError::UnknownVersion { .. }) if !named.contains(&platform) && lock.has(version) => continue,
            Err(error) => return Err(error.into()),
        };
        let sha256 = archive.sha256.ok_or_else(|| {
            CliError::new(exit::REFUSED, format_args!("no SHA-256 is known for {}", archive.file_name()))
        })?;
        let h1 = h1(context, version, platform, sha256, before)?;
        lock.add(version, platform, Locked { sha256, h1 });
    }
    if lock.has(version) {
        return Ok(());
    }
    Err(CliError::new(exit::NO_BUILD, format_args!("Go {version} was published for none of the usual platforms"))
        .hint("name the one to lock it for: --platform OS-ARCH"))
}

/// The archive's hash as a module, where somebody has said it: gvr itself, the lock file so far, or the receipt of an
/// installation of this very archive.
fn h1(
    context: &Context<'_>,
    version: Version,
    platform: Platform,
    sha256: Sha256,
    before: Option<&Lockfile>,
) -> Result<Option<H1>, CliError> {
    if let Some(known) = published(version, platform) {
        return Ok(Some(known));
    }
    let locked = before.and_then(|lock| lock.get(version, platform)).filter(|locked| locked.sha256 == sha256);
    if let Some(h1) = locked.and_then(|locked| locked.h1) {
        return Ok(Some(h1));
    }
    let is_native = Context::native_platform().is_ok_and(|native| native == platform);
    let toolchain = Toolchain { version, platform: (!is_native).then_some(platform) };
    if !context.store.contains(toolchain) {
        return Ok(None);
    }
    let receipt = context.store.receipt(toolchain)?.filter(|receipt| receipt.sha256 == sha256.to_string());
    Ok(receipt.and_then(|receipt| receipt.h1?.parse().ok()))
}

/// The hash of the module that gvr itself knows.
fn published(version: Version, platform: Platform) -> Option<H1> {
    Published::known(ToolchainModule::new(version, platform)?).map(|known| known.h1)
}

/// Fails where the file is not what these requests ask for, or not what Go published.
pub(super) fn check(context: &Context<'_>, lock: Option<&Lockfile>, requests: &[Request]) -> Result<(), CliError> {
    let Some(lock) = lock else {
        return Err(
            CliError::failed(format_args!("there is no {} here", Lockfile::NAME)).hint("to write one: gvr lock")
        );
    };
    let shown = lock.path().display();
    let native = Context::native_platform()?;
    for request in requests {
        let Some(version) = lock.select(request) else {
            let error = format_args!("{shown} has no version that answers '{request}', which this folder asks for");
            return Err(CliError::failed(error).hint("to bring it up to date: gvr lock"));
        };
        if lock.get(version, native).is_none() {
            let error = format_args!("{shown} has no archive of {version} for this machine, {native}");
            return Err(CliError::failed(error).hint(format_args!("to add it: gvr lock --platform {native}")));
        }
    }
    let fetcher = context.fetcher();
    for (version, platform, Locked { sha256: locked, h1 }) in lock.archives() {
        if let (Some(h1), Some(known)) = (h1, published(version, platform))
            && h1 != known
        {
            let error =
                format_args!("{shown} says that the h1 of {version} ({platform}) is {h1}, but Go published {known}");
            return Err(CliError::new(exit::REFUSED, error).hint("find out who is right before you run: gvr lock"));
        }
        let archive = fetcher.locate(version, platform)?;
        match archive.sha256 {
            Some(sha256) if sha256 == locked => {}
            published => {
                let published = published.map_or_else(|| "nothing".to_owned(), |sha256| sha256.to_string());
                let (file, by) = (archive.file_name(), query::hash_source(context, archive.hash_from));
                return Err(CliError::new(
                    exit::REFUSED,
                    format_args!("{shown} says that the SHA-256 of {file} is {locked}, but {by} says {published}"),
                )
                .hint("find out who is right before you run: gvr lock"));
            }
        }
    }
    context.ui.note(format_args!("{shown} is what this folder asks for, and what Go published"));
    Ok(())
}

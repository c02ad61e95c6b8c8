//! Brings a mirror's folder up to date.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use gvr_core::{Platform, Request, Version, exit};
use gvr_fetch::{Archive, Fetcher, Freshness, Index, Listing, LocateError, Pin, render_index};
use gvr_store::write_small_file;

use super::SyncArgs;
use super::folder::{self, Folder};
use super::modules;
use crate::commands::install::Proofs;
use crate::commands::signing::Search;
use crate::commands::{lock, remote};
use crate::context::Context;
use crate::error::CliError;
use crate::progress::Bars;

/// For everybody to read.
pub(super) const MODE: u32 = 0o644;

pub(super) fn sync(context: &Context<'_>, args: &SyncArgs) -> Result<(), CliError> {
    let path = context.folder()?.join(&args.folder);
    let wanted = wanted(context, args)?;
    if args.dry_run {
        return tell(context, &path, &wanted);
    }
    let folder = Folder::open(&path)?;
    let fetcher = Fetcher::new(gvr_fetch::Config { cache: folder.work(), ..archives_alone(context) });
    let bars = Bars::new(context.ui);
    let (mut fetched, mut failures) = (0, Vec::new());
    for archive in &wanted {
        match bring(context, &fetcher, &folder, archive, &bars) {
            Ok(true) => fetched += 1,
            Ok(false) => {}
            // What can be had is, also where another cannot.
            Err(error) => failures.push(error),
        }
    }
    folder.sweep();
    let held = write_lists(&folder, &mut failures)?;
    if let Err(error) = folder.link_by_hash(&held) {
        bars.warn(error.hint("goenv does not find the archives there; everybody else does"));
    }
    if args.signatures {
        signatures(context, &fetcher, &bars, &folder, &held, &mut failures);
    }
    if args.modules {
        let made = modules::bring(&fetcher, &folder, &held, &bars, &mut failures)?;
        bars.note(format_args!("made {made} Go modules of them"));
    }
    context.ui.note(format_args!(
        "{} has {} archives of {} releases, {fetched} of them new",
        folder.path().display(),
        held.len(),
        held.keys().map(|(version, _)| version).collect::<std::collections::BTreeSet<_>>().len(),
    ));
    let mut failures = failures.into_iter();
    let Some(first) = failures.next() else { return Ok(()) };
    failures.for_each(|other| context.ui.error(other));
    Err(first)
}

/// A mirror has archives, and makes modules of them itself.
fn archives_alone(context: &Context<'_>) -> gvr_fetch::Config {
    gvr_fetch::Config { module_proxies: None, ..context.fetch_config() }
}

/// The archives that the mirror is to have, with their hashes.
fn wanted(context: &Context<'_>, args: &SyncArgs) -> Result<Vec<Archive>, CliError> {
    let needs_index = args.requests.is_empty() || args.requests.iter().any(|it| !matches!(it, Request::Exact(_)));
    let index = if needs_index { remote::index(context, Freshness::Hourly)? } else { Index::default() };
    let platforms = if args.platform.is_empty() { lock::usual_platforms() } else { args.platform.clone() };
    let fetcher = Fetcher::new(archives_alone(context));
    let mut archives = BTreeMap::new();
    for version in versions(&index, args)? {
        for platform in &platforms {
            match fetcher.locate(version, *platform) {
                Ok(archive) if archive.sha256.is_some() => _ = archives.insert((version, *platform), archive),
                Ok(archive) => {
                    let error =
                        format_args!("no SHA-256 is known for {}, so it cannot be verified", archive.file_name());
                    return Err(CliError::new(exit::REFUSED, error));
                }
                Err(LocateError::NoBuild { .. }) if args.platform.is_empty() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(archives.into_values().collect())
}

fn versions(index: &Index, args: &SyncArgs) -> Result<Vec<Version>, CliError> {
    let known: Vec<_> = index.releases().iter().map(gvr_fetch::Release::version).collect();
    let newest = [Request::Stable, Request::Oldstable];
    let requests = if args.requests.is_empty() { &newest[..] } else { &args.requests };
    let mut versions = Vec::new();
    for request in requests {
        let unknown =
            || CliError::usage(format_args!("no Go version answers '{request}'")).hint("to see all: gvr list --remote");
        match request {
            Request::Exact(toolchain) => versions.push(toolchain.version),
            Request::System => return Err(unknown()),
            request if args.all => {
                let before = versions.len();
                versions.extend(known.iter().filter(|version| request.select(&[**version]).is_some()));
                if versions.len() == before {
                    return Err(unknown());
                }
            }
            request => versions.extend(request.select(&known)),
        }
        if versions.is_empty() {
            return Err(unknown());
        }
    }
    Ok(versions)
}

/// Says what would be fetched.
fn tell(context: &Context<'_>, folder: &Path, wanted: &[Archive]) -> Result<(), CliError> {
    for archive in wanted {
        let name = archive.file_name();
        let is_there = folder::hash(&folder.join(&name)).is_ok_and(|held| Some(held.sha256) == archive.sha256);
        if !is_there {
            context.ui.data(name)?;
        }
    }
    Ok(())
}

/// Fetches an archive, unless it is there and right. The answer is whether it was fetched.
fn bring(
    context: &Context<'_>,
    fetcher: &Fetcher,
    folder: &Folder,
    archive: &Archive,
    bars: &Bars,
) -> Result<bool, CliError> {
    let name = archive.file_name();
    let path = folder.path().join(&name);
    match folder::hash(&path) {
        Ok(held) if Some(held.sha256) == archive.sha256 => return Ok(false),
        Ok(held) => bars.warn(format_args!("{} has the SHA-256 {}, and is fetched anew", path.display(), held.sha256)),
        Err(_absent) => {}
    }
    // Unpacked as well: what a mirror has must be a Go archive that can be installed.
    let scratch = folder.scratch()?;
    let bar = bars.bar(name.clone());
    let proofs = Proofs::begin(context, fetcher, bars, archive, None, None)?;
    let fetched = fetcher.install_into(archive, &scratch, &bar, true)?;
    folder.sweep();
    if let Err(error) = proofs.finish(&fetched) {
        // What is not proved does not wait for the next run either.
        let _ = fetched.kept.as_deref().map(fs::remove_file);
        return Err(error);
    }
    let Some(kept) = fetched.kept else {
        return Err(CliError::failed(format_args!("cannot write {}", folder.work().display())));
    };
    folder.put(&kept, &name)?;
    bars.detail(format_args!("{name}: {} bytes from {}", fetched.size, fetched.served_by));
    Ok(true)
}

/// Writes the `.sha256` files and the list of releases of all that is there and right.
fn write_lists(
    folder: &Folder,
    failures: &mut Vec<CliError>,
) -> Result<BTreeMap<(Version, Platform), Listing>, CliError> {
    let mut held = folder.archives()?;
    held.retain(|(version, platform), held| {
        let published = Pin::find(*version, *platform).map(|pin| pin.sha256);
        let is_right = published.is_none_or(|published| published == held.sha256);
        if let Some(published) = published.filter(|_| !is_right) {
            let path = folder.path().join(platform.archive_name(*version));
            let error =
                format_args!("{} has the SHA-256 {}, but Go published {published}", path.display(), held.sha256);
            failures.push(CliError::new(exit::REFUSED, error).hint("it is not listed; remove it"));
        }
        is_right
    });
    for ((version, platform), held) in &held {
        // As dl.google.com serves it: the digits and nothing else.
        let path = folder.path().join(format!("{}.sha256", platform.archive_name(*version)));
        write_small_file(&path, held.sha256.to_string().as_bytes(), MODE)?;
    }
    write_small_file(&folder.path().join("index.json"), &render_index(&held)?, MODE)?;
    Ok(held)
}

/// Keeps a signature beside each archive. What is kept is checked each time, as the archives are.
fn signatures(
    context: &Context<'_>,
    fetcher: &Fetcher,
    bars: &Bars,
    folder: &Folder,
    held: &BTreeMap<(Version, Platform), Listing>,
    failures: &mut Vec<CliError>,
) {
    for ((version, platform), held) in held {
        let name = platform.archive_name(*version);
        if let Err(error) = signature(context, fetcher, bars, &folder.path().join(&name), name, held) {
            failures.push(error);
        }
    }
}

fn signature(
    context: &Context<'_>,
    fetcher: &Fetcher,
    bars: &Bars,
    archive: &Path,
    name: String,
    held: &Listing,
) -> Result<(), CliError> {
    let path = archive.with_file_name(format!("{name}.asc"));
    // The one beside the archive is asked first, and stays where it proves it.
    let mut search = Search::begin(context, fetcher, bars, name, Some(archive))?;
    let Some(candidate) = search.candidate() else { return Err(search.failure(exit::FAILED)) };
    let proof = search.prove(candidate, archive, held.sha256)?;
    if Path::new(&proof.place) != path {
        write_small_file(&path, &proof.text, MODE)?;
    }
    Ok(())
}

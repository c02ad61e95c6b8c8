//! Who says which bytes an archive has, and that all of them say the same.

use gvr_core::exit;
use gvr_fetch::{Archive, ErrorKind, Fetcher, HashSource, Sha256};
use gvr_store::Check;

use super::Args;
use super::plan::Planned;
use crate::context::Context;
use crate::error::CliError;
use crate::lockfile::{Demand, Lockfile};
use crate::query;

/// An archive whose hash everybody agrees on who was asked, and who they were.
pub(super) struct Agreed {
    pub(super) archive: Archive,
    pub(super) checks: Vec<Check>,
    /// Whether somebody wants this very archive, so that a module of the same Go is no substitute.
    pub(super) is_bound: bool,
}

/// Asks what the archive must be: gvr's own table or the server of releases, the lock file of this folder, and the user.
/// Whoever says something else than the others is named, and nothing is downloaded.
pub(super) fn agree(
    context: &Context<'_>,
    args: &Args,
    fetcher: &Fetcher,
    planned: &Planned,
    lock: Option<&Lockfile>,
) -> Result<Agreed, CliError> {
    let (version, platform) = (planned.toolchain.version, planned.platform);
    let demand = lock.map_or(Demand::Nothing, |lock| lock.demand(version, platform));
    let locked = demand.archive().map(|locked| (locked.sha256, HashSource::Lock));
    let stated = args.sha256.map(|sha256| (sha256, HashSource::Stated));
    let also: Vec<(Sha256, HashSource)> = locked.into_iter().chain(stated).collect();
    let mut archive = match (fetcher.locate(version, platform), also.first()) {
        (Ok(archive), _) => archive,
        // What this folder or the user says is enough where nobody else can be asked, or knows the version.
        (Err(error), Some((sha256, hash_from)))
            if matches!(error.kind(), ErrorKind::Network | ErrorKind::Unknown | ErrorKind::NoBuild) =>
        {
            context.ui.detail(format_args!(
                "{version} ({platform}): only {} says what it must be",
                name(context, lock, *hash_from)
            ));
            Archive { version, platform, sha256: Some(*sha256), hash_from: *hash_from, size: None }
        }
        (Err(error), _) => return Err(error.into()),
    };
    let is_bound = !also.is_empty();
    let mut checks = Vec::new();
    if let Some(sha256) = archive.sha256 {
        checks.push(check(archive.hash_from, sha256));
    }
    for (sha256, hash_from) in also {
        match archive.sha256 {
            Some(other) if other != sha256 => {
                return Err(disagreement(context, lock, &archive, (other, archive.hash_from), (sha256, hash_from)));
            }
            Some(_) if archive.hash_from == hash_from => {}
            Some(_) => checks.push(check(hash_from, sha256)),
            None => {
                (archive.sha256, archive.hash_from) = (Some(sha256), hash_from);
                checks.push(check(hash_from, sha256));
            }
        }
    }
    if let Some(lock) = lock.filter(|_| demand == Demand::OtherPlatforms) {
        context.ui.warn(format_args!(
            "{} has {version}, but not for {platform}\n  to add it: gvr lock --platform {platform}",
            lock.path().display()
        ));
    }
    Ok(Agreed { archive, checks, is_bound })
}

fn check(by: HashSource, sha256: Sha256) -> Check {
    Check { by: by.name().to_owned(), detail: format!("the archive's SHA-256 is {sha256}") }
}

fn disagreement(
    context: &Context<'_>,
    lock: Option<&Lockfile>,
    archive: &Archive,
    (one, by): (Sha256, HashSource),
    (other, also_by): (Sha256, HashSource),
) -> CliError {
    let (file, by, also_by) = (archive.file_name(), name(context, lock, by), name(context, lock, also_by));
    let error = format_args!("{also_by} says that the SHA-256 of {file} is {other}, but {by} says {one}");
    CliError::new(exit::REFUSED, error).hint("nothing was downloaded; find out who is right before you go on")
}

fn name(context: &Context<'_>, lock: Option<&Lockfile>, source: HashSource) -> String {
    match (source, lock) {
        (HashSource::Lock, Some(lock)) => lock.path().display().to_string(),
        (source, _) => query::hash_source(context, source),
    }
}

//! Carries a plan out: what is missing is fetched, all at once, each by itself whole or not at all.

use std::iter;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use gvr_core::exit;
use gvr_core::search::Source;
use gvr_fetch::{Archive, Content, Fetched, Fetcher};
use gvr_store::{Check, Entry, EntryKind, Installed, Manifest, Receipt, Replace};

use super::Args;
use super::plan::Planned;
use super::proof::{Proofs, Proved};
use super::room;
use super::trust::{self, Agreed};
use crate::commands::rehash;
use crate::context::Context;
use crate::error::CliError;
use crate::lockfile::Lockfile;
use crate::progress::Bars;

/// Installs what was planned. What can be installed is, also where another fails; the first failure's exit code counts.
/// The answer is whether anything was installed.
pub(super) fn install(context: &Context<'_>, args: &Args, planned: &[Planned]) -> Result<bool, CliError> {
    // Also where nothing has to be fetched: whoever installed it may have been killed right after that.
    context.store.sweep();
    let mut failures = Vec::new();
    let mut to_fetch = Vec::new();
    for planned in planned {
        match decide(context, args, planned) {
            Ok(Some(replace)) => to_fetch.push((planned.clone(), replace)),
            Ok(None) => {}
            Err(error) => failures.push(error),
        }
    }
    let mut has_changed = false;
    if !to_fetch.is_empty() {
        let lock = Lockfile::find(context.folder()?)?;
        let (fetcher, bars) = (context.fetcher(), Bars::new(context.ui));
        let archives = Fetcher::new(gvr_fetch::Config { module_proxies: None, ..context.fetch_config() });
        let (store, close) = (context.store.clone(), bars.closer());
        context.interrupts.watch(move || {
            store.give_up();
            close();
        });
        let job = Job { context, args, fetcher: &fetcher, archives: &archives, bars: &bars, lock: lock.as_ref() };
        let failed = fetch_all(&job, &to_fetch);
        // What failed because it was interrupted is not worth a word.
        context.interrupts.settle();
        has_changed = failed.len() < to_fetch.len();
        failures.extend(failed);
    }
    if !args.no_rehash {
        if has_changed {
            // Also where another one failed: what was installed is to be found.
            rehash::after_change(context);
            tell_about_path(context);
        } else if lacks_shim(context, planned) {
            // Whoever installed it was killed before it came to that.
            rehash::after_change(context);
        }
    }
    report(context, failures).map(|()| has_changed)
}

/// Whether a version that is there cannot be called by its name.
fn lacks_shim(context: &Context<'_>, planned: &[Planned]) -> bool {
    let shims = context.layout().shims();
    let lacks = |planned: &&Planned| {
        let toolchain = planned.toolchain;
        let is_called = toolchain.platform.is_some() || shims.join(toolchain.version.release_name()).exists();
        !is_called && context.store.contains(toolchain)
    };
    planned.iter().find(lacks).is_some()
}

/// What to do about one toolchain; nothing where it is there and may stay.
fn decide(context: &Context<'_>, args: &Args, planned: &Planned) -> Result<Option<Replace>, CliError> {
    let toolchain = planned.toolchain;
    if !context.store.contains(toolchain) {
        return Ok(Some(Replace::Never));
    }
    if args.force {
        return Ok(Some(Replace::Always));
    }
    if args.skip_existing {
        return Ok(None);
    }
    if !planned.is_named {
        context.ui.note(format_args!("{toolchain} is installed"));
        return Ok(None);
    }
    let question = format_args!("{toolchain} is already installed. Install it again?");
    if args.yes || context.ui.confirms(question) {
        return Ok(Some(Replace::Always));
    }
    Err(CliError::failed(format_args!("version '{toolchain}' is already installed"))
        .hint(format_args!("to install it again: gvr install --force {toolchain}"))
        .hint(format_args!("to be content with it: gvr install --skip-existing {toolchain}")))
}

/// More at once do not come faster, and each takes three threads and some megabytes.
const MOST_AT_ONCE: usize = 6;

/// What all installations of one command have in common.
struct Job<'a> {
    context: &'a Context<'a>,
    args: &'a Args,
    fetcher: &'a Fetcher,
    /// The same without Go module proxies.
    archives: &'a Fetcher,
    bars: &'a Bars,
    lock: Option<&'a Lockfile>,
}

fn fetch_all(job: &Job<'_>, to_fetch: &[(Planned, Replace)]) -> Vec<CliError> {
    let waiting = Mutex::new(to_fetch.iter());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        let results = iter::from_fn(next).map(|(planned, replace)| fetch(job, planned, *replace));
        results.filter_map(Result::err).collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..to_fetch.len().min(MOST_AT_ONCE)).map(|_| scope.spawn(work)).collect();
        let failures = threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| vec![stopped()]));
        failures.flatten().collect()
    })
}

fn stopped() -> CliError {
    CliError::failed("an installation stopped unexpectedly; this is a bug in gvr")
}

fn fetch(job: &Job<'_>, planned: &Planned, replace: Replace) -> Result<(), CliError> {
    let Job { context, args, fetcher, bars, lock, .. } = *job;
    let Planned { toolchain, platform, .. } = *planned;
    let started = Instant::now();
    let keeps_archive = args.keep || context.keeps_archives();
    // Before anything is written: a version that does not exist leaves no trace.
    let Agreed { archive, checks, is_bound } = trust::agree(context, args, fetcher, planned, lock)?;
    // Google signs archives; a module has no signature.
    let is_archive = is_bound || context.required_proofs()?.signature;
    let fetcher = if is_archive { job.archives } else { fetcher };
    let proofs = Proofs::begin(context, fetcher, bars, &archive, lock, planned.file.as_deref())?;
    let needed = room::needed(archive.size);
    let outcome = context.store.install_recorded(toolchain, replace, bars, |folder| {
        room::check(&context.store, &format!("Go {} ({platform})", toolchain.version), needed)?;
        let bar = bars.bar(format!("{} ({platform})", toolchain.version));
        let mut fetched = match &planned.file {
            Some(file) => fetcher.install_file_into(&archive, file, folder, &bar)?,
            None => fetcher.install_into(&archive, folder, &bar, keeps_archive || proofs.need_archive())?,
        };
        let (from, size) = (&fetched.served_by, fetched.size);
        bars.detail(format_args!("{toolchain}: {size} bytes from {from}, SHA-256 {}", fetched.sha256));
        let proved = proofs.finish(&fetched);
        if !keeps_archive {
            drop_archive(&fetched);
        }
        let Proved { checks: further, unanswered, h1 } = proved?;
        let root = context.layout().root();
        let mut receipt = receipt(root, &archive, &fetched, checks, planned.file.is_some());
        receipt.checked.extend(further);
        receipt.h1 = receipt.h1.or_else(|| h1.map(|h1| h1.to_string()));
        let manifest = manifest(std::mem::take(&mut fetched.contents));
        Ok::<_, CliError>((Receipt { unanswered, ..receipt }, Some(manifest)))
    });
    let outcome = outcome.map_err(|error| room::explain(&context.store, needed, error.into()))?;
    let (took, name) = (seconds(started.elapsed()), toolchain.version);
    match outcome {
        Installed::Fresh => bars.note(format_args!("installed {name} ({platform}) in {took}")),
        Installed::Replaced => bars.note(format_args!("installed {name} ({platform}) again in {took}")),
        Installed::AlreadyThere => bars.note(format_args!("{toolchain} is installed: another gvr did it meanwhile")),
    }
    Ok(())
}

fn manifest(contents: Vec<Content>) -> Manifest {
    let entry = |content: Content| Entry {
        kind: if content.is_program { EntryKind::Program } else { EntryKind::File },
        size: content.size,
        sha256: *content.sha256.as_bytes(),
        path: content.path,
    };
    Manifest::of_entries(contents.into_iter().map(entry).collect())
}

/// Removes the archive from the cache, if this installation has put it there.
fn drop_archive(fetched: &Fetched) {
    if let Some(kept) = fetched.kept.as_deref().filter(|kept| kept.display().to_string() != fetched.served_by) {
        // One that stays is found and used by the next installation.
        let _ = std::fs::remove_file(kept);
    }
}

/// A file of this machine that the user named is called by its name alone.
fn receipt(root: &Path, archive: &Archive, fetched: &Fetched, checks: Vec<Check>, is_file: bool) -> Receipt {
    // One in the cache is named from the root on, which may be moved.
    let served_by = Path::new(&fetched.served_by);
    let served_by = served_by.strip_prefix(root).unwrap_or(served_by).display().to_string();
    Receipt {
        version: archive.version,
        platform: archive.platform,
        url: if is_file { archive.file_name() } else { served_by },
        sha256: fetched.sha256.to_string(),
        size: fetched.size,
        files: fetched.files,
        unpacked: fetched.bytes_unpacked,
        installed_at: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        gvr: env!("CARGO_PKG_VERSION").to_owned(),
        h1: fetched.module.as_ref().map(|module| module.h1.to_string()),
        checked: match &fetched.module {
            Some(module) => vec![Check { by: module.by.to_owned(), detail: module.detail.clone() }],
            None => checks,
        },
        unanswered: Vec::new(),
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1}s", duration.as_secs_f32())
}

/// All failures are told; the exit code is the first one's.
fn report(context: &Context<'_>, failures: Vec<CliError>) -> Result<(), CliError> {
    let mut failures = failures.into_iter();
    let Some(first) = failures.next() else { return Ok(()) };
    for other in failures {
        context.ui.error(other);
    }
    debug_assert!(first.exit() != exit::DONE, "a failure has an exit code of its own");
    Err(first)
}

/// Says how to get go onto PATH, where the shims are not there.
fn tell_about_path(context: &Context<'_>) {
    let shims = context.layout().shims();
    let path = context.process.variable("PATH");
    let is_on_path = path.is_some_and(|path| std::env::split_paths(path).any(|folder| folder == shims));
    if !is_on_path {
        context.ui.note(format_args!("{} is not on PATH yet\n  to put it there: gvr setup", shims.display()));
    }
}

/// Says how a version comes into use, where nothing has chosen one yet.
pub(super) fn tell_about_choice(context: &Context<'_>, planned: &[Planned]) {
    let is_chosen = context.resolve().map_or(true, |decision| decision.source != Source::Default);
    let newest = planned.iter().map(|planned| planned.toolchain).rfind(|toolchain| toolchain.platform.is_none());
    if let (false, Some(newest)) = (is_chosen, newest) {
        context.ui.note(format_args!(
            "no Go version is chosen here yet\n  for this folder: gvr local {newest}\n  where nothing else is asked for: gvr global {newest}"
        ));
    }
}

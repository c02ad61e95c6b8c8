//! What the repository asks for, and what its lock file makes of that.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use gvr_core::files::Disk;
use gvr_core::pins::{Asks, PinFile, Pinned};
use gvr_core::resolve::wanted;
use gvr_core::search::Source;
use gvr_core::{Request, Surroundings, exit};

use crate::ci::Bootstrap;
use crate::commands::lock;
use crate::context::Context;
use crate::error::CliError;
use crate::lockfile::Lockfile;
use crate::query;

/// What is asked for.
pub(super) struct Asked {
    pub(super) requests: Vec<Request>,
    /// Who asks, with the line where it is a file.
    pub(super) by: String,
    /// Whether a file of the repository asks, so that its lock file has a say.
    is_of_repository: bool,
}

/// What the command line asks for, else the file, else what this folder does.
pub(super) fn asked(context: &Context<'_>, requests: &[Request], file: Option<&Path>) -> Result<Asked, CliError> {
    if !requests.is_empty() {
        let by = query::origin(&Source::Argument, context.layout());
        return Ok(Asked { requests: requests.to_vec(), by, is_of_repository: false });
    }
    let (source, pinned) = match file {
        Some(file) => asked_by_file(&context.folder()?.join(file))?,
        None => asked_here(context)?,
    };
    let origin = query::origin(&source, context.layout());
    let by = match (source.path(), pinned.first()) {
        (Some(_), Some(first)) => format!("{origin}:{}", first.line),
        _ => origin,
    };
    let requests: Vec<_> = pinned.into_iter().map(|pinned| pinned.request).collect();
    let names: Vec<_> = requests.iter().map(ToString::to_string).collect();
    context.ui.note(format_args!("{by} asks for {}", names.join(", ")));
    Ok(Asked { requests, by, is_of_repository: matches!(source, Source::File(..)) })
}

fn asked_here(context: &Context<'_>) -> Result<(Source, Vec<Pinned>), CliError> {
    let surroundings = surroundings(context);
    wanted(&surroundings.query(None), context.layout(), &Disk)?.ok_or_else(|| {
        CliError::usage("nothing here asks for a Go version")
            .hint("name one: gvr ci 1.22")
            .hint("or put one into the repository: gvr local VERSION")
    })
}

/// A version that an earlier call exported does not count: the folder is asked again.
pub(super) fn surroundings(context: &Context<'_>) -> Surroundings {
    let process = context.process;
    let exported = process.text("GVR_VERSION").zip(process.text("GVR_CACHE_KEY"));
    let platform = context.platform(None).ok();
    let is_ours =
        |(version, key): (&str, &str)| platform.is_some_and(|platform| Bootstrap::key(platform, version) == key);
    if exported.is_some_and(is_ours) { context.surroundings().without_variable() } else { context.surroundings() }
}

fn asked_by_file(path: &Path) -> Result<(Source, Vec<Pinned>), CliError> {
    let kind = kind(path);
    let shown = path.display();
    let asks = match kind.read(&Disk, path) {
        None => {
            return Err(CliError::usage(format_args!("there is no {shown}"))
                .hint("name a file that is there, or leave --file out"));
        }
        Some(Err(error)) => {
            let place = error.line().map(|line| format!(":{line}")).unwrap_or_default();
            return Err(CliError::failed(format_args!("{shown}{place}: {error}")).hint(format_args!("correct {shown}")));
        }
        Some(Ok(asks)) => asks,
    };
    let pinned = match asks {
        Asks::Pin(pinned) => pinned,
        Asks::Minimum(requirement) => vec![Pinned { request: requirement.to_install(), line: requirement.line }],
        Asks::Nothing(why) => {
            return Err(
                CliError::usage(format_args!("{shown} asks for no Go version: {why}")).hint("name one: gvr ci 1.22")
            );
        }
    };
    Ok((Source::File(kind, path.to_owned()), pinned))
}

/// How a file is to be read, by its name.
fn kind(path: &Path) -> PinFile {
    let name = path.file_name().unwrap_or_default();
    let known = PinFile::ORDER.into_iter().find(|kind| name == OsStr::new(kind.name()));
    let of_ending = || match path.extension().and_then(OsStr::to_str) {
        Some("mod") => PinFile::GoMod,
        Some("work") => PinFile::GoWork,
        _ => PinFile::GoVersion,
    };
    known.unwrap_or_else(of_ending)
}

/// What is asked for, as exactly as the lock file has it.
pub(super) struct Locked {
    pub(super) requests: Vec<Request>,
    /// The lock file, if it was taken into account.
    pub(super) path: Option<PathBuf>,
}

/// The locked versions, after a look whether the lock file is right. Without one it is as it was asked.
pub(super) fn locked(context: &Context<'_>, asked: &Asked) -> Result<Locked, CliError> {
    let lock = if asked.is_of_repository { Lockfile::find(context.folder()?)? } else { None };
    let Some(lock) = lock else {
        return Ok(Locked { requests: asked.requests.clone(), path: None });
    };
    match lock::check(context, Some(&lock), &asked.requests) {
        // Where nobody can be asked, the file's word is enough: an archive with another hash is refused.
        Err(error) if error.exit() == exit::NETWORK => {
            context.ui.warn(format_args!(
                "{} could not be compared with what Go published: {}",
                lock.path().display(),
                error.message()
            ));
        }
        checked => checked?,
    }
    let exact = |request: &Request| match request {
        Request::Exact(_) => request.clone(),
        open => lock.select(open).map_or_else(|| open.clone(), Request::from),
    };
    Ok(Locked { requests: asked.requests.iter().map(exact).collect(), path: Some(lock.path().to_owned()) })
}

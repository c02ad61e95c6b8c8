//! `local` and `global`: choosing a version, for a folder or for everywhere else.

use std::fs;
use std::io;
use std::path::Path;

use gvr_core::Request;
use gvr_core::files::Disk;
use gvr_core::pins::{Asks, PinFile};
use gvr_core::resolve::{Outcome, outcome_of};
use gvr_core::search::Source;
use gvr_store::write_small_file;

use super::install;
use crate::context::Context;
use crate::error::CliError;
use crate::query;

/// Choose the version of this folder, or print it
///
/// The exact version is written to .go-version in the working folder. With `system` the file is removed.
#[derive(Debug, clap::Args)]
pub(crate) struct LocalArgs {
    /// Which version; several let later ones add commands that the first lacks
    #[arg(value_name = "VERSION", conflicts_with = "unset")]
    requests: Vec<Request>,
    /// Remove this folder's .go-version
    #[arg(short, long)]
    unset: bool,
}

impl LocalArgs {
    /// As if these were typed.
    pub(super) fn of(requests: Vec<Request>) -> Self {
        Self { requests, unset: false }
    }
}

/// Choose the version used where no folder asks for one, or print it
#[derive(Debug, clap::Args)]
pub(crate) struct GlobalArgs {
    /// Which version; several let later ones add commands that the first lacks
    #[arg(value_name = "VERSION", conflicts_with = "unset")]
    requests: Vec<Request>,
    /// Choose none
    #[arg(short, long)]
    unset: bool,
}

pub(crate) fn local(context: &Context<'_>, args: &LocalArgs) -> Result<(), CliError> {
    let file = context.folder()?.join(PinFile::GoVersion.name());
    if args.unset {
        return remove(&file);
    }
    match args.requests[..] {
        [] => print_local(context),
        [Request::System] => local_system(context, &file),
        _ => {
            let names = chosen(context, &args.requests)?;
            write_small_file(&file, lines(&names).as_bytes(), 0o644)?;
            context.ui.detail(format_args!("{} now says {}", file.display(), names.join(", ")));
            Ok(())
        }
    }
}

pub(crate) fn global(context: &Context<'_>, args: &GlobalArgs) -> Result<(), CliError> {
    if args.unset {
        return Ok(context.store.unset_global()?);
    }
    if args.requests.is_empty() {
        return print_global(context);
    }
    let names = chosen(context, &args.requests)?;
    Ok(context.store.set_global(&names)?)
}

/// The local version is what a pin in this folder or above says; goenv's words where there is none.
fn print_local(context: &Context<'_>) -> Result<(), CliError> {
    let none =
        || CliError::failed("no local version configured for this directory").hint("to choose one: gvr local VERSION");
    let decision = context.resolve()?;
    if !matches!(&decision.source, Source::File(kind, _) if !kind.is_minimum()) {
        return Err(none());
    }
    for choice in &decision.choices {
        if choice.outcome == Outcome::Missing {
            return Err(query::not_installed(choice, &decision, context.layout()));
        }
        context.ui.data(query::name(choice))?;
    }
    Ok(())
}

fn print_global(context: &Context<'_>) -> Result<(), CliError> {
    let file = context.layout().global_version();
    let pinned = match PinFile::GoVersion.read(&Disk, &file) {
        Some(Ok(Asks::Pin(pinned))) => pinned,
        Some(Ok(_)) | None => return Ok(context.ui.data("system")?),
        Some(Err(error)) => {
            return Err(CliError::failed(format_args!("{}: {error}", file.display()))
                .hint("to set it anew: gvr global VERSION"));
        }
    };
    for pinned in pinned {
        match outcome_of(&pinned.request, context.layout(), &Disk) {
            Outcome::Installed(toolchain) => context.ui.data(toolchain)?,
            Outcome::System | Outcome::Missing => context.ui.data(&pinned.request)?,
        }
    }
    Ok(())
}

/// As goenv: the folder falls back to what applies without the file.
fn local_system(context: &Context<'_>, file: &Path) -> Result<(), CliError> {
    let before = fs::read_to_string(file).ok();
    remove(file)?;
    let before = before.as_deref().and_then(|text| text.split_whitespace().next());
    match before {
        Some(version) => {
            context.ui.note(format_args!("using system version instead of {} now", version.escape_debug()));
        }
        None => context.ui.note("using system version now"),
    }
    Ok(())
}

fn remove(file: &Path) -> Result<(), CliError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(CliError::failed(format_args!("cannot remove {}: {error}", file.display())))
        }
        _ => Ok(()),
    }
}

/// The exact names of what was asked for, as they stand in version files. What is missing is installed where the user
/// agreed to that, now or before.
fn chosen(context: &Context<'_>, requests: &[Request]) -> Result<Vec<String>, CliError> {
    requests.iter().map(|request| chosen_one(context, request)).collect()
}

/// The same for one.
pub(super) fn chosen_one(context: &Context<'_>, request: &Request) -> Result<String, CliError> {
    match outcome_of(request, context.layout(), &Disk) {
        Outcome::Installed(toolchain) => Ok(toolchain.to_string()),
        Outcome::System => Ok(Request::System.to_string()),
        Outcome::Missing if agrees(context, request) => Ok(install::install_one(context, request)?.to_string()),
        Outcome::Missing => Err(query::missing(context, request)),
    }
}

fn agrees(context: &Context<'_>, request: &Request) -> bool {
    context.installs_unasked() || context.ui.confirms(format_args!("Go {request} is not installed. Install it now?"))
}

fn lines(names: &[String]) -> String {
    names.join("\n") + "\n"
}

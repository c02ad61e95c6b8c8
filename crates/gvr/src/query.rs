//! Words that commands have in common: where a version was asked for, and what it comes to among the installed ones.

use std::path::{Path, PathBuf};

use gvr_core::files::{Disk, Files as _};
use gvr_core::gopath;
use gvr_core::resolve::{Choice, Decision, Outcome, outcome_of};
use gvr_core::search::Source;
use gvr_core::{Layout, Request, Toolchain};
use gvr_fetch::HashSource;

use crate::context::Context;
use crate::error::CliError;
use crate::lockfile::Lockfile;

/// Where a version was asked for, in goenv's words: a path, or `GVR_VERSION environment variable`.
pub(crate) fn origin(source: &Source, layout: &Layout) -> String {
    match source {
        Source::Argument => "the command line".to_owned(),
        Source::Variable(name) => format!("{name} environment variable"),
        Source::File(_, path) | Source::Global(path) => path.display().to_string(),
        Source::Default => layout.global_version().display().to_string(),
    }
}

/// The name of what was chosen: a version, `system`, or the request where nothing that is installed answers it.
pub(crate) fn name(choice: &Choice) -> String {
    match choice.outcome {
        Outcome::Installed(toolchain) => toolchain.to_string(),
        Outcome::System => "system".to_owned(),
        Outcome::Missing => choice.request.to_string(),
    }
}

/// The error for a version that is asked for somewhere and not installed.
pub(crate) fn not_installed(choice: &Choice, decision: &Decision, layout: &Layout) -> CliError {
    let request = decision.to_install(choice);
    let origin = origin(&decision.source, layout);
    CliError::failed(format_args!("version '{}' is not installed (set by {origin})", choice.request))
        .hint(format_args!("to install it: gvr install {}", word(&request)))
}

/// The installed toolchain that a request on the command line asks for; `None` is the system's Go.
pub(crate) fn installed(context: &Context<'_>, request: &Request) -> Result<Option<Toolchain>, CliError> {
    match outcome_of(request, context.layout(), &Disk) {
        Outcome::Installed(toolchain) => Ok(Some(toolchain)),
        Outcome::System => Ok(None),
        Outcome::Missing => Err(missing(context, request)),
    }
}

/// The error for a version that the command line asks for and that is not installed, as goenv words it.
pub(crate) fn missing(context: &Context<'_>, request: &Request) -> CliError {
    let error = CliError::failed(format_args!("version '{request}' not installed"));
    let others = context.store.installed().unwrap_or_default();
    let foreign = others
        .iter()
        .find(|other| other.platform.is_some() && Request::Exact(Toolchain::native(other.version)) == *request);
    match foreign {
        Some(toolchain) => error.hint(format_args!("another platform's is there: {toolchain}")),
        None => error.hint(format_args!("to install it: gvr install {}", word(request))),
    }
}

/// Who says which SHA-256 an archive must have, as messages name him.
pub(crate) fn hash_source(context: &Context<'_>, source: HashSource) -> String {
    match source {
        HashSource::Pinned => "gvr's own table of what Go published".to_owned(),
        HashSource::Index => format!("the list of releases of {}", context.dist_url()),
        HashSource::ChecksumFile => format!("the .sha256 file beside it at {}", context.dist_url()),
        HashSource::Lock => Lockfile::NAME.to_owned(),
        HashSource::Module => "the module itself".to_owned(),
        HashSource::Stated => "--sha256".to_owned(),
    }
}

/// A request as one word of a shell's command line.
pub(crate) fn word(request: &Request) -> String {
    match request {
        Request::Range(range) => format!("'{range}'"),
        _ => request.to_string(),
    }
}

/// A program of a toolchain, if the toolchain has it, or if it was installed into the version's own GOPATH.
pub(crate) fn program_in(context: &Context<'_>, toolchain: Toolchain, program: &Path) -> Option<PathBuf> {
    let own = context.layout().program(toolchain, program);
    let tool = || gopath_bin(context, toolchain).map(|bin| bin.join(program));
    let is_there = |path: &PathBuf| Disk.program(path).is_some();
    Some(own).filter(is_there).or_else(|| tool().filter(is_there))
}

/// Where a version's own tools are installed; `None` where versions have no GOPATH of their own.
pub(crate) fn gopath_bin(context: &Context<'_>, toolchain: Toolchain) -> Option<PathBuf> {
    let is_on = context.shim_settings().version_gopath;
    let folder = gopath::folder(toolchain, |name| context.process.variable(name));
    folder.filter(|_| is_on).map(|folder| folder.join("bin"))
}

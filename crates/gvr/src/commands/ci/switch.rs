//! Whether Go itself will be content with the version.

use std::path::PathBuf;

use gvr_core::Toolchain;
use gvr_core::explain::explain;
use gvr_core::files::Disk;
use gvr_core::gotoolchain::{self, Effective};

use super::asked::{self, Asked};
use crate::context::Context;
use crate::error::CliError;

/// Go would stop in this folder, because of this line.
pub(super) struct Stop {
    pub(super) file: PathBuf,
    pub(super) line: u32,
    pub(super) error: CliError,
}

/// Foretells what Go makes of the version here. Where it may not switch and would have to, every later step would fail; where it
/// may, people are told.
pub(super) fn judge(context: &Context<'_>, first: Toolchain, asked: &Asked, is_strict: bool) -> Option<Stop> {
    let surroundings = asked::surroundings(context);
    let explanation = explain(&surroundings.query(None), context.layout(), &Disk, &context.system_path());
    let (file, requirement) = explanation.module?;
    let setting = if is_strict { "local" } else { context.process.text("GOTOOLCHAIN").unwrap_or_default() };
    let is_installed = |version| context.store.contains(Toolchain::native(version));
    let Effective { version, reason } = gotoolchain::foretell(first.version, setting, Some(requirement), is_installed);
    let (shown, line) = (file.display(), requirement.line);
    match version {
        Some(version) if version == first.version => None,
        Some(version) => {
            context.ui.warn(format_args!(
                "Go {first} will switch to {version}: {shown}:{line}: {reason}\n  to have gvr install what that file asks for: gvr ci --file {shown}",
            ));
            None
        }
        None => {
            let error = CliError::failed(format_args!(
                "{} asks for Go {first}, and Go would stop: {shown}:{line}: {reason}",
                asked.by
            ))
            .hint(format_args!("to take what that file asks for: gvr ci --file {shown}"));
            let error = if is_strict { error.hint("to let Go switch by itself: gvr ci --no-strict") } else { error };
            Some(Stop { file, line, error })
        }
    }
}

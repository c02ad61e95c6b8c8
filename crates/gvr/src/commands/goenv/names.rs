//! What goenv's words for versions mean.

use gvr_core::files::Disk;
use gvr_core::resolve::{Choice, Decision, Outcome, outcome_of};
use gvr_core::{Request, Toolchain};

use super::Call;
use crate::context::Context;
use crate::error::CliError;
use crate::query;

/// Whether a word stands for `local` with that version, as in `goenv 1.22`.
pub(super) fn is_version(word: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(word, "latest" | "system") || (word.split('.').count() <= 3 && word.split('.').all(is_number))
}

/// What is installed under a word: a toolchain, or `None` for the system's Go.
pub(super) fn installed(call: &Call<'_>, word: &str) -> Result<Option<Toolchain>, CliError> {
    let not_installed = || CliError::failed(format_args!("version '{}' not installed", word.escape_debug()));
    let request: Request = word.parse().map_err(|_| not_installed())?;
    match outcome_of(&request, call.context.layout(), &Disk) {
        Outcome::Installed(toolchain) => Ok(Some(toolchain)),
        Outcome::System => {
            let system = call.context.system_path().find(&Disk, "go");
            system.map(|_| None).ok_or_else(no_system)
        }
        Outcome::Missing if request == Request::Stable && is_empty(&call.context) => {
            Err(CliError::failed("no versions installed"))
        }
        Outcome::Missing => Err(not_installed()),
    }
}

fn is_empty(context: &Context<'_>) -> bool {
    context.store.installed().is_ok_and(|installed| installed.is_empty())
}

/// There is no Go but gvr's.
pub(super) fn no_system() -> CliError {
    CliError::failed("system version not found in PATH")
}

/// The name that version files get.
pub(super) fn name(toolchain: Option<Toolchain>) -> String {
    toolchain.map_or_else(|| Request::System.to_string(), |toolchain| toolchain.to_string())
}

/// Says of each version that applies and is not installed that it is not. The answer is whether there was one.
pub(super) fn complain_of_missing(call: &Call<'_>, decision: &Decision) -> bool {
    let missing: Vec<_> = decision.choices.iter().filter(|choice| choice.outcome == Outcome::Missing).collect();
    for choice in &missing {
        call.complain(&query::not_installed(choice, decision, call.context.layout()));
    }
    !missing.is_empty()
}

/// The versions that apply and are there.
pub(super) fn present(decision: &Decision) -> impl Iterator<Item = &Choice> {
    decision.choices.iter().filter(|choice| choice.outcome != Outcome::Missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_alone_is_a_version() {
        for word in ["1", "22", "1.22", "1.22.5", "latest", "system"] {
            assert!(is_version(word), "{word}");
        }
        for word in ["", "1.", "1.2.3.4", "go1.22", "1.23rc1", "stable", "local"] {
            assert!(!is_version(word), "{word}");
        }
    }
}

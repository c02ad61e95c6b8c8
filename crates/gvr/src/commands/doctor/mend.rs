//! `doctor --fix` and `doctor undo`: what is mended, shown as a difference, and taken back.

use gvr_core::exit;
use gvr_doctor::mend::{self, MendError};
use gvr_doctor::{Check, Report};

use crate::context::Context;
use crate::error::CliError;

impl From<MendError> for CliError {
    fn from(error: MendError) -> Self {
        let hint = match &error {
            MendError::Changed { .. } => Some("run it again: gvr doctor --fix"),
            MendError::NotOwn { .. } => Some("gvr changes files of your own alone; gvr doctor says what to type"),
            _ => None,
        };
        Self::failed(error).hints(hint)
    }
}

/// Changes what the findings of these checks offer, and says what is left to be done by hand.
pub(super) fn fix(
    context: &Context<'_>,
    report: &Report,
    is_wanted: impl Fn(&Check) -> bool,
    is_rehearsal: bool,
) -> Result<u8, CliError> {
    let ui = &context.ui;
    let findings: Vec<_> = report.findings().into_iter().filter(|(check, _)| is_wanted(check)).collect();
    let fixes = findings.iter().filter_map(|(_, finding)| finding.fix.as_ref());
    let edits: Vec<_> = fixes.flat_map(|fix| fix.edits.clone()).collect();
    let changes = mend::plan(&edits)?;
    for change in &changes {
        ui.text(&change.diff())?;
    }
    for (check, finding) in &findings {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.edits.is_empty()) else { continue };
        ui.note(format_args!("left for you: {} [{}]", finding.message, check.id));
        if let Some(command) = &fix.command {
            ui.note(format_args!("  {}: {command}", fix.text));
        }
    }
    if changes.is_empty() {
        ui.note("there is nothing that gvr could mend by itself");
    } else if is_rehearsal {
        ui.note("nothing was changed; to do it, leave out --dry-run");
    } else {
        let applied = mend::apply(&changes, &context.layout().doctor_backups())?;
        for file in &applied.files {
            ui.note(format_args!("changed {}", file.display()));
        }
        ui.note(format_args!("copies are in {}; to take it back: gvr doctor undo", applied.backup.display()));
    }
    Ok(exit::DONE)
}

/// Takes back what the last `--fix` did.
pub(super) fn undo(context: &Context<'_>) -> Result<u8, CliError> {
    let undone = mend::undo(&context.layout().doctor_backups())?;
    for file in &undone.restored {
        context.ui.note(format_args!("{} is as it was", file.display()));
    }
    for file in &undone.kept {
        context.ui.warn(format_args!(
            "{} was changed since, and stays; what it was is in {}",
            file.display(),
            undone.copies.display()
        ));
    }
    Ok(if undone.kept.is_empty() { exit::DONE } else { exit::FAILED })
}

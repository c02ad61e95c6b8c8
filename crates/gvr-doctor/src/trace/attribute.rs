//! From the moments that zsh and bash tell to changes.

use super::posix::{self, Step, Told};
use super::source::Texts;
use super::values::{self, Value, Values};
use crate::facts::{Change, Command, TRACED, VariableScope};

/// What is known of a start-up beside what its script told.
#[derive(Clone, Debug)]
pub(super) struct Surroundings<'a> {
    /// The values that the shell was given.
    pub(super) given: Values,
    /// The texts of the files that were read.
    pub(super) texts: &'a Texts,
    /// Whether the shell counts lines on behind an `eval`.
    pub(super) counts_on: bool,
    /// Why what was seen last may not have been done by the command that was seen last; `None` where all was watched to the end.
    pub(super) last_doubt: Option<&'a str>,
    /// What runs before the script, as a part of a sentence.
    pub(super) before: &'a str,
}

/// Every change with its command.
pub(super) fn changes(told: &Told, surroundings: &Surroundings<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut known = &surroundings.given;
    for (index, step) in told.steps.iter().enumerate() {
        let is_last = index + 1 == told.steps.len();
        for ((variable, old), new) in TRACED.iter().zip(known).zip(&step.values) {
            let Some(action) = values::action(old, new) else { continue };
            let (command, mut doubt) = match &step.command {
                Some(raw) => posix::locate(raw, surroundings.texts, surroundings.counts_on),
                None => (Command::default(), Some(surroundings.before.to_owned())),
            };
            if is_restored(&changes, variable, step, old, new) {
                doubt = Some("a local value went with its function".to_owned());
            } else if is_last && let Some(last) = surroundings.last_doubt {
                doubt = Some(last.to_owned());
            }
            changes.push(Change {
                variable: (*variable).to_owned(),
                action,
                command,
                old: old.text.clone(),
                new: new.text.clone(),
                scope: new.scope,
                is_exported: new.is_exported.filter(|_| new.text.is_some()),
                doubt,
            });
        }
        known = &step.values;
    }
    changes
}

/// Whether a value came back because the function ended that had one of its own.
fn is_restored(changes: &[Change], variable: &str, step: &Step, old: &Value, new: &Value) -> bool {
    if old.scope == Some(VariableScope::Local) {
        return new.scope != old.scope;
    }
    let is_left = step.command.as_ref().is_some_and(|raw| step.depth < raw.depth);
    let last = changes.iter().rev().find(|change| change.variable == variable);
    is_left && last.is_some_and(|last| last.command.function.is_some() && last.old == new.text && last.new == old.text)
}

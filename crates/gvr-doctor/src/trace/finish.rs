//! The last steps: comparing, doubting, and leaving out what is nobody's business.

use std::collections::BTreeMap;

use super::redact;
use crate::facts::{Comparison, Difference, TRACED, Trace};

/// The traced variables with the tracing, beside those without.
pub(super) fn compare(
    traced: Option<&BTreeMap<String, String>>,
    untraced: Option<&BTreeMap<String, String>>,
) -> Comparison {
    let (Some(traced), Some(untraced)) = (traced, untraced) else {
        return Comparison::NotCompared("the run without the tracing did not come to its end".to_owned());
    };
    let differences: Vec<_> = TRACED
        .iter()
        .filter(|name| traced.get(**name) != untraced.get(**name))
        .map(|name| Difference {
            variable: (*name).to_owned(),
            traced: traced.get(*name).cloned(),
            untraced: untraced.get(*name).cloned(),
        })
        .collect();
    if differences.is_empty() { Comparison::Same } else { Comparison::Different(differences) }
}

/// Where the tracing has changed what the start-up does to a variable, no change of it is certain.
pub(super) fn doubt(trace: &mut Trace) {
    let Comparison::Different(differences) = &trace.comparison else { return };
    for change in &mut trace.changes {
        if differences.iter().any(|difference| difference.variable == change.variable) {
            let why = format!("without the tracing, {} has another value in the end", change.variable);
            change.doubt.get_or_insert(why);
        }
    }
}

/// Leaves out secrets, and values of other variables.
pub(super) fn redact(trace: &mut Trace) {
    fn value(variable: &str, value: &mut Option<String>) {
        *value = value.take().map(|text| redact::value(variable, &text));
    }
    for change in &mut trace.changes {
        change.command.text = redact::command(&change.command.text);
        value(&change.variable, &mut change.old);
        value(&change.variable, &mut change.new);
    }
    if let Some(last) = &mut trace.last {
        last.text = redact::command(&last.text);
    }
    for (variable, text) in trace.environment.iter_mut().flatten() {
        *text = redact::value(variable, text);
    }
    for hook in &mut trace.hooks {
        hook.name = redact::command(&hook.name);
    }
    if let Comparison::Different(differences) = &mut trace.comparison {
        for difference in differences {
            value(&difference.variable, &mut difference.traced);
            value(&difference.variable, &mut difference.untraced);
        }
    }
}

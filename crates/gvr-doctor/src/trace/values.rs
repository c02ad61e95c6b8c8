//! The values of the traced variables at one moment, as the scripts tell them.

use std::collections::BTreeMap;

use crate::facts::{Action, TRACED, VariableScope};

/// What stands between the records of a script, and between the fields of a record.
pub(super) const RECORD: char = '\u{1e}';
pub(super) const FIELD: char = '\u{1f}';

/// One variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Value {
    /// Its value; `None` where it is not set.
    pub(super) text: Option<String>,
    /// Whether the environment of programs has it.
    pub(super) is_exported: Option<bool>,
    /// Where it lives.
    pub(super) scope: Option<VariableScope>,
}

/// All of them, in the order of [`TRACED`].
pub(super) type Values = [Value; TRACED.len()];

/// A variable that was given, and so is in the environment.
pub(super) fn given(environment: &BTreeMap<String, String>) -> Values {
    TRACED.map(|name| match environment.get(name) {
        Some(text) => Value { text: Some(text.clone()), is_exported: Some(true), scope: None },
        None => Value::default(),
    })
}

/// What became of a variable, if anything did.
pub(super) fn action(old: &Value, new: &Value) -> Option<Action> {
    match (&old.text, &new.text) {
        (Some(_), None) => Some(Action::Unset),
        (old, new) if old != new => Some(Action::Set),
        (Some(_), Some(_)) => match (old.is_exported, new.is_exported) {
            (Some(false), Some(true)) => Some(Action::Export),
            (Some(true), Some(false)) => Some(Action::Withdraw),
            _ => None,
        },
        _ => None,
    }
}

/// The traced variables as the program at the end of a start-up has written them: each set one with a `1` before it, an empty
/// field for each other one.
pub(super) fn environment(content: &[u8]) -> Option<BTreeMap<String, String>> {
    let text = String::from_utf8_lossy(content);
    let fields: Vec<_> = text.split(FIELD).collect();
    // Behind the last field nothing follows.
    if fields.len() != TRACED.len() + 1 {
        return None;
    }
    let pairs = TRACED.iter().zip(fields);
    let set = pairs.filter_map(|(name, field)| Some(((*name).to_owned(), field.strip_prefix('1')?.to_owned())));
    Some(set.collect())
}

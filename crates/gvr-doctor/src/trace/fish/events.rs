//! The events.

use crate::facts::{TRACED, VariableScope};
use crate::trace::values::{FIELD, RECORD, Value, Values};

/// Everything that was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::trace) struct Told {
    /// The values at the beginning; `None` where the script was not read.
    pub(in crate::trace) start: Option<Values>,
    /// The events, in order.
    pub(in crate::trace) events: Vec<Event>,
    /// What runs before prompts: name, file, and text.
    pub(in crate::trace) hooks: Vec<(String, Option<String>, String)>,
    /// fish's version, which is told at the end.
    pub(in crate::trace) version: Option<String>,
}

/// A variable was set or erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::trace) struct Event {
    /// The variable, by its place among those that are traced.
    pub(in crate::trace) variable: usize,
    /// Its value as a function sees it that is called there.
    pub(in crate::trace) value: Value,
    /// The file with the command: as fish names it, with `~`.
    pub(in crate::trace) file: String,
    /// The line, counted from 1; always 1 in fish 4.
    pub(in crate::trace) line: u32,
}

/// Reads what the script told. What is no record, such as half a one that the time-out has cut, is passed over.
pub(in crate::trace) fn read(content: &[u8]) -> Told {
    let text = String::from_utf8_lossy(content);
    let mut told = Told::default();
    let Some((whole, _)) = text.rsplit_once(RECORD) else { return told };
    let mut start = Values::default();
    for record in whole.split(RECORD) {
        let mut fields = record.splitn(2, FIELD);
        let (kind, rest) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        match kind {
            "START" | "SET" | "ERASE" => {
                let Some(event) = event(rest) else { continue };
                if kind == "START" {
                    start[event.variable] = event.value;
                    told.start = Some(start.clone());
                } else {
                    told.events.push(event);
                }
            }
            "HOOK" => {
                let mut fields = rest.splitn(3, FIELD).map(str::to_owned);
                if let (Some(name), Some(file), Some(text)) = (fields.next(), fields.next(), fields.next()) {
                    told.hooks.push((name, Some(file), text));
                }
            }
            "END" => told.version = Some(rest.to_owned()),
            _ => {}
        }
    }
    told
}

fn event(record: &str) -> Option<Event> {
    let (name, rest) = record.split_once(FIELD)?;
    let (scope, rest) = rest.split_once(FIELD)?;
    let (value, stack) = rest.rsplit_once(FIELD)?;
    let variable = TRACED.iter().position(|known| *known == name)?;
    // The first scope that is told is the innermost.
    let innermost = scope.split(';').next().unwrap_or_default();
    let value = if innermost.is_empty() {
        Value::default()
    } else {
        let scopes = [
            ("local scope", VariableScope::Local),
            ("function scope", VariableScope::Local),
            ("global scope", VariableScope::Global),
            ("universal scope", VariableScope::Universal),
        ];
        let scope = scopes.into_iter().find(|(words, _)| innermost.contains(words)).map(|(_, scope)| scope);
        let is_exported = innermost.split(", ").any(|word| word == "exported");
        Value { text: Some(value.to_owned()), is_exported: Some(is_exported), scope }
    };
    // The innermost places are in the handler; the last one caused it.
    let place = stack.lines().filter_map(|line| line.trim().strip_prefix("called on line ")).next_back();
    let (line, file) = place.and_then(|place| place.split_once(" of file ")).unwrap_or(("0", ""));
    Some(Event { variable, value, file: file.to_owned(), line: line.parse().unwrap_or(0) })
}

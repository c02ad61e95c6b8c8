//! A trace as the cases keep it: without what differs from machine to machine.

use std::fmt::Write as _;

use gvr_doctor::facts::{Action, Change, Command, Comparison, Trace, TraceEnd, VariableScope};

/// All that a trace tells of the user's own files.
pub(crate) fn told(trace: &Trace, home: &str) -> String {
    let is_own = |change: &&Change| change.command.place.as_ref().is_none_or(|place| place.file.starts_with(home));
    // What the system's files make of PATH is the system's.
    let first = trace.changes.iter().filter(is_own).find(|change| change.variable == "PATH");
    let base = first.and_then(|change| change.old.clone()).unwrap_or_default();
    let mut out = String::new();
    for change in trace.changes.iter().filter(is_own) {
        let value = |value: &Option<String>| match value {
            Some(value) if value.is_empty() => "\"\"".to_owned(),
            Some(value) if !base.is_empty() => value.replace(&base, "[PATH]").replace('\n', "\\n"),
            Some(value) => value.replace('\n', "\\n"),
            None => "unset".to_owned(),
        };
        let action = match change.action {
            Action::Set | Action::Unset => format!("{} -> {}", value(&change.old), value(&change.new)),
            Action::Export => "exported".to_owned(),
            Action::Withdraw => "no longer exported".to_owned(),
        };
        let _ = write!(out, "{}: {action}", change.variable);
        match change.scope {
            Some(VariableScope::Local) => out.push_str(" (local)"),
            Some(VariableScope::Universal) => out.push_str(" (universal)"),
            Some(VariableScope::Global) | None => {}
        }
        if change.is_exported == Some(false) {
            out.push_str(" (not exported)");
        }
        let _ = writeln!(out, "\n    {}", command(&change.command));
        if let Some(doubt) = &change.doubt {
            let _ = writeln!(out, "    not exact: {doubt}");
        }
    }
    for hook in &trace.hooks {
        let _ = writeln!(out, "later: {} mentions {}", hook.name, hook.variables.join(", "));
    }
    let end = match trace.end {
        TraceEnd::Complete => "complete".to_owned(),
        TraceEnd::Early(Some(code)) => format!("early, with {code}"),
        TraceEnd::Early(None) => "early, by a signal".to_owned(),
        TraceEnd::TimedOut(_) => "timed out".to_owned(),
        TraceEnd::Unseen => "unseen".to_owned(),
    };
    let _ = writeln!(out, "end: {end}");
    if let Some(last) = &trace.last {
        let _ = writeln!(out, "last: {}", command(last));
    }
    match &trace.comparison {
        Comparison::Same => out.push_str("untraced: the same\n"),
        Comparison::NotCompared(why) => {
            let _ = writeln!(out, "untraced: not compared, {why}");
        }
        Comparison::Different(differences) => {
            for difference in differences {
                let _ = writeln!(
                    out,
                    "untraced: {} is {:?}, traced {:?}",
                    difference.variable, difference.untraced, difference.traced
                );
            }
        }
    }
    out.replace(home, "~")
}

fn command(command: &Command) -> String {
    let place =
        command.place.as_ref().map_or_else(|| "somewhere".to_owned(), |place| format!("{}:{}", place.file, place.line));
    let function = command.function.as_ref().map(|function| format!(" in {function}()")).unwrap_or_default();
    format!("{place}{function}: {}", command.text)
}

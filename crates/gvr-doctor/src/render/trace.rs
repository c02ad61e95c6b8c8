//! A traced start-up for people: what each command did, and who put what stands on PATH in the end.

use std::fmt::Write as _;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::text::{Style, one_line};
use crate::facts::{Action, Change, Command, Comparison, Facts, TRACED, Trace, TraceEnd, VariableScope};

/// The trace as text.
pub fn render(facts: &Facts, trace: &Trace, style: Style) -> String {
    let mut out = String::new();
    let kind = if trace.is_login { "a login shell" } else { "no login shell" };
    let version = trace.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let _ = writeln!(out, "The start-up of {}{version}, interactive, {kind}:\n", facts.shown(&trace.program));
    let mut before: Option<&Command> = None;
    for change in &trace.changes {
        if before != Some(&change.command) {
            let text = if change.command.text.is_empty() { "" } else { change.command.text.as_str() };
            let _ = writeln!(out, "  {}", one_line(&facts.place(&change.command)));
            if !text.is_empty() {
                let _ = writeln!(out, "      {}", one_line(text));
            }
        }
        before = Some(&change.command);
        for line in told(facts, change, style) {
            let _ = writeln!(out, "    {}: {}", change.variable, one_line(&line));
        }
        if let Some(doubt) = &change.doubt {
            let _ = writeln!(out, "    not exact: {}", one_line(doubt));
        }
    }
    if !trace.changes.is_empty() {
        out.push('\n');
    }
    at_end(&mut out, facts, trace);
    if style.is_verbose && !trace.files.is_empty() {
        let files: Vec<_> = trace.files.iter().map(|file| facts.shown(file)).collect();
        let _ = writeln!(out, "Files that had a command: {}.", one_line(&files.join(", ")));
    }
    for hook in &trace.hooks {
        let file = hook.file.as_ref().map(|file| format!(" of {}", facts.shown(file))).unwrap_or_default();
        let variables = hook.variables.join(", ");
        let _ =
            writeln!(out, "{}{file} runs later, before each prompt, and mentions {variables}.", one_line(&hook.name));
    }
    let _ = writeln!(out, "{}", summary(facts, trace));
    out.push_str(&here(facts, trace));
    out
}

/// What became of a variable.
fn told(facts: &Facts, change: &Change, style: Style) -> Vec<String> {
    let scope = match (change.scope, change.is_exported) {
        (Some(VariableScope::Local), _) => " (until its function or block ends)",
        (Some(VariableScope::Universal), _) => " (in all shells of fish)",
        (_, Some(false)) => " (not exported)",
        _ => "",
    };
    let value = |value: &Option<String>| match value {
        Some(value) if value.is_empty() => "empty".to_owned(),
        Some(value) => facts.shown(value),
        None => "not set".to_owned(),
    };
    match change.action {
        Action::Export => return vec!["goes into the environment".to_owned()],
        Action::Withdraw => return vec!["leaves the environment".to_owned()],
        Action::Set | Action::Unset => {}
    }
    let (Some(old), Some(new), "PATH") = (&change.old, &change.new, change.variable.as_str()) else {
        return vec![format!("{} -> {}{scope}", value(&change.old), value(&change.new))];
    };
    let mut lines = moves(facts, old, new);
    if style.is_verbose {
        lines.extend([format!("was {old}"), format!("is {new}")]);
    }
    lines
}

/// What becomes of the entries of PATH.
fn moves(facts: &Facts, old: &str, new: &str) -> Vec<String> {
    let entries = |path: &str| path.split(':').map(str::to_owned).collect::<Vec<_>>();
    let (before, after) = (entries(old), entries(new));
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    for operation in capture_diff_slices(Algorithm::Myers, &before, &after) {
        match operation {
            DiffOp::Equal { .. } => {}
            DiffOp::Delete { old_index, old_len, .. } => gone.extend(old_index..old_index + old_len),
            DiffOp::Insert { new_index, new_len, .. } => come.extend(new_index..new_index + new_len),
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                gone.extend(old_index..old_index + old_len);
                come.extend(new_index..new_index + new_len);
            }
        }
    }
    let shown = |entry: &str| if entry.is_empty() { "an empty entry".to_owned() } else { facts.shown(entry) };
    let mut lines = Vec::new();
    for index in come {
        let entry = &after[index];
        let from = gone.iter().position(|old| before[*old] == *entry).map(|at| gone.remove(at));
        lines.push(match from {
            Some(old) => format!("{} moves from {} to {}", shown(entry), old + 1, index + 1),
            None => format!("{} comes in at {}", shown(entry), index + 1),
        });
    }
    lines.extend(gone.into_iter().map(|index| format!("{} goes away from {}", shown(&before[index]), index + 1)));
    lines
}

/// The environment in the end, with who made it so.
fn at_end(out: &mut String, facts: &Facts, trace: &Trace) {
    let Some(environment) = &trace.environment else { return };
    let origin = |change: Option<&Change>| match change {
        Some(change) if change.doubt.is_some() => format!("{}, not exact", one_line(&facts.place(&change.command))),
        Some(change) => one_line(&facts.place(&change.command)),
        None => "from the beginning".to_owned(),
    };
    if let Some(path) = trace.path() {
        let _ = writeln!(out, "PATH in the end:");
        let entries: Vec<_> = path.split(':').collect();
        let shown: Vec<_> = entries.iter().map(|entry| one_line(&facts.shown(entry))).collect();
        let width = shown.iter().map(|entry| entry.chars().count()).max().unwrap_or(0).min(50);
        for (index, (entry, shown)) in entries.iter().zip(&shown).enumerate() {
            let _ = writeln!(out, "  {:2}  {shown:width$}  {}", index + 1, origin(trace.origin(entry)));
        }
        out.push('\n');
    }
    let others: Vec<_> = environment.iter().filter(|(name, _)| *name != "PATH").collect();
    for (name, value) in &others {
        let _ = writeln!(out, "{name}={}  {}", one_line(&facts.shown(value)), origin(trace.setter(name)));
    }
    if !others.is_empty() {
        out.push('\n');
    }
}

/// Which of Go's variables have another value where gvr runs, as in a terminal that is older than a change.
fn here(facts: &Facts, trace: &Trace) -> String {
    let (Some(environment), Some(variables)) = (&trace.environment, facts.variables.known()) else {
        return String::new();
    };
    let is_other = |name: &&str| *name != "PATH" && environment.get(*name) != variables.get(*name);
    let others: Vec<_> = TRACED.into_iter().filter(is_other).collect();
    match others.as_slice() {
        [] => String::new(),
        [one] => format!("Here {one} is another than in the shell that was traced.\n"),
        several => format!("Here {} are others than in the shell that was traced.\n", several.join(", ")),
    }
}

/// How many changes there were, how it ended, and what it is without the tracing.
fn summary(facts: &Facts, trace: &Trace) -> String {
    let count = trace.changes.len();
    let exact = trace.changes.iter().filter(|change| change.doubt.is_none()).count();
    let changes = if count == 1 { "1 change".to_owned() } else { format!("{count} changes") };
    let exactly = match (count, exact) {
        (0, _) => String::new(),
        _ if count == exact => ", each exact".to_owned(),
        _ => format!(", {exact} of them exact"),
    };
    let last = trace.last.as_ref().map(|last| {
        let text = if last.text.is_empty() { String::new() } else { format!(": {}", one_line(&last.text)) };
        format!(" What was seen last is at {}{text}.", one_line(&facts.place(last)))
    });
    let last = last.unwrap_or_default();
    let end = match (trace.end, &trace.comparison) {
        (TraceEnd::Complete, Comparison::Same) => {
            " Without the tracing, the environment in the end is the same.".to_owned()
        }
        (TraceEnd::Complete, Comparison::NotCompared(why)) => format!(" It was not compared with another run: {why}."),
        (TraceEnd::Complete, Comparison::Different(differences)) => {
            let value =
                |value: &Option<String>| value.as_ref().map_or("not set".to_owned(), |value| facts.shown(value));
            let told = differences.iter().map(|other| {
                format!("{} is {}, and {} with it", other.variable, value(&other.untraced), value(&other.traced))
            });
            let told: Vec<_> = told.collect();
            format!(" Without the tracing, the environment in the end is another: {}.", one_line(&told.join("; ")))
        }
        (TraceEnd::Early(Some(code)), _) => {
            format!(" The start-up did not come to its end: the shell ended with {code}.{last}")
        }
        (TraceEnd::Early(None), _) => format!(" The start-up did not come to its end: a signal ended the shell.{last}"),
        (TraceEnd::TimedOut(seconds), _) => {
            format!(" The start-up did not come to its end in {seconds} seconds, and was ended.{last}")
        }
        (TraceEnd::Unseen, _) => {
            " The shell did not take the tracer in: a file for all users, such as /etc/zshenv, leads it elsewhere."
                .to_owned()
        }
    };
    format!("{changes}{exactly}, in {} ms.{end}", trace.milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_on_path_is_told_as_a_move() {
        let facts = Facts { home: crate::facts::Fact::Known("/home/me".to_owned()), ..Facts::default() };
        let check = |old, new, expected: &[&str]| assert_eq!(moves(&facts, old, new), expected, "{old} {new}");
        check("/bin", "/a:/bin", &["/a comes in at 1"]);
        check("/home/me/go/bin:/usr/bin:/bin", "/usr/bin:/bin:/home/me/go/bin", &["~/go/bin moves from 1 to 3"]);
        check("/a:/bin", "/bin:", &["an empty entry comes in at 2", "/a goes away from 1"]);
    }
}

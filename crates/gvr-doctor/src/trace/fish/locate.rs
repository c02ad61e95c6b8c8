//! From events to changes: on which line of which file the command stands that caused each.

use std::collections::BTreeMap;

use super::events::{Event, Told};
use super::profile::{self, Ran};
use crate::facts::{Change, Command, Place, TRACED, VariableScope};
use crate::shell::{Dialect, assignments};
use crate::trace::source::{self, Texts};
use crate::trace::values::{self, Values};

/// What is known of a start-up of fish beside what the script told.
#[derive(Clone, Debug)]
pub(in crate::trace) struct Fish<'a> {
    /// The values that fish was given.
    pub(in crate::trace) given: Values,
    /// fish's profile; empty where it wrote none.
    pub(in crate::trace) profile: &'a [u8],
    /// The texts of the user's and the system's files.
    pub(in crate::trace) texts: &'a Texts,
    /// The user's home folder, which fish writes `~`.
    pub(in crate::trace) home: &'a str,
    /// The folders that stood in for others, each with the one that it stood in for.
    pub(in crate::trace) mirrors: &'a [(String, String)],
    /// fish's file of variables.
    pub(in crate::trace) variables: &'a str,
}

/// Every change with its command.
pub(in crate::trace) fn changes(told: &Told, fish: &Fish<'_>) -> Vec<Change> {
    let Some(start) = &told.start else { return Vec::new() };
    let mut changes = at_start(start, fish);
    let ran = profile::read(fish.profile);
    let is_told_lines = told.events.iter().any(|event| event.line > 1);
    let chains = Chains::of(told, &ran);
    let mut known = start.clone();
    let mut seen = BTreeMap::new();
    for (index, event) in told.events.iter().enumerate() {
        let chain = chains.of_event(index);
        let nth = seen.entry((event.file.as_str(), chain.first().copied())).or_insert(0_usize);
        let repeat = Repeat { nth: *nth, count: chains.count(told, index) };
        *nth += 1;
        let old = &known[event.variable];
        let is_local = event.value.scope == Some(VariableScope::Local);
        let Some(action) = values::action(old, &event.value) else { continue };
        let (command, doubt) = locate(event, chain, is_told_lines, repeat, fish);
        // A value for one command alone: `GOROOT=/x make`.
        if is_local && !command.text.split_whitespace().any(|word| word == "set") {
            continue;
        }
        changes.push(Change {
            variable: TRACED[event.variable].to_owned(),
            action,
            command,
            old: old.text.clone(),
            new: event.value.text.clone(),
            scope: event.value.scope,
            is_exported: event.value.is_exported.filter(|_| event.value.text.is_some()),
            doubt,
        });
        if !is_local {
            known[event.variable] = event.value.clone();
        }
    }
    changes
}

/// What was others' doing before the first file: fish's variables that hold for all its shells, and fish's own start-up.
fn at_start(start: &Values, fish: &Fish<'_>) -> Vec<Change> {
    let universal =
        fish.texts.get(fish.variables).map(|text| assignments(Dialect::FishVariables, text)).unwrap_or_default();
    let mut changes = Vec::new();
    for ((variable, old), new) in TRACED.iter().zip(&fish.given).zip(start) {
        let Some(action) = values::action(old, new) else { continue };
        let name = if *variable == "PATH" { "fish_user_paths" } else { variable };
        let set = universal.iter().find(|set| set.name == name);
        // What fish puts before PATH is exactly this list.
        let explains = |value: &str| match (&old.text, &new.text) {
            (Some(old), Some(new)) if *variable == "PATH" => *new == format!("{value}:{old}"),
            (_, new) => new.as_deref() == Some(value),
        };
        let is_explained = set.is_some_and(|set| explains(&set.value));
        let text = set.map(|_| format!("set -U {name}")).unwrap_or_default();
        let place = set.map(|set| Place { file: fish.variables.to_owned(), line: set.line });
        changes.push(Change {
            variable: (*variable).to_owned(),
            action,
            command: Command { place, function: None, text },
            old: old.text.clone(),
            new: new.text.clone(),
            scope: new.scope,
            is_exported: new.is_exported.filter(|_| new.text.is_some()),
            doubt: (!is_explained).then(|| "fish's own start-up comes before the first file".to_owned()),
        });
    }
    changes
}

/// For each event the commands that caused it, the innermost first; none where the profile does not have the same events.
struct Chains<'a>(Vec<Vec<&'a str>>);

impl<'a> Chains<'a> {
    fn of(told: &Told, ran: &'a [Ran]) -> Self {
        let mut chains = vec![Vec::new(); told.events.len()];
        for (variable, name) in TRACED.iter().enumerate() {
            let indexes: Vec<_> = (0..chains.len()).filter(|index| told.events[*index].variable == variable).collect();
            let causes = profile::causes(ran, name);
            if causes.len() == indexes.len() {
                indexes.into_iter().zip(causes).for_each(|(index, cause)| chains[index] = cause);
            }
        }
        Self(chains)
    }

    fn of_event(&self, index: usize) -> &[&'a str] {
        &self.0[index]
    }

    /// How many events the same command of the same file caused.
    fn count(&self, told: &Told, index: usize) -> usize {
        let is_same = |other: &usize| {
            told.events[*other].file == told.events[index].file && self.0[*other].first() == self.0[index].first()
        };
        (0..self.0.len()).filter(is_same).count()
    }
}

/// Which of several equal commands it may be.
#[derive(Clone, Copy)]
struct Repeat {
    nth: usize,
    count: usize,
}

fn locate(
    event: &Event,
    chain: &[&str],
    is_told_lines: bool,
    repeat: Repeat,
    fish: &Fish<'_>,
) -> (Command, Option<String>) {
    let file = real(&event.file, fish.home, fish.mirrors);
    let found = match fish.texts.get(&file).filter(|_| !is_fishs_own(&file, fish.home)) {
        Some(text) => in_file(&file, text, event, chain, is_told_lines, repeat),
        None => elsewhere(&file, chain, fish),
    };
    if let Some(Found { file, line, text, doubt }) = found {
        let function = fish.texts.get(&file).and_then(|text| source::fish_function(text, line));
        return (Command { place: Some(Place { file, line }), function, text }, doubt);
    }
    let place = (!file.is_empty() && file != "-").then(|| Place { file, line: event.line.max(1) });
    let text = chain.first().map(|text| (*text).to_owned()).unwrap_or_default();
    (Command { place, function: None, text }, Some("the command was not found in a file".to_owned()))
}

struct Found {
    file: String,
    line: u32,
    text: String,
    doubt: Option<String>,
}

/// Looks for the command in the file that the event names.
fn in_file(
    file: &str,
    text: &str,
    event: &Event,
    chain: &[&str],
    is_told_lines: bool,
    repeat: Repeat,
) -> Option<Found> {
    let found = |line: u32, command: &str, doubt: Option<&str>| {
        Some(Found { file: file.to_owned(), line, text: command.to_owned(), doubt: doubt.map(str::to_owned) })
    };
    let Some(cause) = chain.first() else {
        // Without a profile the line itself has to show that it is the one.
        let variable = TRACED[event.variable];
        let sets = |line: &&str| line.split_whitespace().any(|word| word == "set") && line.contains(variable);
        let lines: Vec<_> = text.split('\n').zip(1..).filter(|(line, _)| sets(line)).collect();
        if let [(line, number)] = lines.as_slice() {
            return found(*number, line.trim(), None);
        }
        let own = source::line(text, event.line).unwrap_or_default().trim();
        let is_shown = is_told_lines && sets(&own);
        let doubt = (!is_shown).then_some("fish did not write down what it ran");
        return found(event.line, own, doubt);
    };
    if is_told_lines && source::has(text, event.line, cause) {
        return found(event.line, cause, None);
    }
    let called = |line: &u32| match source::fish_function(text, *line) {
        Some(function) => chain[1..].iter().any(|outer| outer.split_whitespace().any(|word| word == function)),
        None => true,
    };
    let lines: Vec<_> = source::lines_with(text, cause).into_iter().filter(called).collect();
    match lines.as_slice() {
        [only] => return found(*only, cause, None),
        [] => {}
        several => {
            let doubt = (several.len() != repeat.count).then_some("the same command stands on several lines");
            return found(several[repeat.nth.min(several.len() - 1)], cause, doubt);
        }
    }
    // It was made up by an eval, whose own text is in the file.
    for outer in &chain[1..] {
        match source::lines_with(text, outer).as_slice() {
            [] => {}
            [only] => return found(*only, outer, None),
            [first, ..] => return found(*first, outer, Some("the same command stands on several lines")),
        }
    }
    None
}

/// Looks for the innermost command around it that stands in a file of the user's, where the command itself stands in one of
/// fish's own, or was printed by a program for `source` to read.
fn elsewhere(own: &str, chain: &[&str], fish: &Fish<'_>) -> Option<Found> {
    let own_text = fish.texts.get(own).map(String::as_str).unwrap_or_default();
    for command in chain {
        if !source::lines_with(own_text, command).is_empty() {
            continue;
        }
        let mut places: Vec<(&String, u32)> = Vec::new();
        for (file, text) in fish.texts.iter().filter(|(file, _)| !is_fishs_own(file, fish.home)) {
            places.extend(source::lines_with(text, command).into_iter().map(|line| (file, line)));
        }
        if let Some((file, line)) = places.first() {
            let doubt = (places.len() > 1).then(|| "the same command stands on several lines".to_owned());
            return Some(Found { file: (*file).clone(), line: *line, text: (*command).to_owned(), doubt });
        }
    }
    None
}

/// Whether fish brought a file along.
fn is_fishs_own(file: &str, home: &str) -> bool {
    file.starts_with("embedded:") || (file.contains("/share/fish/") && !file.starts_with(&format!("{home}/")))
}

/// The path of a file as people know it; `mirrors` are folders that stood in for others, each with the one that it stood in for.
pub(in crate::trace) fn real(file: &str, home: &str, mirrors: &[(String, String)]) -> String {
    let path = match file.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("{home}{rest}"),
        _ => file.to_owned(),
    };
    let mirrored = mirrors.iter().find_map(|(mirror, own)| Some(format!("{own}{}", path.strip_prefix(mirror)?)));
    mirrored.unwrap_or(path)
}

/// Whether the last command that fish has written down is an `exit`: what follows it in the file is not read, although fish goes
/// on with the command that it was started for.
pub(in crate::trace) fn exit(fish: &Fish<'_>) -> Option<i32> {
    let ran = profile::read(fish.profile);
    let mut words = ran.last()?.text.split_whitespace();
    (words.next() == Some("exit")).then(|| words.next().and_then(|code| code.parse().ok()).unwrap_or(0))
}

/// The last command that fish has written down, where it stands in a file of the user's. A fish that becomes another program,
/// or is ended, writes nothing down.
pub(in crate::trace) fn last(fish: &Fish<'_>) -> Option<Command> {
    let ran = profile::read(fish.profile);
    ran.iter().rev().find_map(|ran| {
        let found = elsewhere("", &[&ran.text], fish)?;
        let place = Some(Place { file: found.file, line: found.line });
        Some(Command { place, function: None, text: found.text })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::values::Value;

    /// fish 4 says of every event that it is on line 1.
    #[test]
    fn lines_are_found_where_fish_tells_none() {
        let file = "/home/me/.config/fish/config.fish";
        let text = "set -gx GOROOT /a\nfunction add\n    set -gx GOROOT /b\nend\nadd\neval \"set -gx GOROOT /c\"\n\
                    set -gx GOROOT /a\neval (code)\n";
        let commands = [
            "> builtin source /home/me/.config/fish/config.fish",
            "-> set -gx GOROOT /a",
            "--> __gvr_on_GOROOT VARIABLE SET GOROOT",
            "-> function add...",
            "-> add",
            "--> set -gx GOROOT /b",
            "---> __gvr_on_GOROOT VARIABLE SET GOROOT",
            "-> eval \"set -gx GOROOT /c\"",
            "--> set -gx GOROOT /c",
            "---> __gvr_on_GOROOT VARIABLE SET GOROOT",
            "-> set -gx GOROOT /a",
            "--> __gvr_on_GOROOT VARIABLE SET GOROOT",
            "-> eval (code)",
            "--> set -gx GOROOT /printed",
            "---> __gvr_on_GOROOT VARIABLE SET GOROOT",
        ];
        let profile = format!("1\t2\t{}\n", commands.join("\n1\t2\t"));
        let event = |value: &str| Event {
            variable: 1,
            value: Value { text: Some(value.to_owned()), is_exported: Some(true), scope: Some(VariableScope::Global) },
            file: "~/.config/fish/config.fish".to_owned(),
            line: 1,
        };
        let events = ["/a", "/b", "/c", "/a", "/printed"].map(event).to_vec();
        let told = Told { start: Some(Values::default()), events, ..Told::default() };
        let texts = Texts::from([(file.to_owned(), text.to_owned())]);
        let lines = |profile: &[u8]| {
            let fish = Fish {
                given: Values::default(),
                profile,
                texts: &texts,
                home: "/home/me",
                mirrors: &[],
                variables: "",
            };
            let place = |change: Change| {
                let line = change.command.place.map(|place| place.line);
                (line, change.command.function, change.doubt.is_none())
            };
            changes(&told, &fish).into_iter().map(place).collect::<Vec<_>>()
        };
        let add = Some("add".to_owned());
        let expected = [
            (Some(1), None, true),
            (Some(3), add, true),
            (Some(6), None, true),
            (Some(7), None, true),
            (Some(8), None, true),
        ];
        assert_eq!(lines(profile.as_bytes()), expected);
        // Where it has written nothing down, nothing is certain.
        assert!(lines(b"").iter().all(|(_, _, is_exact)| !is_exact));
    }
}

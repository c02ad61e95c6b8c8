//! What a shell's start-up did to the variables that matter, command by command.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::Evidence;

/// The variables whose changes are traced.
pub const TRACED: [&str; 8] = ["PATH", "GOROOT", "GOPATH", "GOBIN", "GOENV", "GOTOOLCHAIN", "GOFLAGS", "GOPROXY"];

/// One start-up of a shell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Trace {
    /// The shell: `zsh`, `bash` or `fish`.
    pub shell: String,
    /// Its program.
    pub program: String,
    /// Its version, as it says itself; null where its start-up did not come to its end.
    pub version: Option<String>,
    /// Whether it was started as a login shell. It was interactive in any case.
    pub is_login: bool,
    /// How long its start-up took, in milliseconds, with the tracing.
    pub milliseconds: u64,
    /// How it ended.
    pub end: TraceEnd,
    /// The last command outside functions that was seen to begin.
    pub last: Option<Command>,
    /// The files that had a command, in the order of the first.
    pub files: Vec<String>,
    /// The changes, in order.
    pub changes: Vec<Change>,
    /// The traced variables of the environment in the end; null where the start-up did not come to its end.
    pub environment: Option<BTreeMap<String, String>>,
    /// What will change the variables later, before a prompt.
    pub hooks: Vec<Hook>,
    /// What the same start-up without the tracing came to.
    pub comparison: Comparison,
}

/// How the start-up ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum TraceEnd {
    /// All of it ran.
    Complete,
    /// The shell left, or became another program, which ended with this code; null where a signal ended it.
    Early(Option<i32>),
    /// It took more than this many seconds.
    TimedOut(u64),
    /// The shell did not take the tracer in.
    #[default]
    Unseen,
}

/// A change of one variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The variable.
    pub variable: String,
    /// What became of it.
    pub action: Action,
    /// The command that did it.
    pub command: Command,
    /// Its value before; null where it was not set.
    pub old: Option<String>,
    /// Its value afterwards; null where it is not set.
    pub new: Option<String>,
    /// Where the variable lives, where the shell tells.
    pub scope: Option<VariableScope>,
    /// Whether the environment of programs has it; null where the shell does not tell.
    pub is_exported: Option<bool>,
    /// Why the place may be another one, as a part of a sentence; null where it is exact.
    pub doubt: Option<String>,
}

/// What becomes of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It gets a value.
    Set,
    /// It is gone.
    Unset,
    /// It keeps its value, and goes into the environment.
    Export,
    /// It keeps its value, and leaves the environment.
    Withdraw,
}

/// Where a variable lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VariableScope {
    /// In a function or block, with whose end the value before comes back.
    Local,
    /// In the shell.
    Global,
    /// In fish's file of variables, for all of its shells.
    Universal,
}

/// A command of a start-up file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// Where it stands; null where that is not known.
    pub place: Option<Place>,
    /// The function that it is in.
    pub function: Option<String>,
    /// The command, without what may be secret.
    pub text: String,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: u32,
}

/// A function that runs before each prompt and knows of variables that are traced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// The function.
    pub name: String,
    /// The file that defines it, where the shell tells.
    pub file: Option<String>,
    /// The variables that it mentions.
    pub variables: Vec<String>,
}

/// The trace beside a start-up that was not traced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Comparison {
    /// The traced variables have the same values in the end.
    Same,
    /// These have not.
    Different(Vec<Difference>),
    /// It could not be compared, for this reason.
    NotCompared(String),
}

impl Default for Comparison {
    fn default() -> Self {
        Comparison::NotCompared("there was no other run".to_owned())
    }
}

/// A variable that has another value without the tracing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// The variable.
    pub variable: String,
    /// Its value with the tracing.
    pub traced: Option<String>,
    /// Its value without.
    pub untraced: Option<String>,
}

impl Change {
    /// The command as evidence.
    pub fn evidence(&self) -> Evidence {
        Evidence::Traced { command: self.command.clone(), is_exact: self.doubt.is_none() }
    }
}

impl Trace {
    /// The command that put a folder where it is on PATH: the last that added it, or moved it forward. `None` where PATH
    /// does not have it in the end, or had it from the beginning.
    pub fn origin(&self, folder: &str) -> Option<&Change> {
        let index = |path: &Option<String>| position(path.as_deref(), folder);
        let mut origin = None;
        for change in self.changes.iter().filter(|change| change.variable == "PATH") {
            match (index(&change.old), index(&change.new)) {
                (_, None) => origin = None,
                (None, Some(_)) => origin = Some(change),
                // What stood before it and is gone does not make it move.
                (Some(old), Some(new)) if passes(change, folder, old, new) => origin = Some(change),
                _ => {}
            }
        }
        origin
    }

    /// The command since which one folder comes before another on PATH; `None` where it does not, or always did.
    pub fn came_before(&self, first: &str, second: &str) -> Option<&Change> {
        let is_before =
            |path: &Option<String>| match (position(path.as_deref(), first), position(path.as_deref(), second)) {
                (Some(first), Some(second)) => first < second,
                _ => false,
            };
        let mut found = None;
        for change in self.changes.iter().filter(|change| change.variable == "PATH") {
            match (is_before(&change.old), is_before(&change.new)) {
                (false, true) => found = Some(change),
                (_, false) => found = None,
                _ => {}
            }
        }
        found
    }

    /// The command that gave a variable the value that it has in the end; `None` where no command did.
    pub fn setter(&self, variable: &str) -> Option<&Change> {
        let is_lasting = |change: &&Change| change.variable == variable && change.scope != Some(VariableScope::Local);
        let value = self.environment.as_ref()?.get(variable)?;
        let last = self.changes.iter().rev().filter(is_lasting).find(|change| change.old != change.new)?;
        (last.new.as_ref() == Some(value)).then_some(last)
    }

    /// PATH in the end, where it is known.
    pub fn path(&self) -> Option<&str> {
        self.environment.as_ref()?.get("PATH").map(String::as_str)
    }
}

/// Whether a folder overtakes one that was before it and still is there.
fn passes(change: &Change, folder: &str, old: usize, new: usize) -> bool {
    let entries = |path: &Option<String>| {
        path.as_deref().unwrap_or_default().split(':').map(plain).map(str::to_owned).collect::<Vec<_>>()
    };
    let (before, after) = (entries(&change.old), entries(&change.new));
    before[..old]
        .iter()
        .any(|entry| entry != plain(folder) && after[new..].contains(entry) && !after[..new].contains(entry))
}

fn position(path: Option<&str>, folder: &str) -> Option<usize> {
    path?.split(':').position(|entry| plain(entry) == plain(folder))
}

/// Without a slash at its end, which means nothing.
fn plain(entry: &str) -> &str {
    if entry.len() > 1 { entry.trim_end_matches('/') } else { entry }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(paths: &[&str]) -> Trace {
        let changes = paths.windows(2).zip(1..).map(|(pair, line)| Change {
            variable: "PATH".to_owned(),
            action: Action::Set,
            command: Command { place: Some(Place { file: "~/.zshrc".to_owned(), line }), ..Command::default() },
            old: Some(pair[0].to_owned()),
            new: Some(pair[1].to_owned()),
            scope: None,
            is_exported: Some(true),
            doubt: None,
        });
        let end = paths.last().map(|path| ("PATH".to_owned(), (*path).to_owned()));
        Trace { changes: changes.collect(), environment: Some(end.into_iter().collect()), ..Trace::default() }
    }

    fn line(change: Option<&Change>) -> Option<u32> {
        change.and_then(|change| change.command.place.as_ref()).map(|place| place.line)
    }

    #[test]
    fn a_folder_comes_from_the_command_that_put_it_where_it_is() {
        let trace = trace(&["/bin", "/a:/bin", "/b:/a/:/bin", "/b:/bin", "/bin:/b", "/a:/bin:/b", "/c:/bin:/b"]);
        assert_eq!(line(trace.origin("/c")), Some(6));
        assert_eq!(line(trace.origin("/b")), Some(2));
        // It was before the shell began, and then came to stand before /b.
        assert_eq!(line(trace.origin("/bin")), Some(4));
        assert_eq!(line(trace.origin("/a")), None);
        assert_eq!(line(trace.origin("/none")), None);
    }

    #[test]
    fn the_command_is_found_since_which_a_folder_comes_first() {
        let trace = trace(&["/bin", "/shims:/bin", "/go:/shims:/bin", "/x:/go:/shims:/bin"]);
        assert_eq!(line(trace.came_before("/go", "/shims")), Some(2));
        assert_eq!(line(trace.came_before("/shims", "/bin")), Some(1));
        assert_eq!(line(trace.came_before("/bin", "/shims")), None);
    }
}

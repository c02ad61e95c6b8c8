//! What gvr's scripts for zsh and bash tell: a record for each change, with the command before it, which made it.

use super::source::{self, Texts};
use super::values::{FIELD, RECORD, Value, Values};
use crate::facts::{Command, Place, TRACED, VariableScope};

/// Everything that was told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The changes, in order. The first are the values at the beginning, which no command has made.
    pub(super) steps: Vec<Step>,
    /// The files that had a command.
    pub(super) files: Vec<String>,
    /// What runs before prompts: name, file, and text.
    pub(super) hooks: Vec<(String, Option<String>, String)>,
    /// The shell's version, which is told at the end.
    pub(super) version: Option<String>,
}

/// A moment at which the values were others than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// The command that ran before; `None` at the beginning.
    pub(super) command: Option<Raw>,
    /// How deep in functions and files the next command was.
    pub(super) depth: u32,
    /// The values.
    pub(super) values: Values,
}

/// A command as the shell tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Raw {
    /// Its file and line.
    pub(super) file: String,
    pub(super) line: u32,
    /// The innermost function or file.
    pub(super) name: String,
    /// How deep in functions and files it was.
    pub(super) depth: u32,
    /// The line of the last `eval` in the same file, where the shell counts on from there.
    pub(super) eval: Option<u32>,
    /// Whether it is in a function that was called since that `eval`.
    pub(super) is_deeper: bool,
    /// Its text.
    pub(super) text: String,
}

/// Reads what a script told. What is no record, such as half a one that the time-out has cut, is passed over.
pub(super) fn read(content: &[u8]) -> Told {
    let text = String::from_utf8_lossy(content);
    let mut told = Told::default();
    let Some((whole, _)) = text.rsplit_once(RECORD) else { return told };
    for record in whole.split(RECORD) {
        let (kind, rest) = record.split_once(FIELD).unwrap_or((record, ""));
        match kind {
            "change" => told.steps.extend(step(rest)),
            "file" if !rest.is_empty() => told.files.push(rest.to_owned()),
            "hook" => {
                let mut fields = rest.splitn(3, FIELD).map(str::to_owned);
                if let (Some(name), Some(file), Some(text)) = (fields.next(), fields.next(), fields.next()) {
                    told.hooks.push((name, Some(file).filter(|file| !file.is_empty()), text));
                }
            }
            "end" => told.version = Some(rest.to_owned()),
            _ => {}
        }
    }
    told
}

/// Reads a record: the command before, in five fields, how deep the next one is, and the values. At the beginning there is no
/// command, and its one field is empty. Its text may have the very characters that separate fields.
fn step(record: &str) -> Option<Step> {
    let mut fields: Vec<_> = record.split(FIELD).collect();
    let values = fields.split_off(fields.len().checked_sub(TRACED.len())?);
    let depth = fields.pop()?.parse().ok()?;
    let values: Vec<_> = values.into_iter().map(value).collect();
    Some(Step { command: raw(&fields.join(&FIELD.to_string())), depth, values: values.try_into().ok()? })
}

/// The last command that was told to begin, from the file that is written anew for each.
pub(super) fn raw(text: &str) -> Option<Raw> {
    let mut fields = text.splitn(5, FIELD);
    let (file, line) = fields.next()?.rsplit_once(':')?;
    let name = fields.next()?.to_owned();
    let depth = fields.next()?.parse().ok()?;
    let eval = fields.next()?;
    let (eval, is_deeper) = (eval.trim_end_matches('+').parse().ok(), eval.ends_with('+'));
    let text = fields.next()?.trim().to_owned();
    Some(Raw { file: file.to_owned(), line: line.parse().ok()?, name, depth, eval, is_deeper, text })
}

/// A value with its kind before it: `scalar-local-export:/x` in zsh; `/x:/x`, where letters behind the slash are the variable's
/// attributes, in bash; `?:/x` where it does not tell them; and nothing where it is not set.
fn value(field: &str) -> Value {
    let (kind, text) = field.split_once(':').unwrap_or((field, ""));
    if kind.is_empty() {
        return Value::default();
    }
    let (is_exported, is_local) = match kind.strip_prefix('/') {
        Some(attributes) => (Some(attributes.contains('x')), false),
        None if kind == "?" => (None, false),
        None => (Some(kind.split('-').any(|word| word == "export")), kind.split('-').any(|word| word == "local")),
    };
    let scope = is_local.then_some(VariableScope::Local);
    Value { text: Some(text.to_owned()), is_exported, scope }
}

/// The command as people look for it, and why its line may be another one.
pub(super) fn locate(raw: &Raw, texts: &Texts, counts_on: bool) -> (Command, Option<String>) {
    let is_function = !raw.name.contains('/') && !["source", "main", ".", &raw.file].contains(&raw.name.as_str());
    let function = Some(raw.name.clone()).filter(|name| is_function && !name.is_empty());
    let (line, doubt) = match texts.get(&raw.file) {
        Some(text) if counts_on => counted_on(raw, text),
        _ => (raw.line, None),
    };
    let place = (!raw.file.is_empty()).then(|| Place { file: raw.file.clone(), line });
    (Command { place, function, text: raw.text.clone() }, doubt)
}

/// bash tells the last line of a command that has several, and counts the lines of what `eval` runs on from the `eval`.
fn counted_on(raw: &Raw, text: &str) -> (u32, Option<String>) {
    let begin = source::beginning(text, raw.line);
    let joined = (begin..=raw.line).filter_map(|number| source::line(text, number));
    let joined = joined.map(|line| line.trim_end_matches('\\')).collect::<String>();
    let pressed = |text: &str| text.chars().filter(|char| !char.is_whitespace()).collect::<String>();
    let wanted = pressed(raw.text.split('\n').next().unwrap_or_default());
    // The shell spells redirections and the like in its own way, so the beginning has to do.
    let wanted: String = wanted.chars().take(12).collect();
    if pressed(&joined).contains(&wanted) {
        return (begin, None);
    }
    match (source::lines_with(text, &raw.text).as_slice(), raw.eval) {
        ([only], _) => (*only, None),
        // A function that the file does not have was made by the eval too.
        ([], Some(eval)) if eval <= raw.line && !(raw.is_deeper && defines(text, &raw.name)) => (eval, None),
        ([first, ..], _) => (*first, Some("the same command stands on several lines".to_owned())),
        ([], _) => (raw.line, Some("the line has another command".to_owned())),
    }
}

/// Whether a text seems to define a function.
fn defines(text: &str, function: &str) -> bool {
    [format!("{function}()"), format!("{function} ()"), format!("function {function}")]
        .iter()
        .any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, line: u32, eval: Option<u32>, command: &str, expected: (u32, bool)) {
        let raw = Raw { line, eval, text: command.to_owned(), ..Raw::default() };
        let (line, doubt) = counted_on(&raw, text);
        assert_eq!((line, doubt.is_none()), expected, "{command}");
    }

    #[test]
    fn lines_are_found_that_bash_counts_in_its_own_way() {
        let text =
            "x=1\nadd() {\n  :\n  export GOROOT=/x\n}\nPATH=/a:\\\n$PATH\neval \"$(code)\"\nGOBIN=/b\nGOBIN=/b\n";
        check(text, 4, None, "export GOROOT=/x", (4, true));
        // bash 3.2 counts from where the function begins.
        check(text, 2, None, "export GOROOT=/x", (4, true));
        check(text, 7, None, "PATH=/a:$PATH", (6, true));
        check(text, 10, Some(8), "export GOPATH=/g", (8, true));
        check(text, 3, None, "GOBIN=/b", (9, false));
        let inside =
            |name: &str| Raw { line: 10, eval: Some(8), is_deeper: true, name: name.to_owned(), ..Raw::default() };
        let locate = |name| counted_on(&Raw { text: "export GOPATH=/g".to_owned(), ..inside(name) }, text);
        assert_eq!(locate("made"), (8, None));
        assert_eq!((locate("add").0, locate("add").1.is_some()), (10, true));
        check(text, 3, None, "export GOENV=/none", (3, false));
    }

    #[test]
    fn what_is_cut_or_made_up_is_passed_over() {
        let unset = ":\u{1f}".repeat(7) + ":";
        let first = format!("change\u{1f}\u{1f}2\u{1f}{unset}\u{1e}");
        assert_eq!(read(first.as_bytes()).steps.len(), 1);
        let cut = format!("{first}change\u{1f}/a:1\u{1f}");
        assert_eq!(read(cut.as_bytes()).steps.len(), 1);
        for content in
            ["", "\u{1e}", "change\u{1e}", "change\u{1f}x\u{1e}", "hook\u{1f}x\u{1e}", "\u{1f}\u{1e}end\u{1e}"]
        {
            assert!(read(content.as_bytes()).steps.is_empty(), "{content:?}");
        }
        assert_eq!(read(b"\xff\x1e").steps, []);
    }
}

//! Facts as a file that can be sent to somebody: without names, secrets, and lines that concern nobody.
//!
//! The home folder is written `~`, and a `~` that stood there before `~~`, so that reading gives back what was written.

use std::path::Path;

use serde_json::Value;

use crate::facts::{Fact, Facts, SCHEMA};
use crate::shell;

/// Words that a recording must not have, each with what stands in its place.
#[derive(Clone, Debug, Default)]
pub struct Private {
    /// The user's name.
    pub user: Option<String>,
    /// The machine's name.
    pub host: Option<String>,
}

/// A recording cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// It is not JSON of this kind.
    #[error("it is no recording: {0}")]
    Syntax(#[from] serde_json::Error),
    /// It is JSON, but no object.
    #[error("it is no recording: not an object")]
    NoObject,
    /// It was written by a newer gvr.
    #[error("it has the schema {0}, and this gvr knows {SCHEMA}")]
    Schema(u64),
}

/// Writes facts as text.
pub fn write(facts: &Facts, private: &Private) -> Result<String, RecordingError> {
    let mut facts = facts.clone();
    facts.schema = SCHEMA;
    let home = facts.home.known().cloned();
    let zdotdir = facts.variable("ZDOTDIR").ok().flatten().map(str::to_owned);
    for (path, text) in &mut facts.files {
        if let Fact::Known(Some(text)) = text {
            *text = telling_lines(path, home.as_deref(), zdotdir.as_deref(), text);
        }
    }
    let mut value = serde_json::to_value(&facts)?;
    let rule = |text: &str| {
        let text = without_credentials(text).replace('~', "~~");
        let text = match &home {
            Some(home) if home.len() > 1 => replace_whole(&text, &home.replace('~', "~~"), "~"),
            _ => text,
        };
        let named = |text: String, name: &Option<String>, instead: &str| match name {
            // Such a name is a word that means something else as well.
            Some(name)
                if name.len() > 2 && !["root", "user", "runner", "local", "localhost"].contains(&name.as_str()) =>
            {
                replace_whole(&text, name, instead)
            }
            _ => text,
        };
        named(named(text, &private.user, "user"), &private.host, "host")
    };
    for_each_text(&mut value, &rule);
    let mut text = serde_json::to_string_pretty(&value)?;
    text.push('\n');
    Ok(text)
}

/// Reads what [`write`] has written. The home folder becomes the usual one of the system for a user called `me`.
pub fn read(text: &str) -> Result<Facts, RecordingError> {
    let mut value: Value = serde_json::from_str(text)?;
    if let Some(schema) = value.get("schema").and_then(Value::as_u64).filter(|schema| *schema != u64::from(SCHEMA)) {
        return Err(RecordingError::Schema(schema));
    }
    if !value.is_object() {
        return Err(RecordingError::NoObject);
    }
    let os = value.get("system").and_then(|system| system.get("os")).and_then(Value::as_str);
    let home = if os == Some("darwin") { "/Users/me" } else { "/home/me" };
    for_each_text(&mut value, &|text| text.replace("~~", "\u{0}").replace('~', home).replace('\u{0}', "~"));
    Ok(serde_json::from_value(value)?)
}

/// Changes every string of a value, keys included.
fn for_each_text(value: &mut Value, change: &impl Fn(&str) -> String) {
    match value {
        Value::String(text) => *text = change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| for_each_text(value, change)),
        Value::Object(map) => {
            let old = std::mem::take(map);
            for (key, mut value) in old {
                for_each_text(&mut value, change);
                map.insert(change(&key), value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Replaces a name where it stands by itself: no letter, digit, `_`, `-` or `.` before or behind it.
fn replace_whole(text: &str, name: &str, instead: &str) -> String {
    let is_part = |char: char| char.is_alphanumeric() || "_-.".contains(char);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let before = rest[..at].chars().next_back().or_else(|| out.chars().next_back().filter(|_| at == 0));
        let after = rest[at + name.len()..].chars().next();
        let is_whole = before.is_none_or(|char| !is_part(char)) && after.is_none_or(|char| !is_part(char));
        out.push_str(&rest[..at]);
        out.push_str(if is_whole { instead } else { name });
        rest = &rest[at + name.len()..];
    }
    out.push_str(rest);
    out
}

/// Takes what stands before the `@` out of every URL.
pub(crate) fn without_credentials(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        out.push_str(head);
        let end = tail.find(|char: char| "/,|? \"'\n\t".contains(char)).unwrap_or(tail.len());
        let authority = &tail[..end];
        match authority.rsplit_once('@') {
            Some((_, host)) => out.push_str(host),
            None => out.push_str(authority),
        }
        rest = &tail[end..];
    }
    out.push_str(rest);
    out
}

/// The text with every line made empty that is about something else, or may hold a secret. Lines keep their numbers.
fn telling_lines(path: &str, home: Option<&str>, zdotdir: Option<&str>, text: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_startup = home.is_some_and(|home| shell::startup(path, home, zdotdir).is_some());
    let is_kept = |line: &str| {
        let words = line.trim_start();
        if may_be_secret(line) {
            return false;
        }
        match name {
            "go.mod" | "go.work" => ["go ", "toolchain ", "godebug"].iter().any(|start| words.starts_with(start)),
            _ if is_startup => is_about_go(line),
            _ if is_yaml(name) => {
                line.contains("go-version") || line.contains("golang:") || line.contains("GO_VERSION")
            }
            _ => true,
        }
    };
    let lines: Vec<_> = text.split('\n').map(|line| if is_kept(line) { line } else { "" }).collect();
    lines.join("\n")
}

fn is_yaml(name: &str) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|extension| extension == "yml" || extension == "yaml")
}

pub(crate) fn may_be_secret(line: &str) -> bool {
    const WORDS: [&str; 8] = ["token", "secret", "password", "passwd", "credential", "api_key", "apikey", "goauth"];
    let line = line.to_lowercase();
    WORDS.iter().any(|word| line.contains(word)) || (line.contains("key=") || line.contains("google"))
}

fn is_about_go(line: &str) -> bool {
    const WORDS: [&str; 25] = [
        "GO",
        "PATH",
        "path",
        "goenv",
        "gvm",
        "gvr",
        "asdf",
        "mise",
        "gobrew",
        "goup",
        "go/",
        "go env",
        "brew shellenv",
        "exec ",
        "exit",
        "g shell setup",
        ".g/env",
        "DYLD_",
        "LIBRARY",
        "CC",
        "SSL_CERT",
        "PROXY",
        "proxy",
        "GVM",
        "return",
    ];
    WORDS.iter().any(|word| line.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_private_is_written() {
        let mut facts = Facts { home: Fact::Known("/Users/ann".to_owned()), ..Facts::default() };
        facts.system.os = Fact::Known("darwin".to_owned());
        facts.variables =
            Fact::Known([("PATH".to_owned(), "~/go/bin:/Users/ann/go/bin:/Users/annette/x".to_owned())].into());
        facts.set_variable("GOPROXY", "https://ann:s3cret@proxy.example.com/ann-mac,direct");
        facts.set_file(
            "~/.zshrc",
            "export GOROOT=/Users/ann/go\nexport GITHUB_TOKEN=ghp_x GO=1\nalias s='ssh ann@ann-mac'\n",
        );
        facts.set_file("~/x/go.mod", "module secret.example.com/x\n\ngo 1.22\n");
        let private = Private { user: Some("ann".to_owned()), host: Some("ann-mac".to_owned()) };
        let text = write(&facts, &private).unwrap();
        for word in ["/Users/ann/", "s3cret", "ghp_x", "ann-mac", "secret.example.com"] {
            assert!(!text.contains(word), "{word} is in {text}");
        }
        let read = read(&text).unwrap();
        let variables = read.variables.known().unwrap();
        assert_eq!(variables["PATH"], "~/go/bin:/Users/me/go/bin:/Users/annette/x");
        assert_eq!(variables["GOPROXY"], "https://proxy.example.com/host,direct");
        assert_eq!(read.text("/Users/me/.zshrc"), Ok(Some("export GOROOT=/Users/me/go\n\n\n")));
        assert_eq!(read.text("/Users/me/x/go.mod"), Ok(Some("\n\ngo 1.22\n")));
    }

    #[test]
    fn writing_and_reading_change_nothing_twice() {
        for path in crate::testing::recordings() {
            let text = std::fs::read_to_string(&path).unwrap();
            let facts = read(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let once = write(&facts, &Private::default()).unwrap();
            let twice = write(&read(&once).unwrap(), &Private::default()).unwrap();
            assert!(once == twice, "{} changes when it is recorded again", path.display());
        }
    }

    #[test]
    fn another_schema_is_refused() {
        assert!(matches!(read(r#"{"schema": 99}"#), Err(RecordingError::Schema(99))));
        assert!(matches!(read("[]"), Err(RecordingError::NoObject)));
        assert!(matches!(read("{"), Err(RecordingError::Syntax(_))));
        assert!(read(r#"{"schema": 1, "nonsense": 1}"#).is_err());
    }
}

//! `go/env`, where `go env -w` writes, and `go.env` in a GOROOT: a setting a line.
//!
//! Go's own reader (`readEnvFile` in `cmd/go/internal/cfg`) knows no quotes, no escapes and no blanks: a line counts if it
//! begins with a letter from A to Z and has a `=`, and everything after that is the value, a carriage return too. All
//! other lines are left out without a word. The last line of a name wins in `go/env`, the first in `go.env`.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// Such a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvFile {
    /// The lines that Go takes, in their order.
    pub settings: Vec<Setting>,
    /// The lines that Go leaves out, but for empty ones.
    pub ignored: Vec<Ignored>,
}

/// A line that sets something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Counted from 1.
    pub line: u32,
    /// Before the first `=`.
    pub name: String,
    /// After it. Bytes that are not UTF-8 are replaced, as `go env -json` replaces them.
    pub value: String,
}

/// A line that sets nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ignored {
    /// Counted from 1.
    pub line: u32,
    /// The line.
    pub text: String,
}

/// Something that its writer probably did not mean.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oddity {
    /// The line, counted from 1.
    pub line: u32,
    /// What is odd.
    pub kind: OddityKind,
}

/// What may be odd about a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OddityKind {
    /// Go leaves it out, and it is no comment.
    Ignored,
    /// Quotes around a value belong to the value.
    Quoted,
    /// A carriage return or another blank at an end of the value belongs to it, as does one before the `=` to the name.
    Blank,
    /// A later line sets the same name.
    Overruled {
        /// The line that counts.
        by: u32,
    },
    /// Go knows no such setting.
    Unknown,
    /// Go takes this one from the environment alone.
    NotHere,
}

/// What Go takes from the environment alone, though it prints it among its settings.
const ENVIRONMENT_ONLY: [&str; 2] = ["GOENV", "GODEBUG"];

impl EnvFile {
    /// Reads a file. There is none that cannot be read.
    pub fn parse(bytes: &[u8]) -> Self {
        let mut file = Self::default();
        for (bytes, line) in bytes.split(|byte| *byte == b'\n').zip(1..) {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            match bytes.iter().position(|byte| *byte == b'=') {
                Some(end) if bytes[0].is_ascii_uppercase() => {
                    file.settings.push(Setting { line, name: text(&bytes[..end]), value: text(&bytes[end + 1..]) });
                }
                _ if bytes.is_empty() => {}
                _ => file.ignored.push(Ignored { line, text: text(bytes) }),
            }
        }
        file
    }

    /// The last line for a name, which is the one that counts in `go/env`.
    pub fn setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().rfind(|setting| setting.name == name)
    }

    /// The first line for a name, which is the one that counts in a GOROOT's `go.env`.
    pub fn first_setting(&self, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.name == name)
    }

    /// What is odd about it, in the order of its lines. `is_known` says which names Go knows.
    pub fn oddities(&self, is_known: impl Fn(&str) -> bool) -> Vec<Oddity> {
        let counting: HashMap<_, _> = self.settings.iter().map(|setting| (&setting.name, setting.line)).collect();
        let mut oddities = Vec::new();
        for Ignored { line, text } in &self.ignored {
            if !text.starts_with('#') && !text.trim().is_empty() {
                oddities.push(Oddity { line: *line, kind: OddityKind::Ignored });
            }
        }
        for Setting { line, name, value } in &self.settings {
            let mut add = |kind| oddities.push(Oddity { line: *line, kind });
            if ENVIRONMENT_ONLY.contains(&name.as_str()) {
                add(OddityKind::NotHere);
            } else if !is_known(name.trim_end()) {
                add(OddityKind::Unknown);
            }
            if name.trim_end() != name || value.trim() != value {
                add(OddityKind::Blank);
            }
            let is_quoted = |quote| value.trim().strip_prefix(quote).is_some_and(|rest| rest.ends_with(quote));
            if is_quoted('"') || is_quoted('\'') {
                add(OddityKind::Quoted);
            }
            if let Some(by) = counting.get(name).filter(|by| *by != line) {
                add(OddityKind::Overruled { by: *by });
            }
        }
        oddities.sort_by_key(|oddity| oddity.line);
        oddities
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_go_does() {
        let file =
            EnvFile::parse(b"GOPROXY=off\n# GOSUMDB=off\n GOFLAGS=-x\ngoos=linux\nA=b=c\r\n=x\nGOPROXY=\n\xc3=\nGOBIN");
        let settings: Vec<_> = file.settings.iter().map(|s| (s.line, s.name.as_str(), s.value.as_str())).collect();
        assert_eq!(settings, [(1, "GOPROXY", "off"), (5, "A", "b=c\r"), (7, "GOPROXY", "")]);
        let ignored: Vec<_> = file.ignored.iter().map(|ignored| ignored.line).collect();
        assert_eq!(ignored, [2, 3, 4, 6, 8, 9]);
        assert_eq!(file.setting("GOPROXY").map(|setting| setting.line), Some(7));
        assert_eq!(EnvFile::parse(b""), EnvFile::default());
    }

    #[test]
    fn says_what_is_odd() {
        let text =
            "GOPROXY=\"off\"\nexport GOBIN=/b\nGOFLAGS=-x\r\nGOPROXY=direct\nGONE=1\nGOENV=off\nGOOS =linux\n#x\n";
        let file = EnvFile::parse(text.as_bytes());
        let oddities = file.oddities(|name| ["GOPROXY", "GOFLAGS", "GOOS", "GOENV"].contains(&name));
        let found: Vec<_> = oddities.into_iter().map(|oddity| (oddity.line, oddity.kind)).collect();
        let expected = [
            (1, OddityKind::Quoted),
            (1, OddityKind::Overruled { by: 4 }),
            (2, OddityKind::Ignored),
            (3, OddityKind::Blank),
            (5, OddityKind::Unknown),
            (6, OddityKind::NotHere),
            (7, OddityKind::Blank),
        ];
        assert_eq!(found, expected);
    }
}

//! The `go` and `toolchain` lines of `go.mod` and `go.work`.
//!
//! Only these two are looked for; whatever else is wrong with the file is for `go` to say.

use super::lines::lines;
use super::{Asks, PinError};
use crate::{Request, Version};

/// The least version that a module or workspace can be built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The larger of the two lines: `1.22` is the language version, which every 1.22.x and 1.22rc1 satisfies.
    pub version: Version,
    /// Which line said so.
    pub directive: Directive,
    /// Where, counted from 1.
    pub line: u32,
    /// The `go` line alone, which `GOTOOLCHAIN=local` still demands.
    pub language: Option<Version>,
}

impl Requirement {
    /// What to install for it: the `toolchain` line's version exactly, else the newest patch of the minor.
    pub fn to_install(self) -> Request {
        match self.directive {
            Directive::Toolchain => Request::from(self.version),
            Directive::Go if self.version.is_prerelease() => Request::from(self.version),
            Directive::Go => Request::Minor(self.version.major(), self.version.minor()),
        }
    }
}

/// A line that asks for a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directive {
    /// `go 1.22`
    Go,
    /// `toolchain go1.22.5`
    Toolchain,
}

impl Directive {
    /// The word that starts the line.
    pub const fn keyword(self) -> &'static str {
        match self {
            Directive::Go => "go",
            Directive::Toolchain => "toolchain",
        }
    }
}

pub(super) fn parse(content: &[u8]) -> Result<Asks, PinError> {
    let mut go = None;
    let mut toolchain = None;
    let mut is_in_block = false;
    for numbered in lines(content) {
        let (line, text) = numbered?;
        let text = text.split("//").next().unwrap_or_default();
        let mut words = text.split_whitespace();
        let words = (words.next(), words.next(), words.next());
        match words {
            _ if is_in_block => is_in_block = words.0 != Some(")"),
            (Some("go"), Some(version), None) if go.is_none() => {
                go = Version::parse(version).ok().map(|version| (version, line));
            }
            // As in cmd/go: with this line the module takes whatever Go the user has chosen.
            (Some("toolchain"), Some("default"), None) => return Ok(Asks::Nothing("it says toolchain default")),
            (Some("toolchain"), Some(name), None) if toolchain.is_none() => {
                toolchain = toolchain_version(name).map(|version| (version, line));
            }
            _ => is_in_block = opens_block(text),
        }
    }
    let language = go.map(|(version, _)| version);
    let require = |(version, line), directive| Requirement { version, directive, line, language };
    Ok(match (go, toolchain) {
        (_, Some(asked)) if go.is_none_or(|(version, _)| version < asked.0) => {
            Asks::Minimum(require(asked, Directive::Toolchain))
        }
        (Some(asked), _) => Asks::Minimum(require(asked, Directive::Go)),
        _ => Asks::Nothing("it has no go line"),
    })
}

/// `require (` and the like, also with nothing between the word and the bracket.
fn opens_block(text: &str) -> bool {
    text.trim_end().ends_with('(')
}

/// `go1.22.5`, and with the suffix of a distributor `go1.22.5-acme`, which counts as the version it is built from.
fn toolchain_version(name: &str) -> Option<Version> {
    let name = name.split_once('-').map_or(name, |(name, _)| name);
    Version::from_release_name(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: &str, expected: &str) {
        let found = match parse(content.as_bytes()).unwrap() {
            Asks::Minimum(Requirement { version, directive, line, .. }) => {
                format!("{} {version} @{line}", directive.keyword())
            }
            asks => format!("{asks:?}"),
        };
        assert_eq!(found, expected, "{content:?}");
    }

    #[test]
    fn the_larger_of_both_lines_counts() {
        check("module x\n\ngo 1.22\n", "go 1.22 @3");
        check("module x\r\ngo 1.22.5 // why\r\n", "go 1.22.5 @2");
        check("go 1.22rc1", "go 1.22rc1 @1");
        check("go 1.20", "go 1.20.0 @1");
        check("go 1.22\ntoolchain go1.24.11\n", "toolchain 1.24.11 @2");
        check("go 1.22\ntoolchain go1.24.11-acme\n", "toolchain 1.24.11 @2");
        check("go 1.25.1\ntoolchain go1.24.11\n", "go 1.25.1 @1");
        check("go 1.22.5\ntoolchain go1.22.5\n", "go 1.22.5 @1");
        check("toolchain go1.24.11\n", "toolchain 1.24.11 @1");
    }

    #[test]
    fn what_is_not_a_line_of_its_own_does_not_count() {
        check("module x\nrequire (\n\tgo 1.99\n\ttoolchain go1.99.0\n)\ngo 1.22\n", "go 1.22 @6");
        check("// go 1.99\ngo 1.22\n", "go 1.22 @2");
        check("require(\n go 1.99 \n)\ngo 1.21.0", "go 1.21.0 @4");
        check("go 1.22\ngo 1.99\n", "go 1.22 @1");
        check("gopher 1.99\ngo 1.22 1.23\n", "Nothing(\"it has no go line\")");
    }

    #[test]
    fn the_default_toolchain_asks_for_nothing() {
        check("go 1.99\ntoolchain default\n", "Nothing(\"it says toolchain default\")");
    }

    #[test]
    fn a_malformed_line_is_for_go_to_report() {
        for content in ["", "module x", "go latest", "go \"1.22\"", "toolchain local", "go", "go 1.22.x"] {
            check(content, "Nothing(\"it has no go line\")");
        }
    }

    #[test]
    fn reads_a_long_file_to_its_end() {
        let long = format!("module x\nrequire (\n{})\ngo 1.22.5\n", "\texample.org/m v1.0.0\n".repeat(100_000));
        check(&long, "go 1.22.5 @100004");
    }
}

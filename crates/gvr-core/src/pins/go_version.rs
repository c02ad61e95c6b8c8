//! `.go-version`, as goenv defined it: the first word of each line is a version; `#` starts a comment.

use super::lines::lines;
use super::{Asks, PinError, Pinned};
use crate::Request;

pub(super) fn parse(content: &[u8]) -> Result<Asks, PinError> {
    let mut pinned = Vec::new();
    for numbered in lines(content) {
        let (line, text) = numbered?;
        let Some(word) = text.split_whitespace().next().filter(|word| !word.starts_with('#')) else {
            continue;
        };
        let request = word.parse().map_err(|error| PinError::Invalid { line, error })?;
        pinned.push(Pinned { request, line });
    }
    if pinned.is_empty() {
        // As in goenv (and rbenv): a version file without a version asks for the system's own.
        pinned.push(Pinned { request: Request::System, line: 1 });
    }
    Ok(Asks::Pin(pinned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: &str, expected: &[(&str, u32)]) {
        let Asks::Pin(pinned) = parse(content.as_bytes()).unwrap() else { panic!("no pin in {content:?}") };
        let found: Vec<_> = pinned.iter().map(|pinned| (pinned.request.to_string(), pinned.line)).collect();
        let expected: Vec<_> = expected.iter().map(|&(text, line)| (text.to_owned(), line)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn reads_goenvs_grammar() {
        check("1.22.5", &[("1.22.5", 1)]);
        check("go1.22.5\r\n", &[("1.22.5", 1)]);
        check("\u{feff}1.22\n", &[("1.22", 1)]);
        check("\n# the newest that CI has\n\n  1.22.5  extra\n1.21.13 # x\n", &[("1.22.5", 4), ("1.21.13", 5)]);
        check("system\n", &[("system", 1)]);
    }

    #[test]
    fn a_file_without_versions_asks_for_the_systems_go() {
        for content in ["", "\n\n", "# 1.22.5\n", "   \t\r\n"] {
            check(content, &[("system", 1)]);
        }
    }

    #[test]
    fn names_the_line_that_is_wrong() {
        for (content, line) in [("../../etc\n", 1), ("1.22.5\n../evil\n", 2), ("\n\n$(id)", 3), ("1.22.5\0", 1)] {
            let error = parse(content.as_bytes()).unwrap_err();
            assert_eq!(error.line(), Some(line), "{content:?}");
        }
        assert_eq!(parse(b"\xff\xfe1\0.\x002\0").unwrap_err().line(), Some(1));
    }
}

//! `.tool-versions` of asdf and mise: a line is a tool's name and its versions.

use super::lines::lines;
use super::{Asks, PinError, Pinned};

/// The names under which asdf and mise know Go.
const GO: [&str; 2] = ["golang", "go"];

pub(super) fn parse(content: &[u8]) -> Result<Asks, PinError> {
    for numbered in lines(content) {
        let (line, text) = numbered?;
        let text = text.split('#').next().unwrap_or_default();
        let mut words = text.split_whitespace();
        if !words.next().is_some_and(|tool| GO.contains(&tool)) {
            continue;
        }
        let pinned: Vec<_> = words
            .map(|word| {
                let word = ["latest:", "prefix:"].iter().find_map(|prefix| word.strip_prefix(prefix)).unwrap_or(word);
                word.parse().map(|request| Pinned { request, line }).map_err(|error| PinError::Invalid { line, error })
            })
            .collect::<Result<_, _>>()?;
        return Ok(if pinned.is_empty() {
            Asks::Nothing("its line for Go names no version")
        } else {
            Asks::Pin(pinned)
        });
    }
    Ok(Asks::Nothing("it has no line for golang or go"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: &str, expected: &str) {
        let found = match parse(content.as_bytes()) {
            Ok(Asks::Pin(pinned)) => {
                pinned.iter().map(|pinned| format!("{}@{}", pinned.request, pinned.line)).collect::<Vec<_>>().join(" ")
            }
            Ok(asks) => format!("{asks:?}"),
            Err(error) => format!("line {:?}: {error}", error.line()),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn reads_the_line_for_go() {
        check("nodejs 20.1.0\ngolang 1.22.5 # why\nruby 3.3\n", "1.22.5@2");
        check("go 1.22.5 1.21.13\r\n", "1.22.5@1 1.21.13@1");
        check("golang latest:1.22\n", "1.22@1");
        check("golang system\ngolang 1.22.5\n", "system@1");
    }

    #[test]
    fn other_tools_are_nobodys_business() {
        check("nodejs ref:main\ngopls 1.0\n", "Nothing(\"it has no line for golang or go\")");
        check("golang # none yet\n", "Nothing(\"its line for Go names no version\")");
    }

    #[test]
    fn what_gvr_cannot_install_is_named() {
        check("golang ref:master\n", "line Some(1): 'ref:master' is not a Go version");
        check("\ngolang path:/opt/go\n", "line Some(2): 'path:/opt/go' is not a Go version");
    }
}

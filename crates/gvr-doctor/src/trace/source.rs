//! The texts of the files that a start-up reads: on which line a command stands, and in which function.

use std::collections::BTreeMap;

/// Texts by path.
pub(super) type Texts = BTreeMap<String, String>;

/// A line of a text, counted from 1.
pub(super) fn line(text: &str, number: u32) -> Option<&str> {
    text.split('\n').nth(usize::try_from(number).ok()?.checked_sub(1)?)
}

/// The lines on which a command stands that a shell has told in its own spelling.
pub(super) fn lines_with(text: &str, command: &str) -> Vec<u32> {
    let wanted = first_line(command);
    if wanted.is_empty() {
        return Vec::new();
    }
    text.split('\n').zip(1..).filter(|(line, _)| contains(line, &wanted)).map(|(_, number)| number).collect()
}

/// Whether a line has a command, and is no comment.
pub(super) fn has(text: &str, number: u32, command: &str) -> bool {
    let wanted = first_line(command);
    line(text, number).is_some_and(|line| !wanted.is_empty() && contains(line, &wanted))
}

fn contains(line: &str, wanted: &str) -> bool {
    let line = spelling(line);
    !line.starts_with('#') && line.contains(wanted)
}

/// The first line of a command. fish tells a block by its first line and dots.
fn first_line(command: &str) -> String {
    let first = command.trim().lines().next().unwrap_or_default();
    spelling(first.strip_suffix("...").unwrap_or(first))
}

/// With single spaces between the words, and none at the ends.
fn spelling(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where a command begins whose last line is this: lines before it end in a backslash.
pub(super) fn beginning(text: &str, number: u32) -> u32 {
    let mut number = number;
    while number > 1 && line(text, number - 1).is_some_and(|line| line.ends_with('\\')) {
        number -= 1;
    }
    number
}

/// The function of a fish file in which a line stands.
pub(super) fn fish_function(text: &str, number: u32) -> Option<String> {
    const OPENERS: [&str; 6] = ["begin", "if", "for", "while", "switch", "function"];
    // The blocks that are open, each with the function's name where it is one.
    let mut open: Vec<Option<String>> = Vec::new();
    for (line, at) in text.split('\n').zip(1_u32..) {
        if at > number {
            break;
        }
        for command in line.split(';').map(str::trim) {
            let mut words = command.split_whitespace().skip_while(|word| ["and", "or", "not"].contains(word));
            match words.next() {
                Some("function") => open.push(words.next().map(str::to_owned)),
                Some("end") if at < number || command == line.trim() => drop(open.pop()),
                Some("else") | None => {}
                Some(word) if OPENERS.contains(&word) => open.push(None),
                Some(_) => {}
            }
        }
    }
    open.into_iter().rev().flatten().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_by_their_text() {
        let text = "# export A=1\nexport  A=1\nif x; then export A=1; fi\nB=2 \\\n  C=3\n";
        assert_eq!(lines_with(text, "export A=1 "), [2, 3]);
        assert!(lines_with(text, "").is_empty());
        assert!(has(text, 3, "export A=1"));
        assert!(!has(text, 1, "export A=1"));
        assert!(!has(text, 99, "export A=1"));
        assert_eq!(beginning(text, 5), 4);
        assert_eq!(beginning(text, 2), 2);
        assert_eq!(lines_with("for d in a b\n", "for d in a b..."), [1]);
    }

    #[test]
    fn functions_of_fish_are_found() {
        let text = "set a\nfunction f --on-event x\n  if true\n    set b\n  else if y\n    set c\n  end\n  set d\nend\nset e\n\
                    function g; set h; end\nset i\n";
        let name = |number| fish_function(text, number);
        for (number, expected) in
            [(1, None), (4, Some("f")), (6, Some("f")), (8, Some("f")), (10, None), (11, Some("g")), (12, None)]
        {
            assert_eq!(name(number).as_deref(), expected, "line {number}");
        }
    }
}

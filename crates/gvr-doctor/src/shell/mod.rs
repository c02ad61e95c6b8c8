//! The start-up files of shells, as far as their text tells: which they are, and which lines set a variable.
//!
//! Nothing is run here. What a line does under a condition, in a function or by `eval` is not known; that it is there is.

mod additions;
mod assignment;
mod block;
mod expand;
mod home;
mod startup;

pub use additions::{Addition, path_additions};
pub use assignment::{Assignment, assignments};
pub use block::{BrokenBlock, Removed, with_block, without_block};
pub use expand::expand;
pub use home::{Home, Place};
pub use startup::{Dialect, Startup, ZSH_FILES, startup, startup_paths};

/// A word for a shell, in quotes where it needs them.
pub fn quoted(word: &str) -> String {
    let is_plain = |char: char| char.is_alphanumeric() || "/._-+@%:=,".contains(char);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { in_quotes(word) }
}

/// A text as one word of a POSIX shell, which takes it as it stands, line ends included.
pub fn in_quotes(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The same for fish, in whose quotes a backslash is special too.
pub fn in_quotes_of_fish(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'"))
}

/// Whether the shell puts the value of a variable into this line, as far as its text tells.
pub fn uses(line: &str, name: &str) -> bool {
    let line = without_comment(line);
    let is_part = |char: char| char.is_ascii_alphanumeric() || char == '_';
    let is_whole = |(at, _): (usize, &str)| {
        let before = &line[..at];
        let after = line[at + name.len()..].chars().next();
        (before.ends_with('$') || before.ends_with("${")) && !after.is_some_and(is_part)
    };
    line.match_indices(name).any(is_whole)
}

/// The line without what follows a `#` that begins a word; quotes are respected.
fn without_comment(line: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, char) in line.char_indices() {
        match (quote, char) {
            (None, '#') if before.is_whitespace() || before == ';' => return &line[..at],
            (None, '\'' | '"') if before != '\\' => quote = Some(char),
            (Some(open), close) if open == close && (before != '\\' || open == '\'') => quote = None,
            _ => {}
        }
        before = if before == '\\' && char == '\\' { ' ' } else { char };
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("/a/b-c.d"), "/a/b-c.d");
        assert_eq!(quoted("/Library/Application Support"), "'/Library/Application Support'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn uses_of_a_variable_are_seen() {
        let uses = |line| uses(line, "GOROOT");
        assert!(uses("export PATH=$GOROOT/bin:$PATH") && uses("x ${GOROOT:-/y}") && uses("fish_add_path $GOROOT/bin"));
        assert!(!uses("export GOROOT=/x") && !uses("echo $GOROOTS") && !uses("# $GOROOT") && !uses("x $MYGOROOT"));
    }

    #[test]
    fn comments_end_where_quotes_do_not_hold_them() {
        assert_eq!(without_comment("export A=b # why"), "export A=b ");
        assert_eq!(without_comment("export A='# no'"), "export A='# no'");
        assert_eq!(without_comment("export A=\"\\\"# no\" # yes"), "export A=\"\\\"# no\" ");
        assert_eq!(without_comment("a=b#c"), "a=b#c");
        assert_eq!(without_comment("# all"), "");
    }
}

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
    fn comments_end_where_quotes_do_not_hold_them() {
        assert_eq!(without_comment("export A=b # why"), "export A=b ");
        assert_eq!(without_comment("export A='# no'"), "export A='# no'");
        assert_eq!(without_comment("export A=\"\\\"# no\" # yes"), "export A=\"\\\"# no\" ");
        assert_eq!(without_comment("a=b#c"), "a=b#c");
        assert_eq!(without_comment("# all"), "");
    }
}

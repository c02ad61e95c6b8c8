//! Lines that put folders on PATH.

use super::assignment::{unquoted, words};
use super::{Dialect, assignments, without_comment};

/// A line that puts folders on PATH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addition {
    /// The line, counted from 1.
    pub line: u32,
    /// The folders, as they are written there.
    pub words: Vec<String>,
    /// Whether another reading of the line leaves PATH as it is.
    pub is_guarded: bool,
}

/// Every line that puts a folder on PATH, in order.
pub fn path_additions(dialect: Dialect, text: &str) -> Vec<Addition> {
    let is_unique = text.lines().map(without_comment).any(|line| {
        let mut words = line.split_whitespace();
        words.next() == Some("typeset") && line.contains("-U") && words.any(|word| word.eq_ignore_ascii_case("path"))
    });
    let lines: Vec<_> = text.lines().collect();
    let mut found: Vec<Addition> = Vec::new();
    let mut add = |line: u32, words: Vec<String>, is_guarded: bool| {
        let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty() && !is_path_itself(word)).collect();
        match found.last_mut().filter(|last| last.line == line) {
            Some(last) => last.words.extend(words),
            None if words.is_empty() => {}
            None => found.push(Addition { line, words, is_guarded }),
        }
    };
    for set in assignments(dialect, text) {
        let is_path = set.name == "PATH" || (set.name == "path" && set.value.starts_with('('));
        if !is_path && set.name != "fish_user_paths" {
            continue;
        }
        let value = set.value.trim_start_matches('(').trim_end_matches(')');
        let parts = value.split([':', ' ']).map(|word| unquoted(word).to_owned()).collect();
        let at = set.line as usize;
        let own = lines.get(at.saturating_sub(1)).copied().unwrap_or_default();
        let before = at.checked_sub(2).and_then(|index| lines.get(index)).copied().unwrap_or_default();
        let is_guarded = is_unique
            || dialect == Dialect::FishVariables
            || !mentions_path(&set.value)
            || [own, before].iter().any(|line| tests_path(line));
        add(set.line, parts, is_guarded);
    }
    if dialect == Dialect::Fish {
        for (line, number) in text.lines().zip(1..) {
            let words = words(without_comment(line).trim());
            if words.first() == Some(&"fish_add_path") {
                let folders = words[1..].iter().filter(|word| !word.starts_with('-'));
                add(number, folders.map(|word| unquoted(word).to_owned()).collect(), true);
            }
        }
    }
    found.sort_by_key(|addition| addition.line);
    found
}

fn is_path_itself(word: &str) -> bool {
    let name = word.trim_start_matches('$').trim_start_matches('{').trim_end_matches('}');
    let name = name.split([':', '[', '+']).next().unwrap_or_default();
    word.starts_with('$') && (name == "PATH" || name == "path" || name == "fish_user_paths")
}

fn mentions_path(value: &str) -> bool {
    ["$PATH", "${PATH", "$path", "${path"].iter().any(|name| value.contains(name))
}

/// Whether a line asks what PATH holds: `case ":$PATH:" in`, `[[ ":$PATH:" == *…* ]]`, `contains x $PATH`.
fn tests_path(line: &str) -> bool {
    line.contains(":$PATH:") || line.contains(":${PATH}:") || (line.contains("contains ") && line.contains("$PATH"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(dialect: Dialect, text: &str, expected: &[(u32, &str, bool)]) {
        let found = path_additions(dialect, text);
        let found: Vec<_> =
            found.iter().map(|addition| (addition.line, addition.words.join(" "), addition.is_guarded)).collect();
        let expected: Vec<_> =
            expected.iter().map(|(line, words, guarded)| (*line, (*words).to_owned(), *guarded)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn lines_that_put_folders_on_path() {
        check(Dialect::Posix, "export PATH=\"$HOME/go/bin:$PATH\"", &[(1, "$HOME/go/bin", false)]);
        check(Dialect::Posix, "x\nPATH=$PATH:/usr/local/go/bin", &[(2, "/usr/local/go/bin", false)]);
        check(Dialect::Posix, "path=(~/go/bin $path)", &[(1, "~/go/bin", false)]);
        check(Dialect::Posix, "typeset -U path PATH\npath=(~/go/bin $path)", &[(2, "~/go/bin", true)]);
        check(Dialect::Posix, "case \":$PATH:\" in *:/x:*) ;; *)\n PATH=/x:$PATH ;; esac", &[(2, "/x", true)]);
        check(Dialect::Posix, "PATH=/usr/bin:/bin", &[(1, "/usr/bin /bin", true)]);
        check(Dialect::Posix, "export GOROOT=/x", &[]);
        check(Dialect::Posix, "path=/etc/x", &[]);
        check(Dialect::Fish, "fish_add_path -g ~/go/bin", &[(1, "~/go/bin", true)]);
        check(Dialect::Fish, "set -gx PATH ~/go/bin $PATH", &[(1, "~/go/bin", false)]);
        check(Dialect::FishVariables, "SETUVAR fish_user_paths:/home/me/go/bin", &[(1, "/home/me/go/bin", true)]);
    }
}

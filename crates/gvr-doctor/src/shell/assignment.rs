//! Lines that set a variable.

use super::{Dialect, without_comment};

/// A line that sets a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The line, counted from 1.
    pub line: u32,
    /// The variable.
    pub name: String,
    /// What it is set to, as it is written there, without the quotes around it.
    pub value: String,
}

/// Every line that sets a variable, in order.
pub fn assignments(dialect: Dialect, text: &str) -> Vec<Assignment> {
    let mut found = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let line = if dialect == Dialect::FishVariables { line } else { without_comment(line) };
        let mut add = |(name, value): (String, String)| found.push(Assignment { line: number, name, value });
        match dialect {
            Dialect::Posix | Dialect::Environment => {
                for command in commands(line) {
                    posix(command).into_iter().for_each(&mut add);
                }
            }
            Dialect::Fish => commands(line).filter_map(fish).for_each(add),
            Dialect::FishVariables => universal(line).into_iter().for_each(add),
        }
    }
    found
}

/// The commands of a line: what `;`, `&&` and `||` part, outside of quotes.
fn commands(line: &str) -> impl Iterator<Item = &str> {
    let mut parts = Vec::new();
    let (mut start, mut quote, mut depth) = (0, None, 0_u32);
    for (at, char) in line.char_indices() {
        match (quote, char) {
            (None, '\'' | '"') => quote = Some(char),
            (Some(open), close) if open == close => quote = None,
            (None, '(' | '{') => depth += 1,
            (None, ')' | '}') => depth = depth.saturating_sub(1),
            (None, ';' | '&' | '|') if depth == 0 => {
                parts.push(&line[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&line[start..]);
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty())
}

/// The words of a command; quotes hold spaces together, and stay.
pub(super) fn words(command: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut start, mut quote, mut depth) = (None, None, 0_u32);
    for (at, char) in command.char_indices() {
        match (quote, char) {
            (None, '\'' | '"') => quote = Some(char),
            (Some(open), close) if open == close => quote = None,
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if char.is_whitespace() && quote.is_none() && depth == 0 {
            found.extend(start.take().map(|start: usize| &command[start..at]));
        } else {
            start = start.or(Some(at));
        }
    }
    found.extend(start.map(|start| &command[start..]));
    found
}

/// Takes away the quotes around a word.
pub(super) fn unquoted(word: &str) -> &str {
    let stripped = |quote| word.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    stripped('"').or_else(|| stripped('\'')).unwrap_or(word)
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|char| char.is_ascii_alphanumeric() || char == '_')
}

/// `NAME=value`, also behind `export`, `typeset -x`, `then` and the like. A command that a variable is set for, as in
/// `GOROOT=x go env`, is none.
fn posix(command: &str) -> Vec<(String, String)> {
    const LEADING: [&str; 11] =
        ["export", "typeset", "declare", "readonly", "local", "then", "else", "do", "{", "setenv", "builtin"];
    let mut rest = words(command);
    let is_setenv = rest.contains(&"setenv");
    while rest.first().is_some_and(|word| LEADING.contains(word) || (word.starts_with('-') && word.len() > 1)) {
        rest.remove(0);
    }
    if is_setenv && rest.len() == 2 {
        return vec![(rest[0].to_owned(), unquoted(rest[1]).to_owned())];
    }
    let pairs: Vec<_> = rest
        .iter()
        .map_while(|word| {
            let (name, value) = word.split_once('=')?;
            let name = name.strip_suffix('+').unwrap_or(name);
            is_name(name).then(|| (name.to_owned(), unquoted(value).to_owned()))
        })
        .collect();
    // What follows the values is a command, and they are its own.
    if pairs.len() == rest.len() { pairs } else { Vec::new() }
}

/// `set -gx NAME value…`.
fn fish(command: &str) -> Option<(String, String)> {
    let words = words(command);
    let at = words.iter().position(|word| *word == "set")?;
    if at > 0 && !["and", "or", "begin", "not"].contains(&words[at - 1]) {
        return None;
    }
    let mut rest = words[at + 1..].iter().skip_while(|word| word.starts_with('-'));
    let flags: Vec<_> = words[at + 1..].iter().take_while(|word| word.starts_with('-')).collect();
    let is_other = |flag: &&str| {
        flag.starts_with("--erase") || flag.starts_with("--query") || flag.starts_with("--local") || {
            !flag.starts_with("--") && flag.contains(['e', 'q', 'l', 'S', 'n'])
        }
    };
    if flags.iter().any(|flag| is_other(flag)) {
        return None;
    }
    let name = rest.next()?;
    let value = rest.map(|word| unquoted(word)).collect::<Vec<_>>().join(" ");
    is_name(name).then(|| (name.to_string(), value))
}

/// `SETUVAR --export GOPATH:/home/me/go`, with bytes as `\x2d`.
fn universal(line: &str) -> Option<(String, String)> {
    let rest = line.strip_prefix("SETUVAR ")?;
    let pair = rest.trim_start_matches("--export ").trim_start_matches("--path ");
    let (name, value) = pair.split_once(':')?;
    let value = value.replace("\\x2d", "-").replace("\\x2e", ".").replace("\\x1e", ":");
    is_name(name).then(|| (name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(dialect: Dialect, line: &str, expected: &[(&str, &str)]) {
        let found = assignments(dialect, line);
        let pairs: Vec<_> = found.iter().map(|set| (set.name.as_str(), set.value.as_str())).collect();
        assert_eq!(pairs, expected, "{line}");
    }

    #[test]
    fn lines_for_posix_shells() {
        check(Dialect::Posix, "export GOROOT=/usr/local/go", &[("GOROOT", "/usr/local/go")]);
        check(Dialect::Posix, "  GOROOT='/a b/go'; export GOROOT", &[("GOROOT", "/a b/go")]);
        check(Dialect::Posix, "typeset -gx GOROOT=\"$HOME/go\" # why", &[("GOROOT", "$HOME/go")]);
        check(Dialect::Posix, "[ -d /x ] && export GOROOT=/x", &[("GOROOT", "/x")]);
        check(Dialect::Posix, "if true; then GOROOT=/x; fi", &[("GOROOT", "/x")]);
        check(Dialect::Posix, "export A=1 B=2", &[("A", "1"), ("B", "2")]);
        check(Dialect::Posix, "PATH+=:/x", &[("PATH", ":/x")]);
        check(Dialect::Posix, "setenv GOROOT /x", &[("GOROOT", "/x")]);
        check(Dialect::Posix, "export GOROOT=\"$(go env GOROOT)\"", &[("GOROOT", "$(go env GOROOT)")]);
        check(Dialect::Posix, "# export GOROOT=/x", &[]);
        check(Dialect::Posix, "echo GOROOT=/x", &[]);
        check(Dialect::Posix, "GOROOT=/x go build", &[]);
        check(Dialect::Posix, "unset GOROOT", &[]);
        check(Dialect::Posix, "export GOROOT", &[]);
    }

    #[test]
    fn lines_for_fish() {
        check(Dialect::Fish, "set -gx GOROOT /usr/local/go", &[("GOROOT", "/usr/local/go")]);
        check(Dialect::Fish, "set -x GOPATH \"$HOME/go\"; or true", &[("GOPATH", "$HOME/go")]);
        check(Dialect::Fish, "set --global --export PATH /a $PATH", &[("PATH", "/a $PATH")]);
        check(Dialect::Fish, "set -e GOROOT", &[]);
        check(Dialect::Fish, "set -q GOROOT; or set -gx GOROOT /x", &[("GOROOT", "/x")]);
        check(Dialect::FishVariables, "SETUVAR --export GOROOT:/usr/local/go\\x2d1", &[("GOROOT", "/usr/local/go-1")]);
        check(Dialect::FishVariables, "# VERSION: 3.0", &[]);
        check(Dialect::Environment, "GOROOT=\"/x\"", &[("GOROOT", "/x")]);
    }

    #[test]
    fn hostile_lines_are_only_text() {
        for line in ["", "=", "export", "set", "\u{0}=\u{0}", "''''\"", "((((", "))))", "é=ü", ";;;&&&|||", "set -"] {
            for dialect in [Dialect::Posix, Dialect::Fish, Dialect::FishVariables, Dialect::Environment] {
                assert_eq!(assignments(dialect, line), [], "{line}");
            }
        }
    }
}

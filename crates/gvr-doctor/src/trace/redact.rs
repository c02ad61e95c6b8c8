//! Texts of commands, without what is nobody's business: secrets, and the values of variables that have nothing to do with Go.

use crate::facts::TRACED;
use crate::recording::{may_be_secret, without_credentials};

/// What stands where something was left out.
const LEFT_OUT: &str = "…";

/// What stands for a text that may hold a secret.
const SECRET: &str = "(left out: it may hold a secret)";

/// A command in one line of at most a few hundred characters.
pub(super) fn command(text: &str) -> String {
    const LONGEST: usize = 200;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    // Google's tools have a folder of many people's PATH, and no secret in its name.
    if may_be_secret(&line.replace("google-cloud", "")) {
        return SECRET.to_owned();
    }
    let line = without_credentials(&without_other_values(&line));
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST - 1).chain(LEFT_OUT.chars()).collect()
}

/// A value of a traced variable: addresses without user names and passwords.
pub(super) fn value(variable: &str, text: &str) -> String {
    // Flags for the linker put values into programs.
    if ["GOFLAGS", "GOPROXY"].contains(&variable) && may_be_secret(text) {
        return SECRET.to_owned();
    }
    without_credentials(text)
}

/// Replaces what other variables are set to.
fn without_other_values(line: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    // In fish, what follows the name is the value: `set -gx NAME value`.
    let (mut is_set, mut is_other) = (false, false);
    for word in words(line) {
        let (word, end) = match word.strip_suffix(';') {
            Some(word) => (word, ";"),
            None => (word, ""),
        };
        let is_between = ["", "|", "&&", "||", "&"].contains(&word);
        let shown = if is_other && !is_between {
            LEFT_OUT.to_owned()
        } else if is_set && !word.starts_with('-') {
            (is_set, is_other) = (false, is_name(word) && !may_be_shown(word));
            word.to_owned()
        } else {
            is_set = is_set || word == "set";
            without_own_value(word)
        };
        match out.last_mut().filter(|last| shown == LEFT_OUT && *last == LEFT_OUT) {
            Some(last) => last.push_str(end),
            None => out.push(shown + end),
        }
        if is_between || !end.is_empty() {
            (is_set, is_other) = (false, false);
        }
    }
    out.join(" ")
}

/// A word, without what it sets another variable to: `NAME=…`. A word in quotes may be a whole line for eval.
fn without_own_value(word: &str) -> String {
    let quote = word.chars().next().filter(|first| ['\'', '"'].contains(first));
    let inside = quote.and_then(|quote| word.strip_prefix(quote)?.strip_suffix(quote).map(|inside| (quote, inside)));
    match (inside, word.split_once('=')) {
        (Some((quote, inside)), _) => format!("{quote}{}{quote}", without_other_values(inside)),
        (None, Some((name, value))) => {
            let bare = name.trim_end_matches('+').trim_start_matches(['(', '{']);
            let is_other = is_name(bare) && !may_be_shown(bare) && !value.is_empty();
            if is_other { format!("{name}={LEFT_OUT}") } else { word.to_owned() }
        }
        (None, None) => word.to_owned(),
    }
}

/// Words as a shell has them: what is in quotes, parentheses or braces is one.
fn words(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut begin, mut quote, mut depth, mut before) = (None, None, 0_u32, ' ');
    for (at, char) in line.char_indices() {
        match (quote, char) {
            (None, ' ') if depth == 0 => {
                if let Some(begin) = begin.take() {
                    found.push(&line[begin..at]);
                }
                before = char;
                continue;
            }
            (None, '\'' | '"') if before != '\\' => quote = Some(char),
            (Some(open), close) if open == close && (before != '\\' || open == '\'') => quote = None,
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        begin = begin.or(Some(at));
        before = char;
    }
    found.extend(begin.map(|begin| &line[begin..]));
    found
}

fn is_name(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with(|char: char| char.is_ascii_digit())
        && word.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
}

/// Names that the trace is about, and zsh's and fish's other names for them.
fn may_be_shown(name: &str) -> bool {
    TRACED.contains(&name) || ["path", "gopath", "fish_user_paths"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nobodys_business_is_left_out() {
        let check = |text: &str, expected: &str| assert_eq!(command(text), expected, "{text}");
        check("export PATH=$HOME/go/bin:$PATH ", "export PATH=$HOME/go/bin:$PATH");
        check("export PATH=/x:$PATH AWS_REGION=eu", "export PATH=/x:$PATH AWS_REGION=…");
        check("EDITOR='my vi' GOROOT=\"/a b\" f", "EDITOR=… GOROOT=\"/a b\" f");
        check("path=(/a ~/b $path)", "path=(/a ~/b $path)");
        check("set -gx EDITOR vim -f; set -gx GOROOT /a b", "set -gx EDITOR …; set -gx GOROOT /a b");
        check("set -gx PATH ~/go/bin $PATH", "set -gx PATH ~/go/bin $PATH");
        check("for d in /a /b; set PATH $d $PATH; end", "for d in /a /b; set PATH $d $PATH; end");
        check("export GOPROXY=https://ann:pw@x.org,direct", "export GOPROXY=https://x.org,direct");
        check("export GOROOT=/a GITHUB_TOKEN=x", "(left out: it may hold a secret)");
        check("PATH=$PATH:~/google-cloud-sdk/bin", "PATH=$PATH:~/google-cloud-sdk/bin");
        check("eval \"$(goenv init -)\"", "eval \"$(goenv init -)\"");
        check("eval 'export EDITOR=vi GOROOT=/a'", "eval 'export EDITOR=… GOROOT=/a'");
        check("set -gx EDITOR vi && set -gx GOROOT /a", "set -gx EDITOR … && set -gx GOROOT /a");
        check("a\n\tb", "a b");
        assert_eq!(value("GOPROXY", "https://ann:pw@x.org,direct"), "https://x.org,direct");
        assert_eq!(value("GOFLAGS", "-ldflags=-X=main.token=x"), SECRET);
        assert_eq!(command(&"x".repeat(300)).chars().count(), 200);
    }

    #[test]
    fn hostile_commands_are_only_text() {
        for text in ["", "=", "'", "\"", "((((", "))", "set", "set -", "\u{0}", "é=ü", "set é; x", "a='"] {
            let _ = command(text);
        }
    }
}

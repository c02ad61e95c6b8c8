//! How shells write a text as one word.

use gvr_doctor::shell::{in_quotes, in_quotes_of_fish};

use super::Shell;

impl Shell {
    /// The text as one word that the shell takes as it stands, line ends included. No shell can write a NUL.
    pub(crate) fn quote(self, text: &str) -> String {
        match self {
            Self::Sh | Self::Bash | Self::Zsh | Self::Ksh => in_quotes(text),
            Self::Fish => in_quotes_of_fish(text),
            Self::Nu => nu(text),
            Self::Pwsh => pwsh(text),
            Self::Elvish => format!("'{}'", text.replace('\'', "''")),
        }
    }
}

/// Nushell's double quotes know the escapes of JSON, and nothing else is special in them.
fn nu(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => out.extend(control.escape_unicode()),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// To PowerShell the typographer's single quotes are single quotes too: its grammar's `single-quote-character`.
fn pwsh(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for char in text.chars() {
        if matches!(char, '\'' | '\u{2018}'..='\u{201b}') {
            out.push(char);
        }
        out.push(char);
    }
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_shells_would_take_apart() {
        assert_eq!(Shell::Bash.quote("a b$c"), "'a b$c'");
        assert_eq!(Shell::Zsh.quote("it's"), r"'it'\''s'");
        assert_eq!(Shell::Fish.quote(r"it's \n"), r"'it\'s \\n'");
        assert_eq!(Shell::Nu.quote("a\"b\\\n\u{1b}$x"), r#""a\"b\\\n\u{1b}$x""#);
        assert_eq!(Shell::Pwsh.quote("it's ‘x’ $y"), "'it''s ‘‘x’’ $y'");
        assert_eq!(Shell::Elvish.quote("it's $x"), "'it''s $x'");
    }
}

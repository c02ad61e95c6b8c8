//! Shells: which there are, and how each quotes a word.

use std::ffi::OsStr;
use std::path::Path;

/// A shell that gvr can write code for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Shell {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

    /// The shell of a program such as `/bin/zsh`, or of a login shell's name `-zsh`.
    pub(crate) fn of_program(program: &OsStr) -> Option<Self> {
        let name = Path::new(program).file_name()?.to_str()?;
        match name.trim_start_matches('-') {
            "bash" | "sh" => Some(Shell::Bash),
            "zsh" => Some(Shell::Zsh),
            "fish" => Some(Shell::Fish),
            _ => None,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Shell::Bash => "bash",
            Shell::Zsh => "zsh",
            Shell::Fish => "fish",
        }
    }

    /// The file in the home folder that the shell reads when it starts, where gvr's line belongs.
    pub(crate) const fn startup_file(self) -> &'static str {
        match self {
            Shell::Bash => "~/.bashrc",
            Shell::Zsh => "~/.zshrc",
            Shell::Fish => "~/.config/fish/config.fish",
        }
    }

    /// The line that goes there.
    pub(crate) const fn startup_line(self) -> &'static str {
        match self {
            Shell::Bash => "eval \"$(gvr init - bash)\"",
            Shell::Zsh => "eval \"$(gvr init - zsh)\"",
            Shell::Fish => "gvr init - fish | source",
        }
    }

    /// The text as one word that the shell takes as it stands.
    pub(crate) fn quote(self, text: &str) -> String {
        match self {
            Shell::Bash | Shell::Zsh => format!("'{}'", text.replace('\'', r"'\''")),
            Shell::Fish => format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_shells_would_take_apart() {
        assert_eq!(Shell::Bash.quote("a b$c"), "'a b$c'");
        assert_eq!(Shell::Zsh.quote("it's"), r"'it'\''s'");
        assert_eq!(Shell::Fish.quote(r"it's \n"), r"'it\'s \\n'");
    }

    #[test]
    fn knows_shells_by_their_program() {
        assert_eq!(Shell::of_program(OsStr::new("/opt/homebrew/bin/fish")), Some(Shell::Fish));
        assert_eq!(Shell::of_program(OsStr::new("-zsh")), Some(Shell::Zsh));
        assert_eq!(Shell::of_program(OsStr::new("/bin/tcsh")), None);
    }
}

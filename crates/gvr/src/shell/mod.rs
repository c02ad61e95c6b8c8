//! Shells: which there are, which one is asking, how each writes a word, and the code that gvr gives it.

mod change;
mod complete;
mod detect;
mod init;
mod quote;

pub(crate) use change::{Change, code};
pub(crate) use complete::script;
pub(crate) use detect::calling_shell;
pub(crate) use init::{Init, Order};

use std::ffi::OsStr;
use std::path::Path;

/// A shell that gvr can write code for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shell {
    /// A plain POSIX shell, such as dash or busybox's.
    Sh,
    Bash,
    Zsh,
    Fish,
    /// ksh93, mksh and their relatives.
    Ksh,
    /// Nushell.
    Nu,
    /// PowerShell.
    Pwsh,
    Elvish,
}

impl Shell {
    /// All of them.
    pub(crate) const ALL: [Self; 8] =
        [Self::Bash, Self::Zsh, Self::Fish, Self::Ksh, Self::Sh, Self::Nu, Self::Pwsh, Self::Elvish];

    /// The shell of a program such as `/bin/zsh`, or of a login shell's name `-zsh`.
    pub(crate) fn of_program(program: &OsStr) -> Option<Self> {
        let name = Path::new(program).file_name()?.to_str()?;
        match name.trim_start_matches('-') {
            "sh" | "dash" | "ash" | "busybox" => Some(Self::Sh),
            "bash" => Some(Self::Bash),
            "zsh" => Some(Self::Zsh),
            "fish" => Some(Self::Fish),
            "ksh" | "ksh93" | "mksh" | "oksh" | "loksh" => Some(Self::Ksh),
            "nu" | "nushell" => Some(Self::Nu),
            "pwsh" | "powershell" => Some(Self::Pwsh),
            "elvish" => Some(Self::Elvish),
            _ => None,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sh => "sh",
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Ksh => "ksh",
            Self::Nu => "nu",
            Self::Pwsh => "pwsh",
            Self::Elvish => "elvish",
        }
    }

    /// The names of all, for messages.
    pub(crate) fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// The file in the home folder where gvr's line belongs, as it is usually found.
    pub(crate) const fn startup_file(self) -> &'static str {
        match self {
            Self::Sh => "~/.profile",
            Self::Bash => "~/.bashrc",
            Self::Zsh => "~/.zshrc",
            Self::Fish => "~/.config/fish/config.fish",
            Self::Ksh => "~/.kshrc",
            Self::Nu => "~/.config/nushell/autoload/gvr.nu",
            Self::Pwsh => "~/.config/powershell/profile.ps1",
            Self::Elvish => "~/.config/elvish/rc.elv",
        }
    }

    /// What makes the shell read the code that `program`, a word of the shell's, prints.
    pub(crate) fn load(self, program: &str) -> String {
        let name = self.name();
        match self {
            Self::Sh | Self::Bash | Self::Zsh | Self::Ksh => format!("eval \"$({program} init - {name})\""),
            Self::Fish => format!("{program} init - {name} | source"),
            // Nushell reads code from files alone, and those before it runs anything.
            Self::Nu => format!("^{program} init - {name} | save --force ~/.config/nushell/autoload/gvr.nu"),
            // A dash that is no operator, beyond doubt.
            Self::Pwsh => format!("& {program} init '-' {name} | Out-String | Invoke-Expression"),
            Self::Elvish => format!("eval ({program} init - {name} | slurp)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_shells_by_their_program() {
        assert_eq!(Shell::of_program(OsStr::new("/opt/homebrew/bin/fish")), Some(Shell::Fish));
        assert_eq!(Shell::of_program(OsStr::new("-zsh")), Some(Shell::Zsh));
        assert_eq!(Shell::of_program(OsStr::new("/bin/tcsh")), None);
        for shell in Shell::ALL {
            assert_eq!(Shell::of_program(OsStr::new(shell.name())), Some(shell));
        }
    }
}

//! The code that makes a shell ask gvr for what may come next on a command line.

use super::Shell;

/// The code for a shell, where gvr has any.
pub(crate) fn script(shell: Shell) -> Option<&'static str> {
    match shell {
        Shell::Bash => Some(include_str!("complete/bash.sh")),
        Shell::Zsh => Some(include_str!("complete/zsh.zsh")),
        Shell::Fish => Some(include_str!("complete/fish.fish")),
        Shell::Nu => {
            Some(concat!(include_str!("complete/nu.nu"), "export extern gvr [...words: string@\"nu-complete gvr\"]\n"))
        }
        Shell::Pwsh => Some(include_str!("complete/pwsh.ps1")),
        Shell::Elvish => Some(include_str!("complete/elvish.elv")),
        Shell::Sh | Shell::Ksh => None,
    }
}

/// What Nushell's function `gvr` completes its words by.
pub(super) const NU: &str = include_str!("complete/nu.nu");

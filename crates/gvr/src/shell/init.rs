//! The code that puts the shims on PATH and makes `gvr shell` work.
//!
//! Read any number of times it leaves PATH as one reading does. It must work under `set -eu`, in zsh whatever its options,
//! and where PATH is unset; it starts no program, and takes no command's place but gvr's own.

use super::{Shell, complete};

/// Where the shims stand on PATH.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    #[default]
    First,
    Last,
}

/// What the code is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Init<'a> {
    /// The folder of the shims.
    pub(crate) shims: &'a str,
    /// gvr's own folder, if it has to be put on PATH as well.
    pub(crate) own_folder: Option<&'a str>,
    pub(crate) order: Order,
}

impl Init<'_> {
    /// The code for a shell.
    pub(crate) fn code(&self, shell: Shell) -> String {
        let (first, last) = match self.order {
            Order::First => (true, false),
            Order::Last => (false, true),
        };
        let only = |is_wanted: bool, text: &'static str| if is_wanted { text } else { "" };
        match shell {
            Shell::Sh | Shell::Bash | Shell::Zsh | Shell::Ksh => {
                // A word after `function` is not looked up among the aliases; dash does not know `function`.
                let head = if shell == Shell::Sh { "gvr() {" } else { "function gvr {" };
                let path = if last {
                    r#"${__gvr_path:+"$__gvr_path:"}$__gvr_shims"#
                } else {
                    r#"$__gvr_shims${__gvr_path:+":$__gvr_path"}"#
                };
                let own = self.own(shell, include_str!("init/own.sh"));
                let text = include_str!("init/posix.sh").replace("@HEAD@", head).replace("@PATH@", path);
                self.filled(shell, &(own + &text))
            }
            Shell::Fish => {
                let path = if first { "$__gvr_shims $PATH" } else { "$PATH $__gvr_shims" };
                let own = self.own(shell, include_str!("init/own.fish"));
                self.filled(shell, &(own + &include_str!("init/fish.fish").replace("@PATH@", path)))
            }
            Shell::Nu => {
                let text = include_str!("init/nu.nu").replace("@PLACE@", if first { "prepend" } else { "append" });
                self.filled(shell, &(self.own(shell, include_str!("init/own.nu")) + complete::NU + &text))
            }
            Shell::Pwsh => {
                let text = include_str!("init/pwsh.ps1")
                    .replace("@FIRST@", only(first, "@(@SHIMS@) + "))
                    .replace("@LAST@", only(last, " + @(@SHIMS@)"));
                self.filled(shell, &(self.own(shell, include_str!("init/own.ps1")) + &text))
            }
            Shell::Elvish => {
                let text = include_str!("init/elvish.elv")
                    .replace("@FIRST@", only(first, "@SHIMS@ "))
                    .replace("@LAST@", only(last, " @SHIMS@"));
                self.filled(shell, &(self.own(shell, include_str!("init/own.elv")) + &text))
            }
        }
    }

    fn own(&self, shell: Shell, text: &str) -> String {
        self.own_folder.map(|folder| text.replace("@OWN@", &shell.quote(folder))).unwrap_or_default()
    }

    fn filled(&self, shell: Shell, text: &str) -> String {
        text.replace("@SHELL@", shell.name()).replace("@SHIMS@", &shell.quote(self.shims))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_to_fill_in() {
        for shell in Shell::ALL {
            for order in [Order::First, Order::Last] {
                for own_folder in [None, Some("/h/it's/.gvr/bin")] {
                    let code = Init { shims: "/h/it's/.gvr/shims", own_folder, order }.code(shell);
                    assert!(code.contains(&shell.quote("/h/it's/.gvr/shims")), "{code}");
                    assert_eq!(code.contains(&shell.quote("/h/it's/.gvr/bin")), own_folder.is_some(), "{code}");
                    let left = ["@HEAD@", "@PATH@", "@PLACE@", "@FIRST@", "@LAST@", "@OWN@", "@SHIMS@", "@SHELL@"];
                    assert!(!left.iter().any(|word| code.contains(word)), "{code}");
                }
            }
        }
    }
}

//! goenv's commands: their names, usages and words.

use super::{Call, answers, choose, help, init, install, shell};
use crate::error::CliError;

/// A command of goenv's.
pub(super) struct Entry {
    pub(super) name: &'static str,
    /// Its usage, as goenv prints it.
    pub(super) usage: &'static str,
    /// What it does, in a few words.
    pub(super) summary: &'static str,
    /// The words that may follow it, and what else may.
    pub(super) words: &'static [&'static str],
    pub(super) more: More,
    pub(super) run: fn(&Call<'_>) -> Result<u8, CliError>,
}

/// What may follow a command beside fixed words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum More {
    Nothing,
    /// Installed versions.
    Versions,
    /// Versions that can be installed.
    Releases,
    /// Names of shims.
    Shims,
    /// Names of commands.
    Commands,
}

/// The commands that goenv's shell function runs by evaluating what `sh-NAME` prints.
pub(super) const OF_THE_SHELL: [&str; 2] = ["rehash", "shell"];

/// Words that stand for `local` with themselves.
pub(super) const KEYWORDS: [&str; 2] = ["latest", "system"];

impl Entry {
    /// The command of that name.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        ENTRIES.iter().find(|entry| entry.name == name)
    }

    /// Whether it is listed among goenv's commands.
    pub(super) fn is_listed(&self) -> bool {
        !self.name.starts_with("sh-")
    }
}

const NO_WORDS: &[&str] = &[];
const SHELL_WORDS: &[&str] = &["--unset", "latest", "system"];

/// All of them, in alphabetical order.
pub(super) const ENTRIES: [Entry; 26] = [
    Entry {
        name: "commands",
        usage: "Usage: goenv commands [--sh|--no-sh]",
        summary: "List goenv's commands",
        words: &["--sh", "--no-sh"],
        more: More::Nothing,
        run: help::commands,
    },
    Entry {
        name: "completions",
        usage: "Usage: goenv completions <command> [arg1 arg2...]",
        summary: "List the words that may follow a command",
        words: NO_WORDS,
        more: More::Commands,
        run: help::completions,
    },
    Entry {
        name: "exec",
        usage: "Usage: goenv exec <command> [arg1 arg2...]",
        summary: "Run a command with the version that applies here",
        words: NO_WORDS,
        more: More::Shims,
        run: answers::exec,
    },
    Entry {
        name: "global",
        usage: "Usage: goenv global [<version>]",
        summary: "Choose the version used where no folder asks for one, or print it",
        words: &KEYWORDS,
        more: More::Versions,
        run: choose::global,
    },
    Entry {
        name: "help",
        usage: "Usage: goenv help [--usage] COMMAND",
        summary: "Say what a command does",
        words: &["--usage"],
        more: More::Commands,
        run: help::help,
    },
    Entry {
        name: "hooks",
        usage: "Usage: goenv hooks <command>",
        summary: "List a command's hooks; gvr runs none",
        words: &["exec", "rehash", "version-name", "version-origin", "which"],
        more: More::Nothing,
        run: answers::hooks,
    },
    Entry {
        name: "init",
        usage: "Usage: eval \"$(goenv init - [--no-rehash] [<shell>])\"",
        summary: "Print the code that sets a shell up",
        words: &["-", "--no-rehash", "bash", "fish", "ksh", "zsh"],
        more: More::Nothing,
        run: init::init,
    },
    Entry {
        name: "install",
        usage: "Usage: goenv install [-f] [-s] [-kvpq] [<version>|latest|unstable]\n       goenv install -l|--list\n       goenv install --version",
        summary: "Install a Go version; official builds only",
        words: &[
            "--list",
            "--force",
            "--skip-existing",
            "--keep",
            "--patch",
            "--verbose",
            "--version",
            "--debug",
            "--quiet",
        ],
        more: More::Releases,
        run: install::install,
    },
    Entry {
        name: "installed",
        usage: "Usage: goenv installed [<version>]",
        summary: "Print the installed version that a word means",
        words: &KEYWORDS,
        more: More::Versions,
        run: answers::installed,
    },
    Entry {
        name: "local",
        usage: "Usage: goenv local [<version>]\n       goenv local --unset",
        summary: "Choose the version of this folder, or print it",
        words: SHELL_WORDS,
        more: More::Versions,
        run: choose::local,
    },
    Entry {
        name: "prefix",
        usage: "Usage: goenv prefix [<version>]",
        summary: "Print a version's own folder",
        words: &KEYWORDS,
        more: More::Versions,
        run: answers::prefix,
    },
    Entry {
        name: "rehash",
        usage: "Usage: goenv rehash",
        summary: "Make the shims anew",
        words: NO_WORDS,
        more: More::Nothing,
        run: answers::rehash,
    },
    Entry {
        name: "root",
        usage: "Usage: goenv root",
        summary: "Print the folder in which everything lies",
        words: NO_WORDS,
        more: More::Nothing,
        run: answers::root,
    },
    Entry {
        name: "sh-rehash",
        usage: "Usage: goenv sh-rehash [--only-manage-paths]",
        summary: "What goenv's function in the shell evaluates for rehash",
        words: NO_WORDS,
        more: More::Nothing,
        run: shell::sh_rehash,
    },
    Entry {
        name: "sh-shell",
        usage: "Usage: goenv shell <version>\n       goenv shell --unset",
        summary: "What goenv's function in the shell evaluates for shell",
        words: SHELL_WORDS,
        more: More::Versions,
        run: shell::sh_shell,
    },
    Entry {
        name: "shims",
        usage: "Usage: goenv shims [--short]",
        summary: "List the shims",
        words: &["--short"],
        more: More::Nothing,
        run: answers::shims,
    },
    Entry {
        name: "uninstall",
        usage: "Usage: goenv uninstall [-f|--force] <version>",
        summary: "Remove an installed version",
        words: &["--force"],
        more: More::Versions,
        run: install::uninstall,
    },
    Entry {
        name: "version",
        usage: "Usage: goenv version",
        summary: "Print the version that applies here and what chose it",
        words: NO_WORDS,
        more: More::Nothing,
        run: answers::version,
    },
    Entry {
        name: "version-file",
        usage: "Usage: goenv version-file [<dir>]",
        summary: "Print the file that chooses the version",
        words: NO_WORDS,
        more: More::Nothing,
        run: answers::version_file,
    },
    Entry {
        name: "version-file-read",
        usage: "Usage: goenv version-file-read <file>",
        summary: "Print what a version file asks for",
        words: NO_WORDS,
        more: More::Nothing,
        run: choose::version_file_read,
    },
    Entry {
        name: "version-file-write",
        usage: "Usage: goenv version-file-write <file> <version>...",
        summary: "Write installed versions into a version file",
        words: NO_WORDS,
        more: More::Nothing,
        run: choose::version_file_write,
    },
    Entry {
        name: "version-name",
        usage: "Usage: goenv version-name",
        summary: "Print the name of the version that applies here",
        words: NO_WORDS,
        more: More::Nothing,
        run: answers::version_name,
    },
    Entry {
        name: "version-origin",
        usage: "Usage: goenv version-origin",
        summary: "Print what chose the version that applies here",
        words: NO_WORDS,
        more: More::Nothing,
        run: answers::version_origin,
    },
    Entry {
        name: "versions",
        usage: "Usage: goenv versions [--bare] [--skip-aliases]",
        summary: "List the installed versions",
        words: &["--bare", "--skip-aliases"],
        more: More::Nothing,
        run: answers::versions,
    },
    Entry {
        name: "whence",
        usage: "Usage: goenv whence [--path] <command>",
        summary: "List the versions that have a command",
        words: &["--path"],
        more: More::Shims,
        run: answers::whence,
    },
    Entry {
        name: "which",
        usage: "Usage: goenv which <command>",
        summary: "Print the full path of a command",
        words: NO_WORDS,
        more: More::Shims,
        run: answers::which,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_in_order_and_say_how_they_are_used() {
        assert!(ENTRIES.is_sorted_by_key(|entry| entry.name));
        for entry in &ENTRIES {
            assert!(entry.usage.starts_with("Usage: ") && !entry.summary.ends_with('.'), "{}", entry.name);
        }
    }
}

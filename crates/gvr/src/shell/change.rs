//! Changes of the environment, written for a shell.

use super::Shell;

/// A change of one variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It gets this value, and programs see it.
    Set(&'static str, String),
    /// It gets these folders; in shells that have lists they are one.
    SetFolders(&'static str, Vec<String>),
    /// It is taken away, if it was there.
    Unset(&'static str),
}

/// Code that makes the changes, a line each. Nushell is given one too; it can be told by JSON as well.
pub(crate) fn code(shell: Shell, changes: &[Change]) -> String {
    changes.iter().map(|change| line(shell, change) + "\n").collect()
}

fn line(shell: Shell, change: &Change) -> String {
    match (shell, change) {
        (Shell::Sh | Shell::Bash | Shell::Zsh | Shell::Ksh, Change::Set(name, value)) => {
            format!("export {name}={}", shell.quote(value))
        }
        (Shell::Fish, Change::Set(name, value)) => format!("set -gx {name} {}", shell.quote(value)),
        (Shell::Nu, Change::Set(name, value)) => format!("$env.{name} = {}", shell.quote(value)),
        (Shell::Pwsh, Change::Set(name, value)) => format!("$env:{name} = {}", shell.quote(value)),
        (Shell::Elvish, Change::Set(name, value)) => format!("set-env {name} {}", shell.quote(value)),
        (Shell::Fish, Change::SetFolders(name, folders)) => format!("set -gx {name} {}", words(shell, folders)),
        (Shell::Nu, Change::SetFolders(name, folders)) => format!("$env.{name} = [{}]", words(shell, folders)),
        (_, Change::SetFolders(name, folders)) => line(shell, &Change::Set(name, folders.join(":"))),
        (Shell::Sh | Shell::Bash | Shell::Zsh | Shell::Ksh, Change::Unset(name)) => format!("unset {name}"),
        (Shell::Fish, Change::Unset(name)) => format!("set -e {name}"),
        (Shell::Nu, Change::Unset(name)) => format!("hide-env --ignore-errors {name}"),
        (Shell::Pwsh, Change::Unset(name)) => format!("Remove-Item -Path Env:{name} -ErrorAction Ignore"),
        (Shell::Elvish, Change::Unset(name)) => format!("unset-env {name}"),
    }
}

fn words(shell: Shell, folders: &[String]) -> String {
    folders.iter().map(|folder| shell.quote(folder)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_has_its_own_words() {
        let changes = [
            Change::Set("A", "it's".to_owned()),
            Change::SetFolders("PATH", vec!["/a b".to_owned(), "/c".to_owned()]),
            Change::Unset("GOROOT"),
        ];
        assert_eq!(code(Shell::Sh, &changes), "export A='it'\\''s'\nexport PATH='/a b:/c'\nunset GOROOT\n");
        assert_eq!(code(Shell::Fish, &changes), "set -gx A 'it\\'s'\nset -gx PATH '/a b' '/c'\nset -e GOROOT\n");
        assert_eq!(
            code(Shell::Nu, &changes),
            "$env.A = \"it's\"\n$env.PATH = [\"/a b\" \"/c\"]\nhide-env --ignore-errors GOROOT\n"
        );
        assert_eq!(
            code(Shell::Pwsh, &changes),
            "$env:A = 'it''s'\n$env:PATH = '/a b:/c'\nRemove-Item -Path Env:GOROOT -ErrorAction Ignore\n"
        );
        assert_eq!(code(Shell::Elvish, &changes), "set-env A 'it''s'\nset-env PATH '/a b:/c'\nunset-env GOROOT\n");
    }
}

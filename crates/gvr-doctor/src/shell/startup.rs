//! Which files shells read when they start.

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// As for bash, zsh and sh.
    Posix,
    /// As for fish.
    Fish,
    /// fish's own store of universal variables.
    FishVariables,
    /// Names and values alone: `/etc/environment`.
    Environment,
}

/// A start-up file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Startup {
    /// Where it is.
    pub path: String,
    /// How it is written.
    pub dialect: Dialect,
    /// Whose it is: `zsh`, `bash`, `fish`, or nothing for one that belongs to no shell.
    pub shell: &'static str,
    /// Whether every interactive shell reads it, also one that was started from another.
    pub is_read_by_nested: bool,
    /// Its place among all, so that what is read first stands first.
    pub order: usize,
}

struct Known {
    path: &'static str,
    shell: &'static str,
    is_read_by_nested: bool,
}

const fn login(path: &'static str, shell: &'static str) -> Known {
    Known { path, shell, is_read_by_nested: false }
}

const fn each(path: &'static str, shell: &'static str) -> Known {
    Known { path, shell, is_read_by_nested: true }
}

/// In the order in which a shell reads its own. Debian keeps zsh's in a folder.
const KNOWN: [Known; 21] = [
    login("/etc/environment", ""),
    each("/etc/zshenv", "zsh"),
    each("/etc/zsh/zshenv", "zsh"),
    each("~/.zshenv", "zsh"),
    login("/etc/zprofile", "zsh"),
    login("/etc/zsh/zprofile", "zsh"),
    login("~/.zprofile", "zsh"),
    each("/etc/zshrc", "zsh"),
    each("/etc/zsh/zshrc", "zsh"),
    each("~/.zshrc", "zsh"),
    login("/etc/zlogin", "zsh"),
    login("~/.zlogin", "zsh"),
    login("/etc/profile", "bash"),
    login("~/.bash_profile", "bash"),
    login("~/.bash_login", "bash"),
    login("~/.profile", "bash"),
    each("/etc/bashrc", "bash"),
    each("/etc/bash.bashrc", "bash"),
    each("~/.bashrc", "bash"),
    each("~/.config/fish/config.fish", "fish"),
    each("~/.config/fish/fish_variables", "fish"),
];

/// Folders whose files are read too, with the ending of their names.
const FOLDERS: [(&str, &str, Known); 2] = [
    ("/etc/profile.d/", ".sh", login("/etc/profile.d", "bash")),
    ("~/.config/fish/conf.d/", ".fish", each("~/.config/fish/conf.d", "fish")),
];

/// The paths of all that may be there: files, and folders whose files are read.
pub fn startup_paths(home: &str) -> (Vec<String>, Vec<String>) {
    let at_home = |path: &str| path.strip_prefix('~').map_or_else(|| path.to_owned(), |rest| format!("{home}{rest}"));
    let files = KNOWN.iter().map(|known| at_home(known.path)).collect();
    let folders = FOLDERS.iter().map(|(folder, _, _)| at_home(folder).trim_end_matches('/').to_owned()).collect();
    (files, folders)
}

/// The names of zsh's own files, which it looks for in `ZDOTDIR` where that is set, and in the home folder else.
pub const ZSH_FILES: [&str; 4] = [".zshenv", ".zprofile", ".zshrc", ".zlogin"];

/// What kind of start-up file this path is; `None` for any other file. `zdotdir` is where zsh has its own.
pub fn startup(path: &str, home: &str, zdotdir: Option<&str>) -> Option<Startup> {
    let in_folder = |folder: &str| {
        let name = path.strip_prefix(folder.trim_end_matches('/'))?.strip_prefix('/')?;
        ZSH_FILES.contains(&name).then(|| format!("~/{name}"))
    };
    let below = path.strip_prefix(home).filter(|rest| rest.starts_with('/')).map(|rest| format!("~{rest}"));
    let below = zdotdir.and_then(in_folder).or(below);
    let short = below.as_deref().unwrap_or(path);
    let whole = KNOWN.iter().enumerate().find(|(_, known)| known.path == short);
    let inside = || {
        let mut folders = FOLDERS.iter().enumerate();
        folders.find_map(|(index, (folder, ending, known))| {
            let name = short.strip_prefix(folder)?;
            (name.ends_with(ending) && !name.contains('/')).then_some((KNOWN.len() + index, known))
        })
    };
    let (order, known) = whole.or_else(inside)?;
    let dialect = match (known.path, known.shell) {
        ("/etc/environment", _) => Dialect::Environment,
        ("~/.config/fish/fish_variables", _) => Dialect::FishVariables,
        (_, "fish") => Dialect::Fish,
        _ => Dialect::Posix,
    };
    let Known { shell, is_read_by_nested, .. } = *known;
    Some(Startup { path: path.to_owned(), dialect, shell, is_read_by_nested, order })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_up_files_are_known_by_their_path() {
        let kind = |path| {
            startup(path, "/home/me", Some("/home/me/.config/zsh/"))
                .map(|startup| (startup.dialect, startup.is_read_by_nested))
        };
        assert_eq!(kind("/home/me/.zshrc"), Some((Dialect::Posix, true)));
        assert_eq!(kind("/home/me/.zprofile"), Some((Dialect::Posix, false)));
        assert_eq!(kind("/home/me/.config/fish/conf.d/go.fish"), Some((Dialect::Fish, true)));
        assert_eq!(kind("/home/me/.config/fish/fish_variables"), Some((Dialect::FishVariables, true)));
        assert_eq!(kind("/etc/profile.d/go.sh"), Some((Dialect::Posix, false)));
        assert_eq!(kind("/home/me/.config/zsh/.zshrc"), Some((Dialect::Posix, true)));
        assert_eq!(kind("/home/me/.config/zsh/.zprofile"), Some((Dialect::Posix, false)));
        assert_eq!(kind("/home/me/.config/zsh/aliases"), None);
        assert_eq!(startup("/home/me/.config/zsh/.zshrc", "/home/me", None), None);
        assert_eq!(kind("/home/melanie/.zshrc"), None);
        assert_eq!(kind("/home/me/x.txt"), None);
        let (files, folders) = startup_paths("/home/me");
        assert!(files.iter().all(|file| startup(file, "/home/me", None).is_some()));
        assert_eq!(folders, ["/etc/profile.d", "/home/me/.config/fish/conf.d"]);
    }
}

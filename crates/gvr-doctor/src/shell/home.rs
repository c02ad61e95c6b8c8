//! Which files of the user's own belong to a shell, and into which of them a line belongs that is to hold everywhere.

use std::path::{Path, PathBuf};

use super::{Dialect, assignments, expand};

/// What decides where a shell looks.
#[derive(Clone, Debug)]
pub struct Home<'a> {
    /// The home folder.
    pub folder: &'a Path,
    /// `ZDOTDIR`, where it is set.
    pub zdotdir: Option<&'a Path>,
    /// `XDG_CONFIG_HOME`, where it is set to an absolute path.
    pub config: Option<&'a Path>,
    /// `ENV`, which names a file to plain shells and to ksh.
    pub env: Option<&'a Path>,
    /// Whether this is macOS.
    pub is_macos: bool,
}

/// A file for a line that is to hold in every shell of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, links not followed.
    pub path: PathBuf,
    /// How it is written, as far as the doctor knows that.
    pub dialect: Option<Dialect>,
    /// Whether plain shells read it too, so that nothing may stand there that they do not know.
    pub is_plain: bool,
}

impl Place {
    fn new(path: PathBuf, dialect: impl Into<Option<Dialect>>) -> Self {
        Self { path, dialect: dialect.into(), is_plain: false }
    }

    fn plain(path: PathBuf) -> Self {
        Self { path, dialect: Some(Dialect::Posix), is_plain: true }
    }
}

/// The files of bash's login shells, of which it reads the first that is there: bash(1), INVOCATION.
const BASH_LOGIN: [&str; 3] = [".bash_profile", ".bash_login", ".profile"];

impl Home<'_> {
    /// The files that a line for the shell `name` has to stand in so that login shells and others read it, and none before
    /// the system's own files have put their folders in front. Empty for a shell that is not known.
    ///
    /// `read` gives a file's text, if there is one.
    pub fn places(&self, name: &str, read: impl Fn(&Path) -> Option<String>) -> Vec<Place> {
        let at_home = |name: &str| self.folder.join(name);
        match name {
            // Not .zshenv: macOS's /etc/zprofile calls path_helper after it, which puts the system's folders in front.
            "zsh" => {
                let folder = self.zsh_folder(read);
                [".zprofile", ".zshrc"].map(|name| Place::new(folder.join(name), Dialect::Posix)).into()
            }
            "bash" => {
                let login = BASH_LOGIN.into_iter().find(|name| read(&at_home(name)).is_some());
                // One that is made hides the others: where there is none, that is nobody's loss.
                let login = login.unwrap_or(if self.is_macos { ".bash_profile" } else { ".profile" });
                let is_plain = login == ".profile";
                let login = Place { path: at_home(login), dialect: Some(Dialect::Posix), is_plain };
                vec![login, Place::new(at_home(".bashrc"), Dialect::Posix)]
            }
            "sh" => vec![Place::plain(at_home(".profile"))],
            "ksh" => {
                let own = self.env.filter(|path| path.is_absolute()).map_or_else(|| at_home(".kshrc"), Path::to_owned);
                vec![Place::plain(at_home(".profile")), Place::new(own, Dialect::Posix)]
            }
            "fish" => vec![Place::new(self.config_folder("fish").join("conf.d/gvr.fish"), Dialect::Fish)],
            "nu" => vec![Place::new(self.nu_folder().join("autoload/gvr.nu"), None)],
            "pwsh" => vec![Place::new(self.config_folder("powershell").join("profile.ps1"), None)],
            "elvish" => vec![Place::new(self.config_folder("elvish").join("rc.elv"), None)],
            _ => Vec::new(),
        }
    }

    /// Every file that `places` may ever have named for the shell `name`, whatever is there now.
    pub fn all_places(&self, name: &str, read: impl Fn(&Path) -> Option<String>) -> Vec<PathBuf> {
        let mut paths: Vec<_> = self.places(name, read).into_iter().map(|place| place.path).collect();
        match name {
            "bash" => paths.extend(BASH_LOGIN.map(|name| self.folder.join(name))),
            "zsh" => paths.extend([".zprofile", ".zshrc"].map(|name| self.folder.join(name))),
            "ksh" => paths.push(self.folder.join(".kshrc")),
            _ => {}
        }
        let mut seen = Vec::new();
        paths.retain(|path| {
            !seen.contains(path) && {
                seen.push(path.clone());
                true
            }
        });
        paths
    }

    /// Where zsh has its files: ZDOTDIR, which its .zshenv may set without exporting it.
    fn zsh_folder(&self, read: impl Fn(&Path) -> Option<String>) -> PathBuf {
        let first = self.zdotdir.filter(|folder| folder.is_absolute()).unwrap_or(self.folder);
        let text = read(&first.join(".zshenv")).unwrap_or_default();
        let set = assignments(Dialect::Posix, &text).into_iter().rev().find(|set| set.name == "ZDOTDIR");
        let home = self.folder.to_str();
        let config = self.config.and_then(Path::to_str);
        let variable = |name: &str| match name {
            "HOME" => home.map(str::to_owned),
            "XDG_CONFIG_HOME" => config.map(str::to_owned).or_else(|| Some(format!("{}/.config", home?))),
            _ => None,
        };
        // Default values are written in many ways: the one in use here is $XDG_CONFIG_HOME's.
        let value = set.map(|set| set.value.replace("${XDG_CONFIG_HOME:-$HOME/.config}", "$XDG_CONFIG_HOME"));
        let value = value.map(|value| expand(&value, home, variable));
        let value = value.filter(|value| value.starts_with('/') && !value.contains(['$', '`']));
        value.map_or_else(|| first.to_owned(), PathBuf::from)
    }

    fn config_folder(&self, name: &str) -> PathBuf {
        self.config.map_or_else(|| self.folder.join(".config"), Path::to_owned).join(name)
    }

    /// Nushell's own default on macOS is Apple's folder.
    fn nu_folder(&self) -> PathBuf {
        if self.is_macos && self.config.is_none() {
            return self.folder.join("Library/Application Support/nushell");
        }
        self.config_folder("nushell")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Home<'static> {
        Home { folder: Path::new("/h"), zdotdir: None, config: None, env: None, is_macos: false }
    }

    #[track_caller]
    fn check(home: &Home<'_>, shell: &str, files: &[(&str, &str)], expected: &[&str]) {
        let read =
            |path: &Path| files.iter().find(|(name, _)| Path::new(name) == path).map(|(_, text)| (*text).to_owned());
        let places = home.places(shell, read);
        let paths: Vec<_> = places.iter().map(|place| place.path.to_str().unwrap()).collect();
        assert_eq!(paths, expected);
        assert!(places.iter().all(|place| place.is_plain == place.path.ends_with(".profile")));
        let all = home.all_places(shell, read);
        assert!(places.iter().all(|place| all.contains(&place.path)), "{all:?}");
    }

    #[test]
    fn zsh_follows_zdotdir() {
        check(&home(), "zsh", &[], &["/h/.zprofile", "/h/.zshrc"]);
        let elsewhere = Home { zdotdir: Some(Path::new("/h/.config/zsh")), ..home() };
        check(&elsewhere, "zsh", &[], &["/h/.config/zsh/.zprofile", "/h/.config/zsh/.zshrc"]);
        for line in ["export ZDOTDIR=$HOME/z", "ZDOTDIR=~/z", "ZDOTDIR=/no\nexport ZDOTDIR=\"${HOME}/z\" # here"] {
            check(&home(), "zsh", &[("/h/.zshenv", line)], &["/h/z/.zprofile", "/h/z/.zshrc"]);
        }
        for line in ["export ZDOTDIR=$XDG_CONFIG_HOME/zsh", "ZDOTDIR=\"${XDG_CONFIG_HOME:-$HOME/.config}/zsh\""] {
            let expected = ["/h/.config/zsh/.zprofile", "/h/.config/zsh/.zshrc"];
            check(&home(), "zsh", &[("/h/.zshenv", line)], &expected);
        }
        check(&home(), "zsh", &[("/h/.zshenv", "ZDOTDIR=$(somewhere)")], &["/h/.zprofile", "/h/.zshrc"]);
    }

    #[test]
    fn bash_reads_the_first_login_file_that_is_there() {
        check(&home(), "bash", &[], &["/h/.profile", "/h/.bashrc"]);
        check(&Home { is_macos: true, ..home() }, "bash", &[], &["/h/.bash_profile", "/h/.bashrc"]);
        check(&home(), "bash", &[("/h/.profile", ""), ("/h/.bash_login", "")], &["/h/.bash_login", "/h/.bashrc"]);
        let all = [("/h/.profile", ""), ("/h/.bash_login", ""), ("/h/.bash_profile", "")];
        check(&home(), "bash", &all, &["/h/.bash_profile", "/h/.bashrc"]);
    }

    #[test]
    fn others_have_their_folders() {
        check(&home(), "fish", &[], &["/h/.config/fish/conf.d/gvr.fish"]);
        check(&home(), "nu", &[], &["/h/.config/nushell/autoload/gvr.nu"]);
        let mac = Home { is_macos: true, ..home() };
        check(&mac, "nu", &[], &["/h/Library/Application Support/nushell/autoload/gvr.nu"]);
        let xdg = Home { config: Some(Path::new("/c")), ..mac };
        check(&xdg, "nu", &[], &["/c/nushell/autoload/gvr.nu"]);
        check(&xdg, "fish", &[], &["/c/fish/conf.d/gvr.fish"]);
        check(&xdg, "pwsh", &[], &["/c/powershell/profile.ps1"]);
        check(&xdg, "elvish", &[], &["/c/elvish/rc.elv"]);
        check(&home(), "ksh", &[], &["/h/.profile", "/h/.kshrc"]);
        check(&Home { env: Some(Path::new("/h/.mkshrc")), ..home() }, "ksh", &[], &["/h/.profile", "/h/.mkshrc"]);
        check(&home(), "sh", &[], &["/h/.profile"]);
        check(&home(), "tcsh", &[], &[]);
    }
}

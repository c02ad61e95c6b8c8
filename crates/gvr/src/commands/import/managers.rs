//! Where other managers keep what they install.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gvr_core::Version;

use super::super::verify::version_of;

/// Somebody who installs Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manager {
    Goenv,
    Gvm,
    /// Two managers have that name, voidint's and stefanmaric's.
    G,
    Goup,
    Gobrew,
    Asdf,
    Mise,
    Brew,
    /// Nobody: a folder.
    Path,
}

impl Manager {
    /// All that have places of their own.
    pub(super) const ALL: [Self; 8] =
        [Self::Goenv, Self::Gvm, Self::G, Self::Goup, Self::Gobrew, Self::Asdf, Self::Mise, Self::Brew];

    pub(super) fn of_name(name: &str) -> Option<Self> {
        match name {
            "path" => Some(Self::Path),
            "homebrew" => Some(Self::Brew),
            name => Self::ALL.into_iter().find(|manager| manager.name() == name),
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Goenv => "goenv",
            Self::Gvm => "gvm",
            Self::G => "g",
            Self::Goup => "goup",
            Self::Gobrew => "gobrew",
            Self::Asdf => "asdf",
            Self::Mise => "mise",
            Self::Brew => "brew",
            Self::Path => "path",
        }
    }
}

impl serde::Serialize for Manager {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A Go that was found, by its path without links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) manager: Manager,
    pub(super) goroot: PathBuf,
}

/// What the environment says about where managers keep things.
pub(super) struct Places<'a> {
    pub(super) variable: &'a dyn Fn(&str) -> Option<PathBuf>,
    pub(super) home: Option<PathBuf>,
}

impl Places<'_> {
    /// The folder that a variable names, where it is an absolute path.
    pub(super) fn named(&self, variable: &str) -> Option<PathBuf> {
        (self.variable)(variable).filter(|path| path.is_absolute())
    }

    /// The folder that a variable names, else this one below the home folder.
    fn named_or(&self, variable: &str, below_home: &str) -> Option<PathBuf> {
        self.named(variable).or_else(|| self.home.as_ref().map(|home| home.join(below_home)))
    }

    /// A manager's own folder.
    pub(super) fn root(&self, manager: Manager) -> Option<PathBuf> {
        match manager {
            Manager::Goenv => self.named_or("GOENV_ROOT", ".goenv"),
            Manager::Gvm => self.named_or("GVM_ROOT", ".gvm"),
            Manager::G => self.named_or("G_HOME", ".g"),
            Manager::Goup => self.named_or("GOUP_HOME", ".goup"),
            // Its variable stands for the home folder.
            Manager::Gobrew => self.named_or("GOBREW_ROOT", "").map(|home| home.join(".gobrew")),
            Manager::Asdf => self.named_or("ASDF_DATA_DIR", ".asdf"),
            Manager::Mise => self
                .named("MISE_DATA_DIR")
                .or_else(|| self.named_or("XDG_DATA_HOME", ".local/share").map(|data| data.join("mise"))),
            Manager::Brew | Manager::Path => None,
        }
    }

    /// The folders whose folders may be Gos, or hold one called `go` or `libexec`.
    pub(super) fn folders(&self, manager: Manager, given: Option<&Path>) -> Vec<PathBuf> {
        let below = |names: &[&str]| {
            let root = self.root(manager);
            names.iter().filter_map(|name| Some(root.as_ref()?.join(name))).collect::<Vec<_>>()
        };
        match manager {
            Manager::Goenv | Manager::Gobrew => below(&["versions"]),
            Manager::Gvm => below(&["gos"]),
            Manager::G => {
                let mut folders = below(&["versions"]);
                // stefanmaric's keeps them beside the links that are its GOROOT.
                let goroot = self.named("GOROOT").or_else(|| self.home.as_ref().map(|home| home.join(".go")));
                folders.extend(goroot.map(|goroot| goroot.join(".versions")));
                folders
            }
            Manager::Goup => below(&["."]),
            Manager::Asdf => below(&["installs/golang", "installs/go"]),
            Manager::Mise => below(&["installs/go"]),
            Manager::Brew => self.cellars(),
            Manager::Path => given.map(Path::to_owned).into_iter().collect(),
        }
    }

    /// Homebrew's folders of every formula of Go's: `Cellar/go`, `Cellar/go@1.22`.
    fn cellars(&self) -> Vec<PathBuf> {
        let usual = ["/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew"].map(PathBuf::from);
        let prefixes = self.named("HOMEBREW_PREFIX").into_iter().chain(usual);
        let cellars = self.named("HOMEBREW_CELLAR").into_iter().chain(prefixes.map(|prefix| prefix.join("Cellar")));
        let formulas = cellars.flat_map(|cellar| folders_in(&cellar));
        let is_go = |folder: &PathBuf| {
            folder
                .file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name == "go" || name.starts_with("go@"))
        };
        let found: BTreeSet<_> = formulas.filter(is_go).filter_map(|folder| folder.canonicalize().ok()).collect();
        found.into_iter().collect()
    }
}

/// Every Go in these folders, each once, the oldest first. A folder may also be a Go itself, as `gvr import path` is given it.
pub(super) fn gos_in(manager: Manager, folders: &[PathBuf]) -> Vec<Found> {
    let mut goroots = BTreeSet::new();
    for folder in folders {
        match goroot_at(folder) {
            Some(goroot) if manager == Manager::Path => drop(goroots.insert(goroot)),
            // goup's folder holds its Gos directly; that it is none itself needs no word.
            _ => goroots.extend(folders_in(folder).iter().filter_map(|folder| goroot_at(folder))),
        }
    }
    let mut found: Vec<_> = goroots.into_iter().map(|goroot| Found { manager, goroot }).collect();
    let version = |found: &Found| -> Option<Version> { version_of(&found.goroot) };
    found.sort_by_key(version);
    found
}

/// The Go that a folder is, or has in it as asdf, gobrew and Homebrew have it. Links are followed: an alias and what it
/// stands for are one. What has only a part of a Go counts too, so that it can be said what it lacks.
fn goroot_at(folder: &Path) -> Option<PathBuf> {
    let is_go = |folder: &PathBuf| folder.join("VERSION").is_file() || folder.join("bin/go").is_file();
    let candidates = [folder.to_owned(), folder.join("go"), folder.join("libexec")];
    candidates.iter().find(|folder| is_go(folder))?.canonicalize().ok()
}

fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_come_before_the_usual_places() {
        let none = |_: &str| None;
        let usual = Places { variable: &none, home: Some("/h".into()) };
        let some = |name: &str| Some(PathBuf::from(if name == "GVM_ROOT" { "relative" } else { "/set" }));
        let set = Places { variable: &some, home: Some("/h".into()) };
        for (manager, usual_folder, set_folder) in [
            (Manager::Goenv, "/h/.goenv/versions", "/set/versions"),
            (Manager::Gvm, "/h/.gvm/gos", "/h/.gvm/gos"),
            (Manager::G, "/h/.g/versions", "/set/versions"),
            (Manager::Goup, "/h/.goup/.", "/set/."),
            (Manager::Gobrew, "/h/.gobrew/versions", "/set/.gobrew/versions"),
            (Manager::Asdf, "/h/.asdf/installs/golang", "/set/installs/golang"),
            (Manager::Mise, "/h/.local/share/mise/installs/go", "/set/installs/go"),
        ] {
            assert_eq!(usual.folders(manager, None)[0], Path::new(usual_folder), "{manager:?}");
            assert_eq!(set.folders(manager, None)[0], Path::new(set_folder), "{manager:?}");
        }
        assert_eq!(usual.folders(Manager::G, None)[1], Path::new("/h/.go/.versions"));
    }
}

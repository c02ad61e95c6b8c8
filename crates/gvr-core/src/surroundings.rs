//! What the environment says about which version applies, gathered once.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::files::WorkingFolder;
use crate::search::Query;
use crate::settings::ShimSettings;

/// The variables that ask for a version, in order of precedence.
const VERSION_VARIABLES: [&str; 2] = ["GVR_VERSION", "GOENV_VERSION"];

/// The variables that name a folder to begin the search in, in order of precedence.
const FOLDER_VARIABLES: [&str; 2] = ["GVR_DIR", "GOENV_DIR"];

/// The part of a [`Query`] that comes from the environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    folders: Vec<PathBuf>,
    /// Whether the last of them is the working folder, by its path without links.
    ends_here: bool,
    variable: Option<(&'static str, OsString)>,
    gowork: Option<OsString>,
    ignores_go_mod: bool,
}

impl Surroundings {
    /// Gathers them; `variable` gives a variable's value. `working_folder` is absent where it was removed.
    pub fn gather<T: Into<OsString>>(
        variable: impl Fn(&str) -> Option<T>,
        working_folder: Option<WorkingFolder>,
        settings: ShimSettings,
    ) -> Self {
        let set = |name: &str| variable(name).map(Into::into).filter(|value: &OsString| !value.is_empty());
        let mut folders = Vec::with_capacity(3);
        if let Some(given) = FOLDER_VARIABLES.iter().find_map(|name| set(name)).map(PathBuf::from) {
            if given.is_absolute() {
                folders.push(given);
            } else {
                folders.extend(working_folder.as_ref().map(|folder| folder.path.join(given)));
            }
        }
        let ends_here = working_folder.as_ref().is_some_and(|folder| folder.is_plain);
        folders.extend(working_folder.map(|folder| folder.path));
        Self {
            folders,
            ends_here,
            variable: VERSION_VARIABLES.iter().find_map(|name| Some((*name, set(name)?))),
            gowork: set("GOWORK"),
            ignores_go_mod: settings.ignore_go_mod,
        }
    }

    /// Lets the search begin in this folder, before any other.
    pub fn begin_in(&mut self, folder: PathBuf) {
        self.folders.insert(0, folder);
    }

    /// Lets only this folder, and those above it, count.
    #[must_use]
    pub fn only_in(self, folder: PathBuf) -> Self {
        Self { folders: vec![folder], ends_here: false, variable: None, ..self }
    }

    /// Lets no variable name a version.
    #[must_use]
    pub fn without_variable(self) -> Self {
        Self { variable: None, ..self }
    }

    /// The query, with what the command line asks for.
    pub fn query<'a>(&'a self, argument: Option<&'a str>) -> Query<'a> {
        Query {
            argument,
            variable: self.variable.as_ref().map(|(name, value)| (*name, value.as_os_str())),
            folders: &self.folders,
            here: self.folders.last().filter(|_| self.ends_here).map(PathBuf::as_path),
            gowork: self.gowork.as_deref(),
            ignores_go_mod: self.ignores_go_mod,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::path::Path;

    use super::*;

    #[test]
    fn gvrs_own_names_come_before_goenvs() {
        let gather = |pairs: &[(&str, &str)]| {
            let variable =
                |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
            let folder = WorkingFolder { path: "/repo".into(), is_plain: true };
            Surroundings::gather(variable, Some(folder), ShimSettings::default())
        };
        let both = gather(&[("GOENV_VERSION", "1"), ("GVR_VERSION", "2"), ("GOENV_DIR", "/a"), ("GVR_DIR", "b")]);
        let query = both.query(None);
        assert_eq!(query.variable, Some(("GVR_VERSION", OsStr::new("2"))));
        assert_eq!(query.folders, [PathBuf::from("/repo/b"), "/repo".into()]);
        let goenv = gather(&[("GOENV_VERSION", "1"), ("GVR_VERSION", ""), ("GOENV_DIR", "/a")]);
        let query = goenv.query(Some("3"));
        assert_eq!((query.argument, query.variable), (Some("3"), Some(("GOENV_VERSION", OsStr::new("1")))));
        assert_eq!(query.folders, [PathBuf::from("/a"), "/repo".into()]);
        assert_eq!(query.here, Some(Path::new("/repo")));
        assert_eq!(goenv.only_in("/b".into()).query(None).here, None);
    }
}

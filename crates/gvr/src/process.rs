//! What the process was given. The only place where the environment is read.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use gvr_core::files::WorkingFolder;
use gvr_core::settings::switch;

/// The process's arguments, environment and folder, read once.
pub(crate) struct Process {
    pub(crate) arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    /// The folder it was started in, by the path the user sees; absent where that folder was removed.
    pub(crate) folder: Option<WorkingFolder>,
    /// gvr's own program file.
    pub(crate) executable: Option<PathBuf>,
}

impl Process {
    pub(crate) fn current() -> Self {
        let environment: Vec<_> = env::vars_os().collect();
        let pwd = environment.iter().find(|(name, _)| name == "PWD").map(|(_, value)| value.as_os_str());
        Self {
            arguments: env::args_os().collect(),
            folder: WorkingFolder::current(pwd),
            executable: env::current_exe().ok(),
            environment,
        }
    }

    /// Whether it was called by that name, in whatever folder.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let called = self.arguments.first().map(Path::new).and_then(Path::file_name);
        called.is_some_and(|called| called == name)
    }

    /// The whole environment.
    pub(crate) fn environment(&self) -> &[(OsString, OsString)] {
        &self.environment
    }

    /// A variable's value; an empty one counts as absent.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        let (_, value) = self.environment.iter().find(|(known, _)| known == name)?;
        Some(value.as_os_str()).filter(|value| !value.is_empty())
    }

    /// The first of these variables that is set.
    pub(crate) fn first_variable<'a>(&self, names: &[&'a str]) -> Option<(&'a str, &OsStr)> {
        names.iter().find_map(|name| Some((*name, self.variable(name)?)))
    }

    /// A variable's value as text; one that is no text counts as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.variable(name)?.to_str()
    }

    /// Whether a variable switches something on or off.
    pub(crate) fn switch(&self, name: &str) -> Option<bool> {
        self.variable(name).and_then(switch)
    }

    /// Where gvr's own program lies, links followed.
    pub(crate) fn program_folder(&self) -> Option<PathBuf> {
        let executable = self.executable.as_deref()?;
        executable.canonicalize().ok()?.parent().map(Path::to_owned)
    }
}

/// The home folder: HOME where it is absolute, else the one in the system's list of users.
pub(crate) fn home() -> Option<PathBuf> {
    let is_usable = |path: &PathBuf| path.is_absolute();
    dirs::home_dir().filter(is_usable).or_else(|| home_of_user().filter(is_usable))
}

fn home_of_user() -> Option<PathBuf> {
    use nix::unistd::{Uid, User};

    User::from_uid(Uid::current()).ok().flatten().map(|user| user.dir)
}

/// The user's name, as the system's list of users has it.
pub(crate) fn user_name() -> Option<String> {
    use nix::unistd::{Uid, User};

    User::from_uid(Uid::current()).ok().flatten().map(|user| user.name)
}

/// The machine's name on the network, without its domain.
pub(crate) fn host_name() -> Option<String> {
    let name = nix::unistd::gethostname().ok()?.into_string().ok()?;
    name.split('.').next().map(str::to_owned)
}

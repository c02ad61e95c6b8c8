//! What `go env` prints, without running go, and where each value comes from, which `go env` does not say.
//!
//! The rules are those of `cmd/go/internal/cfg` and its neighbours in Go 1.21 to 1.27: a value comes from the environment,
//! else from the user's `go/env`, else from the GOROOT's `go.env`, else it is a default, which may depend on others. Tests
//! compare with `go env -json` of real releases.
//!
//! Three quirks of Go are kept. Which `go.env` is read depends on a GOROOT in `go/env` before one in the environment, though
//! the latter is what counts as GOROOT. And a line of `go/env` with an empty value hides the line of `go.env`, while an
//! empty variable of the environment hides nothing. And of two lines for a name the last counts in `go/env`, the first in
//! `go.env`.

mod goroot;
mod known;
pub mod known_flags;
mod layers;
mod paths;
mod quoted;
mod resolve;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gvr_core::Version;
use serde::{Deserialize, Serialize};

pub use self::goroot::find_goroot;
pub use self::known::is_known;
use crate::readers::env_file::EnvFile;

/// What `go env` prints and is not foretold: GOGCCFLAGS depends on what the C compiler says, and GOMOD and GOWORK are found
/// by the rules of modules, which are not these.
pub const NOT_FORETOLD: [&str; 3] = ["GOGCCFLAGS", "GOMOD", "GOWORK"];

/// What has to be asked of a machine, or of a record of one.
pub trait Machine {
    /// A variable of the environment.
    fn variable(&self, name: &str) -> Option<String>;
    /// The content of a file, or nothing where it cannot be read.
    fn read(&self, file: &Path) -> Option<Vec<u8>>;
    /// Whether this is a folder, or a link to one.
    fn is_folder(&self, path: &Path) -> bool;
    /// Whether there is a file of this name that is not a folder.
    fn is_file(&self, path: &Path) -> bool;
    /// The path without links.
    fn real_path(&self, path: &Path) -> Option<PathBuf>;
    /// Where a program of this name is found on PATH; a name with a `/` is its own place, if a program is there.
    fn program(&self, name: &str) -> Option<String>;
}

/// The go command whose settings are asked for.
#[derive(Clone, Copy, Debug)]
pub struct GoCommand<'a> {
    /// Its version, which decides what there is to set.
    pub version: Version,
    /// What it calls itself: `go1.23.1`, with `X:` and experiments where it was built with such.
    pub release: &'a str,
    /// The system it was built for, by Go's name (its GOHOSTOS).
    pub os: &'a str,
    /// The processor it was built for, by Go's name (its GOHOSTARCH).
    pub arch: &'a str,
    /// Where it lies, as the system tells it: on Linux without links, on macOS as it was called.
    pub executable: &'a Path,
    /// The folder in which it is run.
    pub folder: &'a Path,
}

/// All settings of a go command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoSettings {
    /// By name, those that this version of go prints.
    pub values: BTreeMap<String, Value>,
    /// The user's file of settings.
    pub user_file: SettingsFile,
    /// The GOROOT's.
    pub goroot_file: SettingsFile,
}

/// A file of settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsFile {
    /// Where it is looked for; `None` where it has no place, or is switched off (`GOENV=off`).
    pub path: Option<String>,
    /// What it says; `None` where it cannot be read.
    pub content: Option<EnvFile>,
}

/// A setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Value {
    /// As `go env` prints it.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
    /// What is set elsewhere for the same name and does not count, strongest first.
    pub hidden: Vec<Hidden>,
}

/// A value that does not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hidden {
    /// Where it stands.
    pub origin: Origin,
    /// What it says.
    pub value: String,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A variable of the environment.
    Environment,
    /// The user's file of settings.
    UserFile {
        /// Counted from 1.
        line: u32,
    },
    /// The GOROOT's file of settings.
    GorootFile {
        /// Counted from 1.
        line: u32,
    },
    /// Nothing sets it.
    Default,
    /// It is a property of this go, and cannot be set.
    Fixed,
}

impl GoSettings {
    /// Works out the settings.
    pub fn resolve(go: &GoCommand<'_>, machine: &impl Machine) -> Self {
        resolve::resolve(go, machine)
    }

    /// A value; empty where this go has no such setting.
    pub fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", |value| &value.value)
    }

    /// The file and line of an origin, where it has one.
    pub fn place(&self, origin: &Origin) -> Option<(&str, u32)> {
        let (file, line) = match origin {
            Origin::UserFile { line } => (&self.user_file, line),
            Origin::GorootFile { line } => (&self.goroot_file, line),
            Origin::Environment | Origin::Default | Origin::Fixed => return None,
        };
        file.path.as_deref().map(|path| (path, *line))
    }
}

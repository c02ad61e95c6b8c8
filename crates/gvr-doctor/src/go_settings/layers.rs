//! The three places where a setting can stand, over one another.

use std::path::Path;

use super::goroot::of_go_env;
use super::known::GO_1_24;
use super::paths::join;
use super::{GoCommand, Hidden, Machine, Origin, SettingsFile, Value};
use crate::readers::env_file::{EnvFile, Setting};

pub(super) struct Layers<'a, M> {
    machine: &'a M,
    pub(super) user_file: SettingsFile,
    pub(super) goroot_file: SettingsFile,
    /// The GOROOT that the files give; the environment's counts before it.
    goroot: String,
}

impl<'a, M: Machine> Layers<'a, M> {
    pub(super) fn read(go: &GoCommand<'_>, machine: &'a M) -> Self {
        let read = |path: Option<String>| {
            let content = path.as_deref().and_then(|path| machine.read(&go.folder.join(path)));
            SettingsFile { path, content: content.as_deref().map(EnvFile::parse) }
        };
        let user_file = read(user_file_path(go, machine));
        let in_user_file = user_file.content.as_ref().and_then(|file| file.setting("GOROOT"));
        let goroot = of_go_env(in_user_file.map(|setting| setting.value.as_str()), go, machine);
        let path = (!goroot.is_empty()).then(|| join(&goroot, "go.env"));
        Self { machine, user_file, goroot_file: read(path), goroot }
    }

    /// A variable of the environment; an empty one is none.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        self.machine.variable(name).filter(|value| !value.is_empty())
    }

    /// What is set for a name (`Getenv`), or `default`.
    pub(super) fn value(&self, name: &str, default: &str) -> Value {
        let mut layers = self.layers(name).into_iter();
        match layers.next() {
            // An empty line hides what is below it, and then the default takes its place.
            Some((origin, value)) => {
                let hidden = layers.map(|(origin, value)| Hidden { origin, value }).collect();
                if value.is_empty() && !default.is_empty() {
                    Value { value: default.to_owned(), origin: Origin::Default, hidden }
                } else {
                    Value { value, origin, hidden }
                }
            }
            None => Value { value: default.to_owned(), origin: Origin::Default, hidden: Vec::new() },
        }
    }

    /// All that is set for a name, strongest first.
    fn layers(&self, name: &str) -> Vec<(Origin, String)> {
        let pair = |setting: &Setting| (setting.line, setting.value.clone());
        let user = self.user_file.content.as_ref().and_then(|file| file.setting(name)).map(pair);
        // In this one the first line of a name counts: go takes it as set already when it comes to the second.
        let goroot = self.goroot_file.content.as_ref().and_then(|file| file.first_setting(name)).map(pair);
        let environment = self.variable(name).map(|value| (Origin::Environment, value));
        let user = user.map(|(line, value)| (Origin::UserFile { line }, value));
        let goroot = goroot.map(|(line, value)| (Origin::GorootFile { line }, value));
        [environment, user, goroot].into_iter().flatten().collect()
    }

    /// GOROOT: the environment's as it stands there, else a clean one. `go.env` cannot set it.
    pub(super) fn goroot(&self) -> Value {
        let mut layers = self.layers("GOROOT");
        layers.retain(|(origin, value)| !matches!(origin, Origin::GorootFile { .. }) && !value.is_empty());
        let mut layers = layers.into_iter();
        let (origin, value) = match layers.next() {
            Some((Origin::Environment, value)) => (Origin::Environment, value),
            Some((origin, _)) => (origin, self.goroot.clone()),
            None => (Origin::Default, self.goroot.clone()),
        };
        Value { value, origin, hidden: layers.map(|(origin, value)| Hidden { origin, value }).collect() }
    }
}

/// Where the user's file of settings is (`EnvFile`).
pub(super) fn user_file_path(go: &GoCommand<'_>, machine: &impl Machine) -> Option<String> {
    match machine.variable("GOENV").filter(|value| !value.is_empty()) {
        Some(value) if value == "off" => None,
        Some(file) => Some(file),
        None => Some(join(
            &user_folder(go, machine, "XDG_CONFIG_HOME", ".config", "Library/Application Support")?,
            "go/env",
        )),
    }
}

/// A folder for a user's files: on macOS below the home, elsewhere where `variable` says, which has to be absolute
/// since Go 1.24, or
/// `name` in the home (`os.UserConfigDir`, `os.UserCacheDir`).
pub(super) fn user_folder(
    go: &GoCommand<'_>,
    machine: &impl Machine,
    variable: &str,
    name: &str,
    name_on_macos: &str,
) -> Option<String> {
    let set = |name: &str| machine.variable(name).filter(|value| !value.is_empty());
    if matches!(go.os, "darwin" | "ios") {
        return Some(format!("{}/{name_on_macos}", set("HOME")?));
    }
    match set(variable) {
        Some(folder) => (go.version < GO_1_24 || Path::new(&folder).is_absolute()).then_some(folder),
        None => Some(format!("{}/{name}", set("HOME")?)),
    }
}

//! The version that another manager runs where nothing else is asked for.

use std::path::{Path, PathBuf};

use gvr_core::files::{Disk, Files as _};
use gvr_core::pins::{Asks, PinFile};
use gvr_core::resolve::{Outcome as Resolved, outcome_of};
use gvr_core::{Request, Version};
use serde::Serialize;
use toml_edit::{DocumentMut, Item as Value};

use super::super::verify::version_of;
use super::managers::{Manager, Places};
use super::report::{Item, Outcome};
use crate::context::Context;
use crate::error::CliError;
use crate::query;

/// What another manager says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Theirs {
    manager: Manager,
    path: PathBuf,
    request: Request,
}

/// What became of it.
#[derive(Debug, Serialize)]
pub(super) struct Global {
    manager: Manager,
    path: PathBuf,
    requested: String,
    /// The version that gvr's global version is, or would be.
    version: Option<String>,
    outcome: Carried,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Carried {
    /// It is gvr's global version now.
    Set,
    /// It would be.
    WouldSet,
    /// gvr had a global version already, which stays.
    Kept,
    /// gvr has no such version.
    Missing,
}

/// The first of these managers that has one. The system's Go is what gvr runs anyway.
pub(super) fn find(managers: impl Iterator<Item = Manager>, places: &Places<'_>) -> Option<Theirs> {
    let mut managers = managers;
    managers.find_map(|manager| of(manager, places)).filter(|theirs| theirs.request != Request::System)
}

fn of(manager: Manager, places: &Places<'_>) -> Option<Theirs> {
    let theirs = |path: PathBuf, request: Request| Theirs { manager, path, request };
    let root = places.root(manager);
    let below = |name: &str| root.as_ref().map(|root| root.join(name));
    let linked = |name: &str| {
        let path = below(name)?;
        let version = version_of(&path.canonicalize().ok()?).or_else(|| version_of(&path.join("go")))?;
        Some(theirs(path, Request::from(version)))
    };
    match manager {
        Manager::Goenv => ["version", "global", "default"].iter().find_map(|name| {
            let path = below(name)?;
            let request = pinned(PinFile::GoVersion, &path)?;
            Some(theirs(path, request))
        }),
        Manager::Gvm => {
            let path = below("environments/default")?;
            let request = gvm_default(&read(&path)?)?;
            Some(theirs(path, request))
        }
        Manager::G => linked("go"),
        Manager::Goup | Manager::Gobrew => linked("current"),
        Manager::Asdf => tool_versions(places).map(|(path, request)| theirs(path, request)),
        Manager::Mise => mise_config(places)
            .and_then(|path| Some((mise_default(&read(&path)?)?, path)))
            .map(|(request, path)| theirs(path, request))
            .or_else(|| tool_versions(places).map(|(path, request)| theirs(path, request))),
        Manager::Brew | Manager::Path => None,
    }
}

fn read(path: &Path) -> Option<String> {
    const LIMIT: u64 = 1 << 20;
    String::from_utf8(Disk.read(path, LIMIT).ok()?).ok()
}

fn pinned(kind: PinFile, path: &Path) -> Option<Request> {
    match kind.read(&Disk, path)?.ok()? {
        Asks::Pin(pinned) => pinned.into_iter().next().map(|pinned| pinned.request),
        Asks::Minimum(_) | Asks::Nothing(_) => None,
    }
}

/// `.tool-versions` in the home folder, or under the name that asdf's variable gives it.
fn tool_versions(places: &Places<'_>) -> Option<(PathBuf, Request)> {
    let name = (places.variable)("ASDF_TOOL_VERSIONS_FILENAME")
        .or_else(|| (places.variable)("ASDF_DEFAULT_TOOL_VERSIONS_FILENAME"))
        .unwrap_or_else(|| PathBuf::from(PinFile::ToolVersions.name()));
    // An absolute one replaces the folder.
    let path = places.home.as_ref()?.join(name);
    let request = pinned(PinFile::ToolVersions, &path)?;
    Some((path, request))
}

fn mise_config(places: &Places<'_>) -> Option<PathBuf> {
    let folder = || {
        let config = || {
            let home = places.home.as_ref().map(|home| home.join(".config"));
            places.named("XDG_CONFIG_HOME").or(home).map(|config| config.join("mise"))
        };
        places.named("MISE_CONFIG_DIR").or_else(config)
    };
    places.named("MISE_GLOBAL_CONFIG_FILE").or_else(|| folder().map(|folder| folder.join("config.toml")))
}

/// The first version under `go` in the table `tools`: a text, a list, or a table with `version`.
fn mise_default(text: &str) -> Option<Request> {
    let document: DocumentMut = text.parse().ok()?;
    let tools = document.get("tools")?;
    let go: &Value = tools.get("go").or_else(|| tools.get("golang")).or_else(|| tools.get("core:go"))?;
    let word = go.as_str().map(str::to_owned).or_else(|| {
        let first = go.as_array()?.get(0)?;
        first.as_str().or_else(|| first.as_inline_table()?.get("version")?.as_str()).map(str::to_owned)
    });
    let word = word.or_else(|| go.get("version")?.as_str().map(str::to_owned))?;
    word.trim_start_matches("prefix:").parse().ok()
}

/// gvm keeps the default's environment as a script: `gvm_go_name="go1.22.5"`.
fn gvm_default(script: &str) -> Option<Request> {
    let (_, rest) = script.split_once("gvm_go_name=\"")?;
    rest.split_once('"')?.0.parse().ok()
}

impl Global {
    /// Makes it gvr's, unless gvr has one already or has no such version.
    pub(super) fn carry_over(
        context: &Context<'_>,
        theirs: Theirs,
        items: &[Item],
        is_dry: bool,
    ) -> Result<Self, CliError> {
        let Theirs { manager, path, request } = theirs;
        let global = |version: Option<String>, outcome| Self {
            manager,
            path: path.clone(),
            requested: query::word(&request),
            version,
            outcome,
        };
        if context.layout().global_version().exists() {
            let own = pinned(PinFile::GoVersion, &context.layout().global_version());
            return Ok(global(own.map(|own| own.to_string()), Carried::Kept));
        }
        if is_dry {
            let imported = items.iter().filter(|item| item.outcome == Outcome::WouldImport);
            let mut versions: Vec<Version> =
                imported.filter_map(|item| Version::parse(item.version.as_deref()?).ok()).collect();
            versions.extend(gvr_core::resolve::installed_versions(context.layout(), &Disk));
            let selected = request.select(&versions).map(|version| version.to_string());
            let outcome = if selected.is_some() { Carried::WouldSet } else { Carried::Missing };
            return Ok(global(selected, outcome));
        }
        match outcome_of(&request, context.layout(), &Disk) {
            Resolved::Installed(toolchain) => {
                context.store.set_global(&[toolchain.to_string()])?;
                Ok(global(Some(toolchain.to_string()), Carried::Set))
            }
            Resolved::System | Resolved::Missing => Ok(global(None, Carried::Missing)),
        }
    }

    pub(super) fn tell(&self, context: &Context<'_>) {
        let Self { requested, version, .. } = self;
        let (manager, path) = (self.manager.name(), self.path.display());
        let version = version.as_deref().unwrap_or(requested);
        match self.outcome {
            Carried::Set => context.ui.note(format_args!("the global version is {version} now, as {path} says")),
            Carried::WouldSet => context.ui.note(format_args!("the global version would be {version}, as {path} says")),
            Carried::Kept if version == requested => {}
            Carried::Kept => context.ui.note(format_args!(
                "the global version stays {version}; {manager}'s is {requested}\n  to choose that one: gvr global {requested}"
            )),
            Carried::Missing => context.ui.note(format_args!(
                "{manager}'s global version is {requested}, which gvr does not have\n  \
                 to choose it: gvr install {requested} && gvr global {requested}"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_read_as_their_owners_write_them() {
        let gvm = "export gvm_go_name; gvm_go_name=\"go1.22.5\"\nexport gvm_pkgset_name; gvm_pkgset_name=\"global\"\n";
        assert_eq!(gvm_default(gvm), "1.22.5".parse().ok());
        assert_eq!(gvm_default("gvm_go_name=\"system\""), Some(Request::System));
        assert_eq!(gvm_default("x"), None);
        for text in [
            "[tools]\ngo = \"1.22\"",
            "[tools]\nnode = \"20\"\ngo = [\"1.22\", \"1.21\"]",
            "[tools]\ngo = { version = \"prefix:1.22\" }",
            "[tools.go]\nversion = \"1.22\"",
            "[tools]\ngo = [{ version = \"1.22\" }]",
        ] {
            assert_eq!(mise_default(text), "1.22".parse().ok(), "{text}");
        }
        assert_eq!(mise_default("[tools]\nnode = \"20\""), None);
        assert_eq!(mise_default("[tools"), None);
    }
}

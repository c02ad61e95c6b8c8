//! All facts of a machine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use gvr_core::gotoolchain;

use super::host::{Host, HostError};
use super::programs::{self, Depth};
use super::{files, gos, machine, owners, path, shells, surroundings, variables};
use crate::facts::{Access, Fact, Facts, Go, Gvr, Origin, OriginKind, SCHEMA};
use crate::trace::{self, TraceQuestion};

/// What gvr itself knows, and what is wanted.
#[derive(Clone, Debug)]
pub struct Question {
    /// gvr's root.
    pub root: PathBuf,
    /// The tree that gvr's shims would use in the working folder; `None` where that is none of gvr's own.
    pub selected: Option<PathBuf>,
    /// Whether the user's shell may be started, to see what its start-up files do.
    pub with_shells: bool,
    /// The shell whose start-up is to be traced; `None` where none is.
    pub trace: Option<TraceQuestion>,
}

/// Asks a machine everything. Whatever it does not tell is unknown; nothing here fails.
pub fn capture(host: &dyn Host, question: &Question) -> Facts {
    let environment = host.environment();
    let variables = variables::capture(&environment);
    let variable = |name: &str| variables.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let home: Fact<String> = host.home().map(|home| home.to_string_lossy().into_owned()).into();
    let folder: Fact<String> = host.folder().map(|folder| folder.to_string_lossy().into_owned()).into();
    let mut texts = files::Files::new();
    files::startup(host, &mut texts, home.known().map(String::as_str), variable("ZDOTDIR"));
    if let Fact::Known(folder) = &folder {
        files::pins(host, &mut texts, folder, home.known().map(String::as_str));
    }
    let system = machine::capture(host);
    let path = path::capture(host, variable("PATH").unwrap_or_default());

    let first = path.iter().find(|entry| entry.has_go);
    let root = match first {
        None => Fact::Known(None),
        Some(entry) if entry.is_shims => match &question.selected {
            Some(root) => Fact::Known(Some(root.to_string_lossy().into_owned())),
            // gvr hands over to the next go.
            None => path
                .iter()
                .find(|entry| entry.has_go && !entry.is_shims)
                .map_or(Fact::Known(None), |entry| gos::root_of(host, entry)),
        },
        Some(entry) => gos::root_of(host, entry),
    };
    let settings_file = settings_file(&system.os, &variables, &home, &folder);
    if let Some(Some(file)) = settings_file.known() {
        files::take(host, &mut texts, file);
    }
    if let Some(Some(root)) = root.known() {
        files::take(host, &mut texts, &format!("{root}/go.env"));
    }
    let mut facts = Facts {
        schema: SCHEMA,
        origin: Origin { kind: OriginKind::Recorded, about: String::new() },
        gvr: gvr(host, &question.root),
        go: Go { root, version: Fact::Known(None), settings_file, godebug: Fact::Known(None) },
        system,
        home,
        folder,
        path: Fact::Known(path),
        files: texts,
        variables: Fact::Known(variables),
        // Whoever may use the network fills it in.
        network: Fact::Known(None),
        ..Facts::default()
    };
    roots(host, &mut facts);
    if facts.variable("GODEBUG").is_ok_and(|value| value.is_some())
        && let Some(Some(root)) = facts.go.root.known()
    {
        facts.go.godebug = gos::godebug(host, root);
    }
    facts.leftovers = surroundings::leftovers(host, &facts);
    facts.receipt = surroundings::receipt(host, &facts);
    facts.compiler = surroundings::compiler(host, &facts);
    facts.libraries = surroundings::libraries(host, &facts);
    facts.certificates = surroundings::certificates(host, &facts);
    facts.tools = match facts.install_folder() {
        Ok(folder) if folder.starts_with('/') => programs::in_folder(host, &folder),
        Ok(folder) => Fact::unknown(format!("{folder} is not absolute")),
        Err(_) => Fact::unknown("Go's settings are not known"),
    };
    facts.ownership = owners::capture(host, &facts);
    facts.shells = if question.with_shells {
        shells::capture(host, &environment, facts.system.is_mac() == Some(true))
    } else {
        // None was asked for, which is no gap in what is known.
        Fact::Known(Vec::new())
    };
    facts.trace = match &question.trace {
        Some(wanted) => trace::run(host, wanted),
        None => Fact::Known(None),
    };
    facts
}

/// The trees that matter: the one that applies, the one that GOROOT names, and the installer's.
fn roots(host: &dyn Host, facts: &mut Facts) {
    let mut wanted = BTreeSet::new();
    wanted.extend(facts.go.root.known().cloned().flatten());
    if let Ok(Some((root, _))) = facts.set("GOROOT") {
        // Go reads the settings of the GOROOT that is set, whichever go it is.
        files::take(host, &mut facts.files, &format!("{root}/go.env"));
        wanted.insert(root);
    }
    let installers = "/usr/local/go";
    if host.stat(Path::new(installers)).is_ok() {
        wanted.insert(installers.to_owned());
    }
    let own = facts.go.root.known().cloned().flatten();
    for root in wanted {
        // Hashing all pages takes its time; that of the Go that runs is well spent.
        let depth = if own.as_ref() == Some(&root) { Depth::Pages } else { Depth::Headers };
        let tree = gos::goroot(host, &root, depth);
        facts.goroots.insert(root, Fact::Known(tree));
    }
    let version = own.and_then(|root| facts.goroots.get(&root)?.known()?.version.clone());
    facts.go.version = match &facts.go.root {
        Fact::Unknown { unknown } => Fact::unknown(unknown),
        Fact::Known(_) => Fact::Known(version.and_then(|name| name.strip_prefix("go").map(str::to_owned))),
    };
    for index in
        facts.gos_on_path().map(|gos| gos.into_iter().map(|(index, _)| index).collect::<Vec<_>>()).unwrap_or_default()
    {
        let Some(entry) = facts.path.known().and_then(|path| path.get(index)) else { continue };
        let path = format!("{}/go", entry.text.trim_end_matches('/'));
        let program = programs::read(host, Path::new(&path), Depth::Headers);
        facts.programs.insert(path, program);
    }
}

fn settings_file(
    os: &Fact<String>,
    variables: &std::collections::BTreeMap<String, String>,
    home: &Fact<String>,
    folder: &Fact<String>,
) -> Fact<Option<String>> {
    let Fact::Known(os) = os else { return Fact::unknown("the system is not known") };
    let text = |name: &str| variables.get(name).map(std::ffi::OsStr::new);
    let home = home.known().map(std::ffi::OsStr::new);
    let file = gotoolchain::settings_file(text("GOENV"), text("XDG_CONFIG_HOME"), home, os == "darwin");
    // GOENV may be relative to the working folder.
    let folder = Path::new(folder.known().map_or("", String::as_str));
    Fact::Known(file.map(|file| folder.join(file).to_string_lossy().into_owned()))
}

fn gvr(host: &dyn Host, root: &Path) -> Gvr {
    const MOST: usize = 1000;
    let installed = match host.list(&root.join("versions"), MOST) {
        Ok(names) => {
            let names = names.iter().map(|name| name.to_string_lossy().into_owned());
            Fact::Known(names.filter(|name| !name.starts_with('.')).collect())
        }
        Err(HostError::Absent) => Fact::Known(Vec::new()),
        Err(error) => Fact::unknown(error),
    };
    let folders = [root.to_owned(), root.join("shims"), root.join("versions")];
    let access = folders.iter().filter_map(|folder| {
        let stat = host.stat(folder).ok()?;
        Some((folder.to_string_lossy().into_owned(), Access { mode: stat.mode, uid: stat.uid, gid: Some(stat.gid) }))
    });
    Gvr { root: Fact::Known(root.to_string_lossy().into_owned()), installed, access: access.collect() }
}

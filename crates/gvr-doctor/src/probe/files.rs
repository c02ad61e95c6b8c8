//! The text of the files that a check may cite.

use std::collections::BTreeMap;
use std::path::Path;

use super::host::{Host, HostError};
use crate::facts::Fact;
use crate::shell;

/// The largest file that is read, in bytes. No start-up file that people write is nearly as large.
const MOST: u64 = 1 << 20;

/// How many files of a folder are read.
const MOST_FILES: usize = 100;

/// Texts by path.
pub(super) type Files = BTreeMap<String, Fact<Option<String>>>;

/// Reads a file into the facts, once.
pub(super) fn take(host: &dyn Host, files: &mut Files, path: &str) {
    if !files.contains_key(path) {
        files.insert(path.to_owned(), text(host, path));
    }
}

fn text(host: &dyn Host, path: &str) -> Fact<Option<String>> {
    match host.read(Path::new(path), MOST) {
        Ok(bytes) => Fact::Known(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(HostError::Absent) => Fact::Known(None),
        Err(error) => Fact::unknown(error),
    }
}

/// Every file of a folder whose name ends so.
fn take_folder(host: &dyn Host, files: &mut Files, folder: &str, endings: &[&str]) {
    for name in host.list(Path::new(folder), MOST_FILES).unwrap_or_default() {
        let name = name.to_string_lossy();
        if endings.iter().any(|ending| name.ends_with(ending)) {
            take(host, files, &format!("{folder}/{name}"));
        }
    }
}

/// The shells' start-up files, and what else makes up PATH.
pub(super) fn startup(host: &dyn Host, files: &mut Files, home: Option<&str>, zdotdir: Option<&str>) {
    let (paths, folders) = shell::startup_paths(home.unwrap_or_default());
    let is_system = |path: &String| home.is_some() || path.starts_with("/etc/");
    paths.iter().filter(|path| is_system(path)).for_each(|path| take(host, files, path));
    for folder in folders.iter().filter(|path| is_system(path)) {
        take_folder(host, files, folder, &[".sh", ".fish"]);
    }
    // zsh reads its own from there; they are cited under that name.
    for name in zdotdir.into_iter().flat_map(|folder| shell::ZSH_FILES.map(|name| (folder, name))) {
        take(host, files, &format!("{}/{}", name.0.trim_end_matches('/'), name.1));
    }
    take(host, files, "/etc/paths");
    take_folder(host, files, "/etc/paths.d", &[""]);
    // What is not there tells nothing, and there are many places; but for the two below, whose absence is asked for.
    files.retain(|_, text| !matches!(text, Fact::Known(None)));
    if matches!(host.system(), Ok("darwin")) {
        take(host, files, "/etc/paths.d/go");
        take(host, files, "/etc/zprofile");
    }
}

/// The files upwards from the working folder that say which Go they want.
pub(super) fn pins(host: &dyn Host, files: &mut Files, folder: &str, home: Option<&str>) {
    const NAMES: [&str; 4] = [".go-version", ".tool-versions", "go.work", "go.mod"];
    const MOST_FOLDERS: usize = 64;
    let mut found = Files::new();
    for folder in Path::new(folder).ancestors().take(MOST_FOLDERS) {
        let folder = folder.to_string_lossy();
        let folder = folder.trim_end_matches('/');
        for name in NAMES {
            take(host, &mut found, &format!("{folder}/{name}"));
        }
        take_folder(host, &mut found, &format!("{folder}/.github/workflows"), &[".yml", ".yaml"]);
        take(host, &mut found, &format!("{folder}/.gitlab-ci.yml"));
        // What lies above a repository, or above the home folder, is about something else.
        let is_repository = host.stat(Path::new(&format!("{folder}/.git"))).is_ok();
        if is_repository || home == Some(folder) {
            break;
        }
    }
    found.retain(|_, text| !matches!(text, Fact::Known(None)));
    files.append(&mut found);
}

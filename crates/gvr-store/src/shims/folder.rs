//! The folder of shims as it is, and the few ways in which it is changed.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use gvr_core::Layout;

use super::plan::Plan;
use super::program::{Known, MODE, Program};
use super::{MASTER, ShimError, is_hidden};
use crate::{Durability, stage};

/// What people read who wonder about the folder.
const MARKER_TEXT: &str = "\
This folder holds gvr's shims: programs named go, gofmt, go1.22.5 and so on, which run the Go that applies to the
folder one stands in. gvr makes and removes them (gvr rehash). Other files here are left alone.
";

/// Whose a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// gvr's, made of the program that shims are made of now.
    Current,
    /// gvr's, made of an earlier one, or not executable.
    Outdated,
    /// Not gvr's.
    Foreign,
}

/// What is in the folder.
#[derive(Debug)]
pub(super) struct Folder {
    /// All but hidden files.
    pub(super) entries: BTreeMap<OsString, Owner>,
    pub(super) has_current_master: bool,
    pub(super) has_marker: bool,
}

impl Folder {
    /// Looks at the folder `path`, which is empty if it does not exist.
    pub(super) fn read(path: &Path, program: &Program) -> Result<Self, ShimError> {
        let fail = |path: &Path| {
            let path = path.to_owned();
            |source| ShimError::Read { path, source }
        };
        let mut entries = BTreeMap::new();
        let master_path = path.join(MASTER);
        let master = Known::read(&master_path).map_err(fail(&master_path))?;
        let found = match fs::read_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            found => Some(found.map_err(fail(path))?),
        };
        for entry in found.into_iter().flatten() {
            let name = entry.map_err(fail(path))?.file_name();
            if !is_hidden(&name) {
                let owner = owner(&path.join(&name), program, master.as_ref());
                entries.extend(owner.map(|owner| (name, owner)));
            }
        }
        let has_current_master = master.is_some_and(|master| program.is_same_as(&master));
        let has_marker = path.join(Layout::SHIMS_MARKER).is_file();
        Ok(Self { entries, has_current_master, has_marker })
    }
}

/// Whose the file at `path` is; `None` if it has gone meanwhile.
fn owner(path: &Path, program: &Program, master: Option<&Known>) -> Option<Owner> {
    let metadata = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(_) => return Some(Owner::Foreign),
        Ok(metadata) if !metadata.is_file() => return Some(Owner::Foreign),
        Ok(metadata) => metadata,
    };
    let made_of = |master: &Known| if program.is_same_as(master) { Owner::Current } else { Owner::Outdated };
    if let Some(master) = master.filter(|master| master.is_linked_to(&metadata)) {
        return Some(made_of(master));
    }
    // Somebody's big tool is not read for nothing.
    let length = u64::try_from(program.bytes().len()).unwrap_or(u64::MAX);
    if metadata.len() != length && !master.is_some_and(|master| master.has_length_of(&metadata)) {
        return Some(Owner::Foreign);
    }
    Some(match Known::read(path) {
        Ok(None) => return None,
        Ok(Some(file)) if program.is_same_as(&file) => Owner::Current,
        Ok(Some(file)) if program.has_bytes_of(&file) => Owner::Outdated,
        Ok(Some(file)) if master.is_some_and(|master| master.has_bytes_of(&file)) => Owner::Outdated,
        Ok(Some(_)) | Err(_) => Owner::Foreign,
    })
}

/// Does what `plan` says: new files first, each by one rename, then the master, and what is not wanted at the end.
pub(super) fn apply(path: &Path, plan: &Plan, program: &Program, durability: Durability) -> Result<(), ShimError> {
    if plan.is_done() {
        return Ok(());
    }
    if plan.write_marker {
        // Written once, and read by nobody but people: that it is there is what counts.
        let marker = path.join(Layout::SHIMS_MARKER);
        fs::write(&marker, MARKER_TEXT).map_err(failed_on(&marker))?;
    }
    let master = path.join(MASTER);
    if plan.renew_master {
        let fresh = temporary(path);
        write_program(&fresh, program, durability).map_err(failed_on(&fresh))?;
        make(path, plan, &fresh, program, durability)
            .and_then(|()| fs::rename(&fresh, &master).map_err(failed_on(&master)))
            .inspect_err(|_| {
                let _ = fs::remove_file(&fresh);
            })?;
    } else {
        make(path, plan, &master, program, durability)?;
    }
    for name in plan.to_remove() {
        let shim = path.join(name);
        match fs::remove_file(&shim) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            result => result.map_err(failed_on(&shim))?,
        }
    }
    durability.sync_folder(path).map_err(failed_on(path))
}

fn failed_on(path: &Path) -> impl FnOnce(io::Error) -> ShimError {
    let path = path.to_owned();
    |source| ShimError::Write { path, source }
}

/// Gives every name that needs it to the file `source`.
fn make(path: &Path, plan: &Plan, source: &Path, program: &Program, durability: Durability) -> Result<(), ShimError> {
    plan.to_make().try_for_each(|name| {
        let shim = path.join(name);
        put(source, &shim, program, durability).map_err(failed_on(&shim))
    })
}

/// Gives `shim` to the file `source`, in one step also where there is a shim of that name.
fn put(source: &Path, shim: &Path, program: &Program, durability: Durability) -> io::Result<()> {
    let temporary = temporary(shim.parent().unwrap_or(Path::new("")));
    if fs::hard_link(source, &temporary).is_err() {
        // Some file systems have no hard links: then each shim is a file of its own.
        write_program(&temporary, program, durability)?;
    }
    let result = fs::rename(&temporary, shim);
    // The temporary name is still there if it failed, or if both are the same file already: then a rename does nothing.
    let _ = fs::remove_file(&temporary);
    result
}

fn write_program(path: &Path, program: &Program, durability: Durability) -> io::Result<()> {
    let write = || {
        let mut file = File::options().write(true).create_new(true).mode(MODE).open(path)?;
        file.write_all(program.bytes())?;
        // Whatever the umask: everybody who may use the store may use its shims.
        file.set_permissions(Permissions::from_mode(MODE))?;
        durability.sync_file(&file)
    };
    write().inspect_err(|_| {
        let _ = fs::remove_file(path);
    })
}

/// A name for a file that is not finished.
fn temporary(folder: &Path) -> PathBuf {
    folder.join(stage::unique(MASTER))
}

/// Removes what killed processes left. Only for who holds the lock: what looks like that is nobody else's then.
pub(super) fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if is_temporary(&entry.file_name()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_temporary(name: &OsStr) -> bool {
    name.as_encoded_bytes().strip_prefix(MASTER.as_bytes()).is_some_and(|rest| rest.starts_with(b"-"))
}

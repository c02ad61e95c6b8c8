//! Doing it.

use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::{MendError, On as _};
use super::plan::{Change, Content};
use super::write;

/// The name of the list of what was changed, in the folder of its copies.
pub(super) const MANIFEST: &str = "manifest.json";

/// What was changed at once.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) schema: u32,
    pub(super) files: Vec<Saved>,
}

/// A file as it was. `before` and `after` are files beside the list; where `before` is missing there was no file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Saved {
    pub(super) path: PathBuf,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    pub(super) mode: u32,
    pub(super) new_mode: u32,
    /// Whether there is no file any more, and `after` is missing for that.
    #[serde(default)]
    pub(super) is_removed: bool,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Where the copies are.
    pub backup: PathBuf,
    /// The files that were changed.
    pub files: Vec<PathBuf>,
}

/// Puts copies of all files into a new folder below `backups`, then changes the files one after the other.
pub fn apply(changes: &[Change], backups: &Path) -> Result<Applied, MendError> {
    let backup = new_folder(backups)?;
    let mut manifest = Manifest { schema: 1, files: Vec::new() };
    for (number, change) in changes.iter().enumerate() {
        manifest.files.push(save(change, &backup, number)?);
    }
    let list = serde_json::to_vec_pretty(&manifest)
        .map_err(|error| MendError::BadManifest { path: backup.join(MANIFEST), error })?;
    write::new_file(&backup.join(MANIFEST), &list)?;
    write::sync(&backup)?;
    write::sync(backups)?;
    let mut files = Vec::new();
    for (change, saved) in changes.iter().zip(&manifest.files) {
        still_as_planned(change)?;
        match &change.new {
            Content::Text(text) => {
                if let Some(folder) = change.target.parent() {
                    fs::create_dir_all(folder).on("create", folder)?;
                }
                write::replace(&change.target, text.as_bytes(), saved.new_mode)?;
            }
            Content::Mode(mode) => {
                let permissions = Permissions::from_mode(*mode);
                fs::set_permissions(&change.target, permissions).on("set the permissions of", &change.target)?;
            }
            Content::Absent => fs::remove_file(&change.target).on("remove", &change.target)?,
        }
        files.push(change.path.clone());
    }
    Ok(Applied { backup, files })
}

/// Another program may have written since the plan was made; what it wrote must not be lost.
fn still_as_planned(change: &Change) -> Result<(), MendError> {
    let is_same = match &change.old {
        Content::Text(text) => fs::read(&change.target).on("read", &change.target)? == text.as_bytes(),
        Content::Absent => change.target.symlink_metadata().is_err(),
        Content::Mode(_) => true,
    };
    if is_same { Ok(()) } else { Err(MendError::Changed { path: change.path.clone(), line: 1 }) }
}

fn save(change: &Change, backup: &Path, number: usize) -> Result<Saved, MendError> {
    const NEW_FILE: u32 = 0o644;
    let put = |content: &Content, what: &str| match content {
        Content::Text(text) => {
            let name = format!("{number}.{what}");
            write::new_file(&backup.join(&name), text.as_bytes()).map(|()| Some(name))
        }
        Content::Absent | Content::Mode(_) => Ok(None),
    };
    let (before, after) = (put(&change.old, "before")?, put(&change.new, "after")?);
    let mode = match (&change.old, fs::metadata(&change.target)) {
        (Content::Mode(mode), _) => *mode,
        (_, Ok(metadata)) => metadata.permissions().mode() & 0o7777,
        (_, Err(_)) => NEW_FILE,
    };
    let new_mode = if let Content::Mode(mode) = change.new { mode } else { mode };
    let is_removed = change.new == Content::Absent;
    Ok(Saved { path: change.target.clone(), before, after, mode, new_mode, is_removed })
}

/// A new folder with the next number as its name.
fn new_folder(backups: &Path) -> Result<PathBuf, MendError> {
    DirBuilder::new().recursive(true).mode(0o700).create(backups).on("create", backups)?;
    let mut next = numbers(backups)?.last().map_or(1, |last| last + 1);
    loop {
        let folder = backups.join(format!("{next:06}"));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return Ok(folder),
            // Another gvr was quicker.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => next += 1,
            Err(error) => return Err(error).on("create", &folder),
        }
    }
}

/// The numbers of the folders of copies, also of those that were undone, in order.
pub(super) fn numbers(backups: &Path) -> Result<Vec<u32>, MendError> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(backups).on("list", backups)? {
        let name = entry.on("list", backups)?.file_name();
        let name = name.to_string_lossy();
        numbers.extend(name.trim_end_matches(super::undo::UNDONE).parse::<u32>());
    }
    numbers.sort_unstable();
    Ok(numbers)
}

//! Putting a file into the place of another, whole or not at all.

use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::error::{MendError, On as _};

/// Writes a file beside the target, and renames it into its place when it is safe on the disk. The folder is the link's
/// target's, so that links stay.
pub(super) fn replace(target: &Path, content: &[u8], mode: u32) -> Result<(), MendError> {
    let folder = target.parent().unwrap_or(Path::new("/"));
    let temporary = temporary(target);
    // Left behind by a crash, or somebody else's: either way not ours to write through.
    let _ = fs::remove_file(&temporary);
    let result = write(&temporary, content, mode)
        .and_then(|()| fs::rename(&temporary, target).on("replace", target))
        .and_then(|()| sync(folder));
    if result.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    result
}

fn temporary(target: &Path) -> PathBuf {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    target.with_file_name(format!(".{name}.gvr-doctor-{}", std::process::id()))
}

fn write(path: &Path, content: &[u8], mode: u32) -> Result<(), MendError> {
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path).on("create", path)?;
    file.write_all(content).on("write", path)?;
    file.set_permissions(Permissions::from_mode(mode)).on("set the permissions of", path)?;
    file.sync_all().on("write", path)
}

/// Makes what a folder lists safe on the disk.
pub(super) fn sync(folder: &Path) -> Result<(), MendError> {
    File::open(folder).and_then(|folder| folder.sync_all()).on("write", folder)
}

/// Writes a new file that nobody else reads.
pub(super) fn new_file(path: &Path, content: &[u8]) -> Result<(), MendError> {
    write(path, content, 0o600)
}

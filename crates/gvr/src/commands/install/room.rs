//! Whether there is room for a Go: what it needs, and what there is.

use gvr_store::{Room, Store};
use indicatif::DecimalBytes;

use crate::error::CliError;

/// At its height an installation holds the archive and the tree. Of Go's own archives the tree takes 3.7 times as much as
/// the archive, the unused ends of blocks included.
const TIMES_THE_ARCHIVE: u64 = 5;

/// What an installation takes of the disk, in bytes, given its archive's size.
pub(super) fn needed(archive: Option<u64>) -> Option<u64> {
    archive.map(|size| size.saturating_mul(TIMES_THE_ARCHIVE))
}

/// Refuses to begin what cannot end well. Where the file system does not tell, it is tried.
pub(super) fn check(store: &Store, what: &str, needed: Option<u64>) -> Result<(), CliError> {
    let (Ok(room), Some(bytes)) = (store.room(), needed) else { return Ok(()) };
    if room.bytes >= bytes {
        return Ok(());
    }
    let root = store.layout().root().display();
    Err(CliError::failed(format_args!("there is not enough room in {root} for {what}"))
        .hint(balance(needed, room))
        .hint("make room, or set GVR_ROOT to a folder on another disk"))
}

/// Adds to an error that speaks of a full disk what was needed and what there is.
pub(super) fn explain(store: &Store, needed: Option<u64>, error: CliError) -> CliError {
    match store.room() {
        Ok(room) if error.is_about_room() => {
            let root = store.layout().root().display();
            error.hint(balance(needed, room)).hint(format_args!("to see more: df -h {root}; df -i {root}"))
        }
        _ => error,
    }
}

fn balance(needed: Option<u64>, room: Room) -> String {
    let free = DecimalBytes(room.bytes);
    let bytes = match needed {
        Some(bytes) => format!("about {} are needed while it is installed, {free} are free", DecimalBytes(bytes)),
        None => format!("{free} are free"),
    };
    match room.files {
        Some(files) if files < FILES => format!("{bytes}; about {FILES} files are needed, there is room for {files}"),
        _ => bytes,
    }
}

/// Go's own trees have up to 15,000 files and 1,800 folders.
const FILES: u64 = 17_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_needed_and_what_there_is() {
        let room = |files| Room { bytes: 12_000_000, files };
        assert_eq!(
            balance(needed(Some(67_805_611)), room(None)),
            "about 339.03 MB are needed while it is installed, 12.00 MB are free"
        );
        assert_eq!(balance(None, room(Some(1_000_000))), "12.00 MB are free");
        assert_eq!(
            balance(None, room(Some(3))),
            "12.00 MB are free; about 17000 files are needed, there is room for 3"
        );
    }
}

//! PATH, entry by entry.

use std::path::Path;

use gvr_core::Layout;

use super::host::{Host, Kind};
use crate::facts::{Access, PathEntry};

/// How many entries are looked at.
const MOST: usize = 500;

pub(super) fn capture(host: &dyn Host, path: &str) -> Vec<PathEntry> {
    if path.is_empty() {
        return Vec::new();
    }
    path.split(':').take(MOST).map(|text| entry(host, text)).collect()
}

fn entry(host: &dyn Host, text: &str) -> PathEntry {
    let entry = PathEntry { text: text.to_owned(), ..PathEntry::default() };
    let folder = Path::new(text);
    // A relative entry is judged by its text; what is there now says nothing about where it is used.
    if !folder.is_absolute() {
        return entry;
    }
    let Some(stat) = host.stat(folder).ok().filter(|stat| stat.kind == Kind::Folder) else { return entry };
    let go = host.stat(&folder.join("go"));
    PathEntry {
        is_folder: true,
        identity: Some(format!("{}:{}", stat.device, stat.inode)),
        access: Some(Access { mode: stat.mode, uid: stat.uid, gid: Some(stat.gid) }),
        is_shims: host.stat(&folder.join(Layout::SHIMS_MARKER)).is_ok(),
        has_go: go.is_ok_and(|stat| stat.kind == Kind::File && stat.mode & 0o111 != 0),
        ..entry
    }
}

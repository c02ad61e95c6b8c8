//! A Go that came as a module, such as those in Go's module cache.
//!
//! A module can have no `go.mod` but its own, so Go calls those of a toolchain `_go.mod` there, and copies each to its right name
//! when it first runs that toolchain. It makes executable what lies in `bin` and `pkg/tool`, and nothing else
//! (golang/go, `cmd/go/internal/toolchain`).

use gvr_fetch::dirhash::ToolchainModule;
use gvr_store::{Differences, Entry, Manifest};

/// Whether a tree has nothing but what the module of a Go has.
pub(super) fn is_module(tree: &Manifest) -> bool {
    tree.entries().iter().all(|entry| ToolchainModule::file_name(&entry.path).is_some())
}

/// The tree as the archive would have unpacked: with each `_go.mod` under its right name, once.
pub(super) fn unpacked(tree: Manifest) -> Manifest {
    let entries = tree.entries();
    let right_name = |entry: &Entry| match entry.path.strip_suffix("_go.mod") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => Some(format!("{folder}go.mod")),
        _ => None,
    };
    if !entries.iter().any(|entry| right_name(entry).is_some()) {
        return tree;
    }
    let at = |path: &str| entries.binary_search_by(|entry| entry.path.as_str().cmp(path)).ok().map(|at| &entries[at]);
    let mut found = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(path) = right_name(entry) else {
            found.push(entry.clone());
            continue;
        };
        match at(&path) {
            // The copy stands for both.
            Some(copy) if (copy.kind, copy.sha256) == (entry.kind, entry.sha256) => {}
            // Another file: what it is, is said under its own name.
            Some(_) => found.push(entry.clone()),
            None => found.push(Entry { path, ..entry.clone() }),
        }
    }
    Manifest::of_entries(found)
}

/// Leaves of a comparison what holds where only one of two trees came as a module.
pub(super) fn only_what_modules_have(differences: &mut Differences) {
    let is_compared = |path: &String| ToolchainModule::file_name(path).is_some();
    let Differences { changed, modes, missing, extra } = differences;
    for paths in [changed, missing, extra] {
        paths.retain(is_compared);
    }
    modes.retain(|path| path.starts_with("bin/") || path.starts_with("pkg/tool/"));
}

#[cfg(test)]
mod tests {
    use gvr_store::EntryKind;

    use super::*;

    fn tree(files: &[(&str, u8)]) -> Manifest {
        let entry = |(path, content): &(&str, u8)| Entry {
            path: (*path).to_owned(),
            kind: EntryKind::File,
            size: 1,
            sha256: [*content; 32],
        };
        Manifest::of_entries(files.iter().map(entry).collect())
    }

    #[test]
    fn what_a_module_calls_otherwise_has_its_right_name() {
        let archive = tree(&[("VERSION", 1), ("go.mod", 2), ("src/cmd/go.mod", 3), ("src/x_go.mod", 4)]);
        let files = [("VERSION", 1), ("_go.mod", 2), ("src/cmd/_go.mod", 3), ("src/x_go.mod", 4)];
        assert_eq!(unpacked(tree(&files)), archive, "Go has not run it yet");
        let copied = [&files[..], &[("go.mod", 2), ("src/cmd/go.mod", 3)]].concat();
        assert_eq!(unpacked(tree(&copied)), archive, "Go has run it");
        assert_eq!(unpacked(archive.clone()), archive);
        let altered = [&files[..], &[("go.mod", 2), ("src/cmd/go.mod", 9)]].concat();
        let found = archive.differences(&unpacked(tree(&altered)));
        assert_eq!(
            (found.changed, found.extra),
            (vec!["src/cmd/go.mod".to_owned()], vec!["src/cmd/_go.mod".to_owned()])
        );
    }
}

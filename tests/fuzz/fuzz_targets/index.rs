//! The release index: whatever the server sends, what is made of it holds together.
#![no_main]

use gvr_fetch::{Index, Lookup};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|document: &[u8]| {
    let Ok(index) = Index::parse(document) else { return };
    let versions: Vec<_> = index.releases().iter().map(gvr_fetch::Release::version).collect();
    assert!(!versions.is_empty());
    assert!(versions.is_sorted_by(|one, other| one < other), "each release is there once, in Go's order");
    for release in index.releases() {
        for archive in release.archives() {
            assert_eq!(archive.version, release.version());
            let name = archive.file_name();
            assert!(name.starts_with("go") && name.ends_with(".tar.gz") && !name.contains('/'), "{name}");
            assert!(archive.size != Some(0));
            assert!(matches!(index.archive(archive.version, archive.platform), Lookup::Found(found) if found == archive));
        }
    }
});

//! Programs: whatever a file of macOS's or Linux's kind says of itself, reading it ends, and what is made of it holds together.
#![no_main]

use std::io::Cursor;

use gvr_doctor::readers::ReadCache;
use gvr_doctor::readers::build_info::BuildInfo;
use gvr_doctor::readers::macho::{MachO, Signature, SignatureState, Slice};
use gvr_doctor::readers::program::Program;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    let program = Program::read(file);
    let cache = ReadCache::new(Cursor::new(file));
    assert_eq!(program, Program::read(&cache), "an open file is another than its bytes");
    let info = BuildInfo::read(file);
    assert_eq!(info, BuildInfo::read(&cache));
    if let Ok(info) = info {
        let text = info.go_version.len() + info.path.as_ref().map_or(0, String::len);
        // What is no UTF-8 becomes three bytes.
        assert!(text <= 3 * file.len(), "{info:?}");
    }
    let Ok(MachO { slices, is_fat }) = MachO::read(file) else { return };
    assert!(is_fat || slices.len() == 1);
    for slice in &slices {
        let end = slice.offset.checked_add(slice.size).expect("a place in a file");
        assert!(end <= file.len() as u64, "{slice:?} lies outside of a file of {} bytes", file.len());
        assert!(slice.uuid.as_ref().is_none_or(|uuid| uuid.len() == 32), "{slice:?}");
        if let SignatureState::Present(signature) = &slice.signature {
            is_sound(signature, slice);
        }
        if let Ok(check) = slice.check_pages(file) {
            assert!(check.wrong <= check.pages, "{check:?}");
            assert!(check.first_wrong.is_sorted() && check.first_wrong.iter().all(|page| *page < check.pages), "{check:?}");
            assert!(check.first_wrong.len() as u64 <= u64::from(check.wrong), "{check:?}");
        }
    }
});

/// A signature lies in its slice, and its names are no longer than it.
fn is_sound(signature: &Signature, slice: &Slice) {
    let end = u64::from(signature.offset) + u64::from(signature.size);
    assert!(end <= slice.size, "{signature:?} lies outside of its slice of {} bytes", slice.size);
    for directory in &signature.directories {
        assert!(directory.identifier.len() <= 3 * signature.size as usize, "{directory:?}");
    }
    assert!(signature.best_directory().is_some() || signature.directories.is_empty());
}

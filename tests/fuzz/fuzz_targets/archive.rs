//! The archive reader: whatever it is given, nothing outside its folder changes, and what it accepts is a Go.
//!
//! An input whose first byte is even is an archive as it stands; of any other, the rest is a tar, which is compressed first,
//! since nobody guesses check sums.
#![no_main]

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use gvr_core::Version;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((kind, rest)) = input.split_first() else { return };
    let archive = if kind % 2 == 0 { rest.to_vec() } else { compress(rest) };
    let folder = tempfile::tempdir().expect("a folder");
    let stage = folder.path().join("stage");
    fs::create_dir(&stage).expect("a folder in it");
    fs::write(folder.path().join("canary"), "unharmed").expect("a file in it");
    let version = Version::release(1, 22, 90);
    let platform = "linux-amd64".parse().expect("a platform");
    let unpacked = gvr_fetch::unpack(&archive[..], &stage, version, platform);
    assert_eq!(fs::read_to_string(folder.path().join("canary")).expect("the canary"), "unharmed");
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 2, "something lies outside the stage");
    let mut files = 0;
    look(&stage, &mut files);
    if let Ok(claimed) = unpacked {
        assert_eq!(claimed, files);
        assert!(fs::read_to_string(stage.join("VERSION")).expect("VERSION").starts_with("go1.22.90"));
        assert!(fs::metadata(stage.join("bin/go")).expect("bin/go").permissions().mode() & 0o111 != 0);
    }
});

/// There are files and folders, of the two modes that there may be.
fn look(folder: &Path, files: &mut u64) {
    for entry in fs::read_dir(folder).expect("a folder that was made") {
        let entry = entry.expect("an entry");
        let about = entry.metadata().expect("a file that was made");
        let mode = about.permissions().mode() & 0o7777;
        assert!(about.is_file() || about.is_dir(), "{}", entry.path().display());
        assert!(mode == 0o755 || (about.is_file() && mode == 0o644), "{}: {mode:o}", entry.path().display());
        if about.is_dir() {
            look(&entry.path(), files);
        } else {
            *files += 1;
        }
    }
}

fn compress(tar: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(tar).expect("a Vec takes every byte");
    encoder.finish().expect("a Vec takes every byte")
}

//! The reader of module zips: whatever a proxy sends, nothing outside its folder changes, and the hash is that of what it wrote.
//!
//! An input whose first byte is even is a zip as it stands; of any other, the rest says what files a well-formed one has, since
//! nobody guesses check sums.
#![no_main]

use std::fs::{self, File};
use std::io::Write;

use flate2::Crc;
use gvr_core::Version;
use gvr_fetch::dirhash::{ToolchainModule, h1_of_tree};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((kind, rest)) = input.split_first() else { return };
    let platform = "linux-amd64".parse().expect("a platform");
    let module = ToolchainModule::new(Version::release(1, 22, 90), platform).expect("a module");
    let zip = if kind % 2 == 0 { rest.to_vec() } else { written(&module.prefix(), rest) };
    let folder = tempfile::tempdir().expect("a folder");
    let (stage, path) = (folder.path().join("stage"), folder.path().join("zip"));
    fs::create_dir(&stage).expect("a folder in it");
    File::create(&path).and_then(|mut file| file.write_all(&zip)).expect("a file in it");
    let unpacked = gvr_fetch::unpack_module(File::open(&path).expect("the zip"), module, &stage);
    assert_eq!(fs::read(&path).expect("the zip"), zip, "the zip is only read");
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 2, "something lies outside the stage");
    let Ok((files, h1)) = unpacked else { return };
    assert!(files >= 2 && fs::read_to_string(stage.join("VERSION")).expect("VERSION").starts_with("go1.22.90"));
    // What the archive has and the module has not would be left out of the tree's hash.
    if ["api", "doc", "misc", "test"].iter().all(|name| !stage.join(name).exists()) {
        assert_eq!(h1_of_tree(&stage, module).expect("a tree of files"), h1);
    }
});

/// A zip of the files that the input has: for each the name's length, the name, the content's length, the content; and where
/// a name's length has its highest bit set, the module's prefix is not put before it.
fn written(prefix: &str, mut input: &[u8]) -> Vec<u8> {
    let (mut zip, mut directory, mut count) = (Vec::new(), Vec::new(), 0_u16);
    while let Some((length, rest)) = input.split_first() {
        let (name, rest) = rest.split_at(rest.len().min(usize::from(length & 0x7f)));
        let (length_of_content, rest) = rest.split_first().unwrap_or((&0, &[]));
        let (content, rest) = rest.split_at(rest.len().min(usize::from(*length_of_content)));
        input = rest;
        let name = if length & 0x80 == 0 { [prefix.as_bytes(), name].concat() } else { name.to_vec() };
        let mut crc = Crc::new();
        crc.update(content);
        let number = |length: usize| u32::try_from(length).expect("it is short").to_le_bytes();
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        for field in [crc.sum().to_le_bytes(), number(content.len()), number(content.len()), number(name.len())] {
            common.extend(field);
        }
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(number(zip.len()));
        directory.extend(&name);
        zip.extend(b"PK\x03\x04");
        zip.extend(common);
        zip.extend(name);
        zip.extend(content);
        count += 1;
    }
    let at = u32::try_from(zip.len()).expect("it is short");
    let size = u32::try_from(directory.len()).expect("it is short");
    zip.extend(directory);
    zip.extend(b"PK\x05\x06\0\0\0\0");
    for field in [&count.to_le_bytes()[..], &count.to_le_bytes(), &size.to_le_bytes(), &at.to_le_bytes(), &[0; 2]] {
        zip.extend(field);
    }
    zip
}

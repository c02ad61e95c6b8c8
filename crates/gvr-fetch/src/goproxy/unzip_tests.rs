//! Zips that are written here byte by byte, so that they can say anything.

use std::io::{Seek as _, SeekFrom};

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use proptest::prelude::*;

use super::*;

const PREFIX: &str = "golang.org/toolchain@v0.0.1-go1.23.90.linux-amd64/";

fn module() -> ToolchainModule {
    ToolchainModule::new("1.23.90".parse().unwrap(), "linux-amd64".parse().unwrap()).unwrap()
}

/// An entry, and the lies about it.
#[derive(Clone)]
struct Raw {
    central: Vec<u8>,
    local: Vec<u8>,
    mode: u32,
    method: u16,
    flags: u16,
    data: Vec<u8>,
    size: Option<u32>,
    crc: Option<u32>,
}

fn raw(name: &str, data: &[u8]) -> Raw {
    let name = format!("{PREFIX}{name}").into_bytes();
    Raw { central: name.clone(), local: name, mode: 0, method: 8, flags: 0, data: data.to_vec(), size: None, crc: None }
}

/// What every toolchain has.
fn go() -> Vec<Raw> {
    vec![
        raw("VERSION", b"go1.23.90\ntime 2026-01-01T00:00:00Z\n"),
        raw("bin/go", b"a program"),
        raw("pkg/tool/linux_amd64/compile", b"a tool"),
        raw("src/_go.mod", b"module std\n"),
        raw("src/fmt/print.go", b"package fmt\n"),
    ]
}

fn zip(entries: &[Raw]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let packed = if entry.method == 8 {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(1));
            encoder.write_all(&entry.data).unwrap();
            encoder.finish().unwrap()
        } else {
            entry.data.clone()
        };
        let mut crc = Crc::new();
        crc.update(&entry.data);
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap();
        let mut common = Vec::new();
        for number in [entry.flags, entry.method, 0, 0] {
            common.extend(number.to_le_bytes());
        }
        for number in [entry.crc.unwrap_or(crc.sum()), length(&packed), entry.size.unwrap_or(length(&entry.data))] {
            common.extend(number.to_le_bytes());
        }
        let short = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap().to_le_bytes();
        let offset = length(&bytes);
        bytes.extend(b"PK\x03\x04\x14\x00");
        bytes.extend(&common);
        bytes.extend(short(&entry.local));
        bytes.extend([0, 0]);
        bytes.extend(&entry.local);
        bytes.extend(&packed);
        directory.extend(b"PK\x01\x02\x14\x03\x14\x00");
        directory.extend(&common);
        directory.extend(short(&entry.central));
        directory.extend([0; 8]);
        directory.extend((entry.mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(&entry.central);
    }
    let start = u32::try_from(bytes.len()).unwrap();
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
    bytes.extend([count, count].concat());
    bytes.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

fn run(bytes: &[u8]) -> (Result<Unzipped, UnpackError>, tempfile::TempDir) {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    let parent = tempfile::tempdir().unwrap();
    let tree = parent.path().join("tree");
    fs::create_dir(&tree).unwrap();
    let result = unzip(file, module(), &tree);
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1, "nothing is written outside");
    (result, parent)
}

#[test]
fn a_module_becomes_a_toolchain() {
    let mut entries = go();
    entries[4].method = 0;
    let (result, parent) = run(&zip(&entries));
    let unzipped = result.unwrap();
    let tree = parent.path().join("tree");
    let mode = |path: &str| fs::metadata(tree.join(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!(["bin/go", "pkg/tool/linux_amd64/compile"].map(mode), [0o755; 2]);
    assert_eq!(["VERSION", "src/go.mod", "src/fmt/print.go"].map(mode), [0o644; 3]);
    assert!(!tree.join("src/_go.mod").exists());
    assert_eq!((unzipped.files, fs::read(tree.join("src/go.mod")).unwrap()), (5, b"module std\n".to_vec()));
    let hashes =
        entries.iter().map(|entry| (String::from_utf8(entry.central.clone()).unwrap(), Sha256::of(&entry.data)));
    assert_eq!(unzipped.h1, DirHash::of_zip(hashes).unwrap());
}

#[test]
fn what_no_module_has_is_refused() {
    let with = |name: &str| [go(), vec![raw(name, b"x")]].concat();
    let changed = |change: &dyn Fn(&mut Raw)| {
        let mut entries = go();
        change(&mut entries[4]);
        entries
    };
    let named = |name: &[u8]| changed(&|entry| (entry.central, entry.local) = (name.to_vec(), name.to_vec()));
    for (what, entries) in [
        ("no prefix", named(b"src/fmt/print.go")),
        ("another version", named(b"golang.org/toolchain@v0.0.1-go1.23.91.linux-amd64/x")),
        ("only the prefix", named(PREFIX.as_bytes())),
        ("slip", with("../x")),
        ("slip in the middle", with("src/../../x")),
        ("absolute", named(b"/etc/passwd")),
        ("backslash", with("src\\x")),
        ("line break", with("src/x\ny")),
        ("escape", with("src/\x1b[31m")),
        ("not UTF-8", named(&[PREFIX.as_bytes(), b"\xff"].concat())),
        ("folder", with("src/empty/")),
        ("twice", with("bin/go")),
        ("other case", with("bin/GO")),
        ("folder of other case", with("BIN/x")),
        ("file and folder", with("bin/go/x")),
        ("go.mod", with("src/cmd/go.mod")),
        ("go.mod at the top", with("go.mod")),
        ("_go.mod over _go.mod", with("src/_go.mod")),
        ("receipt", with(".gvr-receipt.toml")),
        ("link", changed(&|entry| entry.mode = 0o120_777)),
        ("device", changed(&|entry| entry.mode = 0o060_644)),
        ("folder by mode", changed(&|entry| entry.mode = 0o040_755)),
        ("encrypted", changed(&|entry| entry.flags = 1)),
        ("another method", changed(&|entry| entry.method = 12)),
        ("wrong crc", changed(&|entry| entry.crc = Some(7))),
        ("shorter than stated", changed(&|entry| entry.size = Some(100))),
        ("longer than stated", changed(&|entry| entry.size = Some(3))),
        ("too large", changed(&|entry| entry.size = Some(600 << 20))),
        ("two names", changed(&|entry| entry.local = format!("{PREFIX}src/fmt/other.go").into_bytes())),
        ("no VERSION", go()[1..].to_vec()),
        ("another VERSION", [vec![raw("VERSION", b"go1.23.91\n")], go()[1..].to_vec()].concat()),
        ("no go", [vec![go()[0].clone()], go()[2..].to_vec()].concat()),
        ("nothing", Vec::new()),
    ] {
        assert!(run(&zip(&entries)).0.is_err(), "{what}");
    }
}

#[test]
fn what_is_no_whole_zip_is_refused() {
    let good = zip(&go());
    let patch = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] ^= byte;
        bytes
    };
    for (what, bytes) in [
        ("empty", Vec::new()),
        ("HTML", b"<html>captive portal</html>".to_vec()),
        ("prepended", [b"#!/bin/sh\n", good.as_slice()].concat()),
        ("trailing", [good.as_slice(), b"x"].concat()),
        ("truncated", good[..good.len() - 1].to_vec()),
        ("half", good[..good.len() / 2].to_vec()),
        ("another count", patch(good.len() - 12, 1)),
        ("another place", patch(good.len() - 6, 1)),
        ("a comment that is not there", patch(good.len() - 2, 1)),
        ("damaged data", patch(30 + PREFIX.len() + 10, 0xff)),
    ] {
        assert!(run(&bytes).0.is_err(), "{what}");
    }
    // Two entries that share one place.
    let mut overlapping = go();
    overlapping.push(raw("src/fmt/scan.go", b"x"));
    let mut bytes = zip(&overlapping);
    let place = bytes.len() - 22 - (46 + PREFIX.len() + "src/fmt/scan.go".len()) + 42;
    bytes[place..place + 4].copy_from_slice(&[0; 4]);
    assert!(run(&bytes).0.is_err(), "shared bytes");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is done to a good zip: no panic, nothing outside the folder, and what is accepted has the hash of what was
    /// written, or the change was to something that no reader looks at.
    #[test]
    fn damage_is_never_believed(place in any::<prop::sample::Index>(), byte in 1_u8.., cut in any::<Option<prop::sample::Index>>()) {
        let good = zip(&go());
        let published = run(&good).0.unwrap().h1;
        let mut bytes = good.clone();
        let at = place.index(bytes.len());
        bytes[at] ^= byte;
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let (Ok(unzipped), _parent) = run(&bytes) {
            prop_assert_eq!(unzipped.h1, published);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(run(&bytes).0.is_err());
        let tail = [bytes.as_slice(), b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x2e\0\0\0\0\0\0\0\0\0"].concat();
        prop_assert!(run(&tail).0.is_err());
    }
}

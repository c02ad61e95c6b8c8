//! The programs in `tests/data`; its README says where each comes from.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;

pub(crate) fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(format!("{name}.gz"));
    let mut bytes = Vec::new();
    GzDecoder::new(File::open(&path).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

pub(crate) const MACH_O: [&str; 4] =
    ["empty-main.darwin-arm64", "empty-main.darwin-amd64", "empty-main.darwin-fat", "pack-1.23.1.darwin-arm64.cut"];

pub(crate) const ELF: [&str; 2] = ["pack-1.23.1.linux-amd64.cut", "esbuild-0.12.9.linux-amd64.cut"];

//! Archives made in code, good and bad.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use gvr_core::{Platform, Version};
use gvr_fetch::{Archive, HashSource, Sha256};

/// A version that Go never published.
pub(crate) const VERSION: &str = "1.22.90";
pub(crate) const PLATFORM: &str = "linux-amd64";
pub(crate) const FILE: &str = "go1.22.90.linux-amd64.tar.gz";

/// A tar that is written byte by byte, so that it can be anything.
#[derive(Clone, Default)]
pub(crate) struct Tar(pub(crate) Vec<u8>);

impl Tar {
    /// What every Go archive has: VERSION and bin/go.
    pub(crate) fn go() -> Self {
        Self::default()
            .folder("go/")
            .file("go/VERSION", 0o644, format!("go{VERSION}\ntime 2026-01-01T00:00:00Z\n").as_bytes())
            .folder("go/bin/")
            .file("go/bin/go", 0o755, b"#!/bin/sh\necho go\n")
    }

    pub(crate) fn file(self, name: &str, mode: u32, data: &[u8]) -> Self {
        self.entry(name.as_bytes(), b'0', mode, data.len() as u64, data)
    }

    pub(crate) fn folder(self, name: &str) -> Self {
        self.entry(name.as_bytes(), b'5', 0o755, 0, b"")
    }

    /// An entry of any type, with a size that need not be that of its data.
    pub(crate) fn entry(self, name: &[u8], kind: u8, mode: u32, size: u64, data: &[u8]) -> Self {
        self.raw(&header(name, kind, mode, format!("{size:011o}\0").as_bytes(), b""), data)
    }

    pub(crate) fn link(self, name: &str, kind: u8, target: &str) -> Self {
        self.raw(&header(name.as_bytes(), kind, 0o777, b"00000000000\0", target.as_bytes()), b"")
    }

    /// A PAX header before the next entry.
    pub(crate) fn pax(self, records: &[u8]) -> Self {
        self.entry(b"PaxHeaders.0/x", b'x', 0o644, records.len() as u64, records)
    }

    pub(crate) fn raw(mut self, header: &[u8; 512], data: &[u8]) -> Self {
        self.0.extend_from_slice(header);
        self.0.extend_from_slice(data);
        let padded = self.0.len().next_multiple_of(512);
        self.0.resize(padded, 0);
        self
    }

    /// The bytes with the two records of zeros that end a tar.
    pub(crate) fn end(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }

    pub(crate) fn gz(self) -> Vec<u8> {
        gzip(&self.end())
    }
}

/// A ustar header with a right check sum.
pub(crate) fn header(name: &[u8], kind: u8, mode: u32, size: &[u8], link: &[u8]) -> [u8; 512] {
    let mut header = [0; 512];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &name[..name.len().min(100)]);
    put(100, format!("{mode:07o}\0").as_bytes());
    put(108, b"0000000\x000000000\0");
    put(124, size);
    put(136, b"00000000000\0");
    put(156, &[kind]);
    put(157, link);
    put(257, b"ustar\x0000");
    check_sum(&mut header);
    header
}

pub(crate) fn check_sum(header: &mut [u8; 512]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

/// One PAX record, with its length.
pub(crate) fn record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    [length.to_string().as_bytes(), b" ", key.as_bytes(), b"=", value, b"\n"].concat()
}

pub(crate) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(1));
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// An archive with its bytes.
pub(crate) struct FakeGo {
    pub(crate) bytes: Vec<u8>,
    pub(crate) archive: Archive,
}

impl FakeGo {
    pub(crate) fn of(bytes: Vec<u8>) -> Self {
        let archive = Archive {
            version: Version::parse(VERSION).unwrap(),
            platform: PLATFORM.parse::<Platform>().unwrap(),
            sha256: Some(Sha256::of(&bytes)),
            hash_from: HashSource::Index,
            size: Some(bytes.len() as u64),
        };
        Self { bytes, archive }
    }

    pub(crate) fn small() -> Self {
        Self::of(Tar::go().gz())
    }

    /// With enough that does not shrink to be in the middle of something.
    pub(crate) fn large() -> Self {
        let mut state = 1_u64;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33).to_le_bytes()[0]
        })
        .take(700_000)
        .collect();
        Self::of(Tar::go().file("go/pkg/noise", 0o644, &noise).gz())
    }

    /// The release index that lists this archive alone.
    pub(crate) fn index(&self) -> String {
        format!("[{}]", self.listed())
    }

    pub(crate) fn listed(&self) -> String {
        let Archive { version, platform, sha256, size, .. } = self.archive;
        let name = version.release_name();
        let platform = platform.to_string();
        let (os, arch) = platform.split_once('-').unwrap();
        let (file, hash, size) = (self.archive.file_name(), sha256.unwrap(), size.unwrap());
        format!(
            r#"{{"version":"{name}","stable":true,"files":[{{"filename":"{file}","os":"{os}","arch":"{arch}","version":"{name}","sha256":"{hash}","size":{size},"kind":"archive"}}]}}"#
        )
    }
}

//! What is installed: Go's own archives, and one that is made to take as much memory as it can.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::server::Content;
use crate::bench::error::BenchError;
use crate::context::Context;

/// The version that all rows install.
pub(crate) const VERSION: &str = "1.27.3";

/// Four versions at once, as gvr names them, and their archives. One is for another platform.
pub(crate) const FOUR: [(&str, &str); 4] = [
    ("1.27.3", "go1.27.3.linux-amd64.tar.gz"),
    ("1.24.11", "go1.24.11.linux-amd64.tar.gz"),
    ("1.23.1", "go1.23.1.linux-amd64.tar.gz"),
    ("1.23.1-darwin-arm64", "go1.23.1.darwin-arm64.tar.gz"),
];

/// A version that was never released, with one file of 1 GiB that shrinks to a hundredth.
pub(crate) const GIANT: &str = "1.98.1";
const GIANT_SIZE: u64 = 1 << 30;

/// The folder of Go's own archives, if all of them are there.
pub(crate) fn folder(context: &Context) -> Option<PathBuf> {
    let named = context.variable("GVR_TEST_OFFICIAL_DIST").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| context.cache.join("gvr-official-dist"));
    FOUR.iter().all(|(_, name)| folder.join(name).is_file()).then_some(folder)
}

/// All that the server has. What has to be made for it is made in `work`.
pub(crate) fn content(official: &Path, work: &Path) -> Result<Content, BenchError> {
    let disk = |source| BenchError::disk(work, source);
    let mut content = Content::default();
    let mut releases = Vec::new();
    let giant = format!("go{GIANT}.linux-amd64.tar.gz");
    make_giant(&work.join(&giant)).map_err(disk)?;
    let named = FOUR.iter().map(|(_, name)| (official.join(name), (*name).to_owned()));
    for (path, name) in named.chain([(work.join(&giant), giant.clone())]) {
        let bytes = fs::read(&path).map_err(disk)?;
        let sha256: String = hex(&Sha256::digest(&bytes));
        releases.push(release(&[(name.clone(), sha256.clone(), bytes.len() as u64)]));
        content.texts.insert(format!("{name}.sha256"), sha256.into_bytes());
        content.files.insert(name, path);
    }
    // As long as the real one, which names every archive of every release.
    for minor in 60..90 {
        releases.extend((0..10).map(|patch| {
            let row = |number: u32| {
                let sha256 = format!("{:064x}", u64::from(minor * 1000 + patch * 100 + number));
                (
                    format!("go1.{minor}.{patch}.linux-{}.tar.gz", ARCHES[number as usize % ARCHES.len()]),
                    sha256,
                    70_000_000,
                )
            };
            release(&(0..14).map(row).collect::<Vec<_>>())
        }));
    }
    let index = serde_json::to_vec_pretty(&Value::Array(releases))?;
    content.texts.insert("/dl/?mode=json".to_owned(), index.clone());
    content.texts.insert("/dl/?mode=json&include=all".to_owned(), index);
    Ok(content)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Architectures for the rows that only make the index long.
const ARCHES: [&str; 14] = [
    "386", "amd64", "arm64", "armv6l", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le",
    "riscv64", "s390x", "sparc64",
];

fn release(files: &[(String, String, u64)]) -> Value {
    let version =
        |name: &str| name.split(".linux").next().and_then(|name| name.split(".darwin").next()).map(str::to_owned);
    let file = |(name, sha256, size): &(String, String, u64)| {
        let platform = name.trim_end_matches(".tar.gz").rsplit('.').next().unwrap_or_default();
        let (os, arch) = platform.split_once('-').unwrap_or_default();
        json!({
            "filename": name, "os": os, "arch": arch, "version": version(name), "sha256": sha256, "size": size,
            "kind": "archive"
        })
    };
    let first = files.first().and_then(|(name, ..)| version(name));
    json!({ "version": first, "stable": true, "files": files.iter().map(file).collect::<Vec<_>>() })
}

/// Unpacks the four archives' compression alone: what is left is to write.
pub(crate) fn inflate(official: &Path, work: &Path) -> Result<(), BenchError> {
    for (version, name) in FOUR {
        let path = work.join(format!("{version}.tar"));
        let copy = || {
            let mut plain = File::create(&path)?;
            io::copy(&mut GzDecoder::new(File::open(official.join(name))?), &mut plain)
        };
        copy().map_err(|source| BenchError::disk(&path, source))?;
    }
    Ok(())
}

fn make_giant(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    let mut tar = tar::Builder::new(GzEncoder::new(BufWriter::new(File::create(path)?), Compression::fast()));
    let mut add = |name: &str, mode, size, content: &mut dyn Read| {
        let mut header = tar::Header::new_ustar();
        header.set_mode(mode);
        header.set_size(size);
        tar.append_data(&mut header, name, content)
    };
    let version = format!("go{GIANT}\n");
    add("go/VERSION", 0o644, version.len() as u64, &mut version.as_bytes())?;
    add("go/bin/go", 0o755, 10, &mut &b"#!/bin/sh\n"[..])?;
    add("go/pkg/giant", 0o644, GIANT_SIZE, &mut Shrinking { made: 0, state: 1 }.take(GIANT_SIZE))?;
    tar.into_inner()?.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// Of each 64 KiB, half a KiB is noise and the rest zeros.
struct Shrinking {
    made: usize,
    state: u64,
}

impl Read for Shrinking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        for byte in buffer.iter_mut() {
            *byte = 0;
            if self.made.is_multiple_of(64 << 10) || self.made % (64 << 10) < 512 {
                self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *byte = self.state.to_be_bytes()[0];
            }
            self.made += 1;
        }
        Ok(buffer.len())
    }
}

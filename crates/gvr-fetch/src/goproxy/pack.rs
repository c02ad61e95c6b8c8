//! The module of a toolchain, made of the tree that its archive unpacks to.
//!
//! distpack makes Go's archive and Go's module of the same files (golang/go, `cmd/distpack/pack.go`), so the module can be made
//! without being downloaded. A module's hash is that of its files' names and contents, not of its zip's bytes: this zip has
//! other bytes than Go's, and the same hash.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::path::EntryPath;
use rawzip::{CompressionMethod, ZipArchiveWriter};

use crate::Content;
use crate::digest::Hasher;
use crate::dirhash::{DirHash, DirHashError, H1, ToolchainModule};

/// How much is read and written at once.
const BUFFER: usize = 256 << 10;
/// A `VERSION` has two short lines.
const LONGEST_VERSION: u64 = 4096;

/// Why a module could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file of the tree could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of the tree is not what was unpacked.
    #[error("{} was altered while the module was made", path.display())]
    Changed {
        /// Which.
        path: PathBuf,
    },
    /// The zip could not be written.
    #[error("cannot write the module's zip")]
    Write(#[source] io::Error),
    /// A module cannot have such files.
    #[error(transparent)]
    Hash(#[from] DirHashError),
}

/// A module as a Go module proxy has it, but for its zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedModule {
    /// Its hash.
    pub h1: H1,
    /// What its `.info` is: its version, and when that Go was made, where its `VERSION` says so.
    pub info: String,
}

/// Writes the zip of `module` into `zip`, of the tree at `root`, which has these files and nothing else. The answer to the same
/// tree is the same to the byte.
pub fn pack_module(
    root: &Path,
    files: &[Content],
    module: ToolchainModule,
    zip: &File,
) -> Result<PackedModule, PackError> {
    let (mut hash, prefix) = (DirHash::new(module), module.prefix());
    let mut archive = ZipArchiveWriter::new(BufWriter::with_capacity(BUFFER, zip));
    let mut buffer = vec![0; BUFFER];
    for file in files {
        hash.add(&file.path, file.sha256);
        let Some(name) = ToolchainModule::file_name(&file.path) else { continue };
        let written = write(&mut archive, &format!("{prefix}{name}"), &root.join(&file.path), &mut buffer)?;
        if written != file.sha256 {
            return Err(PackError::Changed { path: root.join(&file.path) });
        }
    }
    let mut out = archive.finish().map_err(|error| PackError::Write(io::Error::other(error)))?;
    out.flush().map_err(PackError::Write)?;
    Ok(PackedModule { h1: hash.finish()?, info: info(root, module)? })
}

/// Writes one file. The answer is the hash of what was read.
fn write<W: Write>(
    archive: &mut ZipArchiveWriter<W>,
    name: &str,
    path: &Path,
    buffer: &mut [u8],
) -> Result<crate::Sha256, PackError> {
    let failed = |error: rawzip::Error| PackError::Write(io::Error::other(error));
    let cannot_read = |source| PackError::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(cannot_read)?;
    // Go's names are plain ones; they are written as they are, since their hash is.
    let entry = archive.new_file(EntryPath::verbatim(name.as_bytes()));
    let (mut entry, config) = entry.compression_method(CompressionMethod::DEFLATE).start().map_err(failed)?;
    let mut plain = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
    let mut hasher = Hasher::default();
    loop {
        match file.read(buffer) {
            Ok(0) => break,
            Ok(count) => {
                hasher.update(&buffer[..count]);
                plain.write_all(&buffer[..count]).map_err(PackError::Write)?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(cannot_read(error)),
        }
    }
    let (encoder, sums) = plain.finish().map_err(failed)?;
    encoder.finish().map_err(PackError::Write)?;
    entry.finish(sums).map_err(failed)?;
    Ok(hasher.finish())
}

/// The JSON that `@v/VERSION.info` is (<https://go.dev/ref/mod#goproxy-protocol>). The time is that of the second line of
/// VERSION, `time 2024-08-29T20:56:24Z`, as distpack takes it.
fn info(root: &Path, module: ToolchainModule) -> Result<String, PackError> {
    let path = root.join("VERSION");
    let mut text = String::new();
    let read = File::open(&path).and_then(|file| file.take(LONGEST_VERSION).read_to_string(&mut text));
    read.map_err(|source| PackError::Read { path, source })?;
    let is_of_a_time = |character: char| character.is_ascii_digit() || "TZ:+-.".contains(character);
    let time = text.lines().find_map(|line| line.strip_prefix("time ")).filter(|time| time.chars().all(is_of_a_time));
    let time = time.map_or_else(String::new, |time| format!(",\"Time\":\"{time}\""));
    Ok(format!("{{\"Version\":\"{}\"{time}}}\n", module.version()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::goproxy::unpack_module;
    use crate::{Sha256, dirhash::h1_of_tree};

    fn tree(files: &[(&str, &str)]) -> (tempfile::TempDir, Vec<Content>) {
        let folder = tempfile::tempdir().unwrap();
        let mut contents = Vec::new();
        for (path, content) in files {
            let whole = folder.path().join(path);
            fs::create_dir_all(whole.parent().unwrap()).unwrap();
            fs::write(&whole, content).unwrap();
            let (size, sha256) = (content.len() as u64, Sha256::of(content.as_bytes()));
            contents.push(Content { path: (*path).to_owned(), is_program: false, size, sha256 });
        }
        (folder, contents)
    }

    fn module() -> ToolchainModule {
        ToolchainModule::new("1.22.90".parse().unwrap(), "linux-armv6l".parse().unwrap()).unwrap()
    }

    #[test]
    fn a_tree_becomes_the_module_that_it_also_is() {
        let large = "a line that comes again\n".repeat(40_000);
        let (folder, contents) = tree(&[
            ("VERSION", "go1.22.90\ntime 2024-08-29T20:56:24Z\n"),
            ("api/go1.txt", "left out"),
            ("bin/go", "#!/bin/sh\n"),
            ("go.mod", "module x\n"),
            ("src/cmd/go.mod", "module cmd\n"),
            ("src/empty", ""),
            ("src/fmt/print.go", &large),
            ("test/x/go.mod", "left out too"),
        ]);
        let (one, other) = (tempfile::tempfile().unwrap(), tempfile::tempfile().unwrap());
        let packed = pack_module(folder.path(), &contents, module(), &one).unwrap();
        assert_eq!(packed.h1, h1_of_tree(folder.path(), module()).unwrap());
        let info = "{\"Version\":\"v0.0.1-go1.22.90.linux-arm\",\"Time\":\"2024-08-29T20:56:24Z\"}\n";
        assert_eq!(packed.info, info);
        assert!(one.metadata().unwrap().len() < 10_000, "it is compressed");
        // Which tool of it runs where is not this module's business: the archive was looked at before.
        pack_module(folder.path(), &contents, module(), &other).unwrap();
        let bytes = |mut file: File| {
            let mut bytes = Vec::new();
            io::Seek::rewind(&mut file).unwrap();
            file.read_to_end(&mut bytes).unwrap();
            bytes
        };
        let again = other.try_clone().unwrap();
        let stage = tempfile::tempdir().unwrap();
        let (files, h1) = unpack_module(other, module(), stage.path()).unwrap();
        assert_eq!((files, h1), (6, packed.h1));
        assert_eq!(fs::read_to_string(stage.path().join("src/fmt/print.go")).unwrap(), large);
        assert!(stage.path().join("src/cmd/go.mod").is_file() && !stage.path().join("api").exists());
        assert_eq!(bytes(one), bytes(again));
    }

    #[test]
    fn what_is_not_what_was_unpacked_is_refused() {
        let (folder, contents) = tree(&[("VERSION", "go1.22.90\n"), ("bin/go", "#!/bin/sh\n")]);
        let pack = || pack_module(folder.path(), &contents, module(), &tempfile::tempfile().unwrap());
        assert_eq!(pack().unwrap().info, "{\"Version\":\"v0.0.1-go1.22.90.linux-arm\"}\n");
        fs::write(folder.path().join("VERSION"), "go1.22.90\ntime \"}\n").unwrap();
        assert!(matches!(pack(), Err(PackError::Changed { .. })));
        fs::remove_file(folder.path().join("bin/go")).unwrap();
        fs::write(folder.path().join("VERSION"), "go1.22.90\n").unwrap();
        assert!(matches!(pack(), Err(PackError::Read { .. })));
    }
}

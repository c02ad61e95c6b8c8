//! A toolchain from the zip of its module.
//!
//! The rules are those of golang.org/x/mod/zip, and those by which the go command makes a toolchain of the module: every name
//! begins with the module's own path and version, nothing is there twice, no file is longer than stated, `_go.mod` becomes
//! `go.mod`, and what lies in `bin` and `pkg/tool` becomes executable. What x/mod passes over, such as folders, is refused:
//! Go's own packer makes none.

use std::collections::HashMap;
use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::path::Path;

use flate2::read::DeflateDecoder;
use rawzip::{CompressionMethod, FileReader, ZipArchive, ZipArchiveEntryWayfinder, ZipFileHeaderRecord};

use crate::digest::Hasher;
use crate::dirhash::{DirHash, H1, ToolchainModule};
use crate::unpack::{check_machine, check_name, check_tree, fold};
use crate::{Content, EntryProblem, Sha256, UnpackError};

/// The most that a module may unpack to (golang.org/x/mod/zip, `MaxZipFile`).
const MOST_BYTES: u64 = 500 << 20;
/// Real ones have 15,000.
const MOST_ENTRIES: usize = 100_000;
/// How much is read and written at once.
const BUFFER: usize = 256 << 10;
/// Names are shorter than 1,200 bytes, and Go's packer adds nothing to them.
const LOCAL_HEADER: usize = 16 << 10;

/// What was unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unzipped {
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// The module's hash, which nothing has been compared with yet.
    pub(super) h1: H1,
    /// Every file as it was written.
    pub(super) contents: Vec<Content>,
}

/// An entry that may be unpacked.
struct Found {
    /// Below the module's prefix, as the zip has it.
    name: String,
    at: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
    size: u64,
}

/// Unpacks the zip of `module` into the empty folder `destination`, and tells how many files there are and what the module's
/// hash is. Nothing has been compared with that hash: it says what the zip is, not that it is Go's.
pub fn unpack_module(zip: File, module: ToolchainModule, destination: &Path) -> Result<(u64, H1), UnpackError> {
    unzip(zip, module, destination).map(|unzipped| (unzipped.files, unzipped.h1))
}

/// Unpacks the zip of `module` into the empty folder `destination`.
pub(super) fn unzip(zip: File, module: ToolchainModule, destination: &Path) -> Result<Unzipped, UnpackError> {
    let length = zip.metadata().map_err(damaged)?.len();
    let mut buffer = vec![0; BUFFER];
    let directory = check_end(&zip, length)?;
    let archive = ZipArchive::from_file(zip, &mut buffer).map_err(damaged)?;
    if archive.directory_offset() != directory {
        // rawzip would look for it elsewhere.
        return Err(UnpackError::Zip("its list of entries is not where it says".to_owned()));
    }
    let found = list(&archive, length, module, &mut buffer)?;
    let prefix = module.prefix();
    let mut hashes = Vec::with_capacity(found.len());
    let mut contents = Vec::with_capacity(found.len());
    let mut bytes = 0;
    for found in &found {
        let content = extract(&archive, found, destination, &mut buffer)?;
        hashes.push((format!("{prefix}{}", found.name), content));
        let path = on_disk(&found.name);
        contents.push(Content { is_program: is_program(&path), path, size: found.size, sha256: content });
        bytes += found.size;
    }
    check_tree(destination, module.go_version())?;
    check_machine(destination, module.go_version(), module.platform())?;
    let h1 = DirHash::of_zip(hashes).map_err(damaged)?;
    Ok(Unzipped { files: found.len() as u64, bytes, h1, contents })
}

/// The last 22 bytes are the end of a zip without a comment; they say where its list of entries begins (APPNOTE.TXT,
/// 4.3.16).
fn check_end(zip: &File, length: u64) -> Result<u64, UnpackError> {
    let mut end = [0; 22];
    let at = length.checked_sub(22).ok_or(UnpackError::Truncated)?;
    zip.read_exact_at(&mut end, at).map_err(damaged)?;
    match end {
        [b'P', b'K', 5, 6, .., a, b, c, d, 0, 0] => Ok(u32::from_le_bytes([a, b, c, d]).into()),
        _ => Err(UnpackError::Zip("it does not end as a zip does".to_owned())),
    }
}

/// Every entry, after all that can be said without its content.
fn list(
    archive: &ZipArchive<FileReader>,
    length: u64,
    module: ToolchainModule,
    buffer: &mut [u8],
) -> Result<Vec<Found>, UnpackError> {
    if archive.end_offset() != length {
        return Err(UnpackError::TrailingData);
    }
    let (mut found, mut names) = (Vec::new(), Names::default());
    let (mut total, mut first) = (0_u64, u64::MAX);
    let mut entries = archive.entries(buffer);
    while let Some(entry) = entries.next_entry().map_err(damaged)? {
        if found.len() >= MOST_ENTRIES {
            return Err(UnpackError::TooManyEntries { limit: MOST_ENTRIES as u64 });
        }
        let whole = entry.file_path().as_bytes().to_vec();
        let fail = |problem| UnpackError::Entry { name: shown(&whole), problem };
        let name = check_entry(&entry, &whole, module).map_err(fail)?;
        names.take(&on_disk(&name)).map_err(fail)?;
        total = total.saturating_add(entry.uncompressed_size_hint());
        if total > MOST_BYTES {
            return Err(UnpackError::TooLarge { limit: MOST_BYTES });
        }
        first = first.min(entry.local_header_offset());
        let (method, size) = (entry.compression_method(), entry.uncompressed_size_hint());
        found.push(Found { name, at: entry.wayfinder(), method, size });
    }
    if found.len() as u64 != archive.entries_hint() {
        return Err(UnpackError::Zip("its list of entries has another length than it says".to_owned()));
    }
    if first != 0 {
        return Err(UnpackError::Zip("something stands before its first entry".to_owned()));
    }
    check_places(archive, &found, module)?;
    Ok(found)
}

/// The name below the prefix.
fn check_entry(entry: &ZipFileHeaderRecord<'_>, whole: &[u8], module: ToolchainModule) -> Result<String, EntryProblem> {
    let text = std::str::from_utf8(whole).map_err(|_| EntryProblem::NotText)?;
    let below = text
        .strip_prefix(&module.prefix())
        .ok_or(EntryProblem::Zip("it does not lie below the module's own path and version"))?;
    // The same rules as for an archive, in which everything lies below `go/`.
    check_name(format!("go/{below}").as_bytes(), false)?;
    if below == "go.mod" || below.ends_with("/go.mod") {
        return Err(EntryProblem::Zip("a module has no go.mod in its folders"));
    }
    // Of the type, zero means that nothing is said of it, and 10 (octal) a plain file.
    if entry.is_dir() || !matches!(entry.mode().value() >> 12, 0 | 0o10) {
        return Err(EntryProblem::Zip("it is no plain file"));
    }
    if entry.flags().is_encrypted() {
        return Err(EntryProblem::Zip("it is encrypted"));
    }
    if !matches!(entry.compression_method(), CompressionMethod::STORE | CompressionMethod::DEFLATE) {
        return Err(EntryProblem::Zip("it is compressed in another way than a module's files are"));
    }
    Ok(below.to_owned())
}

/// Where a file of the module goes, below the toolchain's root.
fn on_disk(name: &str) -> String {
    match name.strip_suffix("_go.mod") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => format!("{folder}go.mod"),
        _ => name.to_owned(),
    }
}

/// What cmd/go makes executable of a module's files.
fn is_program(path: &str) -> bool {
    path.starts_with("bin/") || path.starts_with("pkg/tool/")
}

/// The names that are taken, folders among them, in the form in which some file systems take them for one another.
#[derive(Default)]
struct Names(HashMap<String, (String, bool)>);

impl Names {
    fn take(&mut self, path: &str) -> Result<(), EntryProblem> {
        for (at, _) in path.match_indices('/') {
            self.enter(&path[..at], true)?;
        }
        if self.enter(path, false)? { Ok(()) } else { Err(EntryProblem::Twice) }
    }

    /// Whether it was not there before.
    fn enter(&mut self, path: &str, is_folder: bool) -> Result<bool, EntryProblem> {
        let folded = fold(path);
        match self.0.get(&folded) {
            None => {
                self.0.insert(folded, (path.to_owned(), is_folder));
                Ok(true)
            }
            Some((spelt, _)) if spelt != path => Err(EntryProblem::Twin(spelt.clone())),
            Some((_, was_folder)) if *was_folder != is_folder => Err(EntryProblem::FileAndFolder),
            Some(_) => Ok(false),
        }
    }
}

/// Each entry has a header of its own that says the same, and bytes that belong to no other.
fn check_places(archive: &ZipArchive<FileReader>, found: &[Found], module: ToolchainModule) -> Result<(), UnpackError> {
    let mut ranges = Vec::with_capacity(found.len());
    let mut buffer = vec![0; LOCAL_HEADER];
    let prefix = module.prefix();
    for found in found {
        let entry = archive.get_entry(found.at).map_err(damaged)?;
        let local = entry.local_header(&mut buffer).map_err(damaged)?;
        let name = local.file_path();
        let says_the_same = name.as_bytes().strip_prefix(prefix.as_bytes()) == Some(found.name.as_bytes())
            && local.compression_method() == found.method
            && !local.flags().is_encrypted();
        if !says_the_same {
            let problem = EntryProblem::Zip("the zip says two things about it");
            return Err(UnpackError::Entry { name: found.name.clone(), problem });
        }
        ranges.push(entry.compressed_data_range());
    }
    ranges.sort_unstable();
    if ranges.windows(2).any(|pair| matches!(pair, [one, next] if next.0 < one.1)) {
        return Err(UnpackError::Zip("its entries share their bytes".to_owned()));
    }
    if archive.directory_offset() < ranges.last().map_or(0, |(_, end)| *end) {
        return Err(UnpackError::Zip("its entries reach into its list of them".to_owned()));
    }
    Ok(())
}

/// Writes one file. The answer is the hash of its content.
fn extract(
    archive: &ZipArchive<FileReader>,
    found: &Found,
    destination: &Path,
    buffer: &mut [u8],
) -> Result<Sha256, UnpackError> {
    let below = on_disk(&found.name);
    let path = destination.join(&below);
    let cannot_write = |source| UnpackError::Write { path: path.clone(), source };
    let mut file = create(&path, is_program(&below)).map_err(cannot_write)?;
    let entry = archive.get_entry(found.at).map_err(damaged)?;
    let compressed = entry.reader();
    let plain: Box<dyn Read> = match found.method {
        CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(compressed)),
        _ => Box::new(compressed),
    };
    let mut plain = entry.verifying_reader(plain);
    let mut hasher = Hasher::default();
    let mut left = found.size;
    loop {
        let count = match plain.read(buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(damaged(error)),
        };
        left = left.checked_sub(count as u64).ok_or_else(|| UnpackError::Entry {
            name: found.name.clone(),
            problem: EntryProblem::Zip("it is longer than the zip says"),
        })?;
        hasher.update(&buffer[..count]);
        file.write_all(&buffer[..count]).map_err(cannot_write)?;
    }
    if left > 0 { Err(UnpackError::Truncated) } else { Ok(hasher.finish()) }
}

/// Creates a file in folders that are made where there are none, with the modes that an archive of Go gives them.
fn create(path: &Path, is_program: bool) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        make_folders(folder)?;
    }
    let file = File::create_new(path)?;
    file.set_permissions(Permissions::from_mode(if is_program { 0o755 } else { 0o644 }))?;
    Ok(file)
}

fn make_folders(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Ok(()) => fs::set_permissions(folder, Permissions::from_mode(0o755)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            folder.parent().map_or(Ok(()), make_folders)?;
            make_folders(folder)
        }
        Err(error) => Err(error),
    }
}

fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).chars().take(200).collect()
}

fn damaged(error: impl std::fmt::Display) -> UnpackError {
    UnpackError::Zip(error.to_string())
}

#[cfg(test)]
#[path = "unzip_tests.rs"]
mod tests;

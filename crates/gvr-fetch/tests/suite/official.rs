//! Go's own archives and modules, where `GVR_TEST_OFFICIAL_DIST` names a folder of them.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use gvr_fetch::Sha256;
use gvr_fetch::dirhash::{DirHash, H1, ToolchainModule};

/// What sum.golang.org has of these toolchains.
const LOGGED: [(&str, &str, &str); 2] = [
    ("1.23.1", "linux-amd64", "h1:TmiC7kE4hHuA7UwTcrWUtL/Curn//Xchpqc+HHYEv2M="),
    ("1.27.1", "darwin-arm64", "h1:51Yfd9AJPm34szJ1qdVX7+kqAGDd3vI9FzVuY7UqLfA="),
];

/// The folder, if there is one and the tests that need it are not to be left out.
pub(crate) fn folder(test: &str) -> Option<PathBuf> {
    let skipped = std::env::var("GVR_TEST_SKIP").unwrap_or_default();
    let folder = std::env::var_os("GVR_TEST_OFFICIAL_DIST").filter(|folder| !folder.is_empty());
    if folder.is_none() || skipped.split_whitespace().any(|word| word == "official-dist") {
        let _ = writeln!(std::io::stderr(), "left out: {test}: GVR_TEST_OFFICIAL_DIST is not set");
        return None;
    }
    folder.map(PathBuf::from)
}

fn module(version: &str, platform: &str) -> ToolchainModule {
    ToolchainModule::new(version.parse().unwrap(), platform.parse().unwrap()).unwrap()
}

fn content(mut reader: impl std::io::Read) -> Sha256 {
    let mut data = Vec::new();
    reader.read_to_end(&mut data).unwrap();
    Sha256::of(&data)
}

fn h1_of_archive(path: &Path, module: ToolchainModule) -> H1 {
    let mut hash = DirHash::new(module);
    let mut archive = tar::Archive::new(GzDecoder::new(File::open(path).unwrap()));
    for entry in archive.entries().unwrap() {
        let entry = entry.unwrap();
        if entry.header().entry_type().is_file() {
            let name = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
            hash.add(name.strip_prefix("go/").unwrap(), content(entry));
        }
    }
    hash.finish().unwrap()
}

fn h1_of_zip(path: &Path) -> H1 {
    let mut zip = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    let entries: Vec<_> = (0..zip.len())
        .map(|index| {
            let entry = zip.by_index(index).unwrap();
            (entry.name().unwrap().into_owned(), content(entry))
        })
        .collect();
    DirHash::of_zip(entries).unwrap()
}

#[test]
fn an_archive_has_the_hash_of_its_module() {
    const TEST: &str = "official::an_archive_has_the_hash_of_its_module";
    let Some(folder) = folder(TEST) else { return };
    let mut compared = 0;
    for (version, platform) in [
        ("1.23.1", "linux-amd64"),
        ("1.23.1", "darwin-arm64"),
        ("1.24.11", "linux-amd64"),
        ("1.27.0", "linux-amd64"),
        ("1.27.1", "darwin-arm64"),
    ] {
        let module = module(version, platform);
        let archive = folder.join(format!("go{version}.{platform}.tar.gz"));
        let zip = folder.join("goproxy/golang.org/toolchain/@v").join(format!("{}.zip", module.version()));
        let of_archive = archive.is_file().then(|| h1_of_archive(&archive, module));
        let of_zip = zip.is_file().then(|| h1_of_zip(&zip));
        let logged = LOGGED.iter().find(|logged| (logged.0, logged.1) == (version, platform));
        let logged = logged.map(|logged| logged.2.parse::<H1>().unwrap());
        let all: Vec<_> = [of_archive, of_zip, logged].into_iter().flatten().collect();
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{module}: {of_archive:?} {of_zip:?} {logged:?}");
        let found = usize::from(of_archive.is_some()) + usize::from(of_zip.is_some());
        compared += usize::from(found > 0 && all.len() > 1);
    }
    assert!(compared > 0, "{} has neither archives nor modules", folder.display());
}

//! Real Go distributions, where somebody has provided them.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;
use tar::Archive;
use tempfile::TempDir;

/// The archive of a release in one of the folders that hold such, or a word on standard error about why not.
pub(crate) fn archive(test: &str, release: &str) -> Option<PathBuf> {
    let skipped = std::env::var("GVR_TEST_SKIP").unwrap_or_default();
    let folders = [("GVR_TEST_OFFICIAL_DIST", "official-dist"), ("GVR_TEST_REAL_DIST", "real-dist")];
    let archive = folders.iter().filter(|(_, word)| !skipped.split_whitespace().any(|name| name == *word)).find_map(
        |(variable, _)| {
            let folder = std::env::var_os(variable).filter(|folder| !folder.is_empty())?;
            Some(Path::new(&folder).join(format!("go{release}.tar.gz"))).filter(|archive| archive.is_file())
        },
    );
    if archive.is_none() {
        say(&format!("{test}: left out, as no folder of distributions has go{release}.tar.gz"));
    }
    archive
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests has to know what was left out")]
fn say(message: &str) {
    eprintln!("{message}");
}

/// What this machine's releases are called in the names of archives.
pub(crate) fn host(version: &str) -> String {
    let os = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    format!("{version}.{os}-{arch}")
}

/// A GOROOT with the programs of a release and without its sources, in a folder of its own.
pub(crate) struct Goroot {
    folder: TempDir,
}

impl Goroot {
    pub(crate) fn unpack(archive: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut tar = Archive::new(GzDecoder::new(File::open(archive).unwrap()));
        for entry in tar.entries().unwrap() {
            let mut entry = entry.unwrap();
            let path = entry.path().unwrap().into_owned();
            let path = path.to_str().unwrap();
            let wanted = ["go/bin/", "go/pkg/tool/", "go/go.env", "go/VERSION"];
            if wanted.iter().any(|start| path.starts_with(start)) {
                entry.unpack_in(folder.path()).unwrap();
            }
        }
        Self { folder }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("go")
    }

    /// Its `go`, in an environment where it can do nothing but answer.
    pub(crate) fn go(&self) -> Command {
        let mut go = Command::new(self.path().join("bin/go"));
        go.env_clear().current_dir(self.folder.path()).env("GOTOOLCHAIN", "local").env("GOENV", "off");
        go
    }

    /// Its programs.
    pub(crate) fn programs(&self) -> Vec<PathBuf> {
        let mut programs = Vec::new();
        let mut folders = vec![self.path().join("bin"), self.path().join("pkg/tool")];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir().unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { &mut folders } else { &mut programs }.push(path);
            }
        }
        programs.sort();
        programs
    }
}

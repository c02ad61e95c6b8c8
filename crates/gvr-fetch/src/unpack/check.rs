//! Looks at the finished tree: is it the Go that was asked for?

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use gvr_core::{Platform, Version};

use super::UnpackError;
use super::machine::{HEADER, Machine};

/// Real VERSION files have 40 bytes.
const LARGEST_VERSION: u64 = 4096;

/// The first line of VERSION names the release, and `bin/go` is a program.
pub(crate) fn finished(root: &Path, version: Version) -> Result<(), UnpackError> {
    let expected = version.release_name();
    let path = root.join("VERSION");
    let found = match first_line(&path) {
        Ok(line) => line,
        Err(error) if is_about_the_file(&error) => error.to_string(),
        Err(source) => return Err(UnpackError::Write { path, source }),
    };
    if found != expected {
        let found = found.chars().take(80).collect();
        return Err(UnpackError::OtherVersion { expected, found });
    }
    match fs::symlink_metadata(root.join("bin/go")) {
        Ok(about) if !about.is_file() => Err(UnpackError::NoProgram { version, why: "it is a folder" }),
        Ok(about) if about.permissions().mode() & 0o100 == 0 => {
            Err(UnpackError::NoProgram { version, why: "it is not executable" })
        }
        Ok(about) if about.len() == 0 => Err(UnpackError::NoProgram { version, why: "it is empty" }),
        Ok(_) => Ok(()),
        Err(_) => Err(UnpackError::NoProgram { version, why: "there is none" }),
    }
}

/// `bin/go` is a program for that platform, as far as it tells.
pub(crate) fn machine(root: &Path, version: Version, platform: Platform) -> Result<(), UnpackError> {
    let path = root.join("bin/go");
    let mut header = Vec::with_capacity(HEADER);
    let read = File::open(&path).and_then(|file| file.take(HEADER as u64).read_to_end(&mut header));
    match read {
        Err(source) => Err(UnpackError::Write { path, source }),
        Ok(_) if Machine::of(&header).may_run_on(platform) => Ok(()),
        Ok(_) => Err(UnpackError::NoProgram { version, why: "it is one for another platform" }),
    }
}

/// Whether the archive is to blame, and not this machine: there is no such file, it is a folder, or it is no text.
fn is_about_the_file(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, IsADirectory, NotADirectory, NotFound};

    matches!(error.kind(), InvalidData | IsADirectory | NotADirectory | NotFound)
}

fn first_line(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    File::open(path)?.take(LARGEST_VERSION).read_to_string(&mut text)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

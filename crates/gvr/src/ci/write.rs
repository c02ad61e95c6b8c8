//! The files of a provider.

use std::fs::{self, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use gvr_store::write_small_file;

use crate::error::CliError;

/// What GitHub's runner looks for in the output of later steps.
const MATCHER: &str = include_str!("matcher.json");

/// Appends whole lines, also behind a last one that somebody did not end.
pub(crate) fn append(file: &Path, text: &str) -> Result<(), CliError> {
    let result = OpenOptions::new().read(true).append(true).create(true).open(file).and_then(|mut opened| {
        let mut last = [b'\n'];
        if opened.seek(SeekFrom::End(0))? > 0 {
            opened.seek(SeekFrom::End(-1))?;
            opened.read_exact(&mut last)?;
        }
        let begin = if last == [b'\n'] { "" } else { "\n" };
        opened.write_all([begin, text].concat().as_bytes())
    });
    result.map_err(|error| {
        CliError::failed(format_args!("cannot write to {}: {error}", file.display()))
            .hint("to have lines for a shell instead: gvr ci --provider shell")
    })
}

/// Puts the problem matchers into a folder, and answers where they are.
pub(crate) fn matcher(folder: &Path) -> Result<PathBuf, CliError> {
    let path = folder.join("gvr-go.json");
    fs::create_dir_all(folder)
        .map_err(|error| CliError::failed(format_args!("cannot make {}: {error}", folder.display())))?;
    write_small_file(&path, MATCHER.as_bytes(), 0o644)?;
    Ok(path)
}

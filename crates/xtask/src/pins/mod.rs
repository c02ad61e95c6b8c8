//! `pins`: the table of published archives that gvr-fetch compiles in.
//!
//! An archive gets into it where every source that names it gives the same valid SHA-256, where at least two do, one of
//! them a release index, and where nobody is known to have spread that hash wrongly. All others are named and left out.

mod sources;
mod table;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::console;
use crate::context::Context;

/// Make the table of published archives that is compiled into gvr
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Release indexes as go.dev/dl serves them (?mode=json&include=all), newest first
    #[arg(required = true, value_name = "INDEX")]
    indexes: Vec<PathBuf>,
    /// The second source: lines of file name and SHA-256, with tabs between
    #[arg(long, value_name = "FILE", required = true)]
    second: PathBuf,
    /// Hashes that somebody once published wrongly: lines of file name and wrong SHA-256, with tabs between
    #[arg(long, value_name = "FILE")]
    wrong: Option<PathBuf>,
    /// Where the table goes; into the sources of gvr-fetch unless given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PinsError {
    /// A source cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A source is not what it should be.
    #[error("{} is no release index", path.display())]
    Index {
        /// Which.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// Two archives have one key.
    #[error("{0} and {1} have the same key: make the keys longer")]
    Collision(String, String),
    /// The table cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The table.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What the sources say of one archive: each hash with the number of the source that gave it.
type Said = Vec<(usize, String)>;

/// Runs the task.
pub(crate) fn run(context: &Context, args: &Args) -> Result<(), PinsError> {
    let mut said: BTreeMap<String, Said> = BTreeMap::new();
    for (number, path) in args.indexes.iter().enumerate() {
        sources::read_index(path, number, &mut said)?;
    }
    sources::read_list(&args.second, args.indexes.len(), &mut said)?;
    let wrong = args.wrong.as_deref().map(sources::read_pairs).transpose()?.unwrap_or_default();

    let mut pinned = Vec::new();
    let mut left_out: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, said) in &said {
        match judge(name, said, args.indexes.len(), &wrong) {
            Ok(sha256) => pinned.push((name.as_str(), sha256)),
            Err(why) => left_out.entry(why).or_default().push(name),
        }
    }
    for (why, names) in left_out {
        console::note(format_args!("left out, {why}: {} archives\n  {}", names.len(), names.join(" ")));
    }
    let default = context.workspace.join("crates/gvr-fetch/src/pins.bin");
    let path = args.out.as_deref().unwrap_or(&default);
    let table = table::make(&pinned)?;
    write(path, &table)?;
    console::note(format_args!("{}: {} archives, {} bytes", path.display(), pinned.len(), table.len()));
    Ok(())
}

fn write(path: &Path, table: &[u8]) -> Result<(), PinsError> {
    fs::write(path, table).map_err(|source| PinsError::Write { path: path.to_owned(), source })
}

/// The hash to pin, or why none is. Sources below `indexes` are release indexes.
fn judge(
    name: &str,
    said: &[(usize, String)],
    indexes: usize,
    wrong: &[(String, String)],
) -> Result<[u8; 32], &'static str> {
    let mut given = said.iter().filter(|(_, sha256)| !sha256.is_empty());
    let Some((_, first)) = given.next() else { return Err("no source has a hash") };
    if given.clone().any(|(_, other)| other != first) {
        return Err("the sources disagree");
    }
    if wrong.iter().any(|(file, sha256)| file == name && sha256 == first) {
        return Err("the hash is known to be wrong");
    }
    let by_index = said.iter().any(|(number, sha256)| *number < indexes && !sha256.is_empty());
    if given.next().is_none() {
        return Err("only one source has it");
    }
    if !by_index {
        return Err("no release index has it");
    }
    table::digest(first).ok_or("the hash is malformed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(hashes: &[(usize, &str)], wrong: &[&str]) -> Result<[u8; 32], &'static str> {
        let said: Said = hashes.iter().map(|(number, sha256)| (*number, sha256.repeat(64))).collect();
        let wrong: Vec<_> = wrong.iter().map(|sha256| ("x".to_owned(), sha256.repeat(64))).collect();
        judge("x", &said, 2, &wrong)
    }

    #[test]
    fn nothing_is_guessed() {
        assert_eq!(verdict(&[(0, "a"), (2, "a")], &["b"]), Ok([0xaa; 32]));
        assert_eq!(verdict(&[(0, ""), (1, "a"), (2, "a")], &[]), Ok([0xaa; 32]), "an old index may lack a hash");
        assert!(verdict(&[(0, "a"), (2, "b")], &[]).is_err());
        assert!(verdict(&[(0, "a"), (1, "a"), (2, "b")], &[]).is_err(), "no majority");
        assert!(verdict(&[(0, "a")], &[]).is_err());
        assert!(verdict(&[(2, "a"), (2, "a")], &[]).is_err(), "one source twice, and no index");
        assert!(verdict(&[(0, ""), (2, "")], &[]).is_err());
        assert!(verdict(&[(0, "a"), (2, "a")], &["a"]).is_err());
        assert!(verdict(&[(0, "A"), (2, "A")], &[]).is_err());
    }
}

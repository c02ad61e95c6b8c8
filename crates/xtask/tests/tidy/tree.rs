//! The repository's files.

use std::fs;
use std::path::{Path, PathBuf};

/// A text file of the repository.
pub(crate) struct Text {
    /// Where it lies below the root, with `/` between the parts.
    pub(crate) path: String,
    /// What it says.
    pub(crate) content: String,
}

impl Text {
    /// What comes after the last dot of its name; empty where there is none.
    pub(crate) fn extension(&self) -> &str {
        Path::new(&self.path).extension().and_then(|extension| extension.to_str()).unwrap_or_default()
    }
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A text file's content; the test fails where it is missing.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every text file of the repository, in the order of their paths, without what `.gitignore` leaves out.
pub(crate) fn texts() -> Vec<Text> {
    let root = root();
    let mut paths = Vec::new();
    collect(&root, &root, &ignored(), &mut paths);
    paths.sort();
    let read = |path: String| {
        let content = String::from_utf8(fs::read(root.join(&path)).unwrap()).ok()?;
        Some(Text { path, content })
    };
    paths.into_iter().filter_map(read).collect()
}

/// What is not the repository's: `.git`, and the paths in `.gitignore`.
fn ignored() -> Vec<String> {
    let mut ignored = vec![".git".to_owned()];
    for line in read(".gitignore").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let path = line.strip_prefix('/').filter(|path| !path.contains(['*', '?', '!', '[']));
        let path = path.unwrap_or_else(|| {
            panic!(".gitignore: {line:?}: write whole paths that start with `/`; these tests read no others")
        });
        ignored.push(path.trim_end_matches('/').to_owned());
    }
    ignored
}

fn collect(root: &Path, folder: &Path, ignored: &[String], paths: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let kind = entry.file_type().unwrap();
        if ignored.contains(&path) {
            continue;
        }
        if kind.is_dir() {
            collect(root, &entry.path(), ignored, paths);
        } else if kind.is_file() {
            paths.push(path);
        }
    }
}

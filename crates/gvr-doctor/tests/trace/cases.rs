//! Reading the cases.

use std::fs;
use std::path::{Path, PathBuf};

/// A case.
pub(crate) struct Case {
    pub(crate) name: String,
    /// Files of the home folder, with their text; `environment` is what the terminal's environment has besides.
    pub(crate) files: Vec<(String, String)>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) expected: String,
    path: PathBuf,
}

/// All cases of a shell.
pub(crate) fn of(shell: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trace/cases").join(shell);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(read).collect()
}

fn read(path: PathBuf) -> Case {
    let text = fs::read_to_string(&path).unwrap();
    let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut case = Case { name, files: Vec::new(), environment: Vec::new(), expected: String::new(), path };
    for section in text.split("--- ").skip(1) {
        let (name, content) = section.split_once('\n').unwrap();
        match name {
            "expected" => content.clone_into(&mut case.expected),
            "environment" => {
                let pairs = content.lines().filter_map(|line| line.split_once('='));
                case.environment = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            }
            _ => case.files.push((name.to_owned(), content.to_owned())),
        }
    }
    case
}

impl Case {
    /// Whether what was told is what is kept; with `SNAPSHOTS=overwrite` it is kept from now on.
    pub(crate) fn is(&self, told: &str) -> bool {
        if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
            let text = fs::read_to_string(&self.path).unwrap();
            let (head, _) = text.split_once("--- expected\n").unwrap_or((&text, ""));
            fs::write(&self.path, format!("{head}--- expected\n{told}")).unwrap();
            return true;
        }
        self.expected == told
    }
}

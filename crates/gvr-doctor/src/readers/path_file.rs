//! `/etc/paths` and the files of `/etc/paths.d`: lists of folders, from which macOS's `path_helper` makes PATH.
//!
//! The rules are those of `path_helper.c` in Apple's `shell_cmds`: a line is a folder, with no comments and no variables;
//! `/etc/paths` comes first, then the files of `/etc/paths.d` in their order, then the PATH that was there before. What
//! came before is not added again.

use std::cmp::Ordering;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};

/// A line of such a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathLine {
    /// Counted from 1.
    pub line: u32,
    /// The folder, as it stands there.
    pub folder: String,
    /// What is wrong with it.
    pub defect: Option<PathDefect>,
}

/// What can be wrong with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathDefect {
    /// It looks like `NAME=value`; these files know no variables.
    Assignment,
    /// It does not begin with `/`: `~` and `$HOME` stay as they are.
    NotAbsolute,
    /// It has a `:`, which makes two folders of it.
    Colon,
    /// It ends with a carriage return or another blank, which belongs to the name.
    Blank,
}

/// Reads one file. Empty lines are left out, as `path_helper` does.
pub fn parse(bytes: &[u8]) -> Vec<PathLine> {
    let lines = bytes.split(|byte| *byte == b'\n').zip(1..);
    lines
        .filter(|(line, _)| !line.is_empty())
        .map(|(folder, line)| {
            let folder = String::from_utf8_lossy(folder).into_owned();
            PathLine { line, defect: defect(&folder), folder }
        })
        .collect()
}

fn defect(folder: &str) -> Option<PathDefect> {
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
    let words = folder.strip_prefix("export ").unwrap_or(folder);
    if words.split_once('=').is_some_and(|(name, _)| is_name(name)) {
        Some(PathDefect::Assignment)
    } else if !folder.starts_with('/') {
        Some(PathDefect::NotAbsolute)
    } else if folder.contains(':') {
        Some(PathDefect::Colon)
    } else if folder.ends_with(|char: char| char.is_ascii_whitespace()) {
        Some(PathDefect::Blank)
    } else {
        None
    }
}

/// The order in which `path_helper` takes the files of `/etc/paths.d`, by their names: those that begin with a number by that
/// number and before the others, the rest by their characters.
pub fn order(left: &str, right: &str) -> Ordering {
    let number = |name: &str| {
        let digits = name.len() - name.trim_start_matches(|char: char| char.is_ascii_digit()).len();
        name[..digits].parse::<u64>().ok()
    };
    match (number(left), number(right)) {
        (Some(left), Some(right)) if left != right => left.cmp(&right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        _ => left.cmp(right),
    }
}

/// The PATH that `path_helper` makes of the folders in its files, in their order, and of the PATH that was there before.
pub fn helper_path<'a>(files: impl IntoIterator<Item = &'a str>, before: &'a str) -> Vec<&'a str> {
    let mut known = HashSet::new();
    let folders = files.into_iter().flat_map(|line| line.split(':')).chain(before.split(':'));
    folders.filter(|folder| !folder.is_empty() && known.insert(*folder)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_folder() {
        let lines = parse(b"/usr/local/go/bin\n\nGOROOT=/usr/local/go\n~/go/bin\n/a:/b\n/c\r\n/opt/x=y\n/last");
        let found: Vec<_> = lines.iter().map(|line| (line.line, line.folder.as_str(), line.defect)).collect();
        let expected = [
            (1, "/usr/local/go/bin", None),
            (3, "GOROOT=/usr/local/go", Some(PathDefect::Assignment)),
            (4, "~/go/bin", Some(PathDefect::NotAbsolute)),
            (5, "/a:/b", Some(PathDefect::Colon)),
            (6, "/c\r", Some(PathDefect::Blank)),
            (7, "/opt/x=y", None),
            (8, "/last", None),
        ];
        assert_eq!(found, expected);
        assert_eq!(parse(b""), []);
    }

    #[test]
    fn numbered_files_come_first() {
        let mut names = ["go", "100-rvictl", "10-cryptex", "40-XQuartz", "TeX", "9"];
        names.sort_by(|left, right| order(left, right));
        assert_eq!(names, ["9", "10-cryptex", "40-XQuartz", "100-rvictl", "TeX", "go"]);
    }

    #[test]
    fn what_was_in_front_moves_behind_the_systems_folders() {
        let files = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/go/bin"];
        let path = helper_path(files, "/Users/me/go/bin:/usr/bin:/bin");
        assert_eq!(path, ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/go/bin", "/Users/me/go/bin"]);
    }
}

//! What edits make of files. Pure, but for reading the files.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::error::{MendError, On as _};
use crate::check::Edit;

/// What a line becomes a comment by.
const COMMENT: &str = "# gvr doctor: ";

/// What one file is to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The file, links not followed.
    pub path: PathBuf,
    /// The file that a link leads to; the same where it is none.
    pub target: PathBuf,
    /// What it is.
    pub old: Content,
    /// What it is to be.
    pub new: Content,
}

/// A file's text and permissions, or its permissions alone where the text stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// There is none.
    Absent,
    /// This text.
    Text(String),
    /// Permissions; the content is not looked at.
    Mode(u32),
}

impl Change {
    /// The difference for people, as `diff -u` shows it.
    pub fn diff(&self) -> String {
        let name = self.path.display().to_string();
        let text = |content: &Content| match content {
            Content::Text(text) => text.clone(),
            Content::Absent => String::new(),
            Content::Mode(mode) => format!("mode {mode:04o}\n"),
        };
        let (old, new) = (text(&self.old), text(&self.new));
        TextDiff::from_lines(&old, &new).unified_diff().context_radius(2).header(&name, &name).to_string()
    }
}

/// Works out what edits make of the files that they are about. Several edits of one line count once.
pub fn plan(edits: &[Edit]) -> Result<Vec<Change>, MendError> {
    let mut by_file: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in edits {
        by_file.entry(edit.file()).or_default().push(edit);
    }
    let changes = by_file.into_iter().map(|(file, edits)| change(Path::new(file), &edits));
    let changes = changes.collect::<Result<Vec<_>, _>>()?;
    Ok(changes.into_iter().filter(|change| change.old != change.new).collect())
}

fn change(path: &Path, edits: &[&Edit]) -> Result<Change, MendError> {
    if edits.iter().any(|edit| matches!(edit, Edit::CloseToOthers { .. })) {
        let metadata = own(path, fs::metadata(path).on("look at", path)?)?;
        let target = fs::canonicalize(path).on("follow", path)?;
        let mode = metadata.permissions().mode() & 0o7777;
        let (old, new) = (Content::Mode(mode), Content::Mode(mode & !0o022));
        return Ok(Change { path: path.to_owned(), target, old, new });
    }
    rewrite(path, |text| edited(path, text.unwrap_or_default(), edits).map(Content::Text))
}

/// Works out what `edit` makes of a file's text, which is `None` where there is no file.
pub fn rewrite<E: From<MendError>>(
    path: &Path,
    edit: impl FnOnce(Option<&str>) -> Result<Content, E>,
) -> Result<Change, E> {
    let (target, text) = current(path)?;
    let new = edit(text.as_deref())?;
    Ok(Change { path: path.to_owned(), target, old: text.map_or(Content::Absent, Content::Text), new })
}

/// The file that a path leads to, and its text if it is there.
fn current(path: &Path) -> Result<(PathBuf, Option<String>), MendError> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => own(path, metadata)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && path.symlink_metadata().is_err() => {
            return Ok((path.to_owned(), None));
        }
        Err(error) => return Err(error).on("look at", path),
    };
    if !metadata.is_file() {
        return Err(MendError::NotAFile { path: path.to_owned() });
    }
    let target = fs::canonicalize(path).on("follow", path)?;
    let bytes = fs::read(&target).on("read", path)?;
    let text = String::from_utf8(bytes).map_err(|_| MendError::NotText { path: path.to_owned() })?;
    Ok((target, Some(text)))
}

fn own(path: &Path, metadata: fs::Metadata) -> Result<fs::Metadata, MendError> {
    if metadata.uid() == rustix::process::geteuid().as_raw() {
        Ok(metadata)
    } else {
        Err(MendError::NotOwn { path: path.to_owned() })
    }
}

/// The text after the edits. Line ends stay as they are.
fn edited(path: &Path, text: &str, edits: &[&Edit]) -> Result<String, MendError> {
    let mut lines: Vec<Option<String>> = text.split_inclusive('\n').map(|line| Some(line.to_owned())).collect();
    let mut done: Vec<u32> = Vec::new();
    let mut appended = Vec::new();
    for edit in edits {
        let (line, expected) = match edit {
            Edit::CommentOut { line, expected, .. }
            | Edit::Remove { line, expected, .. }
            | Edit::Replace { line, expected, .. } => (*line, expected),
            Edit::Append { new, .. } => {
                appended.push(new);
                continue;
            }
            Edit::CloseToOthers { .. } => continue,
        };
        if done.contains(&line) {
            continue;
        }
        let changed = || MendError::Changed { path: path.to_owned(), line };
        let index = usize::try_from(line).ok().and_then(|line| line.checked_sub(1)).ok_or_else(changed)?;
        let place = lines.get_mut(index).ok_or_else(changed)?;
        let old = place.clone().unwrap_or_default();
        let bare = old.trim_end_matches('\n').trim_end_matches('\r');
        if bare != expected.trim_end_matches('\r') {
            return Err(changed());
        }
        let end = &old[old.trim_end_matches('\n').len()..];
        let end_with_return = &old[bare.len()..];
        *place = match edit {
            Edit::CommentOut { .. } => Some(format!("{COMMENT}{bare}{end_with_return}")),
            // The carriage return may be what is wrong.
            Edit::Replace { new, .. } => Some(format!("{new}{end}")),
            _ => None,
        };
        done.push(line);
    }
    let mut out: String = lines.into_iter().flatten().collect();
    for line in appended {
        if out.lines().any(|known| known == line) {
            continue;
        }
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, edits: &[Edit], expected: &str) {
        let edits: Vec<_> = edits.iter().collect();
        assert_eq!(edited(Path::new("f"), text, &edits).unwrap(), expected);
    }

    fn comment(line: u32, expected: &str) -> Edit {
        Edit::CommentOut { file: "f".to_owned(), line, expected: expected.to_owned() }
    }

    fn remove(line: u32, expected: &str) -> Edit {
        Edit::Remove { file: "f".to_owned(), line, expected: expected.to_owned() }
    }

    fn replace(line: u32, expected: &str, new: &str) -> Edit {
        Edit::Replace { file: "f".to_owned(), line, expected: expected.to_owned(), new: new.to_owned() }
    }

    fn append(new: &str) -> Edit {
        Edit::Append { file: "f".to_owned(), new: new.to_owned() }
    }

    #[test]
    fn edits_change_their_line_and_nothing_else() {
        check("a\nb\nc", &[comment(2, "b")], "a\n# gvr doctor: b\nc");
        check("a\r\nb\r\n", &[comment(2, "b")], "a\r\n# gvr doctor: b\r\n");
        check("a\nb\nc\n", &[remove(2, "b"), comment(3, "c")], "a\n# gvr doctor: c\n");
        check("A=\"x\"\r\nB=1\n", &[replace(1, "A=\"x\"", "A=x")], "A=x\nB=1\n");
        check("a\nb", &[remove(2, "b")], "a\n");
        check("a", &[append("x"), append("x")], "a\nx\n");
        check("x\n", &[append("x")], "x\n");
        check("", &[append("x")], "x\n");
        check("a\n", &[comment(1, "a"), comment(1, "a")], "# gvr doctor: a\n");
    }

    #[test]
    fn a_line_that_changed_is_left_alone() {
        for edit in [comment(1, "b"), remove(9, "a"), replace(0, "a", "b")] {
            assert!(matches!(edited(Path::new("f"), "a\n", &[&edit]), Err(MendError::Changed { .. })), "{edit:?}");
        }
    }

    #[test]
    fn the_difference_is_shown() {
        let change = Change {
            path: "/f".into(),
            target: "/f".into(),
            old: Content::Text("a\nb\n".to_owned()),
            new: Content::Text("a\n# gvr doctor: b\n".to_owned()),
        };
        assert_eq!(change.diff(), "--- /f\n+++ /f\n@@ -1,2 +1,2 @@\n a\n-b\n+# gvr doctor: b\n");
    }
}

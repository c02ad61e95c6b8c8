//! Taking it back.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::apply::{MANIFEST, Manifest, Saved, numbers};
use super::error::{MendError, On as _};
use super::write;

/// What the name of a folder of copies ends with when it was undone.
pub(super) const UNDONE: &str = ".undone";

/// What was taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// The files that are as they were before.
    pub restored: Vec<PathBuf>,
    /// The files that somebody has changed since, and that were left alone.
    pub kept: Vec<PathBuf>,
    /// Where the copies are, if a file was left alone.
    pub copies: PathBuf,
}

/// Takes back what the last call of `apply` with this folder did, byte for byte. A file that was changed since stays.
pub fn undo(backups: &Path) -> Result<Undone, MendError> {
    let all = if backups.exists() { numbers(backups)? } else { Vec::new() };
    let folders = all.into_iter().rev().map(|number| backups.join(format!("{number:06}")));
    let folder = folders.into_iter().find(|folder| folder.join(MANIFEST).exists()).ok_or(MendError::NothingToUndo)?;
    let list = folder.join(MANIFEST);
    let content = fs::read(&list).on("read", &list)?;
    let manifest: Manifest =
        serde_json::from_slice(&content).map_err(|error| MendError::BadManifest { path: list.clone(), error })?;
    let mut undone = Undone { copies: folder.clone(), ..Undone::default() };
    for saved in &manifest.files {
        let is_restored = restore(saved, &folder)?;
        if is_restored { &mut undone.restored } else { &mut undone.kept }.push(saved.path.clone());
    }
    let mut name = folder.clone().into_os_string();
    name.push(UNDONE);
    undone.copies = PathBuf::from(name);
    fs::rename(&folder, &undone.copies).on("rename", &folder)?;
    write::sync(backups)?;
    Ok(undone)
}

/// Whether the file is as it was before.
fn restore(saved: &Saved, folder: &Path) -> Result<bool, MendError> {
    let path = &saved.path;
    let copy = |name: &String| {
        let path = folder.join(name);
        fs::read(&path).on("read", &path)
    };
    let after = match &saved.after {
        Some(after) => Some(copy(after)?),
        None if saved.is_removed => None,
        None => return restore_mode(saved),
    };
    let now = match fs::read(path) {
        Ok(content) => Some(content),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(error).on("read", path),
    };
    let before = saved.before.as_ref().map(copy).transpose()?;
    if now == before {
        return Ok(true);
    }
    if now != after {
        return Ok(false);
    }
    match before {
        Some(before) => write::replace(path, &before, saved.mode)?,
        None => fs::remove_file(path).on("remove", path)?,
    }
    Ok(true)
}

fn restore_mode(saved: &Saved) -> Result<bool, MendError> {
    let path = &saved.path;
    let mode = fs::metadata(path).on("look at", path)?.permissions().mode() & 0o7777;
    if mode == saved.new_mode {
        fs::set_permissions(path, Permissions::from_mode(saved.mode)).on("set the permissions of", path)?;
    }
    Ok(mode == saved.new_mode || mode == saved.mode)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::check::Edit;
    use crate::mend::{Content, apply, plan, rewrite};

    fn comment(file: &Path, line: u32, expected: &str) -> Edit {
        Edit::CommentOut { file: file.display().to_string(), line, expected: expected.to_owned() }
    }

    #[test]
    fn what_was_mended_can_be_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("dotfiles-zshrc"), folder.path().join(".zshrc"));
        let backups = folder.path().join("backups");
        fs::write(&real, "a\nexport GOROOT=/x\nno line end").unwrap();
        fs::set_permissions(&real, Permissions::from_mode(0o640)).unwrap();
        symlink("dotfiles-zshrc", &link).unwrap();
        let new = folder.path().join("new/rc");
        let edits = [
            comment(&link, 2, "export GOROOT=/x"),
            Edit::Append { file: new.display().to_string(), new: "x".to_owned() },
        ];
        let applied = apply(&plan(&edits).unwrap(), &backups).unwrap();
        assert_eq!(applied.files, [link.clone(), new.clone()]);
        assert_eq!(fs::read_to_string(&real).unwrap(), "a\n# gvr doctor: export GOROOT=/x\nno line end");
        assert!(link.symlink_metadata().unwrap().file_type().is_symlink());
        assert_eq!(real.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_to_string(&new).unwrap(), "x\n");

        let undone = undo(&backups).unwrap();
        assert_eq!((undone.restored.len(), undone.kept.len()), (2, 0));
        assert_eq!(fs::read_to_string(&real).unwrap(), "a\nexport GOROOT=/x\nno line end");
        assert!(link.symlink_metadata().unwrap().file_type().is_symlink());
        assert_eq!(real.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        assert!(!new.exists());
        assert!(matches!(undo(&backups), Err(MendError::NothingToUndo)));
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(!names.iter().any(|name| name.to_string_lossy().contains("gvr-doctor")), "{names:?}");
    }

    #[test]
    fn a_file_that_was_removed_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let (file, backups) = (folder.path().join("rc"), folder.path().join("backups"));
        fs::write(&file, "a").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        let change = rewrite(&file, |_| Ok::<_, MendError>(Content::Absent)).unwrap();
        assert!(change.diff().contains("-a\n"), "{}", change.diff());
        apply(&[change], &backups).unwrap();
        assert!(!file.exists());
        assert_eq!(undo(&backups).unwrap().kept, Vec::<PathBuf>::new());
        assert_eq!(fs::read_to_string(&file).unwrap(), "a");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[test]
    fn what_was_changed_since_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (file, backups) = (folder.path().join("rc"), folder.path().join("backups"));
        fs::write(&file, "a\n").unwrap();
        apply(&plan(&[comment(&file, 1, "a")]).unwrap(), &backups).unwrap();
        fs::write(&file, "mine\n").unwrap();
        let undone = undo(&backups).unwrap();
        assert_eq!(undone.kept, [fs::canonicalize(&file).unwrap()]);
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine\n");
        assert!(undone.copies.join("0.before").exists(), "the copy is still there");
    }

    #[test]
    fn mending_again_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rc");
        fs::write(&file, "a\n").unwrap();
        let edits = [Edit::Append { file: file.display().to_string(), new: "x".to_owned() }];
        apply(&plan(&edits).unwrap(), &folder.path().join("backups")).unwrap();
        assert_eq!(plan(&edits).unwrap(), []);
    }

    #[test]
    fn permissions_are_taken_away_and_given_back() {
        let folder = tempfile::tempdir().unwrap();
        let (open, backups) = (folder.path().join("open"), folder.path().join("backups"));
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, Permissions::from_mode(0o777)).unwrap();
        let mode = || open.metadata().unwrap().permissions().mode() & 0o777;
        apply(&plan(&[Edit::CloseToOthers { path: open.display().to_string() }]).unwrap(), &backups).unwrap();
        assert_eq!(mode(), 0o755);
        undo(&backups).unwrap();
        assert_eq!(mode(), 0o777);
    }

    #[test]
    fn what_is_no_text_or_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rc");
        fs::write(&file, b"\xff\n").unwrap();
        assert!(matches!(plan(&[comment(&file, 1, "a")]), Err(MendError::NotText { .. })));
        assert!(matches!(plan(&[comment(folder.path(), 1, "a")]), Err(MendError::NotAFile { .. })));
    }
}

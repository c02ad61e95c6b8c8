//! Removing a tree of files, whatever its modes, and never anything that a link in it leads to.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// What an owner needs of a folder to change what is in it.
const OWNER_ALL: u32 = 0o700;

/// Removes whatever is at `path`: a tree, a file, or a link itself. Nothing there is what is wanted.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    let result = match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => remove_folder(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

fn remove_folder(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        // Nothing can be taken out of a folder without write permission: Go's own module trees are full of them.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            make_writable_below(folder)?;
            fs::remove_dir_all(folder)
        }
        result => result,
    }
}

fn make_writable_below(folder: &Path) -> io::Result<()> {
    make_writable(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            make_writable_below(&entry.path())?;
        }
    }
    Ok(())
}

/// Gives the owner back what he needs of a folder. A folder without write permission cannot even be moved to another
/// parent, because `..` in it changes. Does nothing for what is not itself a folder.
pub(crate) fn make_writable(folder: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(folder)?;
    let mode = metadata.permissions().mode();
    if metadata.is_dir() && mode & OWNER_ALL != OWNER_ALL {
        fs::set_permissions(folder, Permissions::from_mode(mode | OWNER_ALL))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn makes_folders_writable_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let outside = parent.path().join("outside");
        let tree = parent.path().join("tree");
        fs::create_dir_all(tree.join("a/b")).unwrap();
        fs::create_dir(&outside).unwrap();
        fs::write(tree.join("a/file"), "").unwrap();
        symlink(&outside, tree.join("link")).unwrap();
        for (path, mode) in
            [(&tree.join("a/file"), 0o444), (&tree.join("a/b"), 0o555), (&tree.join("a"), 0o555), (&outside, 0o555)]
        {
            set_mode(path, mode);
        }
        make_writable_below(&tree).unwrap();
        assert_eq!(mode(&tree.join("a")), 0o755);
        assert_eq!(mode(&tree.join("a/b")), 0o755);
        assert_eq!(mode(&tree.join("a/file")), 0o444);
        assert_eq!(mode(&outside), 0o555);
        make_writable(&tree.join("link")).unwrap();
        assert_eq!(mode(&outside), 0o555);
        set_mode(&outside, 0o755);
    }

    #[test]
    fn removes_links_and_not_what_they_lead_to() {
        let parent = tempfile::tempdir().unwrap();
        let outside = parent.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("kept"), "").unwrap();
        let tree = parent.path().join("tree");
        fs::create_dir(&tree).unwrap();
        symlink(&outside, tree.join("link")).unwrap();
        symlink(&outside, parent.path().join("link")).unwrap();
        remove(&tree).unwrap();
        remove(&parent.path().join("link")).unwrap();
        remove(&parent.path().join("absent")).unwrap();
        assert!(!tree.exists());
        assert!(fs::symlink_metadata(parent.path().join("link")).is_err());
        assert!(outside.join("kept").exists());
    }
}

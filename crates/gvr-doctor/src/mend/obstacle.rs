//! Why a file is not gvr's to change, although it is the user's.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

/// What stands in the way of changing a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It is made by Nix: this is the file that it leads to.
    Nix(PathBuf),
    /// Its owner has taken the permission to write from himself.
    ReadOnly,
    /// Nothing can be written in this folder.
    Folder(PathBuf),
    /// It is a link to this file, which is not there.
    Dangling(PathBuf),
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nix(target) => write!(f, "Nix makes it ({})", target.display()),
            Self::ReadOnly => write!(f, "it is read-only"),
            Self::Folder(folder) => write!(f, "nothing can be written in {}", folder.display()),
            Self::Dangling(target) => write!(f, "it is a link to {}, which is not there", target.display()),
        }
    }
}

/// What stands in the way of changing this file, or of making it.
pub fn obstacle(path: &Path) -> Option<Obstacle> {
    const NIX_STORE: &str = "/nix/store";
    // home-manager's links lead there by way of others; a link whose end is missing still says where it leads.
    let link = fs::read_link(path).ok();
    let target = fs::canonicalize(path);
    if let Some(target) =
        [target.as_ref().ok(), link.as_ref()].into_iter().flatten().find(|at| at.starts_with(NIX_STORE))
    {
        return Some(Obstacle::Nix(target.clone()));
    }
    match (&target, link) {
        (Ok(target), _) => {
            let mode = fs::metadata(target).map(|metadata| metadata.permissions().mode());
            // A superuser may write it all the same; its owner has said that nobody should.
            let is_closed = mode.is_ok_and(|mode| mode & 0o200 == 0);
            if is_closed || access(target, Access::WRITE_OK).is_err() {
                return Some(Obstacle::ReadOnly);
            }
        }
        (Err(error), Some(link)) if error.kind() == io::ErrorKind::NotFound => return Some(Obstacle::Dangling(link)),
        (Err(_), _) => {}
    }
    // The new file is written beside the old one.
    let start = target.unwrap_or_else(|_| path.to_owned());
    let folder = start.ancestors().skip(1).find(|folder| folder.exists())?;
    let is_open = access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok();
    (!is_open).then(|| Obstacle::Folder(folder.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_stands_in_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let at = |name: &str| folder.join(name);
        fs::write(at("rc"), "a").unwrap();
        symlink("rc", at("link")).unwrap();
        symlink("missing", at("dangling")).unwrap();
        symlink("/nix/store/abc-home-manager-files/.zshrc", at("nix")).unwrap();
        for open in ["rc", "link", "new", "new/folder/rc"] {
            assert_eq!(obstacle(&at(open)), None, "{open}");
        }
        assert_eq!(obstacle(&at("dangling")), Some(Obstacle::Dangling("missing".into())));
        assert!(matches!(obstacle(&at("nix")), Some(Obstacle::Nix(_))));
        fs::set_permissions(at("rc"), Permissions::from_mode(0o444)).unwrap();
        assert_eq!(obstacle(&at("rc")), Some(Obstacle::ReadOnly));
        assert_eq!(obstacle(&at("link")), Some(Obstacle::ReadOnly));
    }
}

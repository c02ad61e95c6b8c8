//! Small files that are replaced as a whole: `.go-version`, `version`, `config.toml`.

use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::lock::{self, Attempt, Kind};
use crate::{Durability, stage};

/// As many links as Linux follows in one path.
const MOST_LINKS: usize = 40;

/// A file could not be written; it is as it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is something else than a file.
    #[error("cannot write {}: it is not a file", path.display())]
    NotAFile {
        /// What is there.
        path: PathBuf,
    },
    /// Writing failed.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Replaces what the file `path` holds by `bytes`, in one step: whoever reads it, and whatever a crash leaves, it is the
/// old content or the new.
///
/// A link stays, and what it leads to is replaced. A new file gets `mode` less the umask, and one that was there keeps
/// its own.
pub fn write_small_file(path: &Path, bytes: &[u8], mode: u32) -> Result<(), WriteError> {
    // Only a parallel writer that sweeps at the wrong moment costs an attempt.
    const ATTEMPTS: usize = 20;
    let fail = |source| WriteError::Write { path: path.to_owned(), source };
    let target = follow_links(path).map_err(fail)?;
    let permissions = match fs::metadata(&target) {
        Ok(metadata) if metadata.is_file() => Some(metadata.permissions()),
        // Also devices: root could otherwise replace /dev/null.
        Ok(_) => return Err(WriteError::NotAFile { path: path.to_owned() }),
        Err(_) => None,
    };
    let (Some(folder), Some(name)) = (target.parent(), target.file_name()) else {
        return Err(WriteError::NotAFile { path: path.to_owned() });
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".gvr");
    sweep(folder, &prefix);
    let mut attempts = 0;
    loop {
        let mut temporary_name = prefix.clone();
        temporary_name.push(stage::unique(""));
        attempts += 1;
        match replace(&folder.join(temporary_name), &target, bytes, mode, permissions.as_ref()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && attempts < ATTEMPTS && folder.is_dir() => {}
            result => {
                return result.and_then(|()| Durability::Full.sync_folder(folder)).map_err(fail);
            }
        }
    }
}

fn replace(
    temporary: &Path,
    target: &Path,
    bytes: &[u8],
    mode: u32,
    permissions: Option<&Permissions>,
) -> io::Result<()> {
    let mut file = File::options().read(true).write(true).create_new(true).mode(mode).open(temporary)?;
    // Held until the file has its name; who sweeps leaves it alone. Where there are no locks nobody sweeps.
    let _ = file.try_lock();
    let write = |file: &mut File| {
        file.write_all(bytes)?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions.clone())?;
        }
        Durability::Full.sync_file(file)?;
        fs::rename(temporary, target)
    };
    write(&mut file).inspect_err(|_| {
        let _ = fs::remove_file(temporary);
    })
}

/// Removes what killed writers of the same file left beside it.
fn sweep(folder: &Path, prefix: &OsString) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_temporary = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes()).is_some_and(is_unique);
        if !is_temporary {
            continue;
        }
        let path = entry.path();
        let Ok(file) = File::open(&path) else { continue };
        if let Attempt::Taken = lock::attempt(&file, &path, Kind::Exclusive) {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Whether `suffix` has the form `-<pid>-<16 hexadecimal digits>`.
fn is_unique(suffix: &[u8]) -> bool {
    let mut parts = suffix.split(|&byte| byte == b'-');
    let is_number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    parts.next() == Some(b"")
        && parts.next().is_some_and(is_number)
        && parts.next().is_some_and(|part| part.len() == 16 && part.iter().all(u8::is_ascii_hexdigit))
        && parts.next().is_none()
}

/// Where a path leads if its last component is a link, also to something that does not exist yet.
fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            // Not a link, or nothing there.
            Err(_) => return Ok(path),
        }
    }
    Err(rustix::io::Errno::LOOP.into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn names(folder: &Path) -> Vec<OsString> {
        let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort_unstable();
        names
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn writes_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".go-version");
        write_small_file(&path, b"1.22.5\n", 0o600).unwrap();
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        write_small_file(&path, b"1.23.1\n", 0o600).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"1.23.1\n");
        assert_eq!(mode(&path), 0o640, "an existing file keeps its mode");
        assert_eq!(names(folder.path()), [".go-version"]);
    }

    #[test]
    fn keeps_links() {
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        symlink("second", &path).unwrap();
        symlink(elsewhere.path().join("real"), folder.path().join("second")).unwrap();
        for content in ["created through the links", "replaced through the links"] {
            write_small_file(&path, content.as_bytes(), 0o644).unwrap();
            assert_eq!(fs::read_to_string(elsewhere.path().join("real")).unwrap(), content);
        }
        assert_eq!(names(folder.path()), ["config.toml", "second"]);
        assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
        assert_eq!(names(elsewhere.path()), ["real"]);
    }

    #[test]
    fn refuses_what_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        symlink("loop", folder.path().join("loop")).unwrap();
        symlink("/dev/null", folder.path().join("device")).unwrap();
        fs::create_dir(folder.path().join("folder")).unwrap();
        for name in ["device", "folder"] {
            let error = write_small_file(&folder.path().join(name), b"", 0o644).unwrap_err();
            assert!(matches!(error, WriteError::NotAFile { .. }), "{name}: {error}");
        }
        for name in ["loop", "absent/file"] {
            let error = write_small_file(&folder.path().join(name), b"", 0o644).unwrap_err();
            assert!(matches!(error, WriteError::Write { .. }), "{name}: {error}");
        }
        assert_eq!(names(folder.path()), ["device", "folder", "loop"]);
    }

    #[test]
    fn sweeps_what_a_killed_writer_left() {
        let folder = tempfile::tempdir().unwrap();
        let stale = folder.path().join(".version.gvr-123-0123456789abcdef");
        let alive = folder.path().join(".version.gvr-124-0123456789abcdef");
        let foreign = folder.path().join(".version.gvr-notes");
        for path in [&stale, &alive, &foreign] {
            fs::write(path, "").unwrap();
        }
        let writer = File::open(&alive).unwrap();
        writer.lock().unwrap();
        write_small_file(&folder.path().join("version"), b"1.22.5\n", 0o644).unwrap();
        assert!(!stale.exists() && alive.exists() && foreign.exists());
    }

    #[test]
    fn many_writers_leave_one_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("version");
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..5 {
                        write_small_file(path, format!("{writer}").repeat(1000).as_bytes(), 0o644).unwrap();
                    }
                });
            }
        });
        let content = fs::read_to_string(&path).unwrap();
        assert_eq!(content, content[..1].repeat(1000));
        assert_eq!(names(folder.path()), ["version"]);
    }
}

//! What lies in `tmp`: trees that are being made, and trees that are being removed.
//!
//! `tmp/1.22.5-<pid>-<random>/` belongs to the process that holds the lock on the file `lock` in it; the tree being made
//! is `tree` beside it. `tmp/del-1.22.5-<pid>-<random>` has been taken out of `versions` and is waste for everybody.
//! Whoever installs or removes something also sweeps up what killed processes left here.
//!
//! Where the file system cannot exchange two names, a reinstallation moves the old tree to `aside` for a moment. A process
//! that is killed in that moment has taken a toolchain away; sweeping puts it back.

use std::fs::{self, File, Permissions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use gvr_core::{Layout, Toolchain};

use crate::lock::{self, Attempt, Kind};
use crate::{durable, tree};

const LOCK: &str = "lock";
const TREE: &str = "tree";
const ASIDE: &str = "aside";
const WASTE: &str = "waste";
const DOOMED: &str = "del-";

/// A folder in `tmp` that is this process's own, removed with all that is in it when the value goes.
#[derive(Debug)]
pub(crate) struct Stage {
    folder: PathBuf,
    /// Keeps the folder from being swept.
    _lock: File,
}

impl Stage {
    /// Makes a new one, with an empty tree of mode 0755 in it.
    pub(crate) fn create(temporary: &Path, toolchain: Toolchain) -> io::Result<Self> {
        // A name is lost only if somebody sweeps between the making of the folder and its locking.
        const ATTEMPTS: usize = 100;
        for _ in 0..ATTEMPTS {
            if let Some(stage) = Self::claim(temporary.join(unique(&toolchain.to_string())))? {
                fs::create_dir(stage.tree())?;
                // Not left to the umask: a toolchain can be shared with other users.
                fs::set_permissions(stage.tree(), Permissions::from_mode(0o755))?;
                return Ok(stage);
            }
        }
        Err(io::Error::new(io::ErrorKind::ResourceBusy, "others keep removing it"))
    }

    /// Makes and locks the folder; `None` if it was swept away meanwhile.
    fn claim(folder: PathBuf) -> io::Result<Option<Self>> {
        fs::create_dir(&folder)?;
        let path = folder.join(LOCK);
        let file = match File::options().read(true).write(true).create_new(true).open(&path) {
            Ok(file) => file,
            Err(error) if matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound) => {
                return Ok(None);
            }
            Err(error) => {
                let _ = fs::remove_dir(&folder);
                return Err(error);
            }
        };
        Ok(match lock::attempt(&file, &path, Kind::Exclusive) {
            // Nobody sweeps what he cannot lock, so where there are no locks the folder is safe too.
            Attempt::Taken | Attempt::Unsupported(_) => Some(Self { folder, _lock: file }),
            Attempt::Replaced | Attempt::Busy => None,
            Attempt::Refused(error) => {
                let _ = clear(&folder);
                return Err(error);
            }
        })
    }

    /// All of it.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The tree that is being made.
    pub(crate) fn tree(&self) -> PathBuf {
        self.folder.join(TREE)
    }

    /// A free name beside it.
    pub(crate) fn aside(&self) -> PathBuf {
        self.folder.join(ASIDE)
    }

    /// A name for what was replaced and will never be wanted again.
    pub(crate) fn waste(&self) -> PathBuf {
        self.folder.join(WASTE)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // A call that failed once may succeed; what could not be removed now is swept later.
        let _ = clear(&self.folder).or_else(|_| clear(&self.folder));
    }
}

/// A name in `tmp` for a tree that is taken out of `versions` to be removed. Nothing has to be made before the tree can
/// move there, so that a toolchain can be removed from a full disk.
pub(crate) fn doomed(temporary: &Path, toolchain: Toolchain) -> PathBuf {
    temporary.join(unique(&format!("{DOOMED}{toolchain}")))
}

/// Removes what processes left in `tmp` that are no more. What fails is left to the next one.
pub(crate) fn sweep(layout: &Layout) {
    let Ok(entries) = fs::read_dir(layout.temporary()) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let _ = match name.to_str().and_then(Leftover::from_name) {
            Some(Leftover::Doomed) => tree::remove(&entry.path()),
            Some(Leftover::Stage(toolchain)) if entry.file_type().is_ok_and(|kind| kind.is_dir()) => {
                sweep_stage(&entry.path(), &layout.toolchain(toolchain))
            }
            _ => Ok(()),
        };
    }
}

fn sweep_stage(folder: &Path, target: &Path) -> io::Result<()> {
    let path = folder.join(LOCK);
    let file = match lock::open_existing(&path) {
        // Its owner has yet to make it, or has just removed it, or was killed at that: then there is nothing else in the
        // folder, and he who has yet to make it makes himself another one. To make it for him would leave it behind where
        // there are no locks.
        Err(error) if error.kind() == io::ErrorKind::NotFound => match fs::remove_dir(folder) {
            // What has content but no lock, as after a power cut, is nobody's.
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => lock::open(&path)?,
            result => return result,
        },
        result => result?,
    };
    match lock::attempt(&file, &path, Kind::Exclusive) {
        Attempt::Taken => {
            let aside = folder.join(ASIDE);
            if aside.is_dir() {
                // Fails where the new one has taken its place; then this one is waste.
                let _ = durable::rename_new(&aside, target);
            }
            clear(folder)
        }
        _ => Ok(()),
    }
}

/// Removes a stage, the lock last: as long as there is something in it, it can be told whose it is.
fn clear(folder: &Path) -> io::Result<()> {
    tree::remove(&folder.join(TREE))?;
    tree::remove(&folder.join(ASIDE))?;
    tree::remove(&folder.join(WASTE))?;
    tree::remove(&folder.join(LOCK))?;
    fs::remove_dir(folder)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leftover {
    Stage(Toolchain),
    Doomed,
}

impl Leftover {
    /// What an entry of `tmp` is, by its name; `None` for what is not made by this module.
    fn from_name(name: &str) -> Option<Self> {
        let (is_doomed, rest) = match name.strip_prefix(DOOMED) {
            Some(rest) => (true, rest),
            None => (false, name),
        };
        let (rest, random) = rest.rsplit_once('-')?;
        let (toolchain, pid) = rest.rsplit_once('-')?;
        let toolchain = Toolchain::from_folder_name(toolchain)?;
        pid.parse::<u32>().ok()?;
        let is_random = random.len() == 16 && random.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_random.then_some(if is_doomed { Self::Doomed } else { Self::Stage(toolchain) })
    }
}

/// A name that nobody else chooses: `<prefix>-<pid>-<16 hexadecimal digits>`.
pub(crate) fn unique(prefix: &str) -> String {
    // The keys of a new map are as random as is needed here, and cost no dependency.
    let random = RandomState::new().build_hasher().finish();
    format!("{prefix}-{}-{random:016x}", std::process::id())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn toolchain(name: &str) -> Toolchain {
        Toolchain::from_folder_name(name).unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn knows_its_own_names() {
        let is = Leftover::from_name;
        for name in ["1.22.5", "1.15.15-darwin-amd64"] {
            assert_eq!(is(&unique(name)), Some(Leftover::Stage(toolchain(name))));
        }
        assert_eq!(is(&unique("del-1.15.15-darwin-amd64")), Some(Leftover::Doomed));
        for name in ["1.22.5", "notes", "1.22.5-12-34", "del-1.22.5", "x-12-0123456789abcdef", "-1-0123456789abcdef"] {
            assert_eq!(is(name), None, "{name}");
        }
        assert_ne!(unique("1.22.5"), unique("1.22.5"));
    }

    #[test]
    fn sweeps_what_nobody_holds() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path());
        let path = &layout.temporary();
        fs::create_dir(path).unwrap();
        let alive = Stage::create(path, toolchain("1.22.5")).unwrap();
        fs::write(alive.tree().join("VERSION"), "").unwrap();
        let abandoned = path.join(unique("1.22.5"));
        fs::create_dir_all(abandoned.join(TREE).join("bin")).unwrap();
        fs::write(abandoned.join(LOCK), "").unwrap();
        let without_lock = path.join(unique("1.23.1"));
        fs::create_dir(&without_lock).unwrap();
        fs::create_dir_all(doomed(path, toolchain("1.21.0")).join("bin")).unwrap();
        let outside = tempfile::tempdir().unwrap();
        fs::create_dir(outside.path().join(TREE)).unwrap();
        let link = unique("1.24.0");
        symlink(outside.path(), path.join(&link)).unwrap();
        fs::create_dir(path.join("not-gvr's")).unwrap();

        sweep(&layout);
        let mut expected =
            [alive.folder.file_name().unwrap().to_str().unwrap().to_owned(), link, "not-gvr's".to_owned()];
        expected.sort_unstable();
        assert_eq!(names(path), expected);
        assert!(alive.tree().join("VERSION").exists());
        assert_eq!(names(outside.path()), [TREE]);
        drop(alive);
        assert_eq!(names(path).len(), 2);
    }

    #[test]
    fn what_a_killed_process_had_moved_aside_comes_back_unless_it_was_replaced() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout::new(root.path());
        fs::create_dir_all(layout.versions()).unwrap();
        for is_replaced in [false, true] {
            let stage = layout.temporary().join(unique("1.22.5"));
            fs::create_dir_all(stage.join(TREE)).unwrap();
            fs::create_dir_all(stage.join(ASIDE)).unwrap();
            fs::write(stage.join(ASIDE).join("VERSION"), "old").unwrap();
            let target = layout.toolchain(toolchain("1.22.5"));
            if is_replaced {
                fs::write(target.join("VERSION"), "new").unwrap();
            }
            sweep(&layout);
            let expected = if is_replaced { "new" } else { "old" };
            assert_eq!(fs::read_to_string(target.join("VERSION")).unwrap(), expected);
            assert_eq!(names(&layout.temporary()), [""; 0]);
        }
    }

    #[test]
    fn a_folder_that_is_swept_before_it_is_locked_is_given_up() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join(unique("1.22.5"));
        fs::create_dir(&folder).unwrap();
        let sweeper = lock::open(&folder.join(LOCK)).unwrap();
        assert!(matches!(lock::attempt(&sweeper, &folder.join(LOCK), Kind::Exclusive), Attempt::Taken));
        let owner = File::options().write(true).create_new(true).open(folder.join(LOCK)).unwrap_err();
        assert_eq!(owner.kind(), io::ErrorKind::AlreadyExists);
        clear(&folder).unwrap();
        // A second sweeper that had the file open all the while does not touch what is there by now.
        assert!(matches!(lock::attempt(&sweeper, &folder.join(LOCK), Kind::Exclusive), Attempt::Replaced));
    }
}

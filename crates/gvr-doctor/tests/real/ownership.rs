//! Whose files are whose. What needs files of two users runs where the tests may give files away, as root.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZero;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, lchown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use gvr_doctor::ownership::{Limits, Offender, Ownership, Unreadable, walk};
use tempfile::TempDir;

/// Folders with files, one of which is a link to a folder outside.
fn cache() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for branch in 0..20 {
        let below = folder.path().join(format!("cache/{branch:02}/deep/deeper"));
        fs::create_dir_all(&below).unwrap();
        for file in 0..50 {
            fs::write(below.join(format!("file-{file:02}")), "").unwrap();
        }
    }
    // More than one buffer of names.
    fs::create_dir(folder.path().join("cache/wide")).unwrap();
    for file in 0..3000 {
        fs::write(folder.path().join(format!("cache/wide/{file:064}")), "").unwrap();
    }
    fs::create_dir(folder.path().join("outside")).unwrap();
    fs::write(folder.path().join("outside/file"), "").unwrap();
    symlink("../outside", folder.path().join("cache/link")).unwrap();
    folder
}

/// The folder itself, the twenty branches, the wide folder and the link.
const ENTRIES: u64 = 1 + 20 * (3 + 50) + 1 + 3000 + 1;

fn user() -> u32 {
    tempfile::tempdir().unwrap().path().metadata().unwrap().uid()
}

fn limits(threads: usize) -> Limits {
    Limits { threads: NonZero::new(threads).unwrap(), patience: Duration::from_mins(2), ..Limits::default() }
}

fn walk_one(folder: &Path, user: u32, limits: &Limits) -> Ownership {
    walk(&[folder.to_owned()], user, limits).remove(0)
}

#[test]
fn all_is_counted_and_no_link_is_followed() {
    let folder = cache();
    for threads in [1, 2, 5] {
        let found = walk_one(&folder.path().join("cache"), user(), &limits(threads));
        let expected =
            Ownership { entries: ENTRIES, owners: BTreeMap::from([(user(), ENTRIES)]), ..Ownership::default() };
        assert_eq!((found.foreign(user()), found), (0, expected));
    }
    // Another user would find that nothing is theirs, and see the first of it.
    let stranger = user() + 1;
    let found = walk_one(&folder.path().join("cache"), stranger, &Limits { named: 3, ..limits(2) });
    assert_eq!(found.foreign(stranger), ENTRIES);
    let expected = ["cache", "cache/00", "cache/00/deep"];
    let expected = expected.map(|path| Offender { path: folder.path().join(path), owner: user(), is_folder: true });
    assert_eq!(found.offenders, expected);
}

#[test]
fn several_folders_are_told_apart() {
    let folder = cache();
    let folders = ["outside", "cache", "missing"].map(|name| folder.path().join(name));
    let found = walk(&folders, user(), &limits(3));
    assert_eq!(found.iter().map(|found| found.entries).collect::<Vec<_>>(), [2, ENTRIES, 0]);
    let through_link = walk_one(&folder.path().join("cache/link"), user(), &limits(1));
    assert_eq!(through_link.entries, 2, "a link that was asked for is followed");
    let no_folder = walk_one(&folder.path().join("outside/file"), user(), &limits(1));
    assert_eq!((no_folder.entries, no_folder.unreadable.count), (0, 1));
}

#[test]
fn limits_end_the_walk() {
    let folder = cache();
    let few = Limits { entries: 100, ..limits(2) };
    let found = walk_one(&folder.path().join("cache"), user(), &few);
    assert!(found.is_cut_short && found.entries < ENTRIES, "{found:?}");
    let hasty = Limits { patience: Duration::ZERO, ..limits(2) };
    let found = walk_one(&folder.path().join("cache"), user(), &hasty);
    assert!(found.is_cut_short && found.entries == 1, "{found:?}");
}

#[test]
fn a_very_deep_folder_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut path = folder.path().to_owned();
    for _ in 0..140 {
        path.push("d");
        fs::create_dir(&path).unwrap();
    }
    let found = walk_one(folder.path(), user(), &limits(2));
    assert_eq!((found.entries, found.unreadable.count), (130, 1));
    let (example, _) = found.unreadable.example.unwrap();
    assert_eq!(example.components().count(), folder.path().components().count() + 129);
}

#[test]
fn a_cache_that_lives_is_readable() {
    let folder = cache();
    let is_over = AtomicBool::new(false);
    let found: Vec<_> = thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                for name in ["cache/a/b/c", "cache/z/y/x"].map(|name| folder.path().join(name)) {
                    fs::create_dir_all(&name).unwrap();
                    fs::write(name.join("file"), "").unwrap();
                    fs::remove_dir_all(name.parent().unwrap().parent().unwrap()).unwrap();
                }
            }
        });
        let found = (0..100).map(|_| walk_one(&folder.path().join("cache"), user(), &limits(2))).collect();
        is_over.store(true, Ordering::Relaxed);
        found
    });
    for found in found {
        assert_eq!(found.unreadable, Unreadable::default());
        assert!(found.entries >= ENTRIES, "{found:?}");
    }
}

#[test]
fn what_a_call_as_root_left_behind_is_found() {
    let folder = cache();
    let given =
        ["cache/07/deep", "cache/07/deep/deeper/file-03", "cache/wide/notes"].map(|path| folder.path().join(path));
    fs::write(&given[2], "").unwrap();
    let give = |path: &PathBuf| lchown(path, Some(user() + 7), None);
    if give(&given[0]).is_err() {
        return; // Only root gives files away.
    }
    given[1..].iter().for_each(|path| give(path).unwrap());
    chown(folder.path().join("outside/file"), Some(user() + 7), None).unwrap();
    let found = walk_one(&folder.path().join("cache"), user(), &limits(2));
    assert_eq!(found.owners, BTreeMap::from([(user(), ENTRIES - 2), (user() + 7, 3)]));
    let named: Vec<_> = found.offenders.iter().map(|offender| offender.path.clone()).collect();
    assert_eq!(named, given);
    // The same as find says.
    let output =
        Command::new("find").arg(folder.path().join("cache")).args(["!", "-uid", &user().to_string()]).output();
    let lines = String::from_utf8(output.unwrap().stdout).unwrap();
    let mut lines: Vec<_> = lines.lines().map(PathBuf::from).collect();
    lines.sort();
    assert_eq!(lines, given);
}

#[test]
fn a_folder_that_cannot_be_read_is_told() {
    let folder = cache();
    let locked = folder.path().join("cache/03/deep");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    let found = walk_one(&folder.path().join("cache"), user(), &limits(2));
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
    if found.entries == ENTRIES {
        return; // Nothing is closed to root.
    }
    assert_eq!((found.entries, found.unreadable.count), (ENTRIES - 51, 1));
    assert_eq!(found.unreadable.example.map(|(path, _)| path), Some(locked));
}

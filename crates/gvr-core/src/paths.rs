//! Paths as the bytes that they are.
//!
//! `std::path` takes a path apart into its components for each question. That is right for paths of every kind, and the
//! shim, which asks some hundred such questions for each call of `go`, would spend more time on it than in the kernel.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// The path of something below a folder: `folder`, then each name, with a slash between. One piece of memory, and never
/// a larger one.
pub fn below(folder: &Path, names: &[&OsStr]) -> PathBuf {
    let length = folder.as_os_str().len() + names.iter().map(|name| name.len() + 1).sum::<usize>();
    let mut path = OsString::with_capacity(length);
    path.push(folder);
    for name in names {
        if !path.as_bytes().ends_with(b"/") {
            path.push("/");
        }
        path.push(name);
    }
    PathBuf::from(path)
}

/// The folder that holds this one; `None` for the topmost, and for a name alone. A slash too many in the path only makes a
/// folder come twice.
pub fn above(path: &Path) -> Option<&Path> {
    let bytes = path.as_os_str().as_bytes();
    let slash = bytes.iter().rposition(|&byte| byte == b'/')?;
    // The topmost folder's own slash is its name.
    let end = slash.max(1);
    (end < bytes.len()).then(|| Path::new(OsStr::from_bytes(&bytes[..end])))
}

/// The path, and every folder above it in turn.
pub fn upwards(path: &Path) -> impl Iterator<Item = &Path> {
    std::iter::successors(Some(path), |path| above(path))
}

/// The last name in a path, without what leads there; empty after a slash.
pub fn last_name(path: &OsStr) -> &OsStr {
    let bytes = path.as_bytes();
    let start = bytes.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    OsStr::from_bytes(&bytes[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_put_below_a_folder() {
        let below = |folder: &str, names: &[&str]| {
            let names: Vec<_> = names.iter().map(OsStr::new).collect();
            below(Path::new(folder), &names)
        };
        assert_eq!(below("/gvr", &["versions", "1.22.5"]).as_os_str(), "/gvr/versions/1.22.5");
        assert_eq!(below("/", &["version"]).as_os_str(), "/version");
        assert_eq!(below("/gvr/", &[]).as_os_str(), "/gvr/");
    }

    #[test]
    fn a_walk_ends_at_the_top() {
        let upwards =
            |path: &'static str| upwards(Path::new(path)).map(|path| path.to_str().unwrap()).collect::<Vec<_>>();
        assert_eq!(upwards("/home/me/src"), ["/home/me/src", "/home/me", "/home", "/"]);
        assert_eq!(upwards("/"), ["/"]);
        assert_eq!(upwards("name"), ["name"]);
        assert_eq!(upwards("/a//b/"), ["/a//b/", "/a//b", "/a/", "/a", "/"]);
    }

    #[test]
    fn the_last_name_is_what_stands_after_the_last_slash() {
        for (path, name) in [("/gvr/shims/go", "go"), ("go", "go"), ("./go", "go"), ("/a/", ""), ("", "")] {
            assert_eq!(last_name(OsStr::new(path)), name, "{path}");
        }
    }
}

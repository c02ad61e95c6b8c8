//! What a store looks like from outside: which toolchains are whole, and what lies there that should not.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::toolchain::FakeToolchain;

/// What gvr adds to a tree when it is complete.
const OWN: [&str; 2] = [".gvr-manifest.gz", ".gvr-receipt.toml"];

/// A store's root, as a stranger sees it.
#[derive(Clone, Debug)]
pub struct StoreFolder {
    root: PathBuf,
}

impl StoreFolder {
    /// The store at `root`, which need not exist.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Where it lies.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a version.
    pub fn version(&self, version: &str) -> PathBuf {
        self.root.join("versions").join(version)
    }

    /// Whether there is anything under the name of this version.
    pub fn has(&self, version: &str) -> bool {
        fs::symlink_metadata(self.version(version)).is_ok()
    }

    /// What is wrong with what is presented as installed: every version must be one of `known`, and whole.
    pub fn problems(&self, known: &[&FakeToolchain]) -> Vec<String> {
        let mut problems = Vec::new();
        for name in names(&self.root.join("versions")) {
            match known.iter().find(|toolchain| toolchain.version() == name) {
                None => problems.push(format!("versions/{name} is nobody's")),
                Some(toolchain) => problems.extend(toolchain.differences(&self.version(&name))),
            }
        }
        problems
    }

    /// What lies around that no finished command leaves: anything in `tmp`, unfinished downloads, temporary names.
    pub fn leftovers(&self) -> Vec<String> {
        let mut found: Vec<_> = names(&self.root.join("tmp")).into_iter().map(|name| format!("tmp/{name}")).collect();
        let is_archive = |name: &String| name != "index.json";
        found
            .extend(names(&self.root.join("cache")).into_iter().filter(is_archive).map(|name| format!("cache/{name}")));
        let is_temporary = |name: &String| name.starts_with(".gvr-shim-");
        found.extend(
            names(&self.root.join("shims")).into_iter().filter(is_temporary).map(|name| format!("shims/{name}")),
        );
        let expected = ["versions", "shims", "cache", "locks", "tmp", "version", "config.toml", "shim-settings", "bin"];
        found.extend(names(&self.root).into_iter().filter(|name| !expected.contains(&name.as_str())));
        found
    }
}

impl FakeToolchain {
    /// How the installed tree at `goroot` differs from this toolchain: files that lack, are others, or are too many.
    pub fn differences(&self, goroot: &Path) -> Vec<String> {
        let mut found = BTreeSet::new();
        if let Err(error) = collect(goroot, "", &mut found) {
            return vec![format!("{}: {error}", goroot.display())];
        }
        let mut problems = Vec::new();
        for own in OWN.into_iter().filter(|own| !found.remove(*own)) {
            problems.push(format!("{}: no {own}", goroot.display()));
        }
        for (path, mode, contents) in self.files() {
            let full = goroot.join(path);
            if !found.remove(path) {
                problems.push(format!("{}: missing", full.display()));
                continue;
            }
            match (fs::read(&full), fs::metadata(&full)) {
                (Ok(bytes), Ok(about)) if bytes == contents && about.permissions().mode() & 0o7777 == mode => {}
                (Ok(bytes), Ok(about)) => problems.push(format!(
                    "{}: {} of {} bytes, mode {:o} and not {mode:o}",
                    full.display(),
                    bytes.len(),
                    contents.len(),
                    about.permissions().mode() & 0o7777
                )),
                (Err(error), _) | (_, Err(error)) => problems.push(format!("{}: {error}", full.display())),
            }
        }
        problems.extend(found.into_iter().map(|path| format!("{}: too many", goroot.join(path).display())));
        problems
    }
}

/// The paths of all files below a folder.
fn collect(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.insert(name);
        }
    }
    Ok(())
}

/// The names in a folder, sorted; none where there is no folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_what_is_not_whole() {
        let folder = tempfile::tempdir().unwrap();
        let store = StoreFolder::new(folder.path());
        let toolchain = FakeToolchain::native("1.23.90");
        assert_eq!(store.problems(&[&toolchain]), [""; 0]);
        let goroot = store.version("1.23.90");
        toolchain.write_to(&goroot).unwrap();
        assert!(store.has("1.23.90") && !store.has("1.23.91"));
        assert_eq!(store.problems(&[&toolchain]).len(), 2, "there is no receipt");
        for own in OWN {
            fs::write(goroot.join(own), "").unwrap();
        }
        assert_eq!(store.problems(&[&toolchain]), [""; 0]);
        assert_eq!(store.problems(&[]).len(), 1);
        fs::write(goroot.join("VERSION"), "").unwrap();
        fs::remove_file(goroot.join("bin/go")).unwrap();
        fs::write(goroot.join("bin/strange"), "").unwrap();
        assert_eq!(store.problems(&[&toolchain]).len(), 3, "{:?}", store.problems(&[&toolchain]));
    }

    #[test]
    fn sees_what_was_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let store = StoreFolder::new(folder.path());
        for path in
            ["tmp/1.23.90-1-0123456789abcdef", "cache/a.part", "cache/index.json", "shims/.gvr-shim-1-a", "shims/go"]
        {
            fs::create_dir_all(folder.path().join(path)).unwrap();
        }
        fs::write(folder.path().join(".version.gvr-1-a"), "").unwrap();
        let expected = ["tmp/1.23.90-1-0123456789abcdef", "cache/a.part", "shims/.gvr-shim-1-a", ".version.gvr-1-a"];
        assert_eq!(store.leftovers(), expected);
    }
}

//! Which files of a GOROOT are Go's, and which somebody else has put there.

use gvr_core::{Platform, Version};
use gvr_fetch::dirhash::ToolchainModule;
use gvr_store::Manifest;

/// The files at the top of a release, of all times.
const FILES: [&str; 15] = [
    "AUTHORS",
    "CONTRIBUTING.md",
    "CONTRIBUTORS",
    "LICENSE",
    "PATENTS",
    "README",
    "README.md",
    "SECURITY.md",
    "VERSION",
    "codereview.cfg",
    "favicon.ico",
    "go.env",
    "robots.txt",
    "INSTALL.txt",
    "VERSION.cache",
];

/// The folders at the top of a release that its hash as a module does not cover.
const UNCOVERED: [&str; 4] = ["api", "doc", "misc", "test"];

/// The files of one release.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gos {
    /// Whether Go published the hash of it as a module.
    has_hash: bool,
    /// Whether only that counts whose content can be proved.
    is_strict: bool,
}

impl Gos {
    pub(super) fn of(version: Version, platform: Platform, is_strict: bool) -> Self {
        Self { has_hash: ToolchainModule::new(version, platform).is_some(), is_strict }
    }

    /// The folders among a tree's files of which the hash says nothing.
    pub(super) fn uncovered(self, tree: &Manifest) -> Vec<&'static str> {
        let is_there = |folder: &&str| {
            let is_in = |path: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
            tree.entries().iter().any(|entry| is_in(&entry.path))
        };
        UNCOVERED.into_iter().filter(|_| self.has_hash).filter(is_there).collect()
    }

    /// What of a tree is not Go's: of a folder that is nobody's file by file, its name alone.
    pub(super) fn others(self, paths: impl Iterator<Item = String>) -> Vec<String> {
        let topmost = |path: String| {
            let folders = path.match_indices('/').map(|(end, _)| path[..=end].to_owned());
            folders.into_iter().find(|folder| !self.has(folder)).unwrap_or(path)
        };
        let mut others: Vec<_> = paths.map(topmost).collect();
        others.sort_unstable();
        others.dedup();
        others
    }

    /// Whether a path below the GOROOT is Go's own; folders have a slash at their end. Tools that were installed into `bin`,
    /// caches and the like are not.
    pub(super) fn has(self, path: &str) -> bool {
        let bare = path.trim_end_matches('/');
        let parts: Vec<&str> = bare.split('/').collect();
        let is_litter = parts.iter().any(|part| *part == ".DS_Store" || part.starts_with("._"));
        if is_litter {
            return false;
        }
        match parts[..] {
            ["bin" | "pkg" | "src" | "lib"] => path.ends_with('/'),
            ["bin", name] => matches!(name, "go" | "gofmt" | "godoc") && !path.ends_with('/'),
            ["bin", ..] => false,
            ["pkg", name, ..] => !self.has_hash || matches!(name, "include" | "tool"),
            ["src" | "lib", ..] => true,
            [name] | [name, ..] if UNCOVERED.contains(&name) || name == "blog" => {
                (parts.len() > 1 || path.ends_with('/')) && !(self.has_hash && self.is_strict)
            }
            [name] => FILES.contains(&name) && !path.ends_with('/'),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_put_there_is_not_gos() {
        let strict = |version: &str| Gos::of(version.parse().unwrap(), "linux-amd64".parse().unwrap(), true);
        let gos = |version: &str| Gos { is_strict: false, ..strict(version) };
        let new = gos("1.22.5");
        for path in ["bin/", "bin/go", "bin/gofmt", "src/fmt/print.go", "lib/time/zoneinfo.zip", "VERSION", "go.env"] {
            assert!(new.has(path) && gos("1.20.1").has(path), "{path}");
        }
        for path in
            ["bin/gopls", "bin/x/y", "src/.DS_Store", "src/._a.go", "go-build-host-host/", ".mise.toml", "pkgs/"]
        {
            assert!(!new.has(path) && !gos("1.20.1").has(path), "{path}");
        }
        // A module does not have these, and an old release is none.
        for path in ["test/a.go", "doc/", "api/go1.txt", "misc/x"] {
            assert!(new.has(path) && !strict("1.22.5").has(path) && strict("1.20.1").has(path), "{path}");
        }
        assert!(!new.has("test") && !new.has("pkg/linux_amd64/fmt.a") && gos("1.20.1").has("pkg/linux_amd64/fmt.a"));
        assert!(new.has("pkg/tool/linux_amd64/compile") && new.has("pkg/include/textflag.h"));
        let paths = ["bin/dlv", "cache/a/b", "cache/c", "src/._x"].map(str::to_owned);
        assert_eq!(new.others(paths.into_iter()), ["bin/dlv", "cache/", "src/._x"]);
    }
}

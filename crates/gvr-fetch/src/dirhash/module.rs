//! A toolchain as the Go module that it also is.

use std::borrow::Cow;
use std::fmt;

use gvr_core::{Platform, Version};

/// `golang.org/toolchain` in one version: one Go for one platform.
///
/// Its text form is `golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ToolchainModule {
    version: Version,
    platform: Platform,
}

/// The folders that distpack leaves out of the module (golang/go, `cmd/distpack/pack.go`).
const LEFT_OUT: [&str; 4] = ["api/", "doc/", "misc/", "test/"];

impl ToolchainModule {
    /// The module's path.
    pub const PATH: &str = "golang.org/toolchain";

    /// What every version's `go.mod` says.
    pub const GO_MOD: &str = "module golang.org/toolchain\n";

    /// The module of this Go. `None` for versions before 1.21: their archives were not made by distpack, so the hash of an
    /// unpacked one need not be that of the module, which was made later.
    pub fn new(version: Version, platform: Platform) -> Option<Self> {
        let is_by_distpack = (version.major(), version.minor()) >= (1, 21);
        (is_by_distpack && !version.is_language()).then_some(Self { version, platform })
    }

    /// Which Go it is.
    pub const fn go_version(&self) -> Version {
        self.version
    }

    /// What it runs on.
    pub const fn platform(&self) -> Platform {
        self.platform
    }

    /// The module's version: `v0.0.1-go1.22.5.linux-amd64`. 32-bit ARM is `linux-arm`, whatever its archive is called.
    pub fn version(&self) -> String {
        let Platform { os, arch } = self.platform;
        format!("v0.0.1-{}.{}-{}", self.version.release_name(), os.name(), arch.goarch())
    }

    /// What every name in the module's zip begins with, the slash included.
    pub fn prefix(&self) -> String {
        format!("{self}/")
    }

    /// What a file of the unpacked archive is called in the module, without [`prefix`](Self::prefix); `None` if it is left
    /// out. A module can have no other `go.mod` than its own, so each is called `_go.mod` there.
    pub fn file_name(path: &str) -> Option<Cow<'_, str>> {
        if LEFT_OUT.iter().any(|folder| path.starts_with(folder)) {
            return None;
        }
        Some(match path.strip_suffix("go.mod") {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => Cow::Owned(format!("{folder}_go.mod")),
            _ => Cow::Borrowed(path),
        })
    }
}

impl fmt::Display for ToolchainModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", Self::PATH, self.version())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(version: &str, platform: &str) -> Option<ToolchainModule> {
        ToolchainModule::new(version.parse().unwrap(), platform.parse().unwrap())
    }

    #[test]
    fn is_called_as_go_calls_it() {
        for (version, platform, expected) in [
            ("1.22.5", "linux-amd64", "golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64"),
            ("1.21.0", "darwin-arm64", "golang.org/toolchain@v0.0.1-go1.21.0.darwin-arm64"),
            ("1.21rc2", "linux-386", "golang.org/toolchain@v0.0.1-go1.21rc2.linux-386"),
            ("1.22.5", "linux-armv6l", "golang.org/toolchain@v0.0.1-go1.22.5.linux-arm"),
        ] {
            assert_eq!(module(version, platform).unwrap().to_string(), expected);
        }
        assert_eq!(
            module("1.22.5", "linux-amd64").unwrap().prefix(),
            "golang.org/toolchain@v0.0.1-go1.22.5.linux-amd64/"
        );
    }

    #[test]
    fn there_is_none_where_the_archive_was_made_otherwise() {
        for version in ["1.20.14", "1.20", "1.9.2rc2", "1.22"] {
            assert_eq!(module(version, "linux-amd64"), None, "{version}");
        }
    }

    #[test]
    fn files_are_called_as_in_the_module() {
        let name = ToolchainModule::file_name;
        for same in
            ["bin/go", "src/go.sum", "lib/time/zoneinfo.zip", "src/api/x", "apis/x", "api", "x.go.mod", "VERSION"]
        {
            assert_eq!(name(same).as_deref(), Some(same));
        }
        for (path, expected) in [
            ("go.mod", "_go.mod"),
            ("src/go.mod", "src/_go.mod"),
            ("src/cmd/go/testdata/go.mod", "src/cmd/go/testdata/_go.mod"),
        ] {
            assert_eq!(name(path).as_deref(), Some(expected));
        }
        for gone in ["api/go1.txt", "doc/a/b", "misc/x", "test/a.go", "test/go.mod"] {
            assert_eq!(name(gone), None, "{gone}");
        }
    }
}

//! The name of an installed toolchain: a version, and a platform where it is not the machine's own.

use std::fmt;
use std::str::FromStr;

use crate::{Platform, Version, VersionError};

/// A toolchain in the store: `1.22.5`, or `1.15.15-darwin-amd64` for one that `--arch` asked for.
///
/// Its text form is the name of its folder under `versions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Toolchain {
    /// Which Go.
    pub version: Version,
    /// What it runs on, if that was said; absent means the machine's own platform.
    pub platform: Option<Platform>,
}

impl Toolchain {
    /// A toolchain of the machine's own platform.
    pub const fn native(version: Version) -> Self {
        Self { version, platform: None }
    }

    /// Whether this was installed for a platform whose programs cannot run where programs of `running` do. It is not
    /// simply tried: libc would hand a program that the kernel does not know to the shell, as a script.
    pub fn is_foreign_to(self, running: Option<Platform>) -> bool {
        self.platform.is_some_and(|platform| !running.is_some_and(|running| platform.runs_beside(running)))
    }

    /// The name of its folder under `versions`.
    pub fn folder_name(self) -> String {
        // The longest are of the shape of `1.22.10-windows-amd64`.
        let mut name = String::with_capacity(32);
        self.version.append_to(&mut name);
        if let Some(platform) = self.platform {
            name.push('-');
            name.push_str(&platform.to_string());
        }
        name
    }

    /// Parses the name of a folder under `versions`. A folder whose name is spelt another way is not gvr's.
    pub fn from_folder_name(name: &str) -> Option<Self> {
        let toolchain: Self = name.parse().ok()?;
        (!toolchain.version.is_language() && toolchain.folder_name() == name).then_some(toolchain)
    }
}

impl FromStr for Toolchain {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let (version, platform) = match text.split_once('-') {
            Some((version, platform)) => (version, Some(platform.parse().map_err(|_| VersionError)?)),
            None => (text, None),
        };
        Ok(Self { version: Version::parse(version)?, platform })
    }
}

impl From<Version> for Toolchain {
    fn from(version: Version) -> Self {
        Self::native(version)
    }
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.folder_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_have_one_spelling() {
        for name in ["1.22.5", "1.20.0", "1.23rc1", "1.15.15-darwin-amd64"] {
            assert_eq!(Toolchain::from_folder_name(name).map(|toolchain| toolchain.to_string()).as_deref(), Some(name));
        }
        for name in
            ["1.20", "1.21", "go1.22.5", "1.22.5-", "1.22.5-darwin/arm64", "1.22.5-linux-x86_64", "..", ".tmp", ""]
        {
            assert_eq!(Toolchain::from_folder_name(name), None, "{name:?}");
        }
    }

    #[test]
    fn sorts_by_version_first() {
        let parse = |name: &str| Toolchain::from_folder_name(name).unwrap();
        assert!(parse("1.22.9") < parse("1.22.10"));
        assert!(parse("1.22.9") < parse("1.22.9-darwin-arm64"));
        assert!(parse("1.22.9-darwin-arm64") < parse("1.22.10"));
    }
}

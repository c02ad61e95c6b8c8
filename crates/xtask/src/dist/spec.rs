//! What `dist` is asked for.

use std::str::FromStr;

use gvr_core::{Platform, Version};

/// A Go and what it is for: `1.27.3`, `1.23.1:darwin-arm64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spec {
    /// Which Go; a release, not a language version.
    pub(crate) version: Version,
    /// For what; `None` means the machine that the task runs on.
    pub(crate) platform: Option<Platform>,
}

impl Spec {
    /// A Go for the machine that the task runs on.
    pub(crate) const fn here(version: Version) -> Self {
        Self { version, platform: None }
    }
}

impl FromStr for Spec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (version, platform) = match text.split_once(':') {
            Some((version, platform)) => (version, Some(platform.parse::<Platform>().map_err(|e| e.to_string())?)),
            None => (text, None),
        };
        let version = Version::parse(version).map_err(|error| format!("{version:?} is {error}"))?;
        if version.is_language() {
            return Err(format!("{version} names no release; say {version}.0 or another patch"));
        }
        Ok(Self { version, platform })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_version_is_for_this_machine() {
        let version = Version::parse("1.27.3").unwrap();
        assert_eq!("1.27.3".parse(), Ok(Spec { version, platform: None }));
        let platform = Some("darwin-arm64".parse().unwrap());
        assert_eq!("1.27.3:darwin-arm64".parse(), Ok(Spec { version, platform }));
    }

    #[test]
    fn what_names_no_release_is_refused() {
        for text in ["", "1.27", "go1.27.3", "1.27.3:", "1.27.3:plan9-amd64", ":linux-amd64"] {
            assert!(text.parse::<Spec>().is_err(), "{text:?}");
        }
    }
}

//! A Go version: parsed, ordered and printed as Go does it.
//!
//! The order is the one of Go's `internal/gover`: `1.21` (the language version) < `1.21beta1` < `1.21rc1` <
//! `1.21.0` < `1.21.1`. Before Go 1.21 there was no `.0`, so there `1.20` and `1.20.0` are one and the same.
//! One form that `gover` does not know is accepted too, because Go published releases under it: a prerelease of
//! a patch, such as `1.9.2rc2`, which comes just before `1.9.2`.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use semver::{BuildMetadata, Prerelease};

/// The first minor release of Go 1 whose first patch is called `.0`, and with a language version apart from it.
const FIRST_MINOR_WITH_ZERO_PATCH: u32 = 21;

/// A Go version such as `1.22.5`, `1.23rc1` or the language version `1.21`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: Option<u32>,
    prerelease: Option<Milestone>,
}

/// A step before a release: `beta1`, `rc2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Milestone {
    stage: Stage,
    number: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Stage {
    Alpha,
    Beta,
    Candidate,
}

impl Stage {
    const ALL: [(Stage, &'static str); 3] = [(Stage::Alpha, "alpha"), (Stage::Beta, "beta"), (Stage::Candidate, "rc")];

    fn name(self) -> &'static str {
        match self {
            Stage::Alpha => "alpha",
            Stage::Beta => "beta",
            Stage::Candidate => "rc",
        }
    }
}

/// The text is not a Go version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionError;

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a Go version (expected something like 1.22.5 or 1.23rc1)")
    }
}

impl std::error::Error for VersionError {}

impl Version {
    /// A release such as 1.22.5.
    pub const fn release(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch: Some(patch), prerelease: None }
    }

    /// Parses a version without the `go` prefix: `1.22.5`, `1.23rc1`, `1.21`, `1.9.2rc2`.
    ///
    /// Numbers have no leading zeros and fit in 32 bits; anything else is an error, never a guess.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        let (major, rest) = cut_number(text).ok_or(VersionError)?;
        let Some(rest) = rest.strip_prefix('.') else {
            return if rest.is_empty() { Ok(Self::language(major, 0)) } else { Err(VersionError) };
        };
        let (minor, rest) = cut_number(rest).ok_or(VersionError)?;
        if rest.is_empty() {
            return Ok(Self::language(major, minor));
        }
        let (patch, rest) = match rest.strip_prefix('.') {
            Some(rest) => cut_number(rest).map(|(patch, rest)| (Some(patch), rest)).ok_or(VersionError)?,
            None => (None, rest),
        };
        let prerelease = if rest.is_empty() { None } else { Some(cut_prerelease(rest).ok_or(VersionError)?) };
        Ok(Self { major, minor, patch, prerelease })
    }

    /// Appends its text form, without the machinery that formats anything: the shim needs it for every call.
    pub(crate) fn append_to(self, text: &mut String) {
        append_number(text, self.major);
        text.push('.');
        append_number(text, self.minor);
        if let Some(patch) = self.patch {
            text.push('.');
            append_number(text, patch);
        }
        if let Some(prerelease) = self.prerelease {
            text.push_str(prerelease.stage.name());
            append_number(text, prerelease.number);
        }
    }

    /// Parses a release's own name, as in archive names, in `VERSION` files and after `toolchain`: `go1.22.5`, `go1.20`.
    ///
    /// `go1.20` is the release 1.20.0; `go1.21` names no release, only a language version.
    pub fn from_release_name(name: &str) -> Result<Self, VersionError> {
        Self::parse(name.strip_prefix("go").ok_or(VersionError)?)
    }

    /// The name under which Go publishes this release: `go1.22.5`, `go1.23rc1`, but `go1.20` for 1.20.0.
    pub fn release_name(self) -> String {
        match self {
            Self { patch: Some(0), prerelease: None, .. } if !self.has_zero_patch() => {
                format!("go{}.{}", self.major, self.minor)
            }
            _ => format!("go{self}"),
        }
    }

    /// The `1` of 1.22.5.
    pub const fn major(self) -> u32 {
        self.major
    }

    /// The `22` of 1.22.5.
    pub const fn minor(self) -> u32 {
        self.minor
    }

    /// Whether this is a beta or a release candidate.
    pub const fn is_prerelease(self) -> bool {
        self.prerelease.is_some()
    }

    /// Whether this names a language version only, such as `1.21`, and so no toolchain that could be installed.
    pub const fn is_language(self) -> bool {
        self.patch.is_none() && self.prerelease.is_none()
    }

    /// The first release of a language version (1.25 → 1.25.0), as Go itself takes it; any other version is its own.
    #[must_use]
    pub const fn first_release(self) -> Self {
        if self.is_language() { Self::release(self.major, self.minor, 0) } else { self }
    }

    /// Whether both belong to one minor release: 1.22.5 and 1.22rc1 do.
    pub const fn same_minor(self, other: Self) -> bool {
        self.major == other.major && self.minor == other.minor
    }

    /// The version in the terms of semantic versioning, for ranges: 1.22.5 → `1.22.5`, 1.23rc1 → `1.23.0-rc.1`.
    pub fn to_semver(self) -> semver::Version {
        let pre = match self.prerelease {
            Some(p) => Prerelease::new(&format!("{}.{}", p.stage.name(), p.number)).unwrap_or(Prerelease::EMPTY),
            None => Prerelease::EMPTY,
        };
        semver::Version {
            major: self.major.into(),
            minor: self.minor.into(),
            patch: self.patch.unwrap_or(0).into(),
            pre,
            build: BuildMetadata::EMPTY,
        }
    }

    /// A version without a patch: a language version, or before Go 1.21 the release itself.
    const fn language(major: u32, minor: u32) -> Self {
        let version = Self { major, minor, patch: None, prerelease: None };
        if version.has_zero_patch() { version } else { Self::release(major, minor, 0) }
    }

    const fn has_zero_patch(self) -> bool {
        self.major > 1 || self.minor >= FIRST_MINOR_WITH_ZERO_PATCH
    }

    /// Absent sorts before every patch, and a prerelease of the release itself before patch 0.
    fn sort_key(self) -> (u32, u32, Option<u32>, bool, Option<Milestone>) {
        (self.major, self.minor, self.patch, self.patch.is_some() && self.prerelease.is_none(), self.prerelease)
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.sort_key().cmp(&other.sort_key())
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        Self::parse(text)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(16);
        self.append_to(&mut text);
        f.write_str(&text)
    }
}

/// Appends a decimal number.
fn append_number(text: &mut String, number: u32) {
    if number >= 10 {
        append_number(text, number / 10);
    }
    text.push(char::from_digit(number % 10, 10).unwrap_or_default());
}

/// Splits a decimal number without leading zeros off the front.
fn cut_number(text: &str) -> Option<(u32, &str)> {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    Some((digits.parse().ok()?, rest))
}

fn cut_prerelease(text: &str) -> Option<Milestone> {
    let (stage, rest) =
        Stage::ALL.iter().find_map(|&(stage, name)| text.strip_prefix(name).map(|rest| (stage, rest)))?;
    match cut_number(rest)? {
        (number, "") => Some(Milestone { stage, number }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_order(left: &str, right: &str, expected: Ordering) {
        let parse = |text: &str| Version::parse(text).unwrap();
        assert_eq!(parse(left).cmp(&parse(right)), expected, "{left} against {right}");
        assert_eq!(parse(right).cmp(&parse(left)), expected.reverse(), "{right} against {left}");
    }

    #[test]
    fn orders_as_go_does() {
        // The valid rows of Go's own table, internal/gover/gover_test.go:compareTests.
        use Ordering::{Equal, Less};
        check_order("1.5", "1.6", Less);
        check_order("1.5", "1.10", Less);
        check_order("1.6", "1.6.1", Less);
        check_order("1.19", "1.19.0", Equal);
        check_order("1.19rc1", "1.19", Less);
        check_order("1.20", "1.20.0", Equal);
        check_order("1.20rc1", "1.20", Less);
        check_order("1.21", "1.21.0", Less);
        check_order("1.21", "1.21rc1", Less);
        check_order("1.21rc1", "1.21.0", Less);
        check_order("1.6", "1.19", Less);
        check_order("1.19", "1.19.1", Less);
        check_order("1.19rc1", "1.19.1", Less);
        check_order("1.19rc1", "1.19rc2", Less);
        check_order("1.19.0", "1.19.1", Less);
        check_order("1.19alpha3", "1.19beta2", Less);
        check_order("1.19beta2", "1.19rc1", Less);
        check_order("1.99999", "2.0", Less);
        check_order("1.9.1", "1.9.2rc2", Less);
        check_order("1.9.2rc2", "1.9.2", Less);
        check_order("1.22.9", "1.22.10", Less);
    }

    #[test]
    fn refuses_what_is_no_version() {
        for text in [
            "",
            "1.",
            ".1",
            "01.2",
            "1.02",
            "1.2.03",
            "1.2.3.4",
            "1.-2",
            "1e3",
            "0x1",
            "1.22.5 ",
            " 1.22",
            "1.22.5-foo",
            "1.22-rc1",
            "1.22rc",
            "1.22rc01",
            "1.22.x",
            "v1.22",
            "go1.22",
            "1.22rc1x",
            "1.22gamma1",
            "1.٢٢.5",
            "１.22.5",
            "99999999999999999999.1",
            "1.22\n",
            "1.22.5\0",
        ] {
            assert_eq!(Version::parse(text), Err(VersionError), "{text:?}");
        }
    }

    #[test]
    fn keeps_the_text_apart_from_the_missing_zero_of_old_releases() {
        for text in ["1.22.5", "1.23rc1", "1.21", "1.9.2rc2", "1.19beta1", "2.0"] {
            assert_eq!(Version::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Version::parse("1.20").unwrap().to_string(), "1.20.0");
        assert_eq!(Version::parse("1").unwrap().to_string(), "1.0.0");
    }

    #[test]
    fn knows_the_names_of_releases() {
        for (version, name) in [
            ("1.22.5", "go1.22.5"),
            ("1.20.0", "go1.20"),
            ("1.21.0", "go1.21.0"),
            ("1.20.1", "go1.20.1"),
            ("1.23rc1", "go1.23rc1"),
        ] {
            let version = Version::parse(version).unwrap();
            assert_eq!(version.release_name(), name);
            assert_eq!(Version::from_release_name(name), Ok(version));
        }
        assert!(Version::from_release_name("go1.21").unwrap().is_language());
        assert_eq!(Version::from_release_name("1.21.0"), Err(VersionError));
    }

    #[test]
    fn every_real_release_sorts_by_its_own_name() {
        let names =
            ["go1.2.2", "go1.9.1", "go1.9.2rc2", "go1.9.2", "go1.20rc3", "go1.20", "go1.20.1", "go1.21rc2", "go1.21.0"];
        let versions: Vec<_> = names.iter().map(|name| Version::from_release_name(name).unwrap()).collect();
        assert!(versions.is_sorted());
        assert_eq!(versions.iter().map(|version| version.release_name()).collect::<Vec<_>>(), names);
    }
}

//! What a person asks for: `1.22`, `go1.22.5`, `latest`, `^1.21`, `system`; and which version that means.

use std::fmt;
use std::str::FromStr;

use semver::VersionReq;

use crate::{Toolchain, Version};

/// A request for a version. What it means depends on what there is: the installed ones where something is run, all
/// published ones where something is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// The next real `go` on PATH, outside gvr's store.
    System,
    /// Just this one: `1.22.5`, `go1.23rc1`, `1.15.15-darwin-amd64`.
    Exact(Toolchain),
    /// The newest release of a minor: `1.22`, `22`, `1.22.x`.
    Minor(u32, u32),
    /// The newest release of a major: `1`.
    Major(u32),
    /// The newest release: `latest`, `stable`.
    Stable,
    /// The newest release of the minor before the newest: `oldstable`.
    Oldstable,
    /// The newest of all, betas and release candidates among them: `unstable`.
    Unstable,
    /// The newest release in a semver range: `^1.21`, `>=1.20, <1.22`.
    Range(VersionReq),
}

/// The text is no version request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestError {
    text: String,
}

impl RequestError {
    /// Enough to recognise the text, and no more: it may come from anybody's file.
    const SHOWN_CHARACTERS: usize = 40;
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = self.text.chars().take(Self::SHOWN_CHARACTERS).collect();
        let ellipsis = if shown.len() < self.text.len() { "…" } else { "" };
        write!(f, "'{}{ellipsis}' is not a Go version", shown.escape_debug())
    }
}

impl std::error::Error for RequestError {}

impl Request {
    /// The version among `candidates` that this asks for, if it is there.
    pub fn select(&self, candidates: &[Version]) -> Option<Version> {
        let newest = |fits: &dyn Fn(&Version) -> bool| candidates.iter().copied().filter(fits).max();
        match self {
            Request::System => None,
            Request::Exact(toolchain) => newest(&|version| *version == toolchain.version),
            Request::Minor(major, minor) => {
                newest(&|version| !version.is_prerelease() && (version.major(), version.minor()) == (*major, *minor))
            }
            Request::Major(major) => newest(&|version| !version.is_prerelease() && version.major() == *major),
            Request::Stable => newest(&|version| !version.is_prerelease()),
            Request::Oldstable => {
                let stable = Request::Stable.select(candidates)?;
                newest(&|version| !version.is_prerelease() && *version < stable && !version.same_minor(stable))
            }
            Request::Unstable => newest(&|_| true),
            Request::Range(range) => newest(&|version| range.matches(&version.to_semver())),
        }
    }

    /// Whether the answer depends on which versions there are.
    pub const fn is_open(&self) -> bool {
        !matches!(self, Request::System | Request::Exact(_))
    }
}

impl From<Version> for Request {
    /// A version as Go's files name it: a language version asks for its newest release, any other for itself.
    fn from(version: Version) -> Self {
        if version.is_language() {
            Request::Minor(version.major(), version.minor())
        } else {
            Request::Exact(Toolchain::native(version))
        }
    }
}

impl FromStr for Request {
    type Err = RequestError;

    fn from_str(text: &str) -> Result<Self, RequestError> {
        let text = text.trim();
        let keyword = match text {
            "system" => Some(Request::System),
            "latest" | "stable" => Some(Request::Stable),
            "oldstable" => Some(Request::Oldstable),
            "unstable" => Some(Request::Unstable),
            _ => None,
        };
        keyword
            .or_else(|| parse_version(text))
            .or_else(|| parse_range(text))
            .ok_or_else(|| RequestError { text: text.to_owned() })
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::System => f.write_str("system"),
            Request::Exact(toolchain) => toolchain.fmt(f),
            Request::Minor(major, minor) => write!(f, "{major}.{minor}"),
            Request::Major(major) => major.fmt(f),
            Request::Stable => f.write_str("latest"),
            Request::Oldstable => f.write_str("oldstable"),
            Request::Unstable => f.write_str("unstable"),
            Request::Range(range) => range.fmt(f),
        }
    }
}

/// `1.22.5`, `1.22`, `1`, `22`, `23rc1`, `1.22.x`, each also with `go`, `go-` or `v` in front.
fn parse_version(text: &str) -> Option<Request> {
    let bare = ["go-", "go", "v"].iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
    if let Some(open) = bare.strip_suffix(".x").or_else(|| bare.strip_suffix(".*")) {
        return parse_numbers(open);
    }
    parse_numbers(bare).or_else(|| {
        // A version has one spelling here, so that `1.20-linux-amd64` is not silently taken for 1.20.0.
        let exact = |text: &str| text.parse().ok().filter(|toolchain: &Toolchain| toolchain.to_string() == text);
        let full = if bare.contains('.') { bare.to_owned() } else { format!("1.{bare}") };
        exact(&full).filter(|toolchain| !toolchain.version.is_language()).map(Request::Exact)
    })
}

/// One or two numbers. A single one is a minor of Go 1, as in goenv, unless it is 1 itself.
fn parse_numbers(text: &str) -> Option<Request> {
    let number = |digits: &str| {
        let is_plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        if !is_plain || (digits.len() > 1 && digits.starts_with('0')) { None } else { digits.parse::<u32>().ok() }
    };
    match text.split_once('.') {
        Some((major, minor)) => Some(Request::Minor(number(major)?, number(minor)?)),
        None => match number(text)? {
            0 => None,
            1 => Some(Request::Major(1)),
            minor => Some(Request::Minor(1, minor)),
        },
    }
}

fn parse_range(text: &str) -> Option<Request> {
    if !text.contains(['^', '~', '<', '>', '=', '*', ',']) {
        return None;
    }
    if text.split(',').any(|part| part.trim().is_empty()) {
        return None;
    }
    // Comparators may be parted by commas or by spaces alone; a space after the operator belongs to it.
    let mut comparators: Vec<String> = Vec::new();
    for word in text.split([',', ' ', '\t']).filter(|word| !word.is_empty()) {
        match comparators.last_mut() {
            Some(last) if last.ends_with(['^', '~', '<', '>', '=']) => last.push_str(&comparator(word)),
            _ => comparators.push(comparator(word)),
        }
    }
    let range = VersionReq::parse(&comparators.join(", ")).ok()?;
    // `1.*.*` is a range only by its spelling.
    Some(parse_version(&range.to_string()).unwrap_or(Request::Range(range)))
}

/// A comparator in semver's spelling: `>=go1.23rc1` → `>=1.23.0-rc.1`.
fn comparator(word: &str) -> String {
    let operator = word.len() - word.trim_start_matches(['^', '~', '<', '>', '=']).len();
    let (operator, version) = word.split_at(operator);
    let version = version.strip_prefix("go").unwrap_or(version);
    match Version::parse(version) {
        Ok(parsed) if parsed.is_prerelease() => format!("{operator}{}", parsed.to_semver()),
        _ => format!("{operator}{version}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RELEASES: [&str; 12] = [
        "1.2.2", "1.15.15", "1.20.0", "1.20.14", "1.21.0", "1.21.13", "1.22.9", "1.22.10", "1.23.0", "1.23.4",
        "1.24rc1", "1.24rc2",
    ];

    #[track_caller]
    fn check(request: &str, expected: Option<&str>) {
        let candidates: Vec<_> = RELEASES.iter().map(|text| Version::parse(text).unwrap()).collect();
        let selected = request.parse::<Request>().unwrap().select(&candidates);
        assert_eq!(selected.map(|version| version.to_string()).as_deref(), expected, "{request}");
    }

    #[test]
    fn an_exact_version_is_that_version_or_nothing() {
        for spelling in ["1.22.9", "go1.22.9", "v1.22.9", "go-1.22.9", " 1.22.9 "] {
            check(spelling, Some("1.22.9"));
        }
        check("1.2.2", Some("1.2.2"));
        check("1.2.1", None);
        check("1.24rc1", Some("1.24rc1"));
        check("24rc1", Some("1.24rc1"));
        check("1.20.0", Some("1.20.0"));
    }

    #[test]
    fn a_prefix_is_its_newest_release() {
        check("1.22", Some("1.22.10"));
        check("go1.22", Some("1.22.10"));
        check("22", Some("1.22.10"));
        check("1.22.x", Some("1.22.10"));
        check("1.20", Some("1.20.14"));
        check("1", Some("1.23.4"));
        check("1.x", Some("1.23.4"));
        check("1.24", None);
        check("1.2", Some("1.2.2"));
    }

    #[test]
    fn names_follow_the_newest() {
        check("latest", Some("1.23.4"));
        check("stable", Some("1.23.4"));
        check("oldstable", Some("1.22.10"));
        check("unstable", Some("1.24rc2"));
        check("system", None);
    }

    #[test]
    fn ranges_are_semvers() {
        check("^1.21", Some("1.23.4"));
        check("~1.21.3", Some("1.21.13"));
        check(">=1.20, <1.22", Some("1.21.13"));
        check(">= 1.20 < 1.22", Some("1.21.13"));
        check(">=go1.24rc1", Some("1.24rc2"));
        check("<1.16", Some("1.15.15"));
        check("=1.22.9", Some("1.22.9"));
        check("*", Some("1.23.4"));
        check(">1.30", None);
        assert_eq!("1.*.*".parse(), Ok(Request::Major(1)));
        for torn in [",1.22.x", "1.22.x,", ">=1.20,,<1.22", ","] {
            assert!(torn.parse::<Request>().is_err(), "{torn}");
        }
    }

    #[test]
    fn a_platform_belongs_to_an_exact_version() {
        let request: Request = "1.15.15-darwin-amd64".parse().unwrap();
        assert_eq!(request.to_string(), "1.15.15-darwin-amd64");
        assert!("1.15-darwin-amd64".parse::<Request>().is_err());
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "go",
            "v",
            "..",
            ".",
            "/abs",
            "../../etc",
            "1.22.5/../../x",
            "-x",
            "--help",
            "-",
            "01.22.5",
            "1.22.05",
            "1.22.5.6",
            "99999999999999999999.1",
            "1.-2",
            "1e3",
            "0x1",
            "0",
            "GO1.22.5",
            "1.22.5-foo",
            "1.22.5+x",
            "1.22-rc1",
            "tip",
            "default",
            "local",
            "path",
            "$(id)",
            "`id`",
            "%s",
            "{}",
            "１.22.5",
            "1.٢٢.5",
            "1.22.5\0",
            ">=1.20 || <1.19",
            ">=",
            "^",
            "current",
            "1.22.5\u{200d}",
        ] {
            assert!(text.parse::<Request>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_refusal_shows_the_text_inert_and_short() {
        let error = "x\u{1b}[31m".parse::<Request>().unwrap_err();
        assert_eq!(error.to_string(), "'x\\u{1b}[31m' is not a Go version");
        let error = "y".repeat(10_000).parse::<Request>().unwrap_err();
        assert_eq!(error.to_string(), format!("'{}…' is not a Go version", "y".repeat(40)));
    }
}

//! `VERSION` at the top of a GOROOT: which Go it is.

use serde::{Deserialize, Serialize};

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionFile {
    /// The first line: `go1.23.1`, or `devel` and more.
    pub release: String,
    /// When it was made, as Go 1.21 and later write it: `2024-08-29T21:20:54Z`.
    pub time: Option<String>,
}

impl VersionFile {
    /// Reads the file; `None` where it names no Go.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = str::from_utf8(bytes).ok()?;
        let mut lines = text.lines().map(str::trim);
        let release = lines.next().filter(|line| line.starts_with("go") || line.starts_with("devel"))?;
        let time = lines.find_map(|line| line.strip_prefix("time "));
        Some(Self { release: release.to_owned(), time: time.map(str::to_owned) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_old_and_new_files() {
        let parse = |text: &str| VersionFile::parse(text.as_bytes()).map(|file| (file.release, file.time));
        let time = Some("2024-08-29T21:20:54Z".to_owned());
        assert_eq!(parse("go1.23.1\ntime 2024-08-29T21:20:54Z\n"), Some(("go1.23.1".to_owned(), time)));
        assert_eq!(parse("go1.20.14"), Some(("go1.20.14".to_owned(), None)));
        assert_eq!(parse("devel go1.28-abc\n"), Some(("devel go1.28-abc".to_owned(), None)));
        assert_eq!(parse(""), None);
        assert_eq!(parse("1.23.1\n"), None);
        assert_eq!(VersionFile::parse(b"go\xff"), None);
    }
}

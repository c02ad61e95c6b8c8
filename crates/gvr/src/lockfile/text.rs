//! The lock file's text: TOML.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use gvr_core::{Platform, Version};
use gvr_fetch::Sha256;
use gvr_fetch::dirhash::H1;
use toml_edit::{Document, Item, Table};

use super::{Locked, Lockfile, LockfileError};

/// The schema that is written, and the newest that is read.
pub(super) const SCHEMA: i64 = 1;

const HEAD: &str = "\
# The Go that this repository is built with, to the byte. Commit it. `gvr lock` writes it, `gvr lock --check` compares it
# with what the repository asks for, and `gvr install` refuses an archive with another SHA-256.
";

pub(super) fn render(lock: &Lockfile) -> String {
    let mut text = format!("{HEAD}schema = {SCHEMA}\n");
    for (version, platforms) in &lock.locked {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n[[go]]\nversion = \"{version}\"\n");
        for (platform, Locked { sha256, h1 }) in platforms {
            let _ = write!(text, "\n[go.platforms.{platform}]\nsha256 = \"{sha256}\"\n");
            if let Some(h1) = h1 {
                let _ = writeln!(text, "h1 = \"{h1}\"");
            }
        }
    }
    text
}

/// Parses all of it. What is not understood is an error, but for names that a later gvr may have added.
pub(super) fn parse(path: PathBuf, content: &[u8]) -> Result<Lockfile, LockfileError> {
    let text = str::from_utf8(content)
        .map_err(|_| LockfileError::Unreadable { path: path.clone(), reason: "it is not UTF-8 text".to_owned() })?;
    let document: Document<&str> = Document::parse(text)
        .map_err(|error| malformed(&path, text, error.span().map_or(0, |span| span.start), error.message()))?;
    let schema = document.get("schema").and_then(Item::as_integer);
    match schema {
        Some(SCHEMA) => {}
        Some(schema) if schema > SCHEMA => return Err(LockfileError::NewerSchema { path, schema }),
        _ => return Err(malformed(&path, text, 0, "it has no 'schema = 1'")),
    }
    let mut lock = Lockfile { path, locked: std::collections::BTreeMap::new() };
    let tables = match document.get("go") {
        None => return Ok(lock),
        Some(item) => item.as_array_of_tables(),
    };
    let tables = tables.ok_or_else(|| malformed(&lock.path, text, 0, "'go' is no list of tables, [[go]]"))?;
    for table in tables {
        read(&mut lock, text, table)?;
    }
    Ok(lock)
}

fn read(lock: &mut Lockfile, text: &str, table: &Table) -> Result<(), LockfileError> {
    let at = |item: Option<&Item>| item.and_then(Item::span).or(table.span()).map_or(0, |span| span.start);
    let path = lock.path.clone();
    let wrong = |item: Option<&Item>, reason: &str| malformed(&path, text, at(item), reason);
    let name = table.get("version");
    let version = name.and_then(Item::as_str).and_then(|text| Version::parse(text).ok());
    let version = version
        .filter(|version| !version.is_language())
        .ok_or_else(|| wrong(name, "'version' must be a whole version, such as \"1.22.5\""))?;
    if lock.has(version) {
        return Err(wrong(name, "this version is there twice"));
    }
    let platforms = table.get("platforms");
    let archives = platforms
        .and_then(Item::as_table_like)
        .ok_or_else(|| wrong(platforms, "there must be a table like [go.platforms.linux-amd64]"))?;
    for (name, archive) in archives.iter() {
        let platform: Platform =
            name.parse().map_err(|_| wrong(Some(archive), "no platform that Go is published for has that name"))?;
        let hash = archive.as_table_like().and_then(|archive| archive.get("sha256"));
        let sha256: Sha256 = hash
            .and_then(Item::as_str)
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| wrong(hash.or(Some(archive)), "'sha256' must be 64 lower-case hexadecimal digits"))?;
        let h1: Option<H1> = match archive.as_table_like().and_then(|archive| archive.get("h1")) {
            None => None,
            some => {
                let h1 = some.and_then(Item::as_str).and_then(|text| text.parse().ok());
                Some(h1.ok_or_else(|| wrong(some, "'h1' must be h1: and 44 characters of base64"))?)
            }
        };
        if lock.get(version, platform).is_some() {
            return Err(wrong(Some(archive), "this platform is there twice"));
        }
        lock.add(version, platform, Locked { sha256, h1 });
    }
    if !lock.has(version) {
        return Err(wrong(platforms, "there must be a table like [go.platforms.linux-amd64]"));
    }
    Ok(())
}

fn malformed(path: &Path, text: &str, at: usize, reason: &str) -> LockfileError {
    let line = text.get(..at.min(text.len())).unwrap_or_default().matches('\n').count() + 1;
    LockfileError::Malformed { path: path.to_owned(), line, reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_text(text: &str) -> Result<Lockfile, LockfileError> {
        parse("/r/gvr.lock".into(), text.as_bytes())
    }

    fn sample() -> Lockfile {
        let mut lock = Lockfile::empty(Path::new("/r"));
        for (version, platform) in [("1.22.5", "linux-amd64"), ("1.22.5", "darwin-arm64"), ("1.23rc1", "linux-386")] {
            let h1 = (platform == "linux-amd64").then(|| H1::of_go_mod(b"module example.test\n"));
            let locked = Locked { sha256: Sha256::of(platform.as_bytes()), h1 };
            lock.add(Version::parse(version).unwrap(), platform.parse().unwrap(), locked);
        }
        lock
    }

    #[test]
    fn reads_back_what_it_writes() {
        let text = render(&sample());
        assert_eq!(parse_text(&text).unwrap(), sample());
        assert!(text.contains("\n[[go]]\nversion = \"1.22.5\"\n\n[go.platforms.darwin-arm64]\nsha256 = \""), "{text}");
        assert_eq!(parse_text("schema = 1\n").unwrap(), Lockfile::empty(Path::new("/r")));
        let later =
            text.replace("schema = 1\n", "schema = 1\ncolour = \"blue\"\n").replace("sha256", "h9 = \"h9:x\"\nsha256");
        assert_eq!(parse_text(&later).unwrap(), sample());
    }

    #[test]
    fn what_is_wrong_is_named_by_its_line() {
        let good = render(&sample());
        let wrong = |from: &str, to: &str| {
            assert!(good.contains(from), "{from}");
            parse_text(&good.replacen(from, to, 1)).unwrap_err().to_string()
        };
        assert_eq!(
            wrong("\"1.22.5\"", "\"1.22\""),
            "/r/gvr.lock:6: 'version' must be a whole version, such as \"1.22.5\""
        );
        assert!(wrong("schema = 1", "schema = 2").contains("newer gvr (schema 2"));
        assert!(wrong("schema = 1", "schema = 0").ends_with("it has no 'schema = 1'"));
        assert!(wrong("darwin-arm64", "plan9-arm64").contains("no platform"));
        assert!(wrong("sha256 = \"", "sha256 = \"0").contains("64 lower-case"));
        assert!(wrong("h1 = \"h1:", "h1 = \"h2:").ends_with("'h1' must be h1: and 44 characters of base64"));
        assert!(wrong("h1 = \"h1:", "h1 = 7 # \"h1:").ends_with("'h1' must be h1: and 44 characters of base64"));
        assert!(wrong("1.23rc1", "1.22.5").ends_with("this version is there twice"));
        assert!(
            wrong("[go.platforms.linux-386]\n", "[go.platforms.linux-x86]\n[go.platforms.linux-386]\n")
                .contains("sha256")
        );
        assert!(parse_text("schema = 1\n[[go]]\nversion = \"1.22.5\"\n").is_err());
        assert!(parse_text("schema = 1\ngo = 7\n").is_err());
        assert!(parse_text("<html>").unwrap_err().to_string().starts_with("/r/gvr.lock:1: "));
        assert!(parse("/r/gvr.lock".into(), b"\xff").is_err());
    }
}

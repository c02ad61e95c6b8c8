//! The manifest on disk: a line for each entry, compressed with gzip.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::{Entry, EntryKind, Manifest, ManifestError};

/// Real ones have 2 MB.
const LARGEST: u64 = 64 << 20;

impl EntryKind {
    const ALL: [(EntryKind, &'static str); 4] =
        [(EntryKind::File, "-"), (EntryKind::Program, "x"), (EntryKind::Link, "l"), (EntryKind::Other, "?")];

    fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(kind, _)| *kind == self).map_or("?", |(_, name)| name)
    }
}

impl Manifest {
    /// The digest of the tree: that of the manifest's lines, 64 lower-case hexadecimal digits.
    pub fn digest(&self) -> String {
        hex(&Sha256::digest(self.text()).into())
    }

    /// `SHA-256 KIND SIZE PATH`, a line each.
    fn text(&self) -> String {
        let mut text = String::with_capacity(self.entries.len() * 128);
        for Entry { path, kind, size, sha256 } in &self.entries {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{} {} {size} {}", hex(sha256), kind.name(), escape(path));
        }
        text
    }

    /// Writes it to `path`, where there must be nothing. The answer is the digest.
    pub(crate) fn write(&self, path: &Path) -> io::Result<String> {
        let text = self.text();
        let file = File::options().write(true).create_new(true).mode(0o644).open(path)?;
        let mut encoder = GzEncoder::new(io::BufWriter::new(file), Compression::default());
        encoder.write_all(text.as_bytes())?;
        encoder.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(hex(&Sha256::digest(&text).into()))
    }

    /// Reads the manifest whose digest is known; `None` if there is none.
    pub(crate) fn read(path: &Path, digest: &str) -> Result<Option<Self>, ManifestError> {
        let altered = |reason| ManifestError::Altered { path: path.to_owned(), reason };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ManifestError::Read { path: path.to_owned(), source }),
        };
        let mut text = String::new();
        GzDecoder::new(io::BufReader::new(file))
            .take(LARGEST)
            .read_to_string(&mut text)
            .map_err(|_| altered("it cannot be decompressed"))?;
        if hex(&Sha256::digest(&text).into()) != digest {
            return Err(altered("its digest is not the one in the receipt"));
        }
        let entries = text.lines().map(parse).collect::<Option<_>>().ok_or_else(|| altered("a line is malformed"))?;
        Ok(Some(Self { entries }))
    }
}

fn parse(line: &str) -> Option<Entry> {
    let mut words = line.splitn(4, ' ');
    let sha256 = unhex(words.next()?)?;
    let kind = words.next()?;
    let kind = EntryKind::ALL.into_iter().find(|(_, name)| *name == kind)?.0;
    let size = words.next()?.parse().ok()?;
    Some(Entry { path: unescape(words.next()?)?, kind, size, sha256 })
}

/// A path as one line.
fn escape(path: &str) -> String {
    path.replace('\\', "\\\\").replace('\n', "\\n")
}

fn unescape(text: &str) -> Option<String> {
    let mut path = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        path.push(match character {
            '\\' => match characters.next()? {
                'n' => '\n',
                '\\' => '\\',
                _ => return None,
            },
            other => other,
        });
    }
    Some(path)
}

fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn sample() -> Manifest {
        let kinds = EntryKind::ALL.map(|(kind, _)| kind);
        let paths = ["bin/go", "odd\nname", "src/a b.go", "win\\n"];
        let entry =
            |(path, kind): (&str, EntryKind)| Entry { path: path.to_owned(), kind, size: 7, sha256: [0xa5; 32] };
        Manifest { entries: paths.into_iter().zip(kinds).map(entry).collect() }
    }

    #[test]
    fn reads_back_what_it_wrote_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest");
        assert!(Manifest::read(&path, "").unwrap().is_none());
        let digest = sample().write(&path).unwrap();
        assert_eq!(digest, sample().digest());
        assert_eq!(Manifest::read(&path, &digest).unwrap(), Some(sample()));
        assert!(sample().write(&path).is_err(), "what is there is not overwritten");
        let other = Manifest::default().digest();
        assert!(matches!(Manifest::read(&path, &other), Err(ManifestError::Altered { .. })));
        let mut bytes = fs::read(&path).unwrap();
        bytes[20] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert!(Manifest::read(&path, &digest).is_err());
        fs::write(&path, b"").unwrap();
        assert!(Manifest::read(&path, &digest).is_err());
    }

    #[test]
    fn malformed_lines_are_no_entries() {
        let good = format!("{} x 7 bin/go", "0f".repeat(32));
        assert!(parse(&good).is_some());
        for bad in ["", "x", &good[1..], &good.replace(" x ", " y "), &good.replace('7', "-7"), &format!("{good}\\x")] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }
}

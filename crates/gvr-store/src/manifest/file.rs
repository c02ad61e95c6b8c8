//! The manifest on disk: a line for each entry, compressed with gzip.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::thread;

use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
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
        hex(&Sha256::digest(text(&self.entries)).into())
    }

    /// Writes it to `path`, where there must be nothing. The answer is the digest.
    pub(crate) fn write(&self, path: &Path) -> io::Result<String> {
        let mut file = File::options().write(true).create_new(true).mode(0o644).open(path)?;
        let mut digest = Sha256::new();
        for part in self.packed() {
            let (text, packed) = part?;
            digest.update(text);
            file.write_all(&packed)?;
        }
        Ok(hex(&digest.finalize().into()))
    }

    /// Its lines in two parts, each also as a member of a gzip file. Nothing else is left to do when they are made, so they are
    /// made at once.
    fn packed(&self) -> [io::Result<(String, Vec<u8>)>; 2] {
        let (first, second) = self.entries.split_at(self.entries.len() / 2);
        thread::scope(|scope| {
            let other = thread::Builder::new().spawn_scoped(scope, || pack(second));
            let one = pack(first);
            let other = match other {
                Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                Err(_no_thread_to_be_had) => pack(second),
            };
            [one, other]
        })
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
        MultiGzDecoder::new(io::BufReader::new(file))
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

/// `SHA-256 KIND SIZE PATH`, a line each.
fn text(entries: &[Entry]) -> String {
    let mut text = String::with_capacity(entries.len() * 128);
    for Entry { path, kind, size, sha256 } in entries {
        push_hex(&mut text, sha256);
        // Writing to a String cannot fail.
        let _ = writeln!(text, " {} {size} {}", kind.name(), escape(path));
    }
    text
}

/// The lines of some entries, and the same compressed. Most of them is hashes, of which no effort makes less than half: who
/// installs does not wait for the little that is left.
fn pack(entries: &[Entry]) -> io::Result<(String, Vec<u8>)> {
    let text = text(entries);
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len()), Compression::fast());
    encoder.write_all(text.as_bytes())?;
    Ok((text, encoder.finish()?))
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
fn escape(path: &str) -> Cow<'_, str> {
    if path.contains(['\\', '\n']) { path.replace('\\', "\\\\").replace('\n', "\\n").into() } else { path.into() }
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
    let mut text = String::with_capacity(64);
    push_hex(&mut text, bytes);
    text
}

/// Much quicker than formatting, for what happens some hundred thousand times.
fn push_hex(text: &mut String, bytes: &[u8; 32]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        for digit in [byte >> 4, byte & 0xf] {
            text.push(char::from(DIGITS[usize::from(digit)]));
        }
    }
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

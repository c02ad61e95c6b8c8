//! What Go's linker leaves in every program about how it was built, as `go version -m` prints it.
//!
//! The format is that of Go's `debug/buildinfo`: 32 bytes that begin with a magic, then since Go 1.18 two strings with
//! their lengths in front; before, two pointers to strings elsewhere in the program.

mod image;
mod lines;

use object::read::ReadRef;
use serde::{Deserialize, Serialize};

use self::image::Image;

const MAGIC: &[u8] = b"\xff Go buildinf:";
const HEADER: usize = 32;
/// The blob begins at a multiple of this.
const ALIGNMENT: usize = 16;

const FLAG_BIG_ENDIAN: u8 = 1;
const FLAG_INLINE: u8 = 2;

/// The blob stands at the start of its section; this much of it is searched, in bytes.
const MOST_SEARCHED: u64 = 1 << 20;
/// The longest version and the longest list of modules that are read, in bytes. Big programs have some 100 KiB.
const MOST_TEXT: u64 = 8 << 20;

/// The 16 bytes before and after the list of modules.
const FRAME: usize = 16;

/// How a Go program was built.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildInfo {
    /// The Go that built it, such as `go1.23.1`, possibly with more words.
    pub go_version: String,
    /// The package of its `main`.
    pub path: Option<String>,
    /// The module of that package.
    pub main: Option<Module>,
    /// The modules that it was built from besides.
    pub dependencies: Vec<Module>,
    /// What was set for the build: names such as `GOARCH`, `CGO_ENABLED`, `vcs.revision`, in their order.
    pub settings: Vec<(String, String)>,
}

/// A module in a program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// Its path, such as `golang.org/x/tools`.
    pub path: String,
    /// Its version; `(devel)` for a working copy.
    pub version: String,
    /// Its hash; empty where there was none.
    pub sum: String,
    /// What was taken in its place.
    pub replacement: Option<Box<Module>>,
}

/// Why there is no build information.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildInfoError {
    /// Neither ELF nor Mach-O, or broken.
    #[error("not an ELF or Mach-O program")]
    NotAProgram,
    /// No Go has linked it, or it was stripped of its section.
    #[error("not a program that Go built")]
    NotGo,
    /// The blob is there and points nowhere.
    #[error("Go's build information is broken")]
    Broken,
}

impl BuildInfo {
    /// Reads it from a program; from the first part of a fat one, as Go does.
    pub fn read<'data>(data: impl ReadRef<'data>) -> Result<Self, BuildInfoError> {
        let image = Image::read(data).ok_or(BuildInfoError::NotAProgram)?;
        let (version, modules) = strings(&image)?;
        let mut info = Self { go_version: String::from_utf8_lossy(version).into_owned(), ..Self::default() };
        if let Some(modules) = unframed(modules) {
            lines::parse(&String::from_utf8_lossy(modules), &mut info);
        }
        Ok(info)
    }

    /// A setting of the build.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The version and the framed list of modules.
fn strings<'data, R: ReadRef<'data>>(image: &Image<'data, R>) -> Result<(&'data [u8], &'data [u8]), BuildInfoError> {
    let broken = BuildInfoError::Broken;
    let place = find(image).ok_or(BuildInfoError::NotGo)?;
    let header = image.bytes(place, HEADER as u64).ok_or(broken)?;
    let &[pointer_size, flags] = &header[14..16] else { return Err(broken) };
    let (version, modules) = if flags & FLAG_INLINE != 0 {
        let (version, end) = inline_string(image, place.checked_add(HEADER as u64).ok_or(broken)?).ok_or(broken)?;
        let (modules, _) = inline_string(image, end).ok_or(broken)?;
        (version, modules)
    } else {
        let pointers = Pointers { size: pointer_size.into(), is_big_endian: flags & FLAG_BIG_ENDIAN != 0 };
        if ![4, 8].contains(&pointers.size) {
            return Err(broken);
        }
        let string = |at: usize| pointers.string(image, pointers.word(header.get(at..)?)?);
        (string(16).ok_or(broken)?, string(16 + pointers.size).unwrap_or_default())
    };
    if version.is_empty() { Err(broken) } else { Ok((version, modules)) }
}

/// The address of the blob.
fn find<'data, R: ReadRef<'data>>(image: &Image<'data, R>) -> Option<u64> {
    let (address, size) = image.build_info?;
    let start = address.checked_next_multiple_of(ALIGNMENT as u64)?;
    let size = size.checked_sub(start - address)?.min(MOST_SEARCHED);
    let searched = image.bytes_up_to(start, size)?;
    let blobs = searched.chunks(ALIGNMENT).zip(0..);
    let (_, number) = blobs.into_iter().find(|(chunk, _): &(&[u8], u64)| chunk.starts_with(MAGIC))?;
    Some(start + number * ALIGNMENT as u64)
}

/// A string with its length in front, and the address after it.
fn inline_string<'data, R: ReadRef<'data>>(image: &Image<'data, R>, address: u64) -> Option<(&'data [u8], u64)> {
    let mut length = 0_u64;
    let mut start = address;
    for (byte, shift) in image.bytes_up_to(address, 10)?.iter().zip((0..).step_by(7)) {
        start = start.checked_add(1)?;
        length |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            let string = image.bytes(start, Some(length).filter(|length| *length <= MOST_TEXT)?)?;
            return Some((string, start.checked_add(length)?));
        }
    }
    None
}

/// How the programs of Go 1.17 and before write addresses.
struct Pointers {
    size: usize,
    is_big_endian: bool,
}

impl Pointers {
    fn word(&self, bytes: &[u8]) -> Option<u64> {
        let fold = |word: u64, byte: &u8| (word << 8) | u64::from(*byte);
        let bytes = bytes.get(..self.size)?;
        Some(if self.is_big_endian { bytes.iter().fold(0, fold) } else { bytes.iter().rev().fold(0, fold) })
    }

    /// The string whose header (address, length) stands at an address.
    fn string<'data, R: ReadRef<'data>>(&self, image: &Image<'data, R>, address: u64) -> Option<&'data [u8]> {
        let header = image.bytes(address, 2 * self.size as u64)?;
        let length = Some(self.word(&header[self.size..])?).filter(|length| *length <= MOST_TEXT)?;
        image.bytes(self.word(header)?, length)
    }
}

/// The list of modules without the frame that marks it for who only searches; `None` where there is no list.
fn unframed(modules: &[u8]) -> Option<&[u8]> {
    let inner = modules.get(FRAME..modules.len().checked_sub(FRAME)?)?;
    inner.ends_with(b"\n").then_some(inner)
}

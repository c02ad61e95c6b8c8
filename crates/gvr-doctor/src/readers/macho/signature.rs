//! The code signature: a "super blob" whose parts are found by slot numbers, all of it big-endian.

use object::read::ReadRef;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256, Sha384};

use crate::readers::hex;

const MAGIC_SUPER_BLOB: u32 = 0xfade_0cc0;
const MAGIC_DIRECTORY: u32 = 0xfade_0c02;
const MAGIC_WRAPPER: u32 = 0xfade_0b01;

const SLOT_DIRECTORY: u32 = 0;
const SLOT_ENTITLEMENTS: u32 = 5;
/// Further directories, with other kinds of hashes, have this and the four numbers after it.
const SLOT_ALTERNATE: u32 = 0x1000;
const ALTERNATES: u32 = 5;
const SLOT_CMS: u32 = 0x1_0000;

const FLAG_ADHOC: u32 = 0x2;
const FLAG_RUNTIME: u32 = 0x1_0000;
const FLAG_LINKER_SIGNED: u32 = 0x2_0000;

/// From these versions on the directory has the field in question.
const VERSION_TEAM: u32 = 0x2_0200;
const VERSION_LONG_LIMIT: u32 = 0x2_0300;

/// Real signatures have 32 bytes for 4 KiB of program: this is enough for one of 1.5 GiB.
const MOST_BYTES: u32 = 16 << 20;
/// Real ones have up to ten.
const MOST_BLOBS: u32 = 64;

/// A signature. It was read, not verified: see [`super::Slice::check_pages`] for the hashes. Whether Apple's
/// certificates stand behind it is not looked into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Where it begins in the part, in bytes.
    pub offset: u32,
    /// How long it is, in bytes.
    pub size: u32,
    /// The directories of hashes, the main one first.
    pub directories: Vec<CodeDirectory>,
    /// Whether a certificate signed it: there is a CMS message that is not empty.
    pub has_cms: bool,
    /// Whether it asks for entitlements.
    pub has_entitlements: bool,
}

/// What is signed: the hash of each page of the file, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeDirectory {
    /// The format, such as 0x20400.
    pub version: u32,
    /// `CS_…` flags; the methods below know some.
    pub flags: u32,
    /// The signer's name for the program, such as `org.golang.go`; `a.out` where Go's linker signed.
    pub identifier: String,
    /// The signer at Apple, such as `EQHXZ8M8AV`, which is Google.
    pub team: Option<String>,
    /// How pages are hashed.
    pub hash: HashKind,
    /// Bytes in a page; `None` where the whole file is one page.
    pub page_size: Option<u32>,
    /// Bytes that are covered, from the start of the part.
    pub code_limit: u64,
    /// Where the page hashes begin in the part, in bytes.
    pub hashes_offset: u64,
    /// How many page hashes there are.
    pub pages: u32,
    /// Hash of the directory itself, by which macOS knows the program: 20 bytes in hexadecimal digits. `None` for SHA-1.
    pub cd_hash: Option<String>,
}

/// A kind of hash, by the numbers that signatures use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HashKind {
    /// 20 bytes; in old signatures, beside a better one.
    Sha1,
    /// 32 bytes.
    Sha256,
    /// The first 20 bytes of SHA-256.
    Sha256Truncated,
    /// 48 bytes.
    Sha384,
}

/// Who signed, as far as the signature itself tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureClass {
    /// A linker, on its own: nobody.
    LinkerSigned,
    /// Somebody without a certificate (`codesign -s -`).
    AdHoc,
    /// Somebody with a certificate.
    Certificate,
}

/// Why a signature cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// It lies outside the part that it belongs to.
    #[error("the signature lies outside the file")]
    Outside,
    /// It is bigger than any real one.
    #[error("the signature is bigger than {MOST_BYTES} bytes or has more than {MOST_BLOBS} parts")]
    TooLarge,
    /// It does not begin as one, or its lengths do not fit together.
    #[error("the signature's table of contents is broken")]
    BadTable,
    /// There is none in it.
    #[error("the signature has no code directory")]
    NoDirectory,
    /// One is cut off, or points outside itself.
    #[error("a code directory is broken")]
    BadDirectory,
    /// A kind of hash that is not known.
    #[error("the code directory uses hash kind {0}, which is unknown")]
    UnknownHash(u8),
}

impl Signature {
    /// Reads the signature at `start` of a part that has the place `(offset, size)` in the file.
    pub(super) fn read<'data>(
        data: impl ReadRef<'data>,
        (offset, size): (u64, u64),
        start: u32,
        length: u32,
    ) -> Result<Self, SignatureError> {
        if length > MOST_BYTES {
            return Err(SignatureError::TooLarge);
        }
        if u64::from(start) + u64::from(length) > size {
            return Err(SignatureError::Outside);
        }
        let place = offset.checked_add(start.into()).ok_or(SignatureError::Outside)?;
        let blob = data.read_bytes_at(place, length.into()).map_err(|()| SignatureError::Outside)?;
        Self::parse(blob, start)
    }

    fn parse(bytes: &[u8], start: u32) -> Result<Self, SignatureError> {
        let bad = || SignatureError::BadTable;
        if word(bytes, 0) != Some(MAGIC_SUPER_BLOB) {
            return Err(bad());
        }
        let length = word(bytes, 4).ok_or_else(bad)? as usize;
        let bytes = bytes.get(..length).ok_or_else(bad)?;
        let count = word(bytes, 8).ok_or_else(bad)?;
        if count > MOST_BLOBS {
            return Err(SignatureError::TooLarge);
        }
        let mut signature = Self {
            offset: start,
            size: u32::try_from(length).map_err(|_| bad())?,
            directories: Vec::new(),
            has_cms: false,
            has_entitlements: false,
        };
        let mut directories: Vec<(u32, CodeDirectory)> = Vec::new();
        for index in 0..count as usize {
            let slot = word(bytes, 12 + 8 * index).ok_or_else(bad)?;
            let offset = word(bytes, 16 + 8 * index).ok_or_else(bad)?;
            let blob = blob(bytes, offset).ok_or_else(bad)?;
            match slot {
                SLOT_CMS => {
                    signature.has_cms = word(blob, 0) == Some(MAGIC_WRAPPER) && blob.len() > 8;
                }
                SLOT_ENTITLEMENTS => signature.has_entitlements = true,
                slot if is_directory(slot) && directories.iter().all(|(known, _)| *known != slot) => {
                    let place = u64::from(start) + u64::from(offset);
                    directories.push((slot, CodeDirectory::parse(blob, place)?));
                }
                _ => {}
            }
        }
        directories.sort_by_key(|(slot, _)| *slot);
        if directories.first().is_none_or(|(slot, _)| *slot != SLOT_DIRECTORY) {
            return Err(SignatureError::NoDirectory);
        }
        signature.directories = directories.into_iter().map(|(_, directory)| directory).collect();
        Ok(signature)
    }

    /// The directory with the strongest hashes, which is the one that macOS uses.
    pub fn best_directory(&self) -> Option<&CodeDirectory> {
        self.directories.iter().max_by_key(|directory| directory.hash.rank())
    }

    /// Who signed.
    pub fn class(&self) -> SignatureClass {
        match self.best_directory() {
            Some(directory) if directory.is_linker_signed() => SignatureClass::LinkerSigned,
            Some(directory) if !directory.is_adhoc() && self.has_cms => SignatureClass::Certificate,
            _ => SignatureClass::AdHoc,
        }
    }
}

const fn is_directory(slot: u32) -> bool {
    slot == SLOT_DIRECTORY || (slot >= SLOT_ALTERNATE && slot < SLOT_ALTERNATE + ALTERNATES)
}

impl CodeDirectory {
    /// Reads a directory that begins at `place` of the part.
    fn parse(blob: &[u8], place: u64) -> Result<Self, SignatureError> {
        let bad = || SignatureError::BadDirectory;
        let field = |offset| word(blob, offset).ok_or_else(bad);
        let byte = |offset: usize| blob.get(offset).copied().ok_or_else(bad);
        if field(0)? != MAGIC_DIRECTORY {
            return Err(bad());
        }
        let version = field(8)?;
        let hash = HashKind::from_number(byte(37)?)?;
        let (hashes, pages) = (field(16)?, field(28)?);
        let hashes_end = u64::from(hashes) + u64::from(pages) * hash.size() as u64;
        if usize::from(byte(36)?) != hash.size() || hashes_end > blob.len() as u64 {
            return Err(bad());
        }
        let page_size = match byte(39)? {
            0 => None,
            // Apple's own are 4 KiB and 16 KiB.
            bits @ 1..=24 => Some(1 << bits),
            _ => return Err(bad()),
        };
        let mut code_limit = u64::from(field(32)?);
        if version >= VERSION_LONG_LIMIT {
            let long = (u64::from(field(56)?) << 32) | u64::from(field(60)?);
            code_limit = if long == 0 { code_limit } else { long };
        }
        let team = if version >= VERSION_TEAM { Some(field(48)?).filter(|offset| *offset != 0) } else { None };
        Ok(Self {
            version,
            flags: field(12)?,
            identifier: text(blob, field(20)?).ok_or_else(bad)?,
            team: team.map(|offset| text(blob, offset).ok_or_else(bad)).transpose()?,
            hash,
            page_size,
            code_limit,
            hashes_offset: place + u64::from(hashes),
            pages,
            cd_hash: hash.digest(blob).map(|digest| hex(&digest[..20.min(digest.len())])),
        })
    }

    /// Whether nobody's certificate is behind it.
    pub const fn is_adhoc(&self) -> bool {
        self.flags & FLAG_ADHOC != 0
    }

    /// Whether the program runs in the hardened runtime, as notarization demands.
    pub const fn is_hardened(&self) -> bool {
        self.flags & FLAG_RUNTIME != 0
    }

    /// Whether a linker signed without being asked.
    pub const fn is_linker_signed(&self) -> bool {
        self.flags & FLAG_LINKER_SIGNED != 0
    }
}

impl HashKind {
    const fn from_number(number: u8) -> Result<Self, SignatureError> {
        match number {
            1 => Ok(Self::Sha1),
            2 => Ok(Self::Sha256),
            3 => Ok(Self::Sha256Truncated),
            4 => Ok(Self::Sha384),
            number => Err(SignatureError::UnknownHash(number)),
        }
    }

    /// Bytes of a hash in the directory.
    pub const fn size(self) -> usize {
        match self {
            Self::Sha1 | Self::Sha256Truncated => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Sha1 => 0,
            Self::Sha256Truncated => 1,
            Self::Sha256 => 2,
            Self::Sha384 => 3,
        }
    }

    /// The hash of `bytes`, as long as the directory has it; `None` for SHA-1, of which nothing depends any more.
    pub(super) fn digest(self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut digest = match self {
            Self::Sha1 => return None,
            Self::Sha256 | Self::Sha256Truncated => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
        };
        digest.truncate(self.size());
        Some(digest)
    }
}

fn word(bytes: &[u8], offset: usize) -> Option<u32> {
    bytes.get(offset..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

/// The part of a signature at `offset`, as long as it says itself.
fn blob(bytes: &[u8], offset: u32) -> Option<&[u8]> {
    let bytes = bytes.get(offset as usize..)?;
    let length = word(bytes, 4)? as usize;
    (length >= 8).then(|| bytes.get(..length)).flatten()
}

/// The text at `offset`, up to its zero byte.
fn text(blob: &[u8], offset: u32) -> Option<String> {
    let bytes = blob.get(offset as usize..)?;
    let end = bytes.iter().position(|byte| *byte == 0)?;
    Some(String::from_utf8_lossy(&bytes[..end]).into_owned())
}

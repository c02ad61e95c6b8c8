//! What stands around the compressed data of a gzip file (RFC 1952, 2.3).

use crc32fast::Hasher;

use super::UnpackError;
use super::input::Input;

/// The longest header that is read, in bytes. Those of Go's archives have 10.
const LONGEST_HEADER: u64 = 64 << 10;

/// How many bytes follow the compressed data: their check sum and their length, each of 32 bits.
pub(super) const TRAILER: usize = 8;

const HAS_CHECK_SUM: u8 = 1 << 1;
const HAS_EXTRA: u8 = 1 << 2;
const HAS_NAME: u8 = 1 << 3;
const HAS_COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

/// Looks at the first bytes, which name most formats.
pub(super) fn check_magic(input: &mut Input) -> Result<(), UnpackError> {
    let start = input.peek();
    let looks_like = match start {
        // The feeder sends whole blocks, so a first block of one byte is an archive of one byte.
        [0x1f, 0x8b, ..] | [0x1f] => return Ok(()),
        [] => UnpackError::EMPTY,
        [b'P', b'K', ..] => "it looks like a zip archive",
        [0xfd, b'7', b'z', b'X', b'Z', ..] => "it looks like an xz archive",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "it looks like a zstd archive",
        [b'B', b'Z', b'h', ..] => "it looks like a bzip2 archive",
        _ if start.get(257..262) == Some(b"ustar") => "it looks like a tar archive that is not compressed",
        _ if start.trim_ascii_start().starts_with(b"<") => "it looks like a web page",
        _ => "its first bytes are those of something else",
    };
    Err(UnpackError::NotGzip { looks_like })
}

/// Passes over the header. How long it was, in bytes.
pub(super) fn read_header(input: &mut Input) -> Result<u64, UnpackError> {
    let mut header = Header { input, length: 0, sum: Hasher::new() };
    let [_, _, method, flags, ..] = header.bytes::<10>()?;
    if method != 8 {
        return Err(damaged("it is compressed by an unknown method"));
    }
    if flags & RESERVED != 0 {
        return Err(damaged("its header has unknown parts"));
    }
    if flags & HAS_EXTRA != 0 {
        let length = u16::from_le_bytes(header.bytes()?);
        for _ in 0..length {
            header.byte()?;
        }
    }
    for text in [HAS_NAME, HAS_COMMENT] {
        while flags & text != 0 && header.byte()? != 0 {}
    }
    if flags & HAS_CHECK_SUM != 0 {
        // The lower half of a sum of 32 bits.
        let [low, high, ..] = header.sum.clone().finalize().to_le_bytes();
        if header.bytes()? != [low, high] {
            return Err(damaged("its header's check sum is wrong"));
        }
    }
    Ok(header.length)
}

/// The error for compressed data that cannot be.
pub(super) fn damaged(why: &str) -> UnpackError {
    UnpackError::Gzip(why.to_owned())
}

struct Header<'a> {
    input: &'a mut Input,
    length: u64,
    sum: Hasher,
}

impl Header<'_> {
    fn byte(&mut self) -> Result<u8, UnpackError> {
        if self.length == LONGEST_HEADER {
            return Err(damaged("its header is too long"));
        }
        let byte = self.input.byte().ok_or(UnpackError::Truncated)?;
        self.length += 1;
        self.sum.update(&[byte]);
        Ok(byte)
    }

    fn bytes<const COUNT: usize>(&mut self) -> Result<[u8; COUNT], UnpackError> {
        let mut bytes = [0; COUNT];
        for byte in &mut bytes {
            *byte = self.byte()?;
        }
        Ok(bytes)
    }
}

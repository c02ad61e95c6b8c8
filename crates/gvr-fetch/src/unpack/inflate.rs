//! From compressed blocks to plain ones, on a thread of its own.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender};

use flate2::bufread::GzDecoder;

use super::UnpackError;

/// How many bytes are handed on at once.
pub(super) const BLOCK: usize = 256 << 10;

/// How far an archive may grow. Go's grow 3 to 5 times over.
const MOST_GROWTH: u64 = 200;
/// Small archives are mostly padding, which shrinks to nothing; up to here growth means nothing.
const FREE_GROWTH: u64 = 4 << 20;

/// What goes from this thread to the next: a plain block, or why there is none.
pub(super) type Plain = Result<Vec<u8>, UnpackError>;

/// Inflates all that comes from `compressed`. Used-up compressed blocks go to `used`, empty plain ones come from `empty`.
pub(super) fn run(
    compressed: Receiver<Vec<u8>>,
    used: Sender<Vec<u8>>,
    empty: &Receiver<Vec<u8>>,
    plain: &SyncSender<Plain>,
) {
    let mut input = Input { compressed, used, block: Vec::new(), at: 0, taken: 0 };
    if let Err(error) = inflate(&mut input, empty, plain) {
        // Nobody listens if the next thread has failed before; then its error is the one that counts.
        let _ = plain.send(Err(error));
    }
}

fn inflate(input: &mut Input, empty: &Receiver<Vec<u8>>, plain: &SyncSender<Plain>) -> Result<(), UnpackError> {
    check_magic(input)?;
    let mut decoder = GzDecoder::new(input);
    let mut grown = 0;
    loop {
        let mut block = empty.try_recv().unwrap_or_default();
        block.resize(BLOCK, 0);
        let filled = fill(&mut decoder, &mut block)?;
        block.truncate(filled);
        grown += filled as u64;
        let taken = decoder.get_ref().taken;
        if grown > FREE_GROWTH && grown > taken.saturating_mul(MOST_GROWTH) {
            return Err(UnpackError::Bomb { times: grown / taken.max(1) });
        }
        let is_last = filled < BLOCK;
        if plain.send(Ok(block)).is_err() {
            return Ok(());
        }
        if is_last {
            break;
        }
    }
    // The decoder has read its trailer, and so compared check sum and length. One member is all there may be.
    if decoder.get_mut().fill_buf().map_err(|error| UnpackError::Gzip(error.to_string()))?.is_empty() {
        Ok(())
    } else {
        Err(UnpackError::TrailingData)
    }
}

/// Fills the block; less than a whole one only at the end.
fn fill(decoder: &mut impl Read, block: &mut [u8]) -> Result<usize, UnpackError> {
    let mut filled = 0;
    while filled < block.len() {
        match decoder.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(UnpackError::Truncated),
            Err(error) => return Err(UnpackError::Gzip(error.to_string())),
        }
    }
    Ok(filled)
}

/// Looks at the first bytes, which name most formats.
fn check_magic(input: &mut Input) -> Result<(), UnpackError> {
    let start = input.fill_buf().map_err(|error| UnpackError::Gzip(error.to_string()))?;
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

/// The compressed blocks as one stream.
struct Input {
    compressed: Receiver<Vec<u8>>,
    used: Sender<Vec<u8>>,
    block: Vec<u8>,
    at: usize,
    taken: u64,
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.block.len() {
            // A closed channel is the end of the archive.
            let Ok(next) = self.compressed.recv() else { return Ok(&[]) };
            // The feeder makes a new block if none comes back.
            let _ = self.used.send(std::mem::replace(&mut self.block, next));
            self.at = 0;
        }
        Ok(&self.block[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
        self.taken += count as u64;
    }
}

//! From compressed blocks to plain ones, on a thread of its own.

use std::sync::mpsc::{Receiver, Sender, SyncSender};

use crc32fast::Hasher;
use fdeflate::{DecompressionError, Decompressor};

use super::UnpackError;
use super::gzip::{self, TRAILER, damaged};
use super::input::Input;

/// How many bytes are handed on at once.
pub(super) const BLOCK: usize = 256 << 10;

/// How far back compressed data may refer (RFC 1951, 2).
const WINDOW: usize = 32 << 10;

/// How many of the last bytes are given to the decoder one by one.
///
/// The decoder is one for zlib's format, whose trailer has four bytes. It reads ahead by at most seven bytes, and does not
/// say how many of them it had no use for. Byte by byte it cannot read ahead, so the place where it ends is exactly known.
const TAIL: usize = 16;
const _: () = assert!(TAIL >= TRAILER + 7);

/// The header of zlib's format, which gzip does not have (RFC 1950, 2.2).
const ZLIB_HEADER: [u8; 2] = [0x78, 0x01];

/// How far an archive may grow. Go's grow 3 to 5 times over.
const MOST_GROWTH: u64 = 200;
/// Small archives are mostly padding, which shrinks to nothing; up to here growth means nothing.
const FREE_GROWTH: u64 = 4 << 20;

/// A plain block. What lies before `from` was in the last one.
#[derive(Default)]
pub(super) struct Block {
    bytes: Vec<u8>,
    from: usize,
    to: usize,
}

impl Block {
    /// What is new in it.
    pub(super) fn plain(&self) -> &[u8] {
        &self.bytes[self.from..self.to]
    }
}

/// What goes from this thread to the next: a plain block, or why there is none.
pub(super) type Plain = Result<Block, UnpackError>;

/// Inflates all that comes from `compressed`. Used-up compressed blocks go to `used`, empty plain ones come from `empty`.
pub(super) fn run(
    compressed: Receiver<Vec<u8>>,
    used: Sender<Vec<u8>>,
    empty: &Receiver<Block>,
    plain: &SyncSender<Plain>,
) {
    let mut input = Input::new(compressed, used);
    if let Err(Stop::Refused(error)) = inflate(&mut input, empty, plain) {
        // Nobody listens if the next thread has failed before; then its error is the one that counts.
        let _ = plain.send(Err(error));
    }
}

/// Why nothing more is inflated.
enum Stop {
    /// The archive is at fault.
    Refused(UnpackError),
    /// Nobody takes more of it.
    Unwanted,
}

impl From<UnpackError> for Stop {
    fn from(error: UnpackError) -> Self {
        Self::Refused(error)
    }
}

fn inflate(input: &mut Input, empty: &Receiver<Block>, plain: &SyncSender<Plain>) -> Result<(), Stop> {
    gzip::check_magic(input)?;
    let taken = gzip::read_header(input)?;
    let mut inflater = Inflater::new(taken, empty, plain);
    inflater.feed(&ZLIB_HEADER)?;
    // The last bytes that have come, of which it is not known yet whether they are the last of all.
    let mut tail = Vec::with_capacity(2 * TAIL);
    loop {
        let data = input.peek();
        let count = data.len();
        if count == 0 {
            break;
        }
        if count < TAIL {
            tail.extend_from_slice(data);
            let old = tail.len().saturating_sub(TAIL);
            inflater.feed(&tail[..old])?;
            tail.drain(..old);
        } else {
            inflater.feed(&tail)?;
            let (now, later) = data.split_at(count - TAIL);
            inflater.feed(now)?;
            tail.clear();
            tail.extend_from_slice(later);
        }
        input.skip(count);
        if inflater.is_done() {
            break;
        }
    }
    inflater.finish(&tail)
}

/// The decoder, and the block that it fills.
struct Inflater<'a> {
    decoder: Decompressor,
    sum: Hasher,
    /// How much of the archive was taken in, and how many bytes came of it.
    taken: u64,
    grown: u64,
    block: Block,
    empty: &'a Receiver<Block>,
    plain: &'a SyncSender<Plain>,
}

impl<'a> Inflater<'a> {
    fn new(taken: u64, empty: &'a Receiver<Block>, plain: &'a SyncSender<Plain>) -> Self {
        let mut decoder = Decompressor::new();
        // zlib's sum is another one than gzip's. What stands in its place is compared here.
        decoder.ignore_adler32();
        let block = Block { bytes: vec![0; WINDOW + BLOCK], from: 0, to: 0 };
        Self { decoder, sum: Hasher::new(), taken, grown: 0, block, empty, plain }
    }

    /// Whether the compressed data have ended, and four bytes after them were seen.
    fn is_done(&self) -> bool {
        self.decoder.is_done()
    }

    /// Inflates `data`. What follows after the end is passed over.
    fn feed(&mut self, mut data: &[u8]) -> Result<(), Stop> {
        loop {
            let (taken, made) = self.decoder.read(data, &mut self.block.bytes, self.block.to, false).map_err(refuse)?;
            data = &data[taken..];
            self.taken += taken as u64;
            self.block.to += made;
            if self.block.to == self.block.bytes.len() {
                // There may be more that waits for room.
                self.hand_on()?;
            } else if data.is_empty() || self.decoder.is_done() {
                return Ok(());
            }
        }
    }

    /// The archive has ended: inflates its last bytes, and compares check sum and length.
    fn finish(mut self, tail: &[u8]) -> Result<(), Stop> {
        if self.is_done() {
            return Err(UnpackError::TrailingData.into());
        }
        for (at, byte) in tail.iter().enumerate() {
            self.feed(std::slice::from_ref(byte))?;
            if self.is_done() {
                self.hand_on()?;
                return self.check_trailer(&tail[..=at], &tail[at + 1..]);
            }
        }
        Err(UnpackError::Truncated.into())
    }

    /// Compares the check sum, which is the last of the bytes that the decoder took, and the length, which is all that is
    /// left. One member is all there may be.
    fn check_trailer(self, taken: &[u8], left: &[u8]) -> Result<(), Stop> {
        if left.len() > TRAILER / 2 {
            return Err(UnpackError::TrailingData.into());
        }
        let (Some(sum), Some(length)) = (taken.last_chunk::<4>(), left.first_chunk::<4>()) else {
            return Err(UnpackError::Truncated.into());
        };
        if u32::from_le_bytes(*sum) != self.sum.finalize() {
            return Err(damaged("their check sum is wrong").into());
        }
        // The length is stored modulo 2^32.
        if u64::from(u32::from_le_bytes(*length)) != self.grown % (1 << 32) {
            return Err(damaged("their length is wrong").into());
        }
        Ok(())
    }

    /// Sends what is new, and goes on in another block that has the window before it.
    fn hand_on(&mut self) -> Result<(), Stop> {
        let plain = self.block.plain();
        self.sum.update(plain);
        self.grown += plain.len() as u64;
        if self.grown > FREE_GROWTH && self.grown > self.taken.saturating_mul(MOST_GROWTH) {
            return Err(UnpackError::Bomb { times: self.grown / self.taken.max(1) }.into());
        }
        let mut next = self.empty.try_recv().unwrap_or_default();
        next.bytes.resize(WINDOW + BLOCK, 0);
        let window = &self.block.bytes[self.block.to.saturating_sub(WINDOW)..self.block.to];
        next.bytes[..window.len()].copy_from_slice(window);
        (next.from, next.to) = (window.len(), window.len());
        let full = std::mem::replace(&mut self.block, next);
        self.plain.send(Ok(full)).map_err(|_closed| Stop::Unwanted)
    }
}

fn refuse(error: DecompressionError) -> Stop {
    UnpackError::Gzip(format!("{error:?}")).into()
}

#[cfg(test)]
mod tests;

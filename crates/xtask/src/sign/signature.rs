//! The signature that a linker gives: the hashes of all pages under a name, and nobody's word for it.
//!
//! Layouts and numbers are those of Apple's `cs_blobs.h`, all in network order.

use sha2::{Digest, Sha256};

const PAGE_BITS: u8 = 12;
const PAGE: usize = 1 << PAGE_BITS;
const HASH: u8 = 32;

/// The envelope, with one thing in it.
const ENVELOPE: usize = 20;
const ENVELOPE_MAGIC: u32 = 0xfade_0cc0;

/// The list of hashes, by the layout that knows where the code lies.
const DIRECTORY: usize = 88;
const DIRECTORY_MAGIC: u32 = 0xfade_0c02;
const DIRECTORY_VERSION: u32 = 0x2_0400;
/// Nobody's signature (0x2), as made by a linker (0x20000): tools that change the program may make it anew.
const FLAGS: u32 = 0x2_0002;
const SHA256: u8 = 2;
const MAIN_PROGRAM: u64 = 1;

/// How long the signature of a program of `size` bytes is, in bytes.
pub(super) fn length(size: usize, name: &str) -> usize {
    (ENVELOPE + DIRECTORY + name.len() + 1 + size.div_ceil(PAGE) * usize::from(HASH)).next_multiple_of(16)
}

/// The signature of a program, which ends where the signature begins. `code` is the offset and length of its code's segment.
///
/// # Panics
/// If the program has 4 GiB or more.
pub(super) fn of(program: &[u8], name: &str, code: (u64, u64)) -> Vec<u8> {
    let number = |length: usize| u32::try_from(length).expect("programs are below 4 GiB").to_be_bytes();
    let pages = program.chunks(PAGE);
    let hashes = DIRECTORY + name.len() + 1;
    let directory = hashes + pages.len() * usize::from(HASH);

    let mut signature = Vec::with_capacity(length(program.len(), name));
    signature.extend(ENVELOPE_MAGIC.to_be_bytes());
    signature.extend(number(ENVELOPE + directory));
    signature.extend(number(1)); // thing in it
    signature.extend(number(0)); // which is the directory
    signature.extend(number(ENVELOPE));

    signature.extend(DIRECTORY_MAGIC.to_be_bytes());
    signature.extend(number(directory));
    signature.extend(DIRECTORY_VERSION.to_be_bytes());
    signature.extend(FLAGS.to_be_bytes());
    signature.extend(number(hashes));
    signature.extend(number(DIRECTORY)); // where the name is
    signature.extend(number(0)); // hashes of what lies outside of the program
    signature.extend(number(pages.len()));
    signature.extend(number(program.len()));
    signature.extend([HASH, SHA256, 0, PAGE_BITS]);
    signature.extend([0; 24]); // spare, scatter, team, spare, and the length of what has 4 GiB or more
    signature.extend(code.0.to_be_bytes());
    signature.extend(code.1.to_be_bytes());
    signature.extend(MAIN_PROGRAM.to_be_bytes());
    signature.extend(name.bytes());
    signature.push(0);
    signature.extend(pages.flat_map(Sha256::digest));
    signature.resize(length(program.len(), name), 0);
    signature
}

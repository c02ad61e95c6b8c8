//! Readers of what lies on a machine's disk: bytes in, plain data or a typed error out.
//!
//! None of them opens a file. Those of programs take anything that [`ReadRef`] is implemented for: a slice of bytes, or a
//! [`ReadCache`] over an open file, of which only the needed parts are read. All are made for hostile input: they do not
//! panic, every offset is checked, and no length in a file makes them reserve more than the file itself holds.

pub mod archive;
pub mod build_info;
pub mod elf;
pub mod env_file;
pub mod macho;
pub mod path_file;
pub mod program;
pub mod property_list;
pub mod quarantine;
pub mod receipt;
pub mod version_file;

pub use object::read::{ReadCache, ReadRef};

/// Bytes as lower-case hexadecimal digits.
fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

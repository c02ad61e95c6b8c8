//! Turns the bytes of a Go archive into a folder, believing nothing that they say.
//!
//! Two threads: one inflates, one reads the tar and writes files. Bytes go in through [`Unpacker::feed`].

mod check;
mod error;
mod inflate;
mod machine;
mod name;
mod pax;
mod read;
mod tree;
mod unpacker;
mod whole;

pub(crate) use check::machine as check_machine;
pub use error::{EntryProblem, UnpackError};
pub(crate) use unpacker::{Unpacked, Unpacker};
pub use whole::unpack;

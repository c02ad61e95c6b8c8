//! Turns the bytes of a Go archive into a folder, believing nothing that they say.
//!
//! One thread inflates, one reads the tar and makes folders, some write files. Bytes go in through [`Unpacker::feed`], and
//! move on in blocks of a fixed size that are used again and again, through channels that hold a few of them: a slow disk
//! slows the download down, and memory does not grow with the archive.

mod batch;
mod check;
mod crew;
mod error;
mod gzip;
mod inflate;
mod input;
mod machine;
mod name;
mod observe;
mod pax;
mod read;
mod tree;
mod unpacker;
mod whole;
mod write;

pub(crate) use check::machine as check_machine;
pub use error::{EntryProblem, UnpackError};
pub(crate) use observe::{Observer, Watch};
pub(crate) use unpacker::{Unpacked, Unpacker};
pub use whole::unpack;

pub(crate) use check::finished as check_tree;
pub(crate) use name::{check as check_name, fold};

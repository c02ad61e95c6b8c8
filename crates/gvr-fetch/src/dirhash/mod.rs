//! The hash by which Go's checksum database knows a toolchain: that of the module `golang.org/toolchain`, taken from the
//! files of an unpacked archive.
//!
//! `cmd/distpack` makes Go's archive and Go's module of the same files, so the hash of the one says what the other is: a
//! tarball from any mirror can be looked up in the public log without its module being downloaded.

mod h1;
mod module;
mod tree;

pub use h1::{DirHash, DirHashError, H1, H1Error};
pub use module::ToolchainModule;
pub use tree::{TreeError, TreeFile, h1_of_tree, hash_tree};

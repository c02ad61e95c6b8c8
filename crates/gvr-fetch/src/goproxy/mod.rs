//! A Go module proxy as a place that has toolchains: by the protocol and the rules that the go command follows.
//!
//! A proxy has the toolchain as a module, in a zip. Nothing that it sends is believed for being sent by it: the hash of the
//! unpacked module must be the published one: see [`Published`].

mod fetch;
mod install;
mod list;
mod pack;
mod prove;
mod unzip;

pub(crate) use install::install;
pub use list::{ProxyList, ProxyListError};
pub use pack::{PackError, PackedModule, pack_module};
pub use prove::{ProofError, Published};
pub use unzip::unpack_module;

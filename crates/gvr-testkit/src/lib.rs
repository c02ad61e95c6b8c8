//! A go.dev/dl on loopback, and toolchains made in code. For tests only.
//!
//! This crate knows what Go's download page looks like from outside: the index, the archives, the headers, and the ways
//! in which a server or the network goes wrong. It must never know gvr: it depends on none of gvr's crates, so that a
//! mistake in them cannot hide in the fixtures too.
//!
//! Made-up toolchains should bear version numbers that Go never published (1.23.90): gvr carries the official SHA-256 of
//! every published archive and refuses another archive under such a name.

mod dist;
mod fault;
mod http;
mod lab;
mod log;
mod module;
mod process;
mod respond;
mod server;
mod store;
mod strace;
mod strike;
mod toolchain;

pub use dist::{FakeDist, sha256_hex};
pub use fault::Fault;
pub use http::Request;
pub use lab::{Lab, copy_folder};
pub use log::{FakeLog, LogHash, head, leaf_hash};
pub use process::{Finished, Invocation, Running, is_ignored};
pub use rustix::process::Signal;
pub use server::DistServer;
pub use store::StoreFolder;
pub use strace::{Calls, Strace};
pub use strike::{Blow, Point, Renames, Strikes, Verdict, Work, noise};
pub use toolchain::{FakeToolchain, host_platform};

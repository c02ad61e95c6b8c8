//! What a Go version is, where gvr keeps things, and which version applies to a folder.
//!
//! This crate decides; it does not act. It knows no network, no clock, no terminal, no environment and no process: what
//! it needs of the machine is handed to it as values, and files are read through the one trait [`files::Files`]. It
//! depends on `std`, `semver` and `rustix` (for files asked for from where a walk has come to, which `std` cannot do), because
//! the shim links all of it and starts on every call of `go`.

pub mod exit;
pub mod explain;
pub mod files;
#[cfg(test)]
mod fixture;
pub mod gopath;
pub mod gotoolchain;
mod layout;
pub mod paths;
pub mod pins;
mod platform;
mod request;
pub mod resolve;
pub mod search;
pub mod settings;
mod surroundings;
pub mod system;
mod toolchain;
mod version;

pub use layout::Layout;
pub use platform::{Arch, HardwareFacts, Os, Platform, PlatformError};
pub use request::{Request, RequestError};
pub use surroundings::Surroundings;
pub use toolchain::Toolchain;
pub use version::{Version, VersionError};

//! Toolchains on disk: lock, stage, commit, remove, receipts, shims.
//!
//! This crate keeps one promise: at every instant, for every other process and after any crash, `versions/X` either does
//! not exist or is the complete, durable tree that was put there. It does not know where a toolchain's bytes come from:
//! a closure fills a staging folder. It must never know a network, a terminal or the environment; it reads no wall
//! clock, and who waits for a lock is told through the trait [`Waiting`].

mod copy;
mod crew;
mod durable;
mod folders;
mod global;
mod install;
mod live;
mod lock;
mod manifest;
mod receipt;
mod remove;
mod room;
mod shims;
mod small_file;
mod stage;
mod store;
mod tree;
mod volume;

pub use copy::{Copied, CopyError, copy_tree};
pub use durable::Durability;
pub use folders::FolderError;
pub use global::GlobalError;
pub use install::{InstallError, Installed, Replace};
pub use live::Interrupted;
pub use lock::{Holder, LockError, SayNothing, Waiting};
pub use manifest::{Differences, Entry, EntryKind, Manifest, ManifestError};
pub use receipt::{Check, Receipt, ReceiptError};
pub use remove::RemoveError;
pub use room::Room;
pub use shims::{ShimError, ShimReport};
pub use small_file::{WriteError, write_small_file};
pub use store::{ListError, Options, RecordError, Store};

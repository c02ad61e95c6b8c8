//! Go's checksum database: a public, append-only log of what every module's hash is.
//!
//! The log signs the root of a Merkle tree over all its records. A record is believed only when it has been folded, with
//! the hashes beside it, to such a root (RFC 6962 §2.1.1), and a root only when it has been shown to extend the ones seen
//! before (§2.1.2): gvr ships one, and keeps the newest. So neither a mirror nor the database itself can show one machine
//! another hash than everybody else sees, without leaving a signed proof of it.
//!
//! [`Client`] does all that, given a [`Remote`] that fetches files and a [`Storage`] that keeps them; it opens no socket
//! itself. Formats: golang.org/x/mod, `sumdb/note` and `sumdb/tlog`; protocol: <https://go.dev/ref/mod#checksum-database>.

mod client;
mod error;
mod gosumdb;
mod head;
mod http;
mod lookup;
mod merkle;
mod note;
mod path;
mod remote;
mod storage;
mod tile;
mod tiles;

pub use client::{Client, Proof};
pub use error::{LogError, Untied};
pub use gosumdb::{Database, GosumdbError};
pub use head::{HeadError, TreeHead};
pub(crate) use http::HttpRemote;
pub use lookup::{Answer, AnswerError};
pub use merkle::{Node, fold_consistency, fold_inclusion, leaf_hash};
pub use note::{KeyError, NoteError, VerifierKey};
pub use path::{escaped, lookup_path};
pub use remote::{Remote, RemoteError};
pub use storage::{FolderStorage, Storage};
pub use tile::Tile;

//! The release index: what Go has published, for which platforms, with which hashes.

mod cache;
mod document;
mod refresh;
mod releases;
mod render;

pub use document::DocumentError;
pub use refresh::{Freshness, IndexAnswer, IndexError, Origin};
pub(crate) use refresh::{cached, refresh};
pub use releases::{Archive, HashSource, Index, Lookup, Release};
pub use render::{Listing, render_index};

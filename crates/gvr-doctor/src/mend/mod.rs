//! Mending: what edits make of a file, how that differs, and doing it so that it can be undone.
//!
//! Only files of the user's own are changed, each by writing a new one beside it and renaming that into its place, after
//! a copy of the old one was put aside.

mod apply;
mod error;
mod obstacle;
mod plan;
mod undo;
mod write;

pub use apply::{Applied, apply};
pub use error::MendError;
pub use obstacle::{Obstacle, obstacle};
pub use plan::{Change, Content, plan, rewrite};
pub use undo::{Undone, undo};

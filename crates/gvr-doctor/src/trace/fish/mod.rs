//! What gvr's script for fish tells: an event for each change, and what fish itself writes down of the commands it ran.
//!
//! An event knows its file, and before fish 4 its line. Which command it was, fish's own profile says: there the call of the
//! script's handler stands right below the command, with the calls, evals and blocks around it above.

mod events;
mod locate;
mod profile;

pub(super) use events::read;
pub(super) use locate::{Fish, changes, exit, last, real};

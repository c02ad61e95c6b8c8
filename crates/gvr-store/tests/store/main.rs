//! The store as its users see it: several threads, several processes, killed ones, and trees that do not want to go.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;
mod install;
mod processes;
mod remove;
mod shims;

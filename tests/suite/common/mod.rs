//! A sandbox for every test: its own home, its own store, an environment of its own and a server on loopback.

mod output;
mod sandbox;
mod shells;
mod tools;

pub(crate) use output::Output;
pub(crate) use sandbox::{Call, Sandbox, entries, shim_program};
pub(crate) use shells::Shell;
pub(crate) use tools::{is_root, is_skipped, say_left_out, tool};

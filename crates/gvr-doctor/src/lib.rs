//! What is true of the machine that Go is to run on, and what is wrong with it.
//!
//! Probes ask the machine and give back plain facts; checks judge them, as pure functions, so that the facts of one machine
//! can be judged on another. A probe never writes, never uses the network, and never fails: what the machine does not tell
//! is a fact that is unknown. Only `mend` writes, and only what it was told to.

#[cfg(test)]
mod catalogue_tests;
pub mod check;
pub mod checks;
pub mod facts;
pub mod go_settings;
pub mod mend;
pub mod ownership;
pub mod probe;
pub mod readers;
pub mod recording;
pub mod render;
pub mod report;
pub mod shell;
#[cfg(test)]
mod testing;
pub mod trace;

pub use check::{Check, Level};
pub use facts::Facts;
pub use report::Report;

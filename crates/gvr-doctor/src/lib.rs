//! What is true of the machine that Go is to run on.
//!
//! Probes ask the machine and give back plain facts; judging them is done elsewhere, in pure functions, so that the
//! facts of one machine can be judged on another. A probe never writes, never uses the network, and never fails: what
//! the machine does not tell is a fact that is absent.

pub mod go_settings;
pub mod ownership;
pub mod probe;
pub mod readers;

//! The start-up of real shells, traced: what is told of each change, against what is kept beside the case.
//!
//! A case is a file: `--- NAME` begins a file of the home folder, `--- expected` what the trace is to tell. A test is left out,
//! and says so, where the shell is not installed.

#![expect(clippy::unwrap_used, reason = "where a test's own machinery fails, the test has failed")]

mod cases;
mod golden;
mod home;
mod told;

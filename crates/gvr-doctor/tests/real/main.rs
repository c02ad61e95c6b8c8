//! The readers and Go's settings against real things: programs that real linkers made, and real Go distributions where
//! `GVR_TEST_OFFICIAL_DIST` or `GVR_TEST_REAL_DIST` names a folder of them.

#![expect(clippy::unwrap_used, reason = "where a test's own machinery fails, the test has failed")]

mod build_info;
mod dist;
mod flags;
mod hostile;
mod macho;
mod ownership;
mod refusal;
mod samples;
mod settings;
mod unset;

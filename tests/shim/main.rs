//! The shim by itself: a store made by hand, and no gvr.

#![expect(clippy::unwrap_used, reason = "where a test's own machinery fails, the test has failed")]

mod calls;
mod cost;
mod dependencies;
mod lab;
mod search;

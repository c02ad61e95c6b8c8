//! The shim by itself: a store made by hand, and no gvr.

#![expect(clippy::unwrap_used, reason = "where a test's own machinery fails, the test has failed")]

mod calls;
mod cost;
mod dependencies;
mod foreign;
mod identity;
mod lab;
mod limits;
mod macos;
mod nested;
mod no_case;
mod odd_calls;
mod search;
mod streams;
mod terminal;
mod tools;

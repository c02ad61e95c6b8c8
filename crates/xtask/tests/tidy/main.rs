//! The repository's rules. Each is one test, whose message says what to do.

#![expect(clippy::unwrap_used, reason = "where a rule cannot be looked into, it has failed")]

mod command_pages;
mod dependencies;
mod docs;
mod licences;
mod metadata;
mod sources;
mod tree;

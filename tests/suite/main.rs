//! The command line as its users meet it: every test runs the real programs in a home of its own.

#![expect(clippy::needless_raw_string_hashes, reason = "SNAPSHOTS=overwrite writes its strings with hashes")]
#![expect(clippy::unwrap_used, reason = "where a test's own machinery fails, the test has failed")]

mod ci;
mod ci_action;
mod ci_matcher;
mod ci_providers;
mod common;
mod completions;
mod config;
mod doctor;
mod doctor_trace;
mod env;
mod environment;
mod exec;
mod explain;
mod faults;
mod global;
mod goenv;
mod goenv_name;
mod goenv_transcript;
mod goproxy;
mod import;
mod init;
mod install;
mod install_faults;
mod interrupts;
mod list;
mod local;
mod lock;
mod man;
mod messages;
mod mirror;
mod network;
mod offline;
mod proofs;
mod races;
mod real;
mod real_switch;
mod resolve;
mod setup;
mod shell;
mod shim;
mod startup;
mod terminal;
mod trust;
mod uninstall;
mod verify;
mod version;
mod version_files;
mod version_files_as_data;
mod vscode;

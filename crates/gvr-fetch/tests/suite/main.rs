//! The crate as its users see it, against servers on loopback and archives made here.

#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]

mod common;
mod connect;
mod database;
mod forge;
mod hostile;
mod http;
mod index;
mod locate;
mod modules;
mod official;
mod openpgp;
mod pins;
mod probe;
mod proxy;
mod resume;
mod signatures;
mod sources;
mod sumdb;
mod tls;
mod transport;

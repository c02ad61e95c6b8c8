//! The user's settings: `config.toml` under gvr's root.

mod file;
mod keys;

pub(crate) use file::{Config, ConfigError};
pub(crate) use keys::{KEYS, Key, Kind};

//! Asking the machine. Thin: each probe reads and hands over; nothing is decided here.

mod capture;
mod files;
mod gos;
mod hardware;
mod host;
mod machine;
mod owners;
mod path;
mod programs;
mod real;
mod session;
mod shells;
#[cfg(test)]
mod silent;
mod surroundings;
mod variables;

pub use capture::{Question, capture};
pub use hardware::hardware;
pub use host::{
    Ended, Entry, Foreign, Host, HostError, Kind, MOST_OF_A_SESSION, ReadSeek, Session, SessionEnd, SessionLimits, Stat,
};
pub use real::RealHost;

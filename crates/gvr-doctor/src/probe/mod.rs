//! Asking the machine. Thin: each probe reads and hands over; nothing is decided here.

mod hardware;

pub use hardware::hardware;

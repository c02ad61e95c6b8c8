//! A report as text for people, and as JSON and SARIF for programs.

pub mod catalogue;
pub mod json;
mod json_trace;
pub mod sarif;
pub mod text;
pub mod trace;

//! A report as text for people, and as JSON and SARIF for programs.

pub mod catalogue;
pub mod json;
pub mod sarif;
pub mod text;

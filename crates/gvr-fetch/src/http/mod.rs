//! HTTP: one synchronous `get`, with its redirects, limits and retries. Nothing outside this folder knows reqwest's types
//! other than a URL, or tokio at all.

mod certificates;
mod client;
mod error;
mod redirect;
mod request;
mod retry;
mod roots;

pub use certificates::Distrust;
pub(crate) use client::{Client, proxy_for};
pub use error::FetchError;
pub(crate) use request::{Deadline, Request, Response};
pub(crate) use retry::{Attempts, in_attempts};
pub(crate) use roots::Tls;

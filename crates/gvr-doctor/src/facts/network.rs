//! What the network did.

use serde::{Deserialize, Serialize};

/// The way to a server, step by step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The setting that names the server: `GOPROXY`.
    pub purpose: String,
    /// What was asked.
    pub url: String,
    /// The proxy in between.
    pub proxy: Option<String>,
    /// Whose certificates decided; null where there is no TLS.
    pub trust: Option<String>,
    /// The steps in their order. The first that failed is the last.
    pub steps: Vec<RouteStep>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteStep {
    /// Which.
    pub stage: RouteStage,
    /// How long it took.
    pub milliseconds: u64,
    /// What came of it; null where it failed.
    pub answer: Option<String>,
    /// Why it failed; null where it did not.
    pub error: Option<String>,
    /// What to do where it failed.
    pub hint: Option<String>,
}

/// The steps that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RouteStage {
    /// Looking up the name.
    Resolve,
    /// Connecting.
    Connect,
    /// Agreeing on TLS.
    Tls,
    /// A request.
    Request,
}

impl RouteStage {
    /// Its name, for programs, as recordings have it.
    pub const fn id(self) -> &'static str {
        match self {
            RouteStage::Resolve => "resolve",
            RouteStage::Connect => "connect",
            RouteStage::Tls => "tls",
            RouteStage::Request => "request",
        }
    }

    /// Its name, for people.
    pub const fn name(self) -> &'static str {
        match self {
            RouteStage::Resolve => "name lookup",
            RouteStage::Connect => "connection",
            RouteStage::Tls => "TLS handshake",
            RouteStage::Request => "request",
        }
    }
}

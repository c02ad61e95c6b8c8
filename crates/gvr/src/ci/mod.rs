//! Pipelines: which one this is, and how it is told what later steps have to know. Pure but for the writing itself.

mod bootstrap;
mod emission;
mod escape;
mod provider;
mod write;

pub(crate) use bootstrap::Bootstrap;
pub(crate) use emission::{Emission, complaint, docker_path, emission, outputs, shell_line};
pub(crate) use provider::Provider;
pub(crate) use write::{append, matcher};

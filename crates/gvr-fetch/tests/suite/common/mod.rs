pub(crate) mod archive;
pub(crate) mod sandbox;
pub(crate) mod server;

pub(crate) use archive::{FakeGo, Tar};
pub(crate) use sandbox::Sandbox;
pub(crate) use server::{Reply, Server};

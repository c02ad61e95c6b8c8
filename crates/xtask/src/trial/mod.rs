//! `try`: gvr's main job on a real Go, in a throw-away home, as a newcomer would see it.

mod error;
mod session;
mod source;
mod tour;

use std::fs;
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use self::error::TrialError;
use self::session::Session;
use self::source::Source;
use crate::console;
use crate::context::Context;
use crate::process;

/// Walk through gvr with a real Go in a throw-away home
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Keep the home, and say where it is
    #[arg(long)]
    keep: bool,
}

/// Runs the task.
pub(crate) fn run(context: &Context, args: &Args) -> Result<(), TrialError> {
    let started = Instant::now();
    console::note("building gvr and gvr-shim");
    // Built as the tests build it, with the features that the whole workspace agrees on: asking for the two packages
    // alone would compile half of what is below them a second time.
    process::run(context.cargo().args(["test", "--workspace", "--no-run", "--quiet"]))?;

    let root = tempfile::Builder::new()
        .prefix("gvr-try-")
        .tempdir()
        .map_err(|source| TrialError::disk(&std::env::temp_dir(), source))?;
    let outcome = walk(context, root.path());
    if args.keep {
        let kept = root.keep();
        console::note(format_args!("kept {}", kept.display()));
    } else {
        remove(root)?;
    }
    let checks = outcome?;
    let seconds = started.elapsed().as_secs_f64();
    console::transcript(format_args!("gvr works here: {checks} checks passed in {seconds:.1}s"));
    Ok(())
}

/// Installs gvr into a home below `root` and takes the tour. Returns how many checks passed.
fn walk(context: &Context, root: &Path) -> Result<usize, TrialError> {
    let disk = |source| TrialError::disk(root, source);
    // Go prints paths with symbolic links resolved, and macOS's temporary folder lies behind one.
    let root = root.canonicalize().map_err(disk)?;
    let home = root.join("home");
    let bin = home.join(".gvr").join("bin");
    fs::create_dir_all(&bin).map_err(disk)?;
    for program in ["gvr", "gvr-shim"] {
        let built = context.built(program);
        fs::copy(&built, bin.join(program)).map_err(|source| TrialError::disk(&built, source))?;
    }
    fs::write(home.join(".bashrc"), BASHRC).map_err(disk)?;

    let mut session = Session::new(&context.environment, &home);
    let source = Source::choose(context, &session, &root.join("probe"))?;
    console::note(format_args!("Go comes from {source}"));
    source.announce(&mut session);
    tour::take(&mut session, &source.versions(), context.platform)?;
    Ok(session.passed())
}

/// What the README tells a newcomer of bash to add.
const BASHRC: &str = "export PATH=\"$HOME/.gvr/bin:$PATH\"\neval \"$(gvr init - bash)\"\n";

/// Removes the throw-away root.
///
/// Go starts a process of its own for its counters, which may outlive the command and write into the home meanwhile.
fn remove(root: tempfile::TempDir) -> Result<(), TrialError> {
    let path = root.keep();
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty && Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(50));
            }
            result => return result.map_err(|source| TrialError::disk(&path, source)),
        }
    }
}

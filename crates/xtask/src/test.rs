//! `test`: the whole suite, with all that it can use on this machine.

use std::ffi::OsString;
use std::path::PathBuf;

use gvr_core::{Arch, Os, Platform, Version};

use crate::console;
use crate::context::Context;
use crate::dist::{self, MissingPip, Spec};
use crate::packages;
use crate::process::{self, ProcessError};

/// Run all tests, after providing what they need
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Install nothing; leave out the tests of programs that are missing
    #[arg(long)]
    no_install: bool,
    /// What cargo test is to be told besides, such as a filter
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

/// Why the tests did not pass.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TestError {
    /// A test failed, or did not compile.
    #[error(transparent)]
    Cargo(#[from] ProcessError),
}

/// The real Go that the tests and the tour use: two minors, older first, for this machine.
///
/// Both are newer than gvr's table of published archives: packed here they are not the bytes that Go published, and of a
/// release in the table gvr takes no others.
pub(crate) const REAL_RELEASES: [Spec; 2] =
    [Spec::here(Version::release(1, 26, 6)), Spec::here(Version::release(1, 27, 3))];

/// What the doctor's own tests read besides: the oldest Go whose settings gvr foretells, and programs signed for macOS.
fn releases_for_the_doctor() -> [Spec; 2] {
    let platform = Some(Platform { os: Os::Darwin, arch: Arch::Arm64 });
    [Spec::here(Version::release(1, 21, 13)), Spec { version: Version::release(1, 23, 1), platform }]
}

/// Tells the suite where real Go distributions lie, in the shape of go.dev/dl.
const REAL_DIST: &str = "GVR_TEST_REAL_DIST";

/// Tells the suite where archives lie that are go.dev's own, byte for byte. Nothing here makes them.
const OFFICIAL_DIST: &str = "GVR_TEST_OFFICIAL_DIST";

/// Tells the suite which tests have to be left out, by words with spaces between.
const SKIP: &str = "GVR_TEST_SKIP";

/// Some tests cannot run here, and why.
struct LeftOut {
    /// The word for it in `GVR_TEST_SKIP`.
    word: &'static str,
    reason: String,
}

/// Runs the task.
pub(crate) fn run(context: &Context, args: &Args) -> Result<(), TestError> {
    let mut left_out = Vec::new();
    provide_tools(context, args.no_install, &mut left_out);
    let real = provide_real_dist(context, args.no_install, &mut left_out);
    if context.variable(OFFICIAL_DIST).is_none() {
        left_out.push(LeftOut { word: "official-dist", reason: format!("{OFFICIAL_DIST} is not set") });
    }

    let words: Vec<_> = left_out.iter().map(|left_out| left_out.word).collect();
    let mut cargo = context.cargo();
    cargo.args(["test", "--workspace"]).args(&args.args).env(SKIP, words.join(" "));
    match &real {
        Some(folder) => cargo.env(REAL_DIST, folder),
        None => cargo.env_remove(REAL_DIST),
    };
    let result = process::run(&mut cargo);

    if left_out.is_empty() {
        console::note("no test was left out");
    }
    for LeftOut { word, reason } in &left_out {
        console::note(format_args!("left out: the tests that need {word} ({reason})"));
    }
    Ok(result?)
}

/// Installs the programs that are missing, where that is permitted.
fn provide_tools(context: &Context, no_install: bool, left_out: &mut Vec<LeftOut>) {
    let missing = packages::missing(context, &packages::OF_THE_SUITE);
    let wanted = packages::installable(&missing);
    let mut reason = "it is not on PATH".to_owned();
    if no_install {
        "--no-install was given".clone_into(&mut reason);
    } else if !wanted.is_empty() {
        console::note(format_args!("installing {}", wanted.join(" ")));
        if let Err(error) = packages::install(context, &wanted) {
            reason = error.to_string();
        }
    }
    for tool in packages::missing(context, &missing) {
        left_out.push(LeftOut { word: tool.program, reason: reason.clone() });
    }
}

/// Makes the folder of real Go distributions. What is there from an earlier run needs neither network nor Python.
fn provide_real_dist(context: &Context, no_install: bool, left_out: &mut Vec<LeftOut>) -> Option<PathBuf> {
    let folder = context.dist_cache();
    let missing = if no_install { MissingPip::GiveUp } else { MissingPip::Install };
    let releases: Vec<_> = REAL_RELEASES.into_iter().chain(releases_for_the_doctor()).collect();
    match dist::make(context, &folder, &releases, missing) {
        Ok(()) => Some(folder),
        Err(error) => {
            left_out.push(LeftOut { word: "real-dist", reason: error.to_string() });
            None
        }
    }
}

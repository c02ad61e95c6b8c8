//! `verify`: is a Go still, file by file, what was installed?

mod check;
mod identity;
mod module;
mod target;

use std::ffi::OsString;

use gvr_core::exit;
use serde::Serialize;

use self::check::{Verdict, Verified};
pub(super) use self::identity::Identity;
pub(super) use self::target::{platform_of, version_of};
use crate::context::Context;
use crate::error::CliError;
use crate::json;

/// How many files of a kind are named before the rest is only counted; --json names them all.
const MOST_NAMED: usize = 50;

/// Hash an installed Go again, file by file, and say what is no longer as it was installed
///
/// Takes the folder of any other Go too, such as /usr/local/go: that one is compared with gvr's own of the same version.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Installed versions, or folders of any Go; every installed version unless given
    #[arg(value_name = "VERSION|FOLDER")]
    targets: Vec<OsString>,
    /// Ask Go's checksum database too, whether each is what Go published
    #[arg(long)]
    online: bool,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    verdict: &'static str,
    toolchains: Vec<Verified>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let targets = target::find(context, &args.targets)?;
    let database = args.online.then(|| context.fetcher());
    let mut toolchains = Vec::new();
    for target in &targets {
        let verified = check::check(context, target, database.as_ref())?;
        if !args.json {
            print(context, &verified)?;
        }
        toolchains.push(verified);
    }
    let worst = toolchains.iter().map(|verified| verified.verdict).max().unwrap_or(Verdict::Intact);
    let silence = toolchains.iter_mut().find_map(|verified| verified.identity.silence.take());
    // That somebody said nothing counts where there is nothing worse.
    let failure = failure(worst, &toolchains).or(silence);
    if args.json {
        json::print(context, &Answer { verdict: worst.name(), toolchains })?;
    }
    failure.map_or(Ok(()), Err)
}

fn print(context: &Context<'_>, verified: &Verified) -> Result<(), CliError> {
    let Verified { name, files, bytes, differences, .. } = verified;
    let size = format!("{files} files, {} MB", bytes / 1_000_000);
    match (verified.verdict, &verified.against) {
        (Verdict::Intact, Some(against)) => context.ui.data(format_args!("{name}: intact ({size}, {against})"))?,
        (Verdict::Differs, Some(against)) => context.ui.data(format_args!("{name}: differs ({size}, {against})"))?,
        (verdict, None) | (verdict @ Verdict::Unknown, _) => {
            let why = verified.reason.as_deref().unwrap_or("there is nothing to compare it with");
            context.ui.data(format_args!("{name}: {}: {why}", verdict.name()))?;
        }
    }
    if let Some(line) = verified.identity.line() {
        context.ui.data(format_args!("  {:7} {line}", "h1"))?;
    }
    for (word, paths) in [
        ("changed", &differences.changed),
        ("mode", &differences.modes),
        ("missing", &differences.missing),
        ("extra", &differences.extra),
    ] {
        for path in paths.iter().take(MOST_NAMED) {
            context.ui.data(format_args!("  {word:7} {}", path.escape_debug()))?;
        }
        if let Some(others) = paths.len().checked_sub(MOST_NAMED).filter(|others| *others > 0) {
            context.ui.data(format_args!("  {word:7} … and {others} more"))?;
        }
    }
    Ok(())
}

/// The error that ends the command, where there is one.
fn failure(worst: Verdict, toolchains: &[Verified]) -> Option<CliError> {
    let of_kind = || toolchains.iter().filter(|verified| verified.verdict == worst);
    let names: Vec<_> = of_kind().map(|verified| verified.name.as_str()).collect();
    let names = names.join(", ");
    let reinstall = || {
        let versions: Vec<_> = of_kind().filter_map(|verified| verified.installed_as.as_deref()).collect();
        (!versions.is_empty()).then(|| format!("to install it anew: gvr install --force {}", versions.join(" ")))
    };
    match worst {
        Verdict::Intact => None,
        Verdict::Unknown => {
            let error = CliError::failed(format_args!("nothing says what should be in {names}"));
            let to_have = of_kind().find_map(|verified| verified.hint.as_deref());
            Some(error.hints(reinstall()).hints(to_have.map(|command| format!("to have one: {command}"))))
        }
        Verdict::Differs => {
            let error = CliError::new(exit::REFUSED, format_args!("not as it was installed: {names}"));
            let to_see = of_kind().find_map(|verified| verified.hint.as_deref());
            let to_see = to_see.map(|command| format!("to see in which files, before you verify it again: {command}"));
            Some(error.hints(reinstall()).hints(to_see))
        }
    }
}

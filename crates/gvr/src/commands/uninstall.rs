//! `uninstall`: removes installed versions.

use gvr_core::{Request, Toolchain, Version};

use super::rehash;
use crate::context::Context;
use crate::error::CliError;
use crate::progress::Bars;
use crate::running;

/// Remove an installed version
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which version; a prefix such as 1.22 must mean just one
    #[arg(value_name = "VERSION", required = true)]
    requests: Vec<Request>,
    /// Do not ask
    #[arg(short, long, visible_short_alias = 'y', alias = "yes")]
    force: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    // A reinstallation that was killed may have left one out of sight.
    context.store.sweep();
    let installed = context.store.installed()?;
    let toolchains: Result<Vec<_>, _> = args.requests.iter().map(|request| only_one(request, &installed)).collect();
    let toolchains = toolchains.inspect_err(|_| {
        // Whoever removed it may have been killed before its shims were.
        if context.layout().shims().exists() {
            rehash::after_change(context);
        }
    })?;
    let mut removed_any = false;
    for toolchain in toolchains {
        if !args.force && !context.ui.confirms(format_args!("remove Go {toolchain}?")) {
            return Err(CliError::failed(format_args!("Go {toolchain} was not removed"))
                .hint(format_args!("to remove it without being asked: gvr uninstall --force {toolchain}")));
        }
        refuse_what_is_in_use(context, toolchain)?;
        let bars = Bars::new(context.ui);
        let (store, close) = (context.store.clone(), bars.closer());
        context.interrupts.watch(move || {
            store.give_up();
            close();
        });
        let removed = context.store.remove(toolchain, &bars);
        context.interrupts.settle();
        removed?;
        context.ui.note(format_args!("removed {toolchain}"));
        removed_any = true;
    }
    if removed_any {
        rehash::after_change(context);
    }
    Ok(())
}

/// A `go build` starts tools and reads files by their paths from beginning to end.
fn refuse_what_is_in_use(context: &Context<'_>, toolchain: Toolchain) -> Result<(), CliError> {
    match running::below(&context.layout().toolchain(toolchain)).as_slice() {
        [] => Ok(()),
        [process, ..] => {
            let (id, program) = (process.id, process.program.display());
            let error = format_args!("Go {toolchain} is in use: process {id} runs {program}");
            Err(CliError::failed(error).hint(format_args!("wait for it to end, or end it: kill {id}")))
        }
    }
}

/// The one installed toolchain that a request means. Unlike elsewhere the newest is not taken: what is removed must be
/// what was meant.
fn only_one(request: &Request, installed: &[Toolchain]) -> Result<Toolchain, CliError> {
    let fits = |toolchain: &&Toolchain| match request {
        Request::Exact(exact) => *exact == **toolchain,
        Request::Minor(major, minor) => (toolchain.version.major(), toolchain.version.minor()) == (*major, *minor),
        other => toolchain.platform.is_none() && other.select(&natives(installed)) == Some(toolchain.version),
    };
    let found: Vec<_> = installed.iter().filter(fits).collect();
    match found[..] {
        [toolchain] => Ok(*toolchain),
        [] => {
            Err(CliError::failed(format_args!("version '{request}' not installed"))
                .hint("to see what is: gvr versions"))
        }
        _ => {
            let names: Vec<_> = found.iter().map(ToString::to_string).collect();
            Err(CliError::failed(format_args!("'{request}' means several installed versions: {}", names.join(", ")))
                .hint("name the one to remove"))
        }
    }
}

fn natives(installed: &[Toolchain]) -> Vec<Version> {
    installed.iter().filter(|toolchain| toolchain.platform.is_none()).map(|toolchain| toolchain.version).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(request: &str, expected: Result<&str, &str>) {
        let installed: Vec<_> = ["1.22.5", "1.22.9", "1.23.1", "1.23.1-darwin-arm64"]
            .iter()
            .filter_map(|name| Toolchain::from_folder_name(name))
            .collect();
        let found = only_one(&request.parse().unwrap(), &installed);
        let found = found.map(|toolchain| toolchain.to_string()).map_err(|error| error.to_string());
        match expected {
            Ok(name) => assert_eq!(found.as_deref(), Ok(name)),
            Err(message) => assert!(found.as_ref().is_err_and(|error| error.contains(message)), "{found:?}"),
        }
    }

    #[test]
    fn only_what_was_meant_is_removed() {
        check("1.22.5", Ok("1.22.5"));
        check("1.23.1", Ok("1.23.1"));
        check("1.23.1-darwin-arm64", Ok("1.23.1-darwin-arm64"));
        check("latest", Ok("1.23.1"));
        check("1.22", Err("several installed versions: 1.22.5, 1.22.9"));
        check("1.23", Err("several"));
        check("1.24", Err("not installed"));
        check("1.22.0", Err("not installed"));
    }
}

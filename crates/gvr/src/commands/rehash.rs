//! `rehash` and `shims`: the programs that stand on PATH.

use std::fs;

use crate::context::Context;
use crate::error::CliError;
use crate::progress::Bars;
use crate::query;

/// Make the shims anew; installing and removing do so by themselves
#[derive(Debug, clap::Args)]
pub(crate) struct RehashArgs {}

/// List the shims
#[derive(Debug, clap::Args)]
pub(crate) struct ShimsArgs {
    /// Print their names alone
    #[arg(long)]
    short: bool,
}

pub(crate) fn rehash(context: &Context<'_>) -> Result<(), CliError> {
    let natives = context.store.installed()?.into_iter().filter(|toolchain| toolchain.platform.is_none());
    let tools: Vec<_> = natives.filter_map(|toolchain| query::gopath_bin(context, toolchain)).collect();
    let report = context.store.sync_shims_with(&context.shim_program()?, &tools, &Bars::new(context.ui))?;
    for name in &report.foreign {
        let path = context.layout().shims().join(name);
        context.ui.warn(format_args!("{} is not gvr's; left alone", path.display()));
    }
    for (verb, names) in [("made", &report.created), ("renewed", &report.replaced), ("removed", &report.removed)] {
        for name in names {
            context.ui.detail(format_args!("{verb} the shim {}", name.display()));
        }
    }
    Ok(())
}

/// Brings the shims in line with what was just installed or removed. That succeeded, so a failure here is a warning.
pub(super) fn after_change(context: &Context<'_>) {
    if let Err(error) = rehash(context) {
        context.ui.warn(format_args!("the shims could not be made: {error}\n  to try again: gvr rehash"));
    }
}

/// The names of the shims, sorted.
pub(super) fn names(context: &Context<'_>) -> Vec<String> {
    let entries = fs::read_dir(context.layout().shims()).into_iter().flatten();
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort_unstable();
    names
}

pub(crate) fn shims(context: &Context<'_>, args: &ShimsArgs) -> Result<(), CliError> {
    let folder = context.layout().shims();
    let Ok(entries) = fs::read_dir(&folder) else { return Ok(()) };
    let mut names: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.file_name()))
        .filter(|name| !name.as_encoded_bytes().starts_with(b"."))
        .collect();
    names.sort_unstable();
    for name in names {
        if args.short {
            context.ui.data(name.display())?;
        } else {
            context.ui.data(folder.join(name).display())?;
        }
    }
    Ok(())
}

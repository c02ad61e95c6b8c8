//! `goenv-link`: gives gvr the name goenv.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use gvr_core::files::{Disk, Files as _};

use super::NAME;
use crate::config::Key;
use crate::context::Context;
use crate::error::CliError;

/// The setting without which goenv's users do not find their tools.
const GOPATH_SETTING: &str = "version-gopath";

/// Let gvr be called goenv, and answer as goenv does
///
/// Makes a link called goenv beside gvr, for scripts, Makefiles and pipelines that call goenv, and gives each version a GOPATH of its
/// own, as goenv does: ~/go/1.22.5.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Make the link in this folder; where PATH finds gvr unless given
    #[arg(long, value_name = "FOLDER", conflicts_with = "remove")]
    into: Option<PathBuf>,
    /// Leave GOPATH alone
    #[arg(long, conflicts_with = "remove")]
    shared_gopath: bool,
    /// Remove the link, and leave GOPATH alone again
    #[arg(long)]
    remove: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let gvr = own_program(context)?;
    if args.remove {
        return remove(context, &gvr);
    }
    let folder = match &args.into {
        Some(folder) => context.folder()?.join(folder),
        None => folder_on_path(context, &gvr)?,
    };
    let link = folder.join(NAME);
    make(&link, &gvr)?;
    context.ui.note(format_args!("{} is gvr", link.display()));
    if !args.shared_gopath {
        set_gopath(context, true)?;
        context.ui.note(
            "each version has a GOPATH of its own now, as with goenv: ~/go/VERSION\n  \
             to have one for all, as Go itself: gvr config set version-gopath false",
        );
    }
    match others(context, &link).as_slice() {
        [] => {}
        [first, ..] => context
            .ui
            .warn(format_args!("PATH finds {} before it\n  to see what lies on PATH: gvr doctor", first.display())),
    }
    Ok(())
}

/// gvr's own file, links followed.
fn own_program(context: &Context<'_>) -> Result<PathBuf, CliError> {
    let found = context.process.executable.as_deref().and_then(|path| path.canonicalize().ok());
    found.ok_or_else(|| CliError::failed("the system does not tell where gvr lies").hint("call it by its whole path"))
}

/// Every `goenv` on PATH, in order.
fn on_path<'a>(context: &'a Context<'_>, name: &'a str) -> impl Iterator<Item = PathBuf> + 'a {
    let folders = context.process.variable("PATH").map(std::env::split_paths).into_iter().flatten();
    folders
        .filter(|folder| folder.is_absolute())
        .map(move |folder| folder.join(name))
        .filter(|path| Disk.program(path).is_some())
}

/// The folder in which PATH finds this gvr, so that it finds goenv there too.
fn folder_on_path(context: &Context<'_>, gvr: &Path) -> Result<PathBuf, CliError> {
    let is_this = |path: &PathBuf| path.canonicalize().is_ok_and(|path| path == gvr);
    let found = on_path(context, "gvr").find(is_this);
    found.as_deref().and_then(Path::parent).map(Path::to_owned).ok_or_else(|| {
        CliError::failed("PATH does not find this gvr, so there is no place for goenv beside it")
            .hint("name a folder that is on PATH: gvr goenv-link --into FOLDER")
    })
}

/// What PATH finds before the link.
fn others(context: &Context<'_>, link: &Path) -> Vec<PathBuf> {
    on_path(context, NAME).take_while(|path| path != link).collect()
}

fn make(link: &Path, gvr: &Path) -> Result<(), CliError> {
    let failed = |error: io::Error| {
        CliError::failed(format_args!("cannot make {}: {error}", link.display()))
            .hint("name a folder of your own that is on PATH: gvr goenv-link --into FOLDER")
    };
    // Beside gvr the link needs no path, so both can be moved together.
    let beside = gvr
        .file_name()
        .filter(|_| link.parent().and_then(|folder| folder.canonicalize().ok()).as_deref() == gvr.parent());
    match symlink(beside.map_or(gvr, Path::new), link) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match link.canonicalize() {
            Ok(target) if target == gvr => Ok(()),
            _ => Err(CliError::failed(format_args!("{} is there already, and it is not gvr", link.display()))
                .hint("move it away first, or choose another folder: gvr goenv-link --into FOLDER")),
        },
        made => made.map_err(failed),
    }
}

fn remove(context: &Context<'_>, gvr: &Path) -> Result<(), CliError> {
    let is_ours = |path: &PathBuf| {
        fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink())
            && path.canonicalize().is_ok_and(|path| path == gvr)
    };
    let links: Vec<_> = on_path(context, NAME).filter(is_ours).collect();
    if links.is_empty() {
        context.ui.note("PATH has no goenv that is gvr");
    }
    for link in links {
        fs::remove_file(&link)
            .map_err(|error| CliError::failed(format_args!("cannot remove {}: {error}", link.display())))?;
        context.ui.note(format_args!("removed {}", link.display()));
    }
    set_gopath(context, false)
}

fn set_gopath(context: &Context<'_>, is_on: bool) -> Result<(), CliError> {
    let mut config = context.config.clone();
    match Key::find(GOPATH_SETTING) {
        Some(key) if is_on => config.set(key, "true")?,
        Some(key) if config.switch(GOPATH_SETTING).is_some() => config.unset(key),
        _ => return Ok(()),
    }
    context.store.prepare()?;
    Ok(config.save(context.layout())?)
}

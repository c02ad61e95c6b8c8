//! `vscode`: makes Visual Studio Code run the Go that applies.

mod settings;

use std::fs;
use std::io;
use std::path::Path;

use gvr_core::files::{Disk, Files as _, ReadError};
use gvr_store::write_small_file;

use self::settings::{EditError, Outcome, with_go, without_go};
use crate::context::Context;
use crate::error::CliError;

/// Make Visual Studio Code run the Go that applies in this folder
///
/// Sets go.alternateTools in .vscode/settings.json here, so that the Go extension calls gvr's `go`, which finds the version
/// on every call. go.goroot, which would stand against it, is taken away. Nothing else in the file changes.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Take gvr's `go` out of the settings again
    #[arg(short, long)]
    unset: bool,
}

/// Settings of more than a mebibyte are not somebody's settings.
const LIMIT: u64 = 1 << 20;

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let folder = context.folder()?.join(".vscode");
    let file = folder.join("settings.json");
    let shim = context.layout().shims().join("go");
    let shim = shim
        .to_str()
        .ok_or_else(|| CliError::failed(format_args!("{} cannot stand in JSON: it is not UTF-8", shim.display())))?;
    if !args.unset && !Path::new(shim).exists() {
        context.ui.note("no Go is installed yet; the editor finds one after: gvr install latest");
    }
    let before = read(&file)?;
    let edited = if args.unset { without_go(&before, shim) } else { with_go(&before, shim) };
    let Some(Outcome { text, dropped_goroot }) = edited.map_err(|error| refused(&file, &error))? else {
        context.ui.detail(format_args!("{} is as it should be", file.display()));
        return Ok(());
    };
    make_folder(&folder)?;
    write_small_file(&file, text.as_bytes(), 0o644)?;
    if let Some(goroot) = dropped_goroot {
        context.ui.note(format_args!("took go.goroot away, which was {}", goroot.escape_debug()));
    }
    context.ui.detail(format_args!("wrote {}", file.display()));
    Ok(())
}

/// What the file holds; nothing where there is none.
fn read(file: &Path) -> Result<String, CliError> {
    let fail =
        |reason: &dyn std::fmt::Display| CliError::failed(format_args!("cannot read {}: {reason}", file.display()));
    // Asked for as a file first: a pipe would keep us waiting, a folder is nobody's settings.
    let bytes = match Disk.read(file, LIMIT) {
        Ok(bytes) => bytes,
        // What may not be read looks absent to those who only want a version, and must not be replaced here.
        Err(ReadError::Absent) => match fs::metadata(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(fail(&error)),
            Ok(_) => return Err(fail(&io::Error::from(io::ErrorKind::PermissionDenied))),
        },
        Err(error) => return Err(fail(&error)),
    };
    String::from_utf8(bytes).map_err(|_| fail(&"it is not UTF-8"))
}

fn make_folder(folder: &Path) -> Result<(), CliError> {
    fs::create_dir_all(folder)
        .map_err(|error| CliError::failed(format_args!("cannot create {}: {error}", folder.display())))
}

fn refused(file: &Path, error: &EditError) -> CliError {
    CliError::failed(format_args!("{}: {error}", file.display()))
        .hint("nothing was changed; correct it in the editor, then: gvr vscode")
}

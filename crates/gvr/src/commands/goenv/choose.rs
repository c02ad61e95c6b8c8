//! `local`, `global` and the two commands that read and write version files.

use std::fs;
use std::io;
use std::path::Path;

use gvr_core::exit;
use gvr_core::files::Disk;
use gvr_core::pins::{Asks, PinFile};
use gvr_core::resolve::resolve;
use gvr_core::search::Source;
use gvr_store::write_small_file;

use super::{Call, misused, names};
use crate::commands::install;
use crate::error::CliError;

pub(super) fn local(call: &Call<'_>) -> Result<u8, CliError> {
    let texts = call.texts();
    let file = call.context.folder()?.join(PinFile::GoVersion.name());
    match texts.first().map(|word| &**word) {
        None => print_local(call),
        Some("--unset") => {
            remove(&file)?;
            Ok(exit::DONE)
        }
        Some(word) if word.starts_with('-') => Ok(misused(call, "local")),
        Some(_) => write(call, &file, &texts),
    }
}

pub(super) fn global(call: &Call<'_>) -> Result<u8, CliError> {
    let texts = call.texts();
    match texts.first().map(|word| &**word) {
        None => print_global(call),
        Some(word) if word.starts_with('-') => Ok(misused(call, "global")),
        Some(_) => {
            let names = chosen(call, &texts)?;
            call.context.store.set_global(&names)?;
            Ok(exit::DONE)
        }
    }
}

pub(super) fn version_file_read(call: &Call<'_>) -> Result<u8, CliError> {
    let Some(path) = call.words.first() else { return Ok(exit::FAILED) };
    let path = call.context.folder()?.join(path);
    let requests = requests_in(&path)?;
    if requests.is_empty() {
        return Ok(exit::FAILED);
    }
    call.print(requests.join(":"))?;
    Ok(exit::DONE)
}

pub(super) fn version_file_write(call: &Call<'_>) -> Result<u8, CliError> {
    let texts = call.texts();
    match (call.words.first(), texts.get(1..)) {
        (Some(path), Some(versions)) if !versions.is_empty() => {
            write(call, &call.context.folder()?.join(path), versions)
        }
        _ => Ok(misused(call, "version-file-write")),
    }
}

/// The version that this folder or one above it has chosen, whether or not it is installed.
fn print_local(call: &Call<'_>) -> Result<u8, CliError> {
    let context = &call.context;
    let surroundings = context.surroundings().only_in(context.folder()?.to_owned());
    let decision = resolve(&surroundings.query(None), context.layout(), &Disk, &context.system_path())?;
    if !matches!(&decision.source, Source::File(..)) {
        return Err(CliError::failed("no local version configured for this directory"));
    }
    for choice in &decision.choices {
        call.print(&choice.request)?;
    }
    Ok(exit::DONE)
}

fn print_global(call: &Call<'_>) -> Result<u8, CliError> {
    let requests = requests_in(&call.context.layout().global_version())?;
    if requests.is_empty() {
        call.print("system")?;
    }
    requests.iter().try_for_each(|request| call.print(request))?;
    Ok(exit::DONE)
}

/// What a version file asks for; nothing where there is none.
fn requests_in(path: &Path) -> Result<Vec<String>, CliError> {
    let name = path.file_name();
    let kind = PinFile::ORDER.into_iter().find(|kind| name.is_some_and(|name| name == kind.name()));
    match kind.unwrap_or(PinFile::GoVersion).read(&Disk, path) {
        None | Some(Ok(Asks::Nothing(_))) => Ok(Vec::new()),
        Some(Ok(Asks::Pin(pinned))) => {
            // An empty file asks for the system's Go, but it names nothing.
            let is_empty = fs::read_to_string(path).is_ok_and(|text| text.trim().is_empty());
            Ok(pinned.iter().filter(|_| !is_empty).map(|pinned| pinned.request.to_string()).collect())
        }
        Some(Ok(Asks::Minimum(requirement))) => Ok(vec![requirement.version.to_string()]),
        Some(Err(error)) => Err(CliError::failed(format_args!("{}: {error}", path.display()))),
    }
}

fn write(call: &Call<'_>, file: &Path, versions: &[impl AsRef<str>]) -> Result<u8, CliError> {
    let names = chosen(call, versions)?;
    if names.first().is_some_and(|name| name == "system") {
        return write_system(call, file);
    }
    write_small_file(file, (names.join("\n") + "\n").as_bytes(), 0o644)?;
    Ok(exit::DONE)
}

/// As goenv, which says so on stdout: the folder falls back to what applies without the file.
fn write_system(call: &Call<'_>, file: &Path) -> Result<u8, CliError> {
    let before = fs::read_to_string(file).unwrap_or_default();
    let before = before.lines().next().map(str::trim).filter(|line| line.split('.').count() == 3);
    if let Some(version) = before.filter(|line| names::is_version(line)) {
        call.print(format_args!("goenv: using system version instead of {version} now"))?;
    }
    remove(file)?;
    Ok(exit::DONE)
}

/// The exact names of what was asked for. A missing one is installed only where the user has agreed to that.
fn chosen(call: &Call<'_>, versions: &[impl AsRef<str>]) -> Result<Vec<String>, CliError> {
    let choose = |word: &str| match names::installed(call, word) {
        Err(error) => match word.parse() {
            Ok(request) if call.context.installs_unasked() && request != gvr_core::Request::System => {
                install::install_one(&call.context, &request).map(|toolchain| toolchain.to_string())
            }
            _ => Err(error),
        },
        Ok(toolchain) => Ok(names::name(toolchain)),
    };
    versions.iter().map(|word| choose(word.as_ref())).collect()
}

fn remove(file: &Path) -> Result<(), CliError> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(CliError::failed(format_args!("cannot remove {}: {error}", file.display())))
        }
        _ => Ok(()),
    }
}

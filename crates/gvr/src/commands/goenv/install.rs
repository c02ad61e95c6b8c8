//! `install` and `uninstall`: goenv's flags, gvr's installer.

use gvr_core::files::Disk;
use gvr_core::resolve::wanted;
use gvr_core::{Request, exit};
use gvr_fetch::{Freshness, Release};

use super::answers::as_gvr;
use super::{Call, VERSION, misused};
use crate::commands::remote;
use crate::error::CliError;

/// The flags of a command line for `install`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Flags {
    list: bool,
    version: bool,
    force: bool,
    skip_existing: bool,
    keep: bool,
    patch: bool,
    help: bool,
}

/// Tells flags and versions apart; `None` where a flag is none of goenv's.
fn parse<'a>(words: &[&'a str]) -> Option<(Flags, Vec<&'a str>)> {
    let mut flags = Flags::default();
    let mut rest = Vec::new();
    for word in words {
        if let Some(long) = word.strip_prefix("--") {
            set(&mut flags, long)?;
        } else if let Some(letters) = word.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            letters.chars().try_for_each(|letter| set(&mut flags, long_name(letter)?))?;
        } else {
            rest.push(*word);
        }
    }
    Some((flags, rest))
}

fn long_name(letter: char) -> Option<&'static str> {
    const NAMES: [(char, &str); 11] = [
        ('l', "list"),
        ('f', "force"),
        ('s', "skip-existing"),
        ('k', "keep"),
        ('v', "verbose"),
        ('q', "quiet"),
        ('p', "patch"),
        ('g', "debug"),
        ('4', "ipv4"),
        ('6', "ipv6"),
        ('h', "help"),
    ];
    NAMES.into_iter().find(|(known, _)| *known == letter).map(|(_, name)| name)
}

fn set(flags: &mut Flags, name: &str) -> Option<()> {
    match name {
        "list" => flags.list = true,
        "version" => flags.version = true,
        "force" => flags.force = true,
        "skip-existing" => flags.skip_existing = true,
        "keep" => flags.keep = true,
        "patch" | "debug" => flags.patch = true,
        "help" => flags.help = true,
        // gvr says what it does anyway, and takes whichever protocol works.
        "verbose" | "quiet" | "ipv4" | "ipv6" => {}
        _ => return None,
    }
    Some(())
}

pub(super) fn install(call: &Call<'_>) -> Result<u8, CliError> {
    let texts = call.texts();
    let words: Vec<&str> = texts.iter().map(|word| &**word).collect();
    let Some((flags, versions)) = parse(&words).filter(|(_, versions)| versions.len() <= 1) else {
        return Ok(misused(call, "install"));
    };
    if flags.help {
        return super::help::page(call, super::Entry::find("install"));
    }
    if flags.list {
        return list(call);
    }
    if flags.version {
        call.print(format_args!("go-build {VERSION} (gvr {})", env!("CARGO_PKG_VERSION")))?;
        return Ok(exit::DONE);
    }
    if versions.is_empty() && !asks_for_one(call)? {
        return Ok(misused(call, "install"));
    }
    let mut is_forced = flags.force;
    if let Some(folder) = versions.first().and_then(|word| folder_of_installed(call, word))
        && !is_forced
        && !flags.skip_existing
    {
        call.complain(&CliError::failed(format_args!("{folder} already exists")));
        if !call.context.ui.reads_yes("continue with installation? (y/N) ") {
            return Ok(exit::FAILED);
        }
        is_forced = true;
    }
    let mut line = vec!["install"];
    let given = [
        (is_forced, "--force"),
        (flags.skip_existing && !is_forced, "--skip-existing"),
        (flags.keep, "--keep"),
        (flags.patch, "--patch"),
    ];
    line.extend(given.iter().filter(|(is_given, _)| *is_given).map(|(_, flag)| *flag));
    line.extend(versions);
    as_gvr(call, &line)
}

/// Whether this folder asks for a version.
fn asks_for_one(call: &Call<'_>) -> Result<bool, CliError> {
    let surroundings = call.context.surroundings();
    Ok(wanted(&surroundings.query(None), call.context.layout(), &Disk)?.is_some())
}

/// Where an exact version lies, if it is there.
fn folder_of_installed(call: &Call<'_>, word: &str) -> Option<String> {
    match word.parse().ok()? {
        Request::Exact(toolchain) if call.context.store.contains(toolchain) => {
            Some(call.context.layout().toolchain(toolchain).display().to_string())
        }
        _ => None,
    }
}

fn list(call: &Call<'_>) -> Result<u8, CliError> {
    let platform = call.context.platform(None)?;
    let index = remote::index(&call.context, Freshness::Hourly)?;
    call.print("Available versions:")?;
    let releases = index.releases().iter().filter(|release| release.archive(platform).is_some());
    releases.map(Release::version).try_for_each(|version| call.print(format_args!("  {version}")))?;
    Ok(exit::DONE)
}

pub(super) fn uninstall(call: &Call<'_>) -> Result<u8, CliError> {
    let texts = call.texts();
    let words: Vec<&str> = texts.iter().map(|word| &**word).collect();
    let (is_forced, version) = match words[..] {
        ["-f" | "--force", version] => (true, version),
        [version] => (false, version),
        _ => return Ok(misused(call, "uninstall")),
    };
    if version.is_empty() || version.starts_with('-') {
        return Ok(misused(call, "uninstall"));
    }
    if version.parse::<Request>().is_err() {
        return Err(CliError::failed(format_args!("version '{}' not installed", version.escape_debug())));
    }
    if let Some(folder) = folder_of_installed(call, version).filter(|_| !is_forced)
        && !call.context.ui.reads_yes(format_args!("goenv: remove {folder}? "))
    {
        return Ok(exit::FAILED);
    }
    as_gvr(call, &["uninstall", "--force", version])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_goenvs() {
        let (flags, rest) = parse(&["-fkv", "1.22.5", "--patch"]).unwrap();
        assert_eq!(flags, Flags { force: true, keep: true, patch: true, ..Flags::default() });
        assert_eq!(rest, ["1.22.5"]);
        assert!(parse(&["--nosuch"]).is_none() && parse(&["-x"]).is_none());
        assert_eq!(parse(&["-"]).unwrap().1, ["-"]);
    }
}

//! `help`, `commands` and `completions`.

use gvr_core::exit;
use gvr_fetch::{Fetcher, Freshness, Release};

use super::table::{ENTRIES, Entry, KEYWORDS, More, OF_THE_SHELL};
use super::{Call, misused, no_such_command};
use crate::error::CliError;

/// What `goenv help` says.
pub(super) const OVERVIEW: &str = "\
Usage: goenv <command> [<args>]

This is gvr under the name goenv. Some useful commands are:
   commands    List all commands
   local       Choose the version of this folder, or print it
   global      Choose the version used where no folder asks for one, or print it
   shell       Choose the version of this shell, or print it
   install     Install a Go version
   uninstall   Remove an installed version
   rehash      Make the shims anew
   version     Print the version that applies here and what chose it
   versions    List the installed versions
   which       Print the full path of a command
   whence      List the versions that have a command

'goenv help <command>' says more of a command, and 'gvr help' has what goenv lacks.
";

pub(super) fn help(call: &Call<'_>) -> Result<u8, CliError> {
    let texts = call.texts();
    let (is_usage, name) = match texts.split_first() {
        Some((first, rest)) if first == "--usage" => (true, rest.first()),
        _ => (false, texts.first()),
    };
    let Some(name) = name else {
        if is_usage {
            call.print("Usage: goenv <command> [<args>]")?;
            return Ok(exit::DONE);
        }
        return page(call, None);
    };
    let entry = find(name).ok_or_else(|| no_such_command(name))?;
    if is_usage {
        call.print(entry.usage)?;
        return Ok(exit::DONE);
    }
    page(call, Some(entry))
}

/// `shell` is a function of the shell's, but it has help.
fn find(name: &str) -> Option<&'static Entry> {
    Entry::find(name).or_else(|| Entry::find(&format!("sh-{name}")))
}

/// Prints the help of a command, or of all.
pub(super) fn page(call: &Call<'_>, entry: Option<&Entry>) -> Result<u8, CliError> {
    match entry {
        None => call.context.ui.text(OVERVIEW)?,
        Some(entry) => call.print(format_args!("{}\n\n{}\n", entry.usage, entry.summary))?,
    }
    Ok(exit::DONE)
}

pub(super) fn commands(call: &Call<'_>) -> Result<u8, CliError> {
    let names = match call.texts().first().map(|word| &**word) {
        Some("--sh") => OF_THE_SHELL.map(str::to_owned).to_vec(),
        Some("--no-sh") => names(call, &[])?,
        _ => names(call, &OF_THE_SHELL)?,
    };
    names.iter().try_for_each(|name| call.print(name))?;
    Ok(exit::DONE)
}

/// The commands, and the words that stand for `local`, as bytes sort them.
fn names(call: &Call<'_>, also: &[&str]) -> Result<Vec<String>, CliError> {
    let mut names: Vec<String> =
        ENTRIES.iter().filter(|entry| entry.is_listed()).map(|entry| entry.name.to_owned()).collect();
    names.extend(KEYWORDS.iter().chain(also).map(|name| (*name).to_owned()));
    names.extend(call.context.store.installed()?.iter().map(ToString::to_string));
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

pub(super) fn completions(call: &Call<'_>) -> Result<u8, CliError> {
    let texts = call.texts();
    let Some(name) = texts.first() else { return Ok(misused(call, "completions")) };
    if name == "--complete" {
        return commands(&Call {
            words: &[],
            context: super::Context::new(call.context.process, call.context.ui, true)?,
        });
    }
    let Some(entry) = find(name) else { return Ok(exit::FAILED) };
    call.print("--help")?;
    entry.words.iter().try_for_each(|word| call.print(word))?;
    for word in more(call, entry.more)? {
        call.print(word)?;
    }
    Ok(exit::DONE)
}

fn more(call: &Call<'_>, more: More) -> Result<Vec<String>, CliError> {
    Ok(match more {
        More::Nothing => Vec::new(),
        More::Commands => names(call, &OF_THE_SHELL)?,
        More::Versions => call.context.store.installed()?.iter().map(ToString::to_string).collect(),
        More::Releases => releases(call),
        More::Shims => super::super::rehash::names(&call.context),
    })
}

/// What can be installed, by the list that was fetched last: pressing the tab key asks no server.
fn releases(call: &Call<'_>) -> Vec<String> {
    let config = gvr_fetch::Config { offline: true, ..call.context.fetch_config() };
    let index = Fetcher::new(config).index(Freshness::Hourly);
    let releases = index.as_ref().map(|answer| answer.index.releases()).unwrap_or_default();
    releases.iter().map(Release::version).map(|version| version.to_string()).collect()
}

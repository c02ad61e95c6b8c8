//! `import`: takes over what other managers have installed, and changes nothing of theirs.

mod defaults;
mod gos;
mod managers;
mod report;
mod take;
mod tree;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, TypedValueParser};
use gvr_core::exit;

use self::defaults::Global;
use self::managers::{Found, Manager, Places};
use self::report::{Answer, Item, Outcome};
use super::rehash;
use crate::context::Context;
use crate::error::CliError;
use crate::json;
use crate::process::home;

/// Take over the Gos that another manager has installed, and its global version
///
/// Each is hashed, and one that is not what Go published is refused. It is copied, sharing its blocks where the file system can.
/// Nothing of the other manager's is changed. Without an argument, lists what there is to import.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// From whom: goenv, gvm, g, goup, gobrew, asdf, mise, brew; or path and the folder of a Go, or of several
    #[arg(value_name = "MANAGER", value_parser = FromParser, hide_possible_values = true)]
    from: Vec<OsString>,
    /// Hash what is there and say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Leave the global version as it is
    #[arg(long)]
    no_global: bool,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// Takes any word, and lets shells complete the names of managers.
#[derive(Clone)]
struct FromParser;

impl TypedValueParser for FromParser {
    type Value = OsString;

    fn parse_ref(
        &self,
        _command: &clap::Command,
        _argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<OsString, clap::Error> {
        Ok(value.to_owned())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let managers = Manager::ALL.iter().chain(&[Manager::Path]);
        Some(Box::new(managers.map(|manager| PossibleValue::new(manager.name()))))
    }
}

/// One manager, and for `path` the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Source {
    manager: Manager,
    folder: Option<PathBuf>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let variable = |name: &str| context.process.variable(name).map(PathBuf::from);
    let places = Places { variable: &variable, home: home() };
    if args.from.is_empty() {
        return list(context, args, &places);
    }
    let sources = understand(&args.from, context.folder()?)?;
    let mut taker = take::Taker::new(context, args.dry_run)?;
    let items = take_all(context, args, &sources, &places, &mut taker);
    // What failed because it was interrupted is not worth a word.
    taker.finish();
    let items = items?;
    if items.iter().any(|item| needs_shims(context, item)) {
        rehash::after_change(context);
    }
    let managers = sources.iter().map(|source| source.manager);
    let global = if args.no_global { None } else { defaults::find(managers, &places) };
    let global = global.map(|theirs| Global::carry_over(context, theirs, &items, args.dry_run)).transpose()?;
    let failure = report::failure(&items);
    if args.json {
        json::print(context, &Answer { dry_run: args.dry_run, toolchains: items, global })?;
    } else if let Some(global) = &global {
        global.tell(context);
    }
    failure.map_or(Ok(()), Err)
}

/// Takes over what the sources have, one Go after another.
fn take_all(
    context: &Context<'_>,
    args: &Args,
    sources: &[Source],
    places: &Places<'_>,
    taker: &mut take::Taker<'_>,
) -> Result<Vec<Item>, CliError> {
    let mut items = Vec::new();
    for source in sources {
        let found = find(context, source, places)?;
        if found.is_empty() {
            items.push(Item::absent(source.manager, &places.folders(source.manager, source.folder.as_deref())));
        }
        for found in &found {
            let item = taker.take(found)?;
            if !args.json {
                report::print(context, &item)?;
            }
            items.push(item);
        }
    }
    Ok(items)
}

/// Whether a version is new, or cannot be called by its name: whoever imported it was killed before it came to that.
fn needs_shims(context: &Context<'_>, item: &Item) -> bool {
    let shim = item.version.as_ref().map(|version| context.layout().shims().join(format!("go{version}")));
    match item.outcome {
        Outcome::Imported => true,
        Outcome::AlreadyThere => shim.is_some_and(|shim| !shim.exists()),
        Outcome::Found | Outcome::WouldImport | Outcome::Refused | Outcome::Absent => false,
    }
}

/// What there is to import, with nothing looked into.
fn list(context: &Context<'_>, args: &Args, places: &Places<'_>) -> Result<(), CliError> {
    let mut items = Vec::new();
    for manager in Manager::ALL {
        let found = find(context, &Source { manager, folder: None }, places)?;
        items.extend(found.into_iter().map(|found| Item::found(&found)));
    }
    if args.json {
        return json::print(context, &Answer { dry_run: true, toolchains: items, global: None });
    }
    for item in &items {
        let version = item.version.as_deref().unwrap_or("unknown");
        context.ui.data(format_args!("{version} ({}): {}", item.manager.name(), item.path.display()))?;
    }
    match items.first() {
        Some(first) => context.ui.note(format_args!("to take them over: gvr import {}", first.manager.name())),
        None => context.ui.note("no other manager that gvr knows has a Go here"),
    }
    Ok(())
}

/// The Gos of one source, each once, and none of gvr's own.
fn find(context: &Context<'_>, source: &Source, places: &Places<'_>) -> Result<Vec<Found>, CliError> {
    let folders = places.folders(source.manager, source.folder.as_deref());
    if let Some(folder) = source.folder.as_deref().filter(|folder| !folder.is_dir()) {
        return Err(CliError::failed(format_args!("{} is no folder", folder.display())));
    }
    let own = context.layout().root().canonicalize().ok();
    let mut found = managers::gos_in(source.manager, &folders);
    found.retain(|found| own.as_ref().is_none_or(|own| !found.goroot.starts_with(own)));
    Ok(found)
}

/// `goenv asdf path /opt/go`: managers by their names, and folders, with or without the word in front.
fn understand(words: &[OsString], here: &Path) -> Result<Vec<Source>, CliError> {
    let mut sources = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.to_str().unwrap_or_default();
        let source = match Manager::of_name(text) {
            Some(Manager::Path) => {
                let folder = words.next().ok_or_else(|| {
                    CliError::usage("'path' needs a folder")
                        .hint("name the folder of a Go: gvr import path /usr/local/go")
                })?;
                Source { manager: Manager::Path, folder: Some(here.join(folder)) }
            }
            Some(manager) => Source { manager, folder: None },
            None if Path::new(word).components().count() > 1 || text.starts_with('.') || text.contains('/') => {
                Source { manager: Manager::Path, folder: Some(here.join(word)) }
            }
            None => {
                let names: Vec<_> = Manager::ALL.iter().map(|manager| manager.name()).collect();
                let error = format_args!("'{}' is no manager that gvr can import from", word.display());
                return Err(
                    CliError::new(exit::USAGE, error).hint(format_args!("one of: {}, path FOLDER", names.join(", ")))
                );
            }
        };
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &[&str]) -> Result<Vec<(Manager, Option<String>)>, String> {
        let words: Vec<_> = words.iter().map(OsString::from).collect();
        let sources = understand(&words, Path::new("/here")).map_err(|error| error.to_string())?;
        Ok(sources
            .into_iter()
            .map(|source| (source.manager, source.folder.map(|folder| folder.display().to_string())))
            .collect())
    }

    #[test]
    fn shells_are_told_the_managers() {
        let command = <Args as clap::Args>::augment_args(clap::Command::new("import"));
        let from = command.get_arguments().find(|argument| argument.get_id() == "from").unwrap();
        let names: Vec<_> = from.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
        assert_eq!(names, ["goenv", "gvm", "g", "goup", "gobrew", "asdf", "mise", "brew", "path"]);
    }

    #[test]
    fn managers_and_folders_are_told_apart() {
        let path = |folder: &str| (Manager::Path, Some(folder.to_owned()));
        assert_eq!(check(&["goenv", "asdf", "goenv"]).unwrap(), [(Manager::Goenv, None), (Manager::Asdf, None)]);
        assert_eq!(check(&["path", "go", "/usr/local/go"]).unwrap(), [path("/here/go"), path("/usr/local/go")]);
        assert_eq!(check(&["./go", "homebrew"]).unwrap(), [path("/here/./go"), (Manager::Brew, None)]);
        assert!(check(&["path"]).unwrap_err().contains("needs a folder"));
        assert!(check(&["rvm"]).unwrap_err().contains("'rvm' is no manager"));
    }
}

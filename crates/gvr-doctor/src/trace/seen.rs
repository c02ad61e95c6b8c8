//! What one traced run tells, with the texts of the files that it read.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use super::attribute::{self, Surroundings};
use super::fish::{self, Fish};
use super::shell::TraceShell;
use super::source::Texts;
use super::stage::{FishFolders, LAST, PROFILE, RECORDS, TRAPS};
use super::{posix, values};
use crate::facts::{Change, Command, Hook, TRACED};
use crate::probe::{Host, SessionEnd};

/// The largest file whose text is looked at, in bytes.
const MOST: u64 = 4 << 20;

/// What the shell was started with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting<'a> {
    pub(super) home: &'a Path,
    pub(super) environment: &'a [(OsString, OsString)],
    pub(super) fish: Option<&'a FishFolders>,
}

/// What a run tells.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// The shell's version, where it came to the end.
    pub(super) version: Option<String>,
    /// Whether the script was read at all.
    pub(super) is_script_read: bool,
    pub(super) changes: Vec<Change>,
    pub(super) files: Vec<String>,
    pub(super) hooks: Vec<Hook>,
    /// The last command that is known to have begun.
    pub(super) last: Option<Command>,
    /// With which code the files were left, where the shell runs its last command all the same.
    pub(super) exit: Option<i32>,
}

/// What zsh or bash tells.
pub(super) fn posix(host: &dyn Host, shell: TraceShell, setting: &Setting<'_>, ended: &SessionEnd) -> Seen {
    let file = |name: &str| ended.files.get(name).map(Vec::as_slice).unwrap_or_default();
    let told = posix::read(file(RECORDS));
    let files: Vec<_> = told.files.iter().filter(|file| is_file(file, setting.home, ended)).cloned().collect();
    let texts: Texts = files.iter().filter_map(|file| Some((file.clone(), text(host, setting.home, file)?))).collect();
    let is_watched = String::from_utf8_lossy(file(TRAPS)).contains("__gvr_probe");
    let is_zsh = shell == TraceShell::Zsh;
    let surroundings = Surroundings {
        given: values::given(&given(setting)),
        texts: &texts,
        counts_on: !is_zsh,
        last_doubt: (told.version.is_some() && !is_watched)
            .then_some("a DEBUG trap of the start-up's own took the place of the tracer's"),
        before: if is_zsh { "the system's zshenv comes before the tracer" } else { "it was so from the beginning" },
    };
    let mut changes = attribute::changes(&told, &surroundings);
    let last = std::str::from_utf8(file(LAST)).ok().and_then(posix::raw);
    let mut last = last.map(|raw| posix::locate(&raw, &texts, !is_zsh).0);
    let commands = changes.iter_mut().map(|change| &mut change.command).chain(&mut last);
    for place in commands.filter_map(|command| command.place.as_mut()) {
        place.file = absolute(setting.home, &place.file);
    }
    let hooks = hooks(&told.hooks, str::to_owned);
    let files = files.iter().map(|file| absolute(setting.home, file)).collect();
    Seen { version: told.version, is_script_read: !told.steps.is_empty(), changes, files, hooks, last, exit: None }
}

/// What fish tells.
pub(super) fn fish(host: &dyn Host, setting: &Setting<'_>, ended: &SessionEnd) -> Seen {
    let file = |name: &str| ended.files.get(name).map(Vec::as_slice).unwrap_or_default();
    let told = fish::read(file(RECORDS));
    let home = setting.home.to_string_lossy().into_owned();
    let folders = setting.fish.cloned().unwrap_or_default();
    let config = folders.config.to_string_lossy().into_owned();
    let mirror = |name: &str| ended.folder.join(name).join("fish").to_string_lossy().into_owned();
    let mirrors = [(mirror("config"), config.clone()), (mirror("data"), folders.data.to_string_lossy().into_owned())];
    let variables = format!("{config}/fish_variables");
    let real = |file: &str| fish::real(file, &home, &mirrors);
    let mut wanted = user_files(host, &folders);
    wanted.push(variables.clone());
    wanted.extend(told.events.iter().map(|event| real(&event.file)));
    let texts: Texts =
        wanted.into_iter().filter_map(|file| Some((file.clone(), text(host, setting.home, &file)?))).collect();
    let surroundings = Fish {
        given: values::given(&given(setting)),
        profile: file(PROFILE),
        texts: &texts,
        home: &home,
        mirrors: &mirrors,
        variables: &variables,
    };
    let changes = fish::changes(&told, &surroundings);
    let mut files: Vec<String> = Vec::new();
    let snippets = texts.keys().filter(|file| file.starts_with(&format!("{config}/conf.d/")));
    let places = changes.iter().filter_map(|change| change.command.place.as_ref()).map(|place| &place.file);
    let own = format!("{config}/config.fish");
    for file in snippets.chain(texts.get_key_value(&own).map(|(file, _)| file)).chain(places) {
        if !files.contains(file) && *file != variables {
            files.push(file.clone());
        }
    }
    let last = fish::last(&surroundings).or_else(|| changes.last().map(|change| change.command.clone()));
    Seen {
        version: told.version,
        is_script_read: told.start.is_some(),
        hooks: hooks(&told.hooks, real),
        changes,
        files,
        last,
        exit: fish::exit(&surroundings),
    }
}

/// The files in which a command of the user's, or of the system's, may stand.
fn user_files(host: &dyn Host, folders: &FishFolders) -> Vec<String> {
    const MOST_NAMES: usize = 2000;
    let mut found = Vec::new();
    for folder in [
        folders.config.clone(),
        folders.config.join("conf.d"),
        folders.config.join("functions"),
        "/etc/fish".into(),
        "/etc/fish/conf.d".into(),
    ] {
        let names = host.list(&folder, MOST_NAMES).unwrap_or_default();
        let scripts = names
            .iter()
            .map(|name| folder.join(name))
            .filter(|path| path.extension().is_some_and(|kind| kind == "fish"));
        found.extend(scripts.map(|path| path.to_string_lossy().into_owned()));
    }
    found
}

/// The functions that mention traced variables.
fn hooks(told: &[(String, Option<String>, String)], real: impl Fn(&str) -> String) -> Vec<Hook> {
    let mentions = |text: &str, variable: &str| {
        let words = text.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
        // PATH is in most of what shells do; here it matters where it gets a value.
        let is_set =
            variable != "PATH" || text.contains("PATH=") || text.contains("PATH+=") || text.contains("-gx PATH");
        is_set && words.into_iter().any(|word| word == variable)
    };
    let hook = |(name, file, text): &(String, Option<String>, String)| {
        let variables: Vec<_> =
            TRACED.iter().filter(|variable| mentions(text, variable)).map(|name| (*name).to_owned()).collect();
        let hook = Hook { name: name.clone(), file: file.as_deref().map(&real), variables };
        (!hook.variables.is_empty()).then_some(hook)
    };
    told.iter().filter_map(hook).collect()
}

/// Whether a name that a shell gave is that of a file which is not the tracer's own.
fn is_file(file: &str, home: &Path, ended: &SessionEnd) -> bool {
    let is_own = Path::new(file).starts_with(&ended.folder);
    !is_own && (file.starts_with('/') || home.join(file).is_absolute() && file.contains(['/', '.']))
}

fn text(host: &dyn Host, home: &Path, file: &str) -> Option<String> {
    let content = host.read(Path::new(&absolute(home, file)), MOST).ok()?;
    Some(String::from_utf8_lossy(&content).into_owned())
}

/// A file that a shell was told of by a relative path: start-ups begin in the home folder.
fn absolute(home: &Path, file: &str) -> String {
    home.join(file).to_string_lossy().into_owned()
}

fn given(setting: &Setting<'_>) -> BTreeMap<String, String> {
    let text = |(name, value): &(OsString, OsString)| {
        (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
    };
    setting.environment.iter().map(text).collect()
}

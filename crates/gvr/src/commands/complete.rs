//! `sh-complete`: what may come next on a command line, for the code that `gvr completions` prints.

use std::ffi::{OsStr, OsString};

use clap::{Command, CommandFactory as _};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate, SubcommandCandidates, complete};
use gvr_core::Platform;
use gvr_doctor::checks;
use gvr_fetch::{Config as FetchConfig, Fetcher, Freshness};

use crate::args;
use crate::config::KEYS;
use crate::context::Context;
use crate::error::CliError;
use crate::shell::Shell;

/// Print the words that may follow
#[derive(Debug, clap::Args)]
#[command(hide = true)]
pub(crate) struct Args {
    /// The shell to write for
    #[arg(value_name = "SHELL")]
    shell: Shell,
    /// The words before the cursor, gvr's name among them, and what is typed of the last one
    #[arg(value_name = "WORD", trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<OsString>,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let mut words = words(args.shell, &args.words);
    let Some(last) = words.last().cloned() else { return Ok(()) };
    if last == "-" {
        // Names say more than letters.
        words.pop();
        words.push("--".into());
    }
    let position = words.len() - 1;
    let folder = context.process.folder.as_ref().map(|folder| folder.path.as_path());
    let mut app = Known::new(context, &last).prepare(args::Args::command());
    // Where nothing fits, that is the answer.
    let candidates = complete(&mut app, words, position, folder).unwrap_or_default();
    let has_words = candidates.iter().any(|candidate| !is_flag(candidate));
    let text: String = candidates
        .iter()
        // Flags are many: they are for those who type a dash, and where there is nothing else.
        .filter(|candidate| !last.is_empty() || !has_words || !is_flag(candidate))
        .filter_map(|candidate| line(args.shell, candidate, &last))
        .collect();
    Ok(context.ui.text(&text)?)
}

fn is_flag(candidate: &CompletionCandidate) -> bool {
    candidate.get_value().as_encoded_bytes().starts_with(b"-")
}

/// The words of a line: some shells give the line itself, and bash takes words apart at `=`.
fn words(shell: Shell, words: &[OsString]) -> Vec<OsString> {
    match (shell, words) {
        (Shell::Nu | Shell::Pwsh, [line]) => {
            let line = line.to_string_lossy();
            let mut words: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            if line.ends_with(char::is_whitespace) {
                words.push(OsString::new());
            }
            words
        }
        (Shell::Bash, words) => {
            let mut joined: Vec<OsString> = Vec::new();
            let mut is_open = false;
            for word in words {
                match joined.last_mut().filter(|last| is_open || (word == "=" && last.len() > 2)) {
                    Some(last) => last.push(word),
                    None => joined.push(word.clone()),
                }
                is_open = word == "=";
            }
            joined
        }
        (_, words) => words.to_vec(),
    }
}

/// A candidate as the shell's code expects it, with the line end.
fn line(shell: Shell, candidate: &CompletionCandidate, last: &OsStr) -> Option<String> {
    let value = name(candidate, last).or_else(|| candidate.get_value().to_str())?;
    let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
    let help = help.lines().next().unwrap_or_default();
    match shell {
        Shell::Bash => {
            // To bash the word began behind the `=`.
            let begun = last.to_str().and_then(|last| last.rfind('=')).map_or(0, |at| at + 1);
            Some(format!("{}\n", value.get(begun..)?))
        }
        Shell::Elvish => Some(format!("{value}\n")),
        Shell::Zsh => {
            let escaped = value.replace('\\', "\\\\").replace(':', "\\:");
            Some(if help.is_empty() { format!("{escaped}\n") } else { format!("{escaped}:{help}\n") })
        }
        _ if help.is_empty() => Some(format!("{value}\n")),
        _ => Some(format!("{value}\t{help}\n")),
    }
}

/// A command's own name rather than its first alias, where both fit what is typed.
fn name<'a>(candidate: &'a CompletionCandidate, last: &OsStr) -> Option<&'a str> {
    let name = candidate.get_id()?.strip_prefix("command::")?;
    name.starts_with(last.to_str()?).then_some(name)
}

/// What arguments can be, by the names of their values.
struct Known<'a> {
    installed: Vec<Word>,
    programs: Vec<Word>,
    fetch: FetchConfig,
    platform: Option<Platform>,
    last: &'a OsStr,
}

impl<'a> Known<'a> {
    fn new(context: &Context<'_>, last: &'a OsStr) -> Self {
        let installed = context.store.installed().unwrap_or_default();
        // The newest first: it is the likeliest.
        let installed = installed.iter().rev().map(|toolchain| word(&toolchain.to_string(), "installed"));
        let shims = std::fs::read_dir(context.layout().shims()).into_iter().flatten().flatten();
        let names = shims.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
        names.sort_unstable();
        // Nobody waits for a server at a prompt.
        let fetch = FetchConfig { offline: true, ..context.fetch_config() };
        Self {
            installed: installed.collect(),
            programs: names.iter().map(|name| word(name, "")).collect(),
            fetch,
            platform: context.platform(None).ok(),
            last,
        }
    }

    fn prepare(&self, app: Command) -> Command {
        let app = self.with_values(app);
        // `gvr 1.22` is a command as well.
        if self.last.as_encoded_bytes().first().is_some_and(u8::is_ascii_digit) {
            app.add(SubcommandCandidates::new(fixed(self.installed.clone())))
        } else {
            app
        }
    }

    fn with_values(&self, command: Command) -> Command {
        let name = command.get_name().to_owned();
        let command = command.mut_args(|argument| {
            let kind = argument.get_value_names().and_then(<[_]>::first).map(ToString::to_string);
            match kind.and_then(|kind| self.values(&name, &kind)) {
                Some(values) => argument.add(values),
                None => argument,
            }
        });
        command.mut_subcommands(|command| self.with_values(command))
    }

    fn values(&self, command: &str, kind: &str) -> Option<ArgValueCandidates> {
        let names = |names: &[&str]| names.iter().map(|name| word(name, "")).collect::<Vec<_>>();
        let words = match (command, kind) {
            ("install" | "ci" | "sync" | "lock" | "latest" | "versions", "VERSION" | "VERSION|FILE") => {
                return Some(self.remote());
            }
            ("uninstall" | "prefix" | "installed" | "verify" | "provenance", "VERSION" | "VERSION|FOLDER") => {
                self.installed.clone()
            }
            (_, "VERSION") => {
                let words = [word("latest", "the newest that is installed"), word("system", "the next go on PATH")];
                [&self.installed[..], &words].concat()
            }
            ("exec", "COMMAND") => [&self.programs[..], &self.installed].concat(),
            (_, "COMMAND") => self.programs.clone(),
            ("completions", "SHELL") => names(&["bash", "zsh", "fish", "nu", "pwsh", "elvish"]),
            (_, "SHELL") => names(&Shell::ALL.map(Shell::name)),
            (_, "KEY") => KEYS.iter().map(|key| word(key.name, key.variable)).collect(),
            ("doctor", "ID") => checks::CHECKS.iter().map(|check| word(check.id, check.title)).collect(),
            (_, "ARCH") => names(&["amd64", "arm64"]),
            _ => return None,
        };
        Some(ArgValueCandidates::new(fixed(words)))
    }

    /// What the cached list of releases has for this machine, the newest first, behind the words that gvr knows.
    fn remote(&self) -> ArgValueCandidates {
        let (config, platform, installed) = (self.fetch.clone(), self.platform, self.installed.clone());
        ArgValueCandidates::new(move || {
            let index = Fetcher::new(config.clone()).index(Freshness::Cached).map(|answer| answer.index).ok();
            let releases = index.iter().flat_map(gvr_fetch::Index::releases).rev();
            let releases =
                releases.filter(|release| platform.is_none_or(|platform| release.archive(platform).is_some()));
            let releases = releases.map(|release| {
                let version = release.version().to_string();
                let known = installed.iter().find(|known| known.value == version);
                known.cloned().unwrap_or_else(|| word(&version, if release.is_stable() { "" } else { "a preview" }))
            });
            let words = [("latest", "the newest release"), ("oldstable", "the newest of the minor before")];
            words.iter().map(|(value, help)| word(value, help)).chain(releases).map(|word| (&word).into()).collect()
        })
    }
}

/// A word that may follow, and what it is.
#[derive(Clone, Debug)]
struct Word {
    value: String,
    help: String,
}

impl From<&Word> for CompletionCandidate {
    fn from(word: &Word) -> Self {
        Self::new(&word.value).help((!word.help.is_empty()).then(|| word.help.clone().into()))
    }
}

fn word(value: &str, help: &str) -> Word {
    Word { value: value.to_owned(), help: help.to_owned() }
}

fn fixed(words: Vec<Word>) -> impl Fn() -> Vec<CompletionCandidate> {
    move || words.iter().map(CompletionCandidate::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(shell: Shell, line: &[&str], expected: &[&str]) {
        let line: Vec<_> = line.iter().map(OsString::from).collect();
        assert_eq!(words(shell, &line), expected);
    }

    #[test]
    fn words_are_what_the_user_typed() {
        check(Shell::Nu, &["gvr  local 1."], &["gvr", "local", "1."]);
        check(Shell::Pwsh, &["gvr local "], &["gvr", "local", ""]);
        check(Shell::Bash, &["gvr", "env", "--shell", "=", "b"], &["gvr", "env", "--shell=b"]);
        check(Shell::Bash, &["gvr", "env", "--shell", "="], &["gvr", "env", "--shell="]);
        check(Shell::Bash, &["gvr", "local", ""], &["gvr", "local", ""]);
        check(Shell::Zsh, &["gvr", "env", "--shell=b"], &["gvr", "env", "--shell=b"]);
    }
}

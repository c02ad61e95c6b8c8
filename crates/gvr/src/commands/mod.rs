//! The commands, a file each: its arguments, whose comments are its help, and what it does.

mod ci;
mod complete;
mod completions;
mod config;
mod doctor;
mod env;
mod environment;
mod exec;
mod explain;
pub(crate) mod goenv;
mod import;
mod init;
mod install;
mod latest;
mod list;
mod lock;
mod man;
mod mirror;
mod pin;
mod place;
mod provenance;
mod rehash;
mod remote;
mod setup;
mod shell;
mod signing;
mod uninstall;
mod verify;
mod version;
mod vscode;
mod which;

use std::ffi::OsString;

use clap::{CommandFactory as _, Subcommand};
use gvr_core::{Request, exit};

use crate::args::Args;
use crate::context::Context;
use crate::error::CliError;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(visible_alias = "i")]
    Install(install::Args),
    #[command(visible_aliases = ["remove", "rm"])]
    Uninstall(uninstall::Args),
    #[command(visible_aliases = ["list", "ls"])]
    Versions(list::Args),
    Local(pin::LocalArgs),
    Global(pin::GlobalArgs),
    Latest(latest::Args),
    Verify(verify::Args),
    Provenance(provenance::Args),
    Lock(lock::Args),
    Mirror(mirror::Args),
    Explain(explain::Args),
    Doctor(Box<doctor::Args>),
    #[command(visible_alias = "current")]
    Version(version::Args),
    VersionName(version::NameArgs),
    VersionOrigin(version::OriginArgs),
    VersionFile(version::FileArgs),
    #[command(visible_alias = "x")]
    Exec(exec::Args),
    Which(which::WhichArgs),
    Whence(which::WhenceArgs),
    Installed(place::InstalledArgs),
    Prefix(place::PrefixArgs),
    Root(place::RootArgs),
    Rehash(rehash::RehashArgs),
    Shims(rehash::ShimsArgs),
    Setup(setup::Args),
    Init(init::Args),
    Shell(shell::ShellArgs),
    Env(env::Args),
    ShShell(shell::ShShellArgs),
    Completions(completions::Args),
    ShComplete(complete::Args),
    Man(man::Args),
    Vscode(vscode::Args),
    Ci(ci::Args),
    Config(config::Args),
    GoenvLink(goenv::link::Args),
    Import(import::Args),
    Commands(CommandsArgs),
    #[command(external_subcommand)]
    Other(Vec<OsString>),
}

impl Command {
    /// Runs the command; the number is the exit code.
    pub(crate) fn run(self, context: &Context<'_>) -> Result<u8, CliError> {
        let done = |result: Result<(), CliError>| result.map(|()| exit::DONE);
        match self {
            Self::Install(args) => done(install::run(context, &args)),
            Self::Uninstall(args) => done(uninstall::run(context, &args)),
            Self::Versions(args) => done(list::run(context, &args)),
            Self::Local(args) => done(pin::local(context, &args)),
            Self::Global(args) => done(pin::global(context, &args)),
            Self::Latest(args) => done(latest::run(context, &args)),
            Self::Explain(args) => done(explain::run(context, &args)),
            Self::Doctor(args) => doctor::run(context, &args),
            Self::Version(args) => done(version::version(context, &args)),
            Self::VersionName(_) => done(version::name(context)),
            Self::VersionOrigin(_) => done(version::origin(context)),
            Self::VersionFile(args) => done(version::file(context, &args)),
            Self::Exec(args) => exec::run(context, &args),
            Self::Provenance(args) => done(provenance::run(context, &args)),
            Self::Mirror(args) => done(mirror::run(context, &args)),
            Self::Lock(args) => done(lock::run(context, &args)),
            Self::Verify(args) => done(verify::run(context, &args)),
            Self::Which(args) => done(which::which(context, &args)),
            Self::Whence(args) => which::whence(context, &args),
            Self::Installed(args) => done(place::installed(context, &args)),
            Self::Prefix(args) => done(place::prefix(context, &args)),
            Self::Root(_) => done(place::root(context)),
            Self::Rehash(_) => done(rehash::rehash(context)),
            Self::Shims(args) => done(rehash::shims(context, &args)),
            Self::Setup(args) => setup::run(context, &args),
            Self::Init(args) => done(init::run(context, &args)),
            Self::Shell(args) => done(shell::shell(context, &args)),
            Self::Env(args) => done(env::run(context, &args)),
            Self::ShShell(args) => done(shell::sh_shell(context, &args)),
            Self::Completions(args) => done(completions::run(context, &args)),
            Self::ShComplete(args) => done(complete::run(context, &args)),
            Self::Man(args) => done(man::run(context, &args)),
            Self::Vscode(args) => done(vscode::run(context, &args)),
            Self::Ci(args) => done(ci::run(context, &args)),
            Self::Config(args) => done(config::run(context, &args)),
            Self::Import(args) => done(import::run(context, &args)),
            Self::GoenvLink(args) => done(goenv::link::run(context, &args)),
            Self::Commands(_) => done(commands(context)),
            Self::Other(words) => done(other(context, &words)),
        }
    }
}

/// List all commands, a line each
#[derive(Debug, clap::Args)]
pub(crate) struct CommandsArgs {}

fn commands(context: &Context<'_>) -> Result<(), CliError> {
    let app = Args::command();
    let mut names: Vec<_> = app
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .map(|command| command.get_name().to_owned())
        .collect();
    names.push("help".to_owned());
    names.sort_unstable();
    names.iter().try_for_each(|name| context.ui.data(name)).map_err(CliError::from)
}

/// `gvr 1.22` is short for `gvr local 1.22`, as in goenv; any other word that is no command is an error.
fn other(context: &Context<'_>, words: &[OsString]) -> Result<(), CliError> {
    let texts: Option<Vec<_>> = words.iter().map(|word| word.to_str()).collect();
    let requests = texts.and_then(|texts| texts.iter().map(|text| text.parse().ok()).collect::<Option<Vec<Request>>>());
    match requests {
        Some(requests) if !requests.is_empty() => pin::local(context, &pin::LocalArgs::of(requests)),
        _ => {
            let word = words.first().map(|word| word.display().to_string()).unwrap_or_default();
            Err(CliError::failed(format_args!("no such command '{}'", word.escape_debug()))
                .hint("to see all: gvr help"))
        }
    }
}

//! `setup`: writes what `init` says into the start-up files, and takes it out again.

mod lines;
mod plan;

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use gvr_core::exit;
use gvr_doctor::mend::{self, Change, Content};
use gvr_doctor::shell::Home;
use nix::unistd::Uid;

use crate::context::Context;
use crate::error::CliError;
use crate::process::home;
use crate::shell::{Shell, calling_shell};
use plan::Step;

/// Write the line of `gvr init` into your shell's start-up files
///
/// The change is shown, and the files are copied before. Lines of yours are never touched: what gvr writes stands in a
/// marked block of its own at the end. A file that is not yours to write is left alone, and you are told what to add to it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Set up this shell: bash, zsh, fish, ksh, sh, nu, pwsh or elvish; the one you use unless given
    #[arg(long, value_name = "SHELL", value_delimiter = ',')]
    shell: Vec<Shell>,
    /// Take it all back, in every file of every shell
    #[arg(long)]
    undo: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<u8, CliError> {
    let surroundings = Surroundings::new(context)?;
    let steps = if args.undo {
        let shells = if args.shell.is_empty() { Shell::ALL.to_vec() } else { args.shell.clone() };
        plan::undo(&surroundings.home(), &shells)
    } else {
        let shells = if args.shell.is_empty() { own_shells(context)? } else { args.shell.clone() };
        plan::setup(&surroundings.home(), &shells, |shell, is_plain| {
            lines::lines(context, if is_plain { Shell::Sh } else { shell }, &surroundings.folder)
        })
    };
    let changes: Vec<_> = steps.iter().filter_map(Step::change).collect();
    for change in &changes {
        context.ui.text(&change.diff())?;
    }
    if !args.dry_run {
        apply(context, &changes)?;
    }
    for step in &steps {
        step.tell(context.ui);
    }
    advise(context, args, &steps);
    Ok(if steps.iter().all(Step::is_done) { exit::DONE } else { exit::FAILED })
}

/// Where shells look, as the environment has it.
struct Surroundings {
    folder: PathBuf,
    zdotdir: Option<PathBuf>,
    config: Option<PathBuf>,
    env: Option<PathBuf>,
}

impl Surroundings {
    fn new(context: &Context<'_>) -> Result<Self, CliError> {
        let variable = |name: &str| context.process.variable(name).map(PathBuf::from);
        let missing = || CliError::failed("HOME is not set, so there are no start-up files").hint("set it: HOME=/…");
        let folder = home().ok_or_else(missing)?;
        let owner = fs::metadata(&folder).map(|metadata| metadata.uid());
        if owner.is_ok_and(|owner| owner != Uid::effective().as_raw()) {
            let error = CliError::failed(format_args!("{} belongs to another user", folder.display()));
            return Err(error.hint("call gvr setup as that user, without sudo"));
        }
        Ok(Self {
            folder,
            zdotdir: variable("ZDOTDIR"),
            config: variable("XDG_CONFIG_HOME").filter(|path| path.is_absolute()),
            env: variable("ENV"),
        })
    }

    fn home(&self) -> Home<'_> {
        Home {
            folder: &self.folder,
            zdotdir: self.zdotdir.as_deref(),
            config: self.config.as_deref(),
            env: self.env.as_deref(),
            is_macos: cfg!(target_os = "macos"),
        }
    }
}

/// The user's login shell, and the one gvr was called from.
fn own_shells(context: &Context<'_>) -> Result<Vec<Shell>, CliError> {
    let login = context.process.variable("SHELL").and_then(Shell::of_program);
    // A plain shell is who runs a script; nobody types in it who has another.
    let calling = calling_shell(context.process).filter(|shell| *shell != Shell::Sh || login.is_none());
    let mut shells: Vec<_> = login.into_iter().chain(calling).collect();
    shells.dedup();
    if shells.is_empty() {
        let error = CliError::failed("cannot tell which shell you use");
        return Err(error.hint(format_args!("name it: gvr setup --shell SHELL, one of {}", Shell::names())));
    }
    Ok(shells)
}

fn apply(context: &Context<'_>, changes: &[&Change]) -> Result<(), CliError> {
    if changes.is_empty() {
        return Ok(());
    }
    let root = context.layout().root();
    fs::create_dir_all(root)
        .map_err(|error| CliError::failed(format_args!("cannot create {}: {error}", root.display())))?;
    let changes: Vec<Change> = changes.iter().copied().cloned().collect();
    let applied = mend::apply(&changes, &context.layout().setup_backups())?;
    context.ui.note(format_args!("copies of the files as they were are in {}", applied.backup.display()));
    for change in changes.iter().filter(|change| change.new == Content::Absent) {
        remove_folders(change);
    }
    Ok(())
}

/// Removes the folders that gvr had made for a file, where nothing else is in them.
fn remove_folders(change: &Change) {
    let Content::Text(text) = &change.old else { return };
    let folders = gvr_doctor::shell::without_block(text).map_or(0, |removed| removed.folders);
    for folder in change.target.ancestors().skip(1).take(folders as usize) {
        // One that somebody else uses is not empty, and stays.
        if fs::remove_dir(folder).is_err() {
            return;
        }
    }
}

fn advise(context: &Context<'_>, args: &Args, steps: &[Step]) {
    if args.undo && steps.is_empty() {
        context.ui.note("nothing of gvr's is in your start-up files");
        return;
    }
    if !steps.iter().any(|step| step.change().is_some()) {
        return;
    }
    if args.dry_run {
        context.ui.note("nothing was changed; to do it, leave out --dry-run");
    } else if args.undo {
        context.ui.note("shells that are open keep their PATH; new ones are without gvr");
    } else {
        context.ui.note("open a new terminal, and go is the one that each folder asks for");
        context.ui.note("to take it back: gvr setup --undo");
    }
}

/// The text of a file; `None` where there is none, or none that can be read.
fn read(path: &Path) -> Option<String> {
    fs::read(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

//! `init`: the code that puts the shims on PATH.

use std::path::Path;

use crate::context::Context;
use crate::error::CliError;
use crate::shell::{Init, Order, Shell, calling_shell};

/// Print the code that puts go on your PATH, or how to use it
///
/// With `-` the code itself is printed. It moves the shims to the front of PATH, once however often it is read, and defines
/// a function `gvr`, which `gvr shell` needs. It starts no program. Where no shell is named, it is the one that asks.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// `-` to print the code; and the shell: bash, zsh, fish, ksh, sh, nu, pwsh, elvish
    #[arg(value_name = "SHELL", num_args = 0..=2, allow_hyphen_values = true)]
    words: Vec<String>,
    /// goenv's; the code never makes shims
    #[arg(long, hide = true)]
    no_rehash: bool,
}

pub(crate) fn run(context: &Context<'_>, args: &Args) -> Result<(), CliError> {
    let is_code_wanted = args.words.iter().any(|word| word == "-");
    let mut names = args.words.iter().filter(|word| *word != "-");
    let shell = match names.next() {
        Some(name) => Shell::of_program(name.as_ref()).ok_or_else(|| unknown(name))?,
        None => calling_shell(context.process).unwrap_or(Shell::Bash),
    };
    if let Some(name) = names.next() {
        return Err(unknown(name));
    }
    if !is_code_wanted {
        context.ui.note(format_args!(
            "to have go on your PATH in {}, add this line at the end of {}:\n\n{}\n\n\
             then open a new terminal; or let gvr do it: gvr setup",
            shell.name(),
            shell.startup_file(),
            shell.load("gvr")
        ));
        return Ok(());
    }
    Ok(context.ui.text(&code(context, shell)?)?)
}

/// The code for a shell.
pub(super) fn code(context: &Context<'_>, shell: Shell) -> Result<String, CliError> {
    let shims = context.layout().shims();
    let own_folder = own_folder(context);
    let is_last = context
        .process
        .first_variable(&["GVR_PATH_ORDER", "GOENV_PATH_ORDER"])
        .is_some_and(|(_, order)| order == "back");
    let init = Init {
        shims: on_path(&shims)?,
        own_folder: own_folder.as_deref().map(on_path).transpose()?,
        order: if is_last { Order::Last } else { Order::First },
    };
    Ok(init.code(shell))
}

/// gvr's own folder where it is below the root: whoever put it there has no other way to have it on PATH.
pub(super) fn own_folder(context: &Context<'_>) -> Option<std::path::PathBuf> {
    let program = context.layout().own_program();
    let is_this_one = program.canonicalize().ok()? == context.process.executable.as_ref()?.canonicalize().ok()?;
    program.parent().filter(|_| is_this_one).map(Path::to_owned)
}

fn unknown(name: &str) -> CliError {
    CliError::failed(format_args!("'{}' is no shell that gvr knows", name.escape_debug()))
        .hint(format_args!("one of: {}", Shell::names()))
}

pub(super) fn on_path(folder: &Path) -> Result<&str, CliError> {
    let text = folder.to_str().filter(|text| !text.contains([':', '\n']));
    text.ok_or_else(|| {
        CliError::failed(format_args!("{} cannot stand on PATH", folder.display()))
            .hint("choose a GVR_ROOT that is UTF-8 text without colons and line ends")
    })
}

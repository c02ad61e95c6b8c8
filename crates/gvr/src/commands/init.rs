//! `init`: the code that puts the shims on PATH.

use std::path::Path;

use crate::context::Context;
use crate::error::CliError;
use crate::shell::Shell;

/// Print the code that puts go on your PATH, or how to use it
///
/// With `-` the code itself is printed. It moves the shims to the front of PATH, once however often it is read, starts no
/// program and defines nothing else.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// `-` to print the code; and the shell: bash, zsh, fish
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
        None => context.process.variable("SHELL").and_then(Shell::of_program).unwrap_or(Shell::Bash),
    };
    if let Some(name) = names.next() {
        return Err(unknown(name));
    }
    if !is_code_wanted {
        context.ui.note(format_args!(
            "to have go on your PATH in {}, add this line at the end of {}:\n\n{}\n\n\
             then open a new terminal",
            shell.name(),
            shell.startup_file(),
            shell.startup_line()
        ));
        return Ok(());
    }
    let shims = context.layout().shims();
    let is_last = context
        .process
        .first_variable(&["GVR_PATH_ORDER", "GOENV_PATH_ORDER"])
        .is_some_and(|(_, order)| order == "back");
    Ok(context.ui.text(&code(shell, text_of(&shims)?, is_last))?)
}

fn unknown(name: &str) -> CliError {
    CliError::failed(format_args!("'{}' is no shell that gvr knows", name.escape_debug()))
        .hint("one of: bash, zsh, fish")
}

fn text_of(shims: &Path) -> Result<&str, CliError> {
    let text = shims.to_str().filter(|text| !text.contains([':', '\n']));
    text.ok_or_else(|| {
        CliError::failed(format_args!("{} cannot stand on PATH", shims.display()))
            .hint("choose a GVR_ROOT that is UTF-8 text without colons and line ends")
    })
}

/// Code that any number of readings leaves with the shims on PATH once, in their place. It must work under `set -eu`,
/// in zsh whatever its options, and where PATH is unset.
fn code(shell: Shell, shims: &str, is_last: bool) -> String {
    let shims = shell.quote(shims);
    match shell {
        Shell::Bash | Shell::Zsh => {
            let path = if is_last {
                r#"${__gvr_path:+"$__gvr_path:"}$__gvr_shims"#
            } else {
                r#"$__gvr_shims${__gvr_path:+":$__gvr_path"}"#
            };
            format!(
                r#"__gvr_shims={shims}
__gvr_path=":${{PATH-}}:"
while :; do
  case "$__gvr_path" in
    *":$__gvr_shims:"*) __gvr_path="${{__gvr_path%%":$__gvr_shims:"*}}:${{__gvr_path#*":$__gvr_shims:"}}" ;;
    *) break ;;
  esac
done
__gvr_path="${{__gvr_path#:}}"
__gvr_path="${{__gvr_path%:}}"
export PATH="{path}"
unset __gvr_shims __gvr_path
"#
            )
        }
        Shell::Fish => {
            let path = if is_last { "$PATH $__gvr_shims" } else { "$__gvr_shims $PATH" };
            format!(
                "set -l __gvr_shims {shims}
while set -l __gvr_index (contains -i -- $__gvr_shims $PATH)
    set -e PATH[$__gvr_index]
end
set -gx PATH {path}
"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_starts_no_program() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            for is_last in [false, true] {
                let code = code(shell, "/h/it's/.gvr/shims", is_last);
                let substitutions = code.matches("$(").count() + code.matches('`').count();
                assert_eq!(substitutions, 0, "{code}");
                assert!(code.contains(&shell.quote("/h/it's/.gvr/shims")), "{code}");
            }
        }
    }
}

//! `init`: what sets a shell up for goenv's users. PATH is gvr's own code; the rest is what goenv's users know.

use gvr_core::exit;

use super::answers::as_gvr;
use super::{Call, misused};
use crate::error::CliError;
use crate::shell::{Shell, calling_shell};

pub(super) fn init(call: &Call<'_>) -> Result<u8, CliError> {
    let texts = call.texts();
    let names: Vec<&str> =
        texts.iter().map(|word| &**word).filter(|word| *word != "-" && *word != "--no-rehash").collect();
    if names.len() > 1 || names.iter().any(|name| name.starts_with('-')) {
        return Ok(misused(call, "init"));
    }
    let shell = match names.first() {
        Some(name) => Shell::of_program(name.as_ref()).ok_or_else(|| unknown(name))?,
        None => calling_shell(call.context.process).unwrap_or(Shell::Bash),
    };
    if !texts.iter().any(|word| word == "-") {
        call.context.ui.aside(hint(shell));
        return Ok(exit::DONE);
    }
    let (before, after) = match shell {
        Shell::Fish => (FISH_BEFORE, FISH_AFTER.to_owned()),
        Shell::Bash => (BEFORE, format!("function goenv {{{AFTER}{BASH_COMPLETION}")),
        Shell::Zsh => (BEFORE, format!("function goenv {{{AFTER}{ZSH_COMPLETION}")),
        Shell::Ksh => (BEFORE, format!("function goenv {{{AFTER}")),
        // A plain shell knows functions by their brackets alone.
        Shell::Sh => (BEFORE, format!("goenv() {{{AFTER}")),
        Shell::Nu | Shell::Pwsh | Shell::Elvish => return Err(unknown(shell.name())),
    };
    let root = call.context.layout().root();
    let root = root.to_str().ok_or_else(|| CliError::failed(format_args!("{} is no text", root.display())))?;
    let before = before.replace("@SHELL@", shell.name()).replace("@ROOT@", &shell.quote(root));
    call.context.ui.text(&before)?;
    as_gvr(call, &["init", "-", shell.name()])?;
    call.context.ui.text(&after)?;
    Ok(exit::DONE)
}

fn unknown(shell: &str) -> CliError {
    CliError::failed(format_args!("'{}' is no shell that goenv knows; gvr may: gvr init -", shell.escape_debug()))
}

const BEFORE: &str = r#"export GOENV_SHELL=@SHELL@
export GOENV_ROOT=@ROOT@
: "${GOENV_RC_FILE:=${HOME-}/.goenvrc}"
if [ -e "$GOENV_RC_FILE" ]; then
  . "$GOENV_RC_FILE"
fi
"#;

/// Behind `function goenv {`, which no alias of that name is in the way of.
const AFTER: &str = r#"
  case "${1-}" in
    rehash|shell) eval "$(command goenv "sh-$@")" ;;
    *) command goenv "$@" ;;
  esac
}
"#;

const BASH_COMPLETION: &str = r#"
if type complete >/dev/null 2>&1; then
  _goenv() {
    local words
    if [ "$COMP_CWORD" -eq 1 ]; then
      words="$(command goenv commands)"
    else
      words="$(command goenv completions "${COMP_WORDS[1]}")"
    fi
    COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
  }
  complete -F _goenv goenv
fi
"#;

const ZSH_COMPLETION: &str = r#"
if [[ -o interactive ]]; then
  _goenv() {
    local -a line
    read -cA line
    if (( ${#line} == 2 )); then
      reply=(${(f)"$(command goenv commands)"})
    else
      reply=(${(f)"$(command goenv completions ${line[2]})"})
    fi
  }
  compctl -K _goenv goenv
fi
"#;

const FISH_BEFORE: &str = r"set -gx GOENV_SHELL @SHELL@
set -gx GOENV_ROOT @ROOT@
set -q GOENV_RC_FILE; or set -g GOENV_RC_FILE $HOME/.goenvrc
if test -e $GOENV_RC_FILE
    source $GOENV_RC_FILE
end
";

const FISH_AFTER: &str = r#"function goenv
    switch "$argv[1]"
        case rehash shell
            command goenv "sh-$argv[1]" $argv[2..-1] | source
        case '*'
            command goenv $argv
    end
end
complete -f -c goenv -n 'test (count (commandline -opc)) -eq 1' -a '(command goenv commands)'
complete -f -c goenv -n 'test (count (commandline -opc)) -gt 1' -a '(command goenv completions (commandline -opc)[2])'
"#;

fn hint(shell: Shell) -> String {
    let has = |name: &str| crate::process::home().is_some_and(|home| home.join(name).is_file());
    let (file, line) = match shell {
        Shell::Bash if has(".bashrc") && !has(".bash_profile") => ("~/.bashrc", BASH_LINE),
        Shell::Bash => ("~/.bash_profile", BASH_LINE),
        Shell::Zsh => ("~/.zshrc", BASH_LINE),
        Shell::Ksh => ("~/.profile", BASH_LINE),
        Shell::Fish => ("~/.config/fish/config.fish", "status --is-interactive; and source (goenv init -|psub)"),
        _ => ("your profile", BASH_LINE),
    };
    format!("# Load goenv automatically by appending\n# the following to {file}:\n\n{line}\n")
}

const BASH_LINE: &str = "eval \"$(goenv init -)\"";

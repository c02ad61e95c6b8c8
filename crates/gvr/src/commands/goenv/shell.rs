//! `shell`, which goenv's function in the shell does by evaluating what `sh-shell` prints, and `sh-rehash`.

use std::path::Path;

use gvr_core::resolve::Outcome;
use gvr_core::{exit, gopath};

use super::{Call, answers, misused, names};
use crate::context::Context;
use crate::error::CliError;

/// How a shell sets a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Syntax {
    Posix,
    Fish,
}

impl Syntax {
    /// That of the shell which goenv's set-up named, else of the login shell.
    fn of(context: &Context<'_>) -> Self {
        let shell = context.process.first_variable(&["GOENV_SHELL", "SHELL"]).map(|(_, shell)| Path::new(shell));
        let is_fish = shell.and_then(Path::file_name).is_some_and(|name| name == "fish");
        if is_fish { Self::Fish } else { Self::Posix }
    }

    fn set(self, name: &str, value: &str) -> String {
        // The four characters that both kinds of shells still read between double quotes.
        let mut quoted = String::with_capacity(value.len());
        for character in value.chars() {
            if matches!(character, '"' | '\\' | '$') || (character == '`' && self == Self::Posix) {
                quoted.push('\\');
            }
            quoted.push(character);
        }
        match self {
            Self::Posix => format!("export {name}=\"{quoted}\""),
            Self::Fish => format!("set -gx {name} \"{quoted}\""),
        }
    }

    fn unset(self, name: &str) -> String {
        match self {
            Self::Posix => format!("unset {name}"),
            Self::Fish => format!("set -e {name}"),
        }
    }
}

/// `goenv shell` without goenv's function: goenv says so on stdout.
pub(super) fn not_set_up(context: &Context<'_>) -> Result<u8, CliError> {
    context.ui.data("eval \"$(goenv init -)\" has not been executed.")?;
    context.ui.data("Please read the installation instructions in the README.md at github.com/go-nv/goenv")?;
    context.ui.data("or run 'goenv help init' for more information")?;
    Ok(exit::FAILED)
}

pub(super) fn sh_shell(call: &Call<'_>) -> Result<u8, CliError> {
    const VARIABLE: &str = "GOENV_VERSION";
    let syntax = Syntax::of(&call.context);
    let texts = call.texts();
    match texts.first().map(|word| &**word) {
        None if call.context.process.variable(VARIABLE).is_none() => {
            return Err(CliError::failed("no shell-specific version configured"));
        }
        None => call.print(format_args!("echo \"${VARIABLE}\""))?,
        Some("--unset") => call.print(syntax.unset(VARIABLE))?,
        Some(word) if word.starts_with('-') => return Ok(misused(call, "sh-shell")),
        Some(_) => {
            if let Some(error) = texts.iter().find_map(|word| names::installed(call, word).err()) {
                call.complain(&error);
                call.print("false")?;
                return Ok(exit::FAILED);
            }
            call.print(syntax.set(VARIABLE, &texts.join(":")))?;
        }
    }
    Ok(exit::DONE)
}

/// goenv exports GOROOT and GOPATH to the shell here; gvr does so only where it is asked to, because they go stale.
pub(super) fn sh_rehash(call: &Call<'_>) -> Result<u8, CliError> {
    let is_only_paths = call.texts().iter().any(|word| word == "--only-manage-paths");
    if !is_only_paths {
        answers::rehash(call)?;
    }
    let context = &call.context;
    let syntax = Syntax::of(context);
    if context.process.switch("GVR_EXPORT") == Some(true)
        && let Some(Outcome::Installed(toolchain)) = context.resolve()?.choices.first().map(|choice| choice.outcome)
    {
        if context.process.switch("GOENV_DISABLE_GOROOT") != Some(true) {
            call.print(syntax.set("GOROOT", &context.layout().toolchain(toolchain).display().to_string()))?;
        }
        let value = gopath::value(toolchain, |name| context.process.variable(name));
        if let Some(value) = value.filter(|_| context.process.switch("GOENV_DISABLE_GOPATH") != Some(true)) {
            call.print(syntax.set("GOPATH", &value.display().to_string()))?;
        }
    }
    if syntax == Syntax::Posix {
        call.print("hash -r 2>/dev/null || true")?;
    }
    Ok(exit::DONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_one_word() {
        assert_eq!(Syntax::Posix.set("A", "x $y `z` \"q\" \\"), r#"export A="x \$y \`z\` \"q\" \\""#);
        assert_eq!(Syntax::Fish.set("A", "x $y `z` \"q\" \\"), r#"set -gx A "x \$y `z` \"q\" \\""#);
    }
}

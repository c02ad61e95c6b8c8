//! What stands in the block.

use std::path::{Path, PathBuf};

use crate::context::Context;
use crate::error::CliError;
use crate::shell::{Change, Shell, code};

/// The lines for a shell, with the line ends.
pub(super) fn lines(context: &Context<'_>, shell: Shell, home: &Path) -> Result<String, CliError> {
    let about = "# Puts go on PATH. To take these lines out again: gvr setup --undo\n";
    if shell == Shell::Nu {
        // It runs nothing before it has read everything, so the code itself has to stand there.
        return Ok(format!("{about}{}", super::super::init::code(context, shell)?));
    }
    let program = own_path(context)?;
    let program = word(shell, &program, home)?;
    let load = shell.load(&program);
    let root = root(context, home)?.map(|root| code(shell, &[Change::Set("GVR_ROOT", root)])).unwrap_or_default();
    // Where gvr is gone, the shell must still start without a word.
    Ok(about.to_owned()
        + &match shell {
            Shell::Fish => format!("if test -x {program}\n{}end\n", indented(&format!("{root}{load}\n"))),
            Shell::Pwsh => {
                format!("if (Test-Path -LiteralPath {program}) {{\n{}}}\n", indented(&format!("{root}{load}\n")))
            }
            Shell::Elvish => format!("if (has-external {program}) {{\n{}}}\n", indented(&format!("{root}{load}\n"))),
            _ => format!("if [ -x {program} ]; then\n{}fi\n", indented(&format!("{root}{load}\n"))),
        })
}

fn indented(lines: &str) -> String {
    lines.lines().flat_map(|line| ["  ", line, "\n"]).collect()
}

/// gvr by a path that stays: below the root, or as PATH has it; a package's own folder changes with each version.
fn own_path(context: &Context<'_>) -> Result<PathBuf, CliError> {
    let unknown = || CliError::failed("cannot tell where gvr's own program is").hint("call it by its path");
    let executable = context.process.executable.clone().ok_or_else(unknown)?;
    let real = executable.canonicalize().map_err(|_| unknown())?;
    let is_this = |path: &PathBuf| path.is_absolute() && path.canonicalize().is_ok_and(|path| path == real);
    let on_path = context.process.variable("PATH").map(std::env::split_paths).into_iter().flatten();
    let mut candidates =
        std::iter::once(context.layout().own_program()).chain(on_path.map(|folder| folder.join("gvr")));
    Ok(candidates.find(is_this).unwrap_or(executable))
}

/// The root, where the program would not find it by itself in a new shell.
fn root(context: &Context<'_>, home: &Path) -> Result<Option<String>, CliError> {
    let root = context.layout().root();
    let is_found = root == home.join(".gvr") || context.layout().own_program() == own_path(context)?;
    if is_found { Ok(None) } else { text(root).map(|root| Some(root.to_owned())) }
}

fn text(path: &Path) -> Result<&str, CliError> {
    path.to_str().ok_or_else(|| CliError::failed(format_args!("{} is no UTF-8 text", path.display())))
}

/// A path as a word of the shell's; below the home folder by way of HOME, so that the file can be used elsewhere too.
fn word(shell: Shell, path: &Path, home: &Path) -> Result<String, CliError> {
    let Ok(rest) = path.strip_prefix(home) else { return Ok(shell.quote(text(path)?)) };
    let rest = format!("/{}", text(rest)?);
    let is_plain = rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+".contains(&byte));
    Ok(match shell {
        Shell::Fish if is_plain => format!("$HOME{rest}"),
        Shell::Fish => format!("$HOME{}", shell.quote(&rest)),
        Shell::Pwsh => format!("($HOME + {})", shell.quote(&rest)),
        Shell::Elvish => format!("$E:HOME{}", shell.quote(&rest)),
        _ if is_plain => format!("\"$HOME{rest}\""),
        _ => format!("\"$HOME\"{}", shell.quote(&rest)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_the_home_folder_go_by_way_of_it() {
        let word = |shell, path: &str| word(shell, Path::new(path), Path::new("/home/me")).unwrap();
        assert_eq!(word(Shell::Bash, "/home/me/.gvr/bin/gvr"), "\"$HOME/.gvr/bin/gvr\"");
        assert_eq!(word(Shell::Bash, "/home/me/it's/gvr"), r#""$HOME"'/it'\''s/gvr'"#);
        assert_eq!(word(Shell::Fish, "/home/me/.gvr/bin/gvr"), "$HOME/.gvr/bin/gvr");
        assert_eq!(word(Shell::Pwsh, "/home/me/.gvr/bin/gvr"), "($HOME + '/.gvr/bin/gvr')");
        assert_eq!(word(Shell::Elvish, "/home/me/.gvr/bin/gvr"), "$E:HOME'/.gvr/bin/gvr'");
        assert_eq!(word(Shell::Zsh, "/opt/gvr"), "'/opt/gvr'");
        assert_eq!(word(Shell::Zsh, "/home/melanie/gvr"), "'/home/melanie/gvr'");
    }
}

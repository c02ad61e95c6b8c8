//! The command that gives files back to their user.

use std::path::Path;

use crate::shell::quoted;

/// What to type, as gvr itself never becomes root: every file in the folder is given to whoever types it. A link is
/// changed and not what it leads to. `None` for a path that no shell line can hold.
pub fn mend_command(folder: &Path) -> Option<String> {
    let folder = folder.to_str().filter(|folder| folder.starts_with('/') && !folder.contains(char::is_control))?;
    Some(format!("sudo chown -Rh \"$(id -u):$(id -g)\" {}", quoted(folder)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_pasted() {
        let command = |path: &str| mend_command(Path::new(path));
        let chown = |word: &str| Some(format!("sudo chown -Rh \"$(id -u):$(id -g)\" {word}"));
        assert_eq!(command("/home/me/go/pkg/mod"), chown("/home/me/go/pkg/mod"));
        assert_eq!(
            command("/Users/me/Library/Application Support/go"),
            chown("'/Users/me/Library/Application Support/go'")
        );
        assert_eq!(command("/it's/$HOME"), chown(r"'/it'\''s/$HOME'"));
        assert_eq!((command("relative"), command("/a\nb"), command("")), (None, None, None));
    }
}

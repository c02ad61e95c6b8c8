//! fish's profile of its start-up: every command in the order in which they began, with how deep each was.

/// A command that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ran {
    /// How deep it was: 0 for one that no other contained.
    depth: usize,
    /// The command as its file has it; of a block, its first line and dots.
    pub(super) text: String,
}

/// Reads a profile. Lines that begin no command belong to the one before.
pub(super) fn read(content: &[u8]) -> Vec<Ran> {
    let text = String::from_utf8_lossy(content);
    let mut found: Vec<Ran> = Vec::new();
    for line in text.lines() {
        match command(line) {
            Some(ran) => found.push(ran),
            None => {
                if let Some(last) = found.last_mut() {
                    last.text.push('\n');
                    last.text.push_str(line);
                }
            }
        }
    }
    found
}

/// `12<tab>34<tab>--> set a b`: microseconds alone and with all it contains, dashes for the depth, and the command.
fn command(line: &str) -> Option<Ran> {
    let mut fields = line.splitn(3, '\t');
    let is_number = |field: &str| !field.is_empty() && field.trim().chars().all(|char| char.is_ascii_digit());
    let (own, sum, rest) = (fields.next()?, fields.next()?, fields.next()?);
    let (dashes, text) = rest.split_once("> ")?;
    let is_depth = dashes.chars().all(|char| char == '-');
    (is_number(own) && is_number(sum) && is_depth).then(|| Ran { depth: dashes.len(), text: text.to_owned() })
}

/// The commands that caused the handlers of a variable, in order: each with the commands that contain it, the innermost first.
pub(super) fn causes<'a>(ran: &'a [Ran], variable: &str) -> Vec<Vec<&'a str>> {
    let handler = format!("__gvr_on_{variable} ");
    let mut found = Vec::new();
    let mut open: Vec<&Ran> = Vec::new();
    for one in ran {
        while open.last().is_some_and(|last| last.depth >= one.depth) {
            open.pop();
        }
        if one.text.starts_with(&handler) {
            found.push(open.iter().rev().map(|outer| outer.text.as_str()).collect());
        }
        open.push(one);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_are_found_with_what_contains_them() {
        let profile = "Time\tSum\tCommand\n5\t9\t> builtin source /home/me/.config/fish/config.fish\n\
                       1\t2\t-> eval \"true\nset -gx GOROOT /a\"\n3\t4\t--> set -gx GOROOT /a\n\
                       3\t4\t---> __gvr_on_GOROOT VARIABLE SET GOROOT\n3\t4\t----> __gvr_tell SET GOROOT\n\
                       3\t4\t-> set -e GOROOT\n3\t4\t--> __gvr_on_GOROOT VARIABLE ERASE GOROOT\n";
        let ran = read(profile.as_bytes());
        let file = "builtin source /home/me/.config/fish/config.fish";
        let eval = "eval \"true\nset -gx GOROOT /a\"";
        let expected = [vec!["set -gx GOROOT /a", eval, file], vec!["set -e GOROOT", file]];
        assert_eq!(causes(&ran, "GOROOT"), expected);
        assert!(causes(&ran, "PATH").is_empty());
    }
}

//! The marked block of lines that gvr puts into a start-up file. Taking it out leaves every other byte as it was.

use super::{Dialect, path_additions};

/// The first line of the block; what follows it there says how to take the block out.
const BEGIN: &str = "# >>> gvr setup >>>";
/// The last one.
const END: &str = "# <<< gvr setup <<<";

const AFTER_UNENDED: &str = " (the line above had no end)";
const NEW_FILE: &str = " (a new file)";
const NEW_FOLDERS: &str = " (a new file; new folders: ";

/// What the block was put behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joint {
    /// A file's text, or an empty file.
    Text,
    /// A text whose last line did not end; it was given an end.
    UnendedLine,
    /// Nothing: gvr made the file, and this many folders for it.
    NewFile { folders: u32 },
}

/// A block begins and does not end, or the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is one end of a block of gvr's, whose other end is missing")]
pub struct BrokenBlock {
    /// The line, counted from 1.
    pub line: u32,
}

/// A text without its block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removed {
    /// What is left.
    pub text: String,
    /// Whether there was a block.
    pub was_there: bool,
    /// Whether gvr had made the file and nothing else is in it.
    pub is_disused: bool,
    /// How many folders gvr had made for the file.
    pub folders: u32,
}

/// The text with the block in it, once. A block that is there is written anew in its place, or at the end where a line
/// behind it changes PATH.
///
/// `old` is `None` where there is no file yet; then `folders` says how many folders have to be made for it. `lines` end
/// with a line end.
pub fn with_block(
    old: Option<&str>,
    lines: &str,
    dialect: Option<Dialect>,
    folders: u32,
) -> Result<String, BrokenBlock> {
    let Some(old) = old else { return Ok(block(Joint::NewFile { folders }, lines)) };
    let changes_path = |text: &str| dialect.is_some_and(|dialect| !path_additions(dialect, text).is_empty());
    match find(old)? {
        Some(found) if !changes_path(&old[found.end..]) => {
            let rest = without_block(&old[found.end..])?.text;
            Ok(format!("{}{}{rest}", &old[..found.start], block(found.joint, lines)))
        }
        Some(_) => Ok(appended(&without_block(old)?.text, lines)),
        None => Ok(appended(old, lines)),
    }
}

/// The text without any block.
pub fn without_block(text: &str) -> Result<Removed, BrokenBlock> {
    let mut removed = Removed { text: text.to_owned(), was_there: false, is_disused: false, folders: 0 };
    let mut is_new_file = false;
    while let Some(found) = find(&removed.text)? {
        // Where somebody has added a line, the one before the block keeps its end.
        let is_last = found.end == removed.text.len();
        let start = match found.joint {
            Joint::UnendedLine if is_last => found.start.saturating_sub(1),
            _ => found.start,
        };
        if let Joint::NewFile { folders } = found.joint {
            (is_new_file, removed.folders) = (true, folders);
        }
        removed.text.replace_range(start..found.end, "");
        removed.was_there = true;
    }
    removed.is_disused = is_new_file && removed.text.is_empty();
    Ok(removed)
}

fn appended(text: &str, lines: &str) -> String {
    if text.is_empty() || text.ends_with('\n') {
        format!("{text}{}", block(Joint::Text, lines))
    } else {
        format!("{text}\n{}", block(Joint::UnendedLine, lines))
    }
}

fn block(joint: Joint, lines: &str) -> String {
    let note = match joint {
        Joint::Text => String::new(),
        Joint::UnendedLine => AFTER_UNENDED.to_owned(),
        Joint::NewFile { folders: 0 } => NEW_FILE.to_owned(),
        Joint::NewFile { folders } => format!("{NEW_FOLDERS}{folders})"),
    };
    format!("{BEGIN}{note}\n{lines}{END}\n")
}

struct Found {
    start: usize,
    end: usize,
    joint: Joint,
}

/// The first block.
fn find(text: &str) -> Result<Option<Found>, BrokenBlock> {
    let mut open: Option<(usize, Joint, u32)> = None;
    let mut at = 0;
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        // An editor may have changed the line ends.
        let bare = line.trim_end_matches(['\n', '\r']);
        let end = at + line.len();
        if let Some(note) = bare.strip_prefix(BEGIN) {
            if open.is_some() {
                return Err(BrokenBlock { line: number });
            }
            open = Some((at, joint(note), number));
        } else if bare == END {
            let Some((start, joint, _)) = open else { return Err(BrokenBlock { line: number }) };
            return Ok(Some(Found { start, end, joint }));
        }
        at = end;
    }
    open.map_or(Ok(None), |(_, _, line)| Err(BrokenBlock { line }))
}

fn joint(note: &str) -> Joint {
    let folders = || note.strip_prefix(NEW_FOLDERS)?.strip_suffix(')')?.parse().ok();
    match note {
        AFTER_UNENDED => Joint::UnendedLine,
        NEW_FILE => Joint::NewFile { folders: 0 },
        _ => folders().map_or(Joint::Text, |folders| Joint::NewFile { folders }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LINES: &str = "eval x\n";

    fn put(old: Option<&str>) -> String {
        with_block(old, LINES, Some(Dialect::Posix), 0).unwrap()
    }

    #[test]
    fn the_block_goes_to_the_end() {
        assert_eq!(put(Some("a\n")), "a\n# >>> gvr setup >>>\neval x\n# <<< gvr setup <<<\n");
        assert_eq!(put(Some("")), "# >>> gvr setup >>>\neval x\n# <<< gvr setup <<<\n");
        assert_eq!(put(None), "# >>> gvr setup >>> (a new file)\neval x\n# <<< gvr setup <<<\n");
    }

    #[test]
    fn what_was_there_comes_back_byte_for_byte() {
        for text in ["", "\n", "a", "a\n", "a\n\n", "a\r\nb\r\n", "a\r\nb", "a\r", "\n\n", "é\u{0}\u{7f}\n\t"] {
            let with = put(Some(text));
            assert_eq!(put(Some(&with)), with, "a second time changes nothing");
            let removed = without_block(&with).unwrap();
            assert_eq!((removed.text.as_str(), removed.was_there, removed.is_disused), (text, true, false));
        }
        let removed = without_block(&with_block(None, LINES, Some(Dialect::Fish), 2).unwrap()).unwrap();
        assert_eq!(removed, Removed { text: String::new(), was_there: true, is_disused: true, folders: 2 });
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text in "([ -~é]{0,12}(\n|\r\n|\r)?){0,6}") {
            let with = put(Some(&text));
            prop_assert_eq!(put(Some(&with)), with.clone());
            prop_assert_eq!(without_block(&with).unwrap().text, text);
        }
    }

    #[test]
    fn lines_that_were_added_since_stay() {
        for (before, after, left) in [("a", "b\n", "a\nb\n"), ("a\n", "b", "a\nb"), ("a\r\n", "b\n", "a\r\nb\n")] {
            let with = put(Some(before)) + after;
            assert_eq!(without_block(&with).unwrap().text, left);
            assert_eq!(put(Some(&with)), with, "it stays where it is");
        }
        let removed = without_block(&(put(None) + "mine\n")).unwrap();
        assert_eq!((removed.text.as_str(), removed.is_disused), ("mine\n", false));
    }

    #[test]
    fn it_moves_behind_what_changes_path() {
        let with = put(Some("a\n")) + "export PATH=/x:$PATH\n";
        assert_eq!(put(Some(&with)), put(Some("a\nexport PATH=/x:$PATH\n")));
    }

    #[test]
    fn an_older_block_is_written_anew_in_its_place() {
        let old = with_block(Some("a"), "old\n", Some(Dialect::Posix), 0).unwrap() + "b\n";
        let new = with_block(Some("a"), LINES, Some(Dialect::Posix), 0).unwrap() + "b\n";
        assert_eq!(put(Some(&old)), new);
        let twice = format!("{new}{}", put(Some("")));
        assert_eq!(put(Some(&twice)), new);
        assert_eq!(put(Some(&new.replace('\n', "\r\n"))), "a\r\n".to_owned() + &put(Some("a"))[2..] + "b\r\n");
    }

    #[test]
    fn half_a_block_is_left_alone() {
        for (text, line) in [
            ("a\n# >>> gvr setup >>>\nx\n", 2),
            ("# <<< gvr setup <<<\n", 1),
            ("# >>> gvr setup >>>\n# >>> gvr setup >>>\n# <<< gvr setup <<<\n", 2),
        ] {
            assert_eq!(without_block(text), Err(BrokenBlock { line }));
            assert_eq!(with_block(Some(text), LINES, Some(Dialect::Posix), 0), Err(BrokenBlock { line }));
        }
    }
}

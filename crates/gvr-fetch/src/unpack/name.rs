//! Which names a Go archive may have in it.

use gvr_core::Layout;

use super::EntryProblem;

/// Real archives stay below 200.
const LONGEST_PATH: usize = 1024;
/// What common file systems allow.
const LONGEST_PART: usize = 255;
/// Real archives stay below 15.
const DEEPEST: usize = 64;

/// The folder that everything lies in.
const TOP: &str = "go";

/// Checks the name of an entry. The answer is the path below `go/`; it is empty for `go/` itself.
///
/// A folder's name may end in one slash. Beyond ASCII only the letters of Latin-1 and Latin Extended are accepted, because
/// Go's own tests use `Þ` (test/fixedbugs/issue27836.dir). None of them can be spelt in two ways, which combining marks
/// would allow, so that two names never fall together on a file system that normalises.
pub(crate) fn check(name: &[u8], is_folder: bool) -> Result<&str, EntryProblem> {
    let name = std::str::from_utf8(name).map_err(|_| EntryProblem::NotText)?;
    if name.len() > LONGEST_PATH {
        return Err(EntryProblem::TooLong);
    }
    if let Some(character) = name.chars().find(|character| !is_allowed(*character)) {
        return Err(EntryProblem::Character(character));
    }
    let path = if is_folder { name.strip_suffix('/').unwrap_or(name) } else { name };
    if path.is_empty() {
        return Err(if name.is_empty() { EntryProblem::NotText } else { EntryProblem::Absolute });
    }
    if path.starts_with('/') {
        return Err(EntryProblem::Absolute);
    }
    for (depth, part) in path.split('/').enumerate() {
        check_part(part)?;
        if depth >= DEEPEST {
            return Err(EntryProblem::TooLong);
        }
    }
    match path.split_once('/') {
        Some((TOP, below)) => Ok(below),
        None if path == TOP && is_folder => Ok(""),
        _ => Err(EntryProblem::OutsideGo),
    }
}

fn check_part(part: &str) -> Result<(), EntryProblem> {
    if matches!(part, "" | "." | "..") {
        return Err(EntryProblem::Part(part.to_owned()));
    }
    if part.len() > LONGEST_PART {
        return Err(EntryProblem::TooLong);
    }
    // `._name` is where macOS keeps what other file systems cannot hold of `name`.
    let is_ours = [Layout::RECEIPT, Layout::MANIFEST].iter().any(|ours| part.eq_ignore_ascii_case(ours));
    if part.starts_with("._") || is_ours {
        return Err(EntryProblem::Reserved);
    }
    Ok(())
}

fn is_allowed(character: char) -> bool {
    match character {
        '\\' | ':' => false,
        ' '..='~' => true,
        '\u{c0}'..='\u{24f}' => character.is_alphabetic(),
        _ => false,
    }
}

/// The form in which two names are equal where a file system ignores case.
pub(crate) fn fold(path: &str) -> String {
    if path.is_ascii() { path.to_ascii_lowercase() } else { path.to_uppercase().to_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_what_real_archives_have() {
        for (name, is_folder, expected) in [
            ("go/", true, ""),
            ("go", true, ""),
            ("go/bin/", true, "bin"),
            ("go/bin/go", false, "bin/go"),
            ("go/test/fixedbugs/issue27836.dir/Þfoo.go", false, "test/fixedbugs/issue27836.dir/Þfoo.go"),
            ("go/src/mod/rsc.io_!q!u!o!t!e_v1.5.3-!p!r!e.txt", false, "src/mod/rsc.io_!q!u!o!t!e_v1.5.3-!p!r!e.txt"),
            ("go/a_v2.0.0+incompatible.txt", false, "a_v2.0.0+incompatible.txt"),
            ("go/.gitattributes", false, ".gitattributes"),
        ] {
            assert_eq!(check(name.as_bytes(), is_folder), Ok(expected));
        }
    }

    #[test]
    fn refuses_everything_else() {
        use EntryProblem::{Absolute, Character, NotText, OutsideGo, Part, Reserved, TooLong};
        let part = |part: &str| Part(part.to_owned());
        let long = format!("go/{}", "a".repeat(256));
        let deep = format!("go{}", "/a".repeat(64));
        let path = format!("go{}", "/aaaaaaaaaaaaaaaa".repeat(61));
        let cases: Vec<(&[u8], EntryProblem)> = vec![
            (b"", NotText),
            (b"go/a\xff", NotText),
            (b"/", part("")),
            (b"/etc/passwd", Absolute),
            (b"//etc", Absolute),
            (b"go", OutsideGo),
            (b"gopher/x", OutsideGo),
            (b"GO/x", OutsideGo),
            (b"x", OutsideGo),
            (b"../x", part("..")),
            (b"go/../x", part("..")),
            (b"go/./x", part(".")),
            (b"./go/x", part(".")),
            (b"go//x", part("")),
            (b"go/x/", part("")),
            (b"go/x\\y", Character('\\')),
            (b"go/c:x", Character(':')),
            (b"C:/x", Character(':')),
            (b"go/a\nb", Character('\n')),
            (b"go/a\x1bb", Character('\x1b')),
            (b"go/a\x7fb", Character('\x7f')),
            (b"go/a\0b", Character('\0')),
            ("go/a\u{85}".as_bytes(), Character('\u{85}')),
            ("go/e\u{301}".as_bytes(), Character('\u{301}')),
            ("go/\u{202e}x".as_bytes(), Character('\u{202e}')),
            ("go/x×y".as_bytes(), Character('×')),
            (b"go/.gvr-receipt.toml", Reserved),
            (b"go/.GVR-Receipt.toml", Reserved),
            (b"go/.gvr-manifest.gz", Reserved),
            (b"go/bin/._go", Reserved),
            (long.as_bytes(), TooLong),
            (deep.as_bytes(), TooLong),
            (path.as_bytes(), TooLong),
        ];
        for (name, problem) in cases {
            let shown = String::from_utf8_lossy(name);
            let wanted = if name == b"/" { Err(Absolute) } else { Err(problem.clone()) };
            let is_folder = name == b"/";
            assert_eq!(check(name, is_folder), wanted, "{shown:?}");
        }
        assert_eq!(check(b"go/x//", true), Err(part("")));
    }

    #[test]
    fn folds_case() {
        assert_eq!(fold("src/README"), fold("SRC/readme"));
        assert_eq!(fold("Þfoo"), fold("þFOO"));
        assert_eq!(fold("\u{17f}"), fold("S"));
        assert_ne!(fold("a"), fold("b"));
    }
}

//! What a file of the repository may look like.

use std::path::{Path, PathBuf};

use crate::tree::{Text, texts};

/// A file longer than this many lines is more than one idea.
const MOST_LINES: usize = 500;

/// Files that may be longer, each for the reason beside it.
const LONGER: [&str; 0] = [];

/// The only files with `unsafe` in them: the shim's start, which std would make twice as long, and its memory; and macOS's
/// call to sync a volume, which no library has.
const UNSAFE: [&str; 3] =
    ["crates/gvr-store/src/volume.rs", "shims/gvr-shim/src/entry.rs", "shims/gvr-shim/src/memory.rs"];

/// Whether somebody writes this file by hand and reads it again: code, scripts, settings and pages. Data and licences
/// are not among them.
fn is_written(text: &Text) -> bool {
    let kinds = ["rs", "sh", "py", "md", "toml", "yml"];
    kinds.contains(&text.extension()) || text.content.starts_with("#!")
}

fn written() -> impl Iterator<Item = Text> {
    texts().into_iter().filter(is_written)
}

/// Fails with every line that `is_wrong` finds.
#[track_caller]
fn check_lines(is_wrong: impl Fn(&str) -> bool, what_to_do: &str) {
    let mut wrong = Vec::new();
    for Text { path, content } in written() {
        for (number, line) in content.lines().enumerate().filter(|(_, line)| is_wrong(line)) {
            wrong.push(format!("{path}:{}: {}", number + 1, line.trim()));
        }
    }
    assert!(wrong.is_empty(), "{what_to_do}:\n{}", wrong.join("\n"));
}

#[test]
fn the_repository_is_read() {
    let paths: Vec<_> = written().map(|text| text.path).collect();
    for path in [".ci/run", "Cargo.toml", "crates/gvr-core/src/version.rs", "docs/architecture.md"] {
        assert!(paths.iter().any(|known| known == path), "{path} is missing, or these tests do not find it");
    }
    assert!(!paths.iter().any(|path| path.starts_with("target/")), "these tests read what was built");
}

#[test]
fn a_file_is_one_idea() {
    for Text { path, content } in written() {
        let lines = content.lines().count();
        assert!(
            lines <= MOST_LINES || LONGER.contains(&path.as_str()),
            "{path} has {lines} lines, {MOST_LINES} is the most: split it by what it is about, or put it into LONGER of \
             {} with the reason",
            file!()
        );
    }
}

#[test]
fn unsafe_stays_where_it_is() {
    // Spelt apart, so that this file is none of those it looks for.
    let allowed = ["allow", "expect"].map(|word| format!("{word}(unsafe_{}", "code"));
    let excepted: Vec<_> = texts()
        .into_iter()
        .filter(|text| text.extension() == "rs" && allowed.iter().any(|words| text.content.contains(words.as_str())))
        .map(|text| text.path)
        .collect();
    assert_eq!(excepted, UNSAFE, "no other file may do without the compiler's checks: write it in safe Rust");
}

#[test]
fn exceptions_are_needed() {
    for path in LONGER {
        let text = texts().into_iter().find(|text| text.path == path);
        let lines = text.map_or(0, |text| text.content.lines().count());
        assert!(lines > MOST_LINES, "{path} has {lines} lines: take it out of LONGER");
    }
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file does not find itself.
    let marks =
        [["TO", "DO"], ["FIX", "ME"], ["XX", "X"], ["to", "do!"], ["unimple", "mented!"]].map(|parts| parts.concat());
    let is_mark = |line: &str| marks.iter().any(|mark| has_word(line, mark));
    check_lines(is_mark, "finish it, or open an issue and say nothing here");
}

#[test]
fn no_file_knows_the_machine_it_was_written_on() {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_owned);
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.components().count() > 1);
    let folders: Vec<_> =
        [checkout, home].into_iter().flatten().map(|folder| format!("{}/", folder.display())).collect();
    assert!(!folders.is_empty(), "this test does not know where it runs");
    let is_absolute = |line: &str| folders.iter().any(|folder| starts_path(line, folder));
    check_lines(is_absolute, "write a path relative to the repository, or one made by the test");
}

#[test]
fn every_test_file_is_declared() {
    let texts = texts();
    let content = |path: &str| texts.iter().find(|text| text.path == path).map(|text| text.content.as_str());
    // Each file of that folder is a program, declared by its Cargo.toml.
    let is_fuzz_target = |text: &&Text| text.path.starts_with("tests/fuzz/");
    let tests = texts.iter().filter(|text| text.path.starts_with("tests/") && text.extension() == "rs");
    for text in tests.filter(|text| !is_fuzz_target(text)) {
        let path = text.path.trim_end_matches(".rs");
        let (folder, name) = path.rsplit_once('/').unwrap();
        let (folder, name) = match name {
            "main" => continue,
            "mod" => folder.rsplit_once('/').unwrap(),
            _ => (folder, name),
        };
        let parents = [format!("{folder}/main.rs"), format!("{folder}/mod.rs"), format!("{folder}.rs")];
        let parent = parents.iter().find(|parent| content(parent).is_some());
        let parent = parent.unwrap_or_else(|| panic!("{}: no main.rs or mod.rs beside it declares it", text.path));
        let declaration = format!("mod {name};");
        let declared = content(parent).unwrap().lines().any(|line| line.trim().ends_with(&declaration));
        assert!(declared, "{} is never compiled: add `{declaration}` to {parent}", text.path);
    }
}

/// Whether `word` stands in `line` with no letter or digit at either side.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + word.len()..].chars().next();
        [before, after].into_iter().flatten().all(|char| !char.is_alphanumeric())
    })
}

/// Whether an absolute path in `line` starts with `folder`.
fn starts_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        before.is_none_or(|char| !char.is_alphanumeric() && !"._-~]}>$/".contains(char))
    })
}

#[test]
fn words_and_paths_are_told_from_parts_of_others() {
    assert!(has_word("// ABC: later", "ABC") && !has_word("ABCD", "ABC"));
    assert!(starts_path("cp a /abc/d", "/abc/") && starts_path("\"/abc/\"", "/abc/"));
    assert!(!starts_path("$HOME/abc/d", "/abc/") && !starts_path("x/abc/", "/abc/"));
}

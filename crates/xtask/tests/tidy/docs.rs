//! The book and the README: complete, and without a dead link.

use std::env;
use std::fs;
use std::path::Path;

use crate::tree::{Text, read, root, texts};

/// The pages whose links are checked: the book's and the README.
fn pages() -> impl Iterator<Item = Text> {
    let is_in_place = |path: &str| path.starts_with("docs/") || !path.contains('/');
    texts().into_iter().filter(move |text| text.extension() == "md" && is_in_place(&text.path))
}

#[test]
fn every_page_is_in_the_summary() {
    let summary = read("docs/SUMMARY.md");
    let listed: Vec<_> = links(&summary).collect();
    for page in pages().filter_map(|text| text.path.strip_prefix("docs/").map(str::to_owned)) {
        if page != "SUMMARY.md" {
            assert!(listed.contains(&page.as_str()), "docs/{page} is in no reader's way: list it in docs/SUMMARY.md");
        }
    }
}

#[test]
fn every_link_leads_somewhere() {
    for Text { path, content } in pages() {
        for link in links(&content).filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let target = if file.is_empty() { path.clone() } else { join(folder, file) };
            assert!(root().join(&target).exists(), "{path}: the link to {link} leads nowhere; {target} is not there");
            if let Some(anchor) = anchor {
                let found = headings(&read(&target)).any(|heading| slug(heading) == anchor);
                assert!(found, "{path}: the link to {link} leads nowhere; {target} has no such heading");
            }
        }
    }
}

const ABOVE_THE_CODES: &str = "\
# Exit codes

Scripts may rely on these numbers: none ever changes its meaning.

| Code | Meaning |
| ---: | --- |
";

const BELOW_THE_CODES: &str = "
`gvr exec` and the programs in the shims folder end with the code of the program that they became.

Ctrl-C, SIGTERM and SIGHUP end gvr by that signal, after what was unfinished has been removed; a shell reports 130, 143 and
129. As the first process of a container, which a signal cannot end, it exits with these codes.

<!-- Written by a test from crates/gvr-core/src/exit.rs: SNAPSHOTS=overwrite cargo test -p xtask -->
";

#[test]
fn the_page_of_exit_codes_is_what_the_code_says() {
    let rows = gvr_core::exit::ALL.map(|(code, meaning)| format!("| {code} | {meaning} |\n")).concat();
    let page = format!("{ABOVE_THE_CODES}{rows}{BELOW_THE_CODES}");
    let path = root().join("docs/exit-codes.md");
    if env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        fs::write(&path, &page).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == page, "docs/exit-codes.md is old: run `SNAPSHOTS=overwrite cargo test -p xtask`");
}

#[test]
fn every_variable_is_described() {
    let page = read("docs/environment.md");
    let programs = ["crates/gvr/src/", "crates/gvr-core/src/", "crates/xtask/src/", "shims/gvr-shim/src/"];
    let mut found = 0;
    for Text { path, content } in texts() {
        if !programs.iter().any(|folder| path.starts_with(folder)) {
            continue;
        }
        // The string literals of the program itself; those of its tests need not mean anything.
        let program = content.split("#[cfg(test)]").next().unwrap_or_default();
        for name in program.split('"').skip(1).step_by(2).filter(|literal| is_variable(literal)) {
            found += 1;
            assert!(
                page.contains(&format!("`{name}`")),
                "{path} reads {name}: say what it means in docs/environment.md"
            );
        }
    }
    assert!(found > 0, "no variable was found; this test looks in the wrong places");
}

/// Whether this is the name of a variable of gvr's or goenv's.
fn is_variable(literal: &str) -> bool {
    let name = literal.strip_prefix("GVR_").or_else(|| literal.strip_prefix("GOENV_"));
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|char| char.is_ascii_uppercase() || char == '_'))
}

/// The targets of a page's links, but for those in blocks of code.
fn links(page: &str) -> impl Iterator<Item = &str> {
    prose(page).flat_map(|line| line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link))
}

fn headings(page: &str) -> impl Iterator<Item = &str> {
    prose(page).filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim())
}

/// The lines outside of fenced blocks of code.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    page.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    })
}

/// The anchor that mdBook gives a heading.
fn slug(heading: &str) -> String {
    let kept = heading
        .to_lowercase()
        .chars()
        .filter(|char| char.is_alphanumeric() || " -_".contains(*char))
        .collect::<String>();
    kept.replace(' ', "-")
}

/// A relative path from a folder of the repository, without `.` and `..`.
fn join(folder: &str, relative: &str) -> String {
    let mut parts: Vec<_> = Path::new(folder).iter().map(|part| part.to_str().unwrap()).collect();
    for part in relative.split('/') {
        match part {
            "." => {}
            ".." => assert!(parts.pop().is_some(), "{relative} leads out of the repository"),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn links_and_anchors_are_found() {
    let page = "# A *b* c\n[x](a.md) and [y](b.md#c)\n```\n[no](n.md)\n```\n[z](c.md)\n";
    assert_eq!(links(page).collect::<Vec<_>>(), ["a.md", "b.md#c", "c.md"]);
    assert_eq!(headings(page).map(slug).collect::<Vec<_>>(), ["a-b-c"]);
    assert_eq!(join("docs/commands", "../style.md"), "docs/style.md");
}

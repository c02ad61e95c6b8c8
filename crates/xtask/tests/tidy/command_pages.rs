//! Every command has a page in the book, and every flag of it is there.

use std::env;
use std::process::Command;

use crate::tree::{read, root, texts};

/// What gvr answers. Whoever builds the tests of the workspace builds gvr beside them.
fn gvr(arguments: &[&str]) -> String {
    let gvr = env::current_exe().unwrap().parent().unwrap().with_file_name("gvr");
    assert!(gvr.exists(), "{} is missing: run `cargo test --workspace`, or `cargo build -p gvr` first", gvr.display());
    let output = Command::new(gvr).args(arguments).env_clear().env("HOME", root()).output().unwrap();
    assert!(output.status.success(), "gvr {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn commands() -> Vec<String> {
    gvr(&["commands"]).lines().map(str::to_owned).collect()
}

fn page(command: &str) -> String {
    format!("docs/commands/{command}.md")
}

#[test]
fn commands_and_pages_are_the_same() {
    let commands = commands();
    let texts = texts();
    for command in &commands {
        let page = page(command);
        let is_there = texts.iter().any(|text| text.path == page);
        assert!(is_there, "`gvr {command}` has no page: write {page} and list it in docs/SUMMARY.md");
    }
    for text in texts.iter().filter(|text| text.path.starts_with("docs/commands/")) {
        let is_of_a_command = commands.iter().any(|command| page(command) == text.path);
        assert!(is_of_a_command, "{} is about no command: remove it", text.path);
    }
}

#[test]
fn every_flag_is_on_its_page() {
    let common = flags(&gvr(&["commands", "--help"]));
    let common_page = read(&page("commands"));
    for flag in &common {
        assert!(common_page.contains(&format!("`{flag}")), "{} says nothing of {flag}", page("commands"));
    }
    // What clap makes of `help` has no flags of its own.
    for command in commands().iter().filter(|command| *command != "help") {
        let content = read(&page(command));
        for flag in flags(&gvr(&[command, "--help"])).iter().filter(|flag| !common.contains(flag)) {
            assert!(content.contains(&format!("`{flag}")), "{} says nothing of {flag}", page(command));
        }
    }
}

/// The long flags in a help text: the first `--word` of each line that begins with a flag.
fn flags(help: &str) -> Vec<String> {
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    let flag = |line: &str| {
        let word = line.split([' ', ',', '=', '[']).find(|word| word.starts_with("--") && word.len() > 2)?;
        Some(word.to_owned())
    };
    lines.filter_map(flag).collect()
}

#[test]
fn flags_are_found_in_help() {
    let help =
        "Usage: gvr x [OPTIONS]\n\nOptions:\n  -q, --quiet  Say --less\n      --dir <DIR>\n          Other\n  -h\n";
    assert_eq!(flags(help), ["--quiet", "--dir"]);
}

//! What a newcomer sees first, and the form of all messages.

use crate::common::Sandbox;

#[test]
fn help_says_what_to_type_first() {
    let sandbox = Sandbox::new();
    for arguments in [&["--help"][..], &["-h"], &["help"]] {
        let output = sandbox.gvr(arguments).run().succeeds().says_exactly("");
        for text in ["gvr install ", "gvr local ", "gvr global ", "gvr init", "Usage:"] {
            assert!(output.stdout.contains(text), "{text} in {output}");
        }
    }
}

#[test]
fn without_a_command_there_is_help_and_no_success() {
    Sandbox::new().gvr([""; 0]).run().fails_with(1).prints("").says("gvr install ");
}

#[test]
fn every_command_explains_itself() {
    let sandbox = Sandbox::new();
    let commands = sandbox.gvr(["commands"]).run().succeeds();
    assert!(commands.lines().len() > 20, "{commands}");
    for command in commands.lines().into_iter().filter(|command| *command != "help") {
        let output = sandbox.gvr([command, "--help"]).run().succeeds().says_exactly("");
        assert!(output.stdout.contains("Usage: gvr "), "{output}");
    }
    assert!(!sandbox.root().exists(), "help creates nothing");
}

#[test]
fn an_unknown_command_is_named() {
    let sandbox = Sandbox::new();
    for word in ["nosuch", "instal", "version-names"] {
        sandbox.gvr([word]).run().fails_with(1).prints("").says(&format!("gvr: no such command '{word}'"));
    }
    sandbox.gvr(["\u{1b}[31mred"]).run().fails_with(1).never_says("\u{1b}");
    sandbox.gvr(["--nosuch"]).run().fails_with(2).prints("");
}

#[test]
fn every_error_starts_with_the_programs_name_and_ends_with_what_to_type() {
    let sandbox = Sandbox::with_dist(&["1.23.90"]);
    sandbox.gvr(["install", "1.23.90"]).run().succeeds();
    for arguments in [
        &["install", "1.23.90"][..],
        &["install", "1.23.99"],
        &["uninstall", "1.23.90"],
        &["local", "1.99.0"],
        &["global", "1.99.0"],
        &["exec", "1.99.0", "go"],
    ] {
        let output = sandbox.gvr(arguments).run();
        assert_ne!(output.code, 0, "{output}");
        let lines: Vec<_> = output.stderr.lines().collect();
        assert!(lines[0].starts_with("gvr: "), "{arguments:?}: {output}");
        assert!(lines.len() > 1 && lines[1..].iter().all(|line| line.starts_with("  ")), "{arguments:?}: {output}");
    }
}

#[test]
fn colour_comes_when_it_is_asked_for() {
    let sandbox = Sandbox::new();
    sandbox.gvr(["uninstall", "7.7.7"]).run().fails_with(1).never_says("\u{1b}");
    sandbox.gvr(["--color", "always", "uninstall", "7.7.7"]).run().fails_with(1).says("\u{1b}[");
    sandbox.gvr(["--color=never", "uninstall", "7.7.7"]).run().fails_with(1).never_says("\u{1b}");
    sandbox.gvr(["--color", "sometimes", "versions"]).run();
}

#[test]
fn the_first_installation_says_how_to_go_on() {
    let sandbox = Sandbox::with_dist(&["1.22.90", "1.23.90"]);
    sandbox.gvr(["install", "1.23.90"]).run().succeeds().says("gvr local ").says("gvr global ");
    sandbox.gvr(["global", "1.23.90"]).run().succeeds();
    sandbox.gvr(["install", "1.22.90"]).run().succeeds().never_says("gvr global ");
}

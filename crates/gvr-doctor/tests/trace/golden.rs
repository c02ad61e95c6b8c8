//! The cases, shell by shell.

use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use gvr_doctor::facts::Fact;
use gvr_doctor::trace::TraceShell;

use crate::cases::{self, Case};
use crate::home::{Home, program};
use crate::told::told;

/// Runs the cases of a shell, a few at a time, and counts the changes and those that are exact.
fn check(shell: TraceShell, is_login: bool, most: usize) {
    let Some(program) = program(shell.name()) else { return };
    let cases = Mutex::new(cases::of(shell.name()).into_iter());
    let (wrong, counts) = (Mutex::new(Vec::new()), Mutex::new((0, 0)));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(case) = cases.lock().unwrap().next() else { return };
                    let (told, changes, exact) = run(&case, shell, &program, is_login);
                    if !case.is(&told) {
                        wrong.lock().unwrap().push(format!("{}:\n{told}instead of\n{}", case.name, case.expected));
                    }
                    let mut counts = counts.lock().unwrap();
                    *counts = (counts.0 + changes, counts.1 + exact);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), shell.name(), wrong.join("\n"));
    let (changes, exact) = counts.into_inner().unwrap();
    assert!(changes >= most, "only {changes} changes were seen");
    assert!(exact * 100 >= changes * 95, "{exact} of {changes} are exact");
}

fn run(case: &Case, shell: TraceShell, program: &std::path::Path, is_login: bool) -> (String, usize, usize) {
    let mut home = Home::with(&case.files);
    let path = home.path.to_str().unwrap().to_owned();
    home.environment =
        case.environment.iter().map(|(name, value)| (name.into(), value.replace('~', &path).into())).collect();
    // What hangs is waited for as long as the others take on a busy machine.
    let time_out = if case.name.starts_with("hang-") { 10 } else { 60 };
    let trace = home.trace(shell, program, is_login, Duration::from_secs(time_out));
    let Fact::Known(Some(trace)) = trace else { panic!("{}: {trace:?}", case.name) };
    for secret in ["s3cret", "ghp_x", "vi"] {
        assert!(
            !format!("{trace:?}").split(|char: char| !char.is_alphanumeric() && char != '_').any(|word| word == secret)
        );
    }
    let exact = trace.changes.iter().filter(|change| change.doubt.is_none()).count();
    (told(&trace, &path), trace.changes.len(), exact)
}

#[test]
fn zsh() {
    check(TraceShell::Zsh, true, 40);
}

#[test]
fn bash() {
    check(TraceShell::Bash, true, 20);
}

#[test]
fn fish() {
    check(TraceShell::Fish, false, 22);
}

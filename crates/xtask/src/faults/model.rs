//! Random schedules of several commands at once, against a model of the store: a set of versions.
//!
//! Commands run in small groups. What they answered and what is there afterwards must be what some order of the group's
//! commands gives. A command that was killed may have happened or not.

use std::fs;
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use gvr_testkit::{FakeDist, FakeToolchain, Lab, Running};

use super::FaultError;
use super::report::{Line, Report};
use super::workshop::{Random, Workshop};

const STEPS: u64 = 10_000;
const STEPS_OF_A_SAMPLE: u64 = 60;
const VERSIONS: [&str; 3] = ["1.22.90", "1.23.90", "1.24.90"];
/// How many commands run at once, at most.
const MOST_AT_ONCE: u64 = 4;

/// A command of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    Install(usize),
    Reinstall(usize),
    Uninstall(usize),
    List,
    Rehash,
}

/// What one has answered about one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// It succeeded in making it be there, or not.
    Became(bool),
    /// It found it there, or not.
    Found(bool),
    /// It was killed on the way to making it be there, or not.
    MayHaveBecome(bool),
}

pub(super) fn run(workshop: &Workshop, report: &mut Report) -> Result<(), FaultError> {
    let folder = Workshop::folder()?;
    let toolchains = VERSIONS.map(FakeToolchain::native);
    let mut dist = FakeDist::new();
    for toolchain in &toolchains {
        dist.add(toolchain);
    }
    let lab = Lab::new(&workshop.gvr, &dist, folder.path())?;
    let home = folder.path().join("home");
    fs::create_dir(&home)?;
    let mut line = Line::begin(format!("random schedules, from {}", workshop.seed));
    let mut random = Random(workshop.seed);
    let mut is_there = [false; VERSIONS.len()];
    let most = if workshop.is_quick { STEPS_OF_A_SAMPLE } else { STEPS };
    let mut steps = 0;
    while steps < most {
        let commands: Vec<_> = (0..=random.below(MOST_AT_ONCE)).map(|_| command(&mut random)).collect();
        let outcome = group(&lab, &home, &commands, &mut random)?;
        steps += commands.len() as u64;
        line.count("commands", commands.len() as u64);
        line.count("killed", outcome.killed);
        let store = lab.store(&home);
        let known: Vec<_> = toolchains.iter().collect();
        let mut problems = store.problems(&known);
        problems.extend(outcome.problems);
        for (number, version) in VERSIONS.into_iter().enumerate() {
            let after = store.has(version);
            let answers: Vec<_> =
                outcome.answers.iter().filter(|(about, _)| *about == number).map(|(_, answer)| *answer).collect();
            if !is_possible(is_there[number], &answers, after) {
                problems.push(format!("{version}: {} before, {answers:?}, {after} afterwards", is_there[number]));
            }
            is_there[number] = after;
        }
        if outcome.killed == 0 {
            // Whoever comes last has swept up, also after those that were killed in an earlier group.
            let tidy = commands.iter().any(|command| matches!(command, Command::Install(_) | Command::Reinstall(_)));
            problems.extend(
                if tidy { store.leftovers() } else { Vec::new() }.into_iter().filter(|path| path.starts_with("tmp/")),
            );
        }
        line.case(format_args!("{commands:?}"), &problems);
    }
    report.add(line);
    Ok(())
}

fn command(random: &mut Random) -> Command {
    let version = usize::try_from(random.below(VERSIONS.len() as u64)).unwrap_or_default();
    match random.below(10) {
        0..=2 => Command::Install(version),
        3 => Command::Reinstall(version),
        4..=6 => Command::Uninstall(version),
        7..=8 => Command::List,
        _ => Command::Rehash,
    }
}

struct Outcome {
    answers: Vec<(usize, Answer)>,
    problems: Vec<String>,
    killed: u64,
}

/// Runs commands at once, and kills some of them.
fn group(lab: &Lab, home: &Path, commands: &[Command], random: &mut Random) -> io::Result<Outcome> {
    let mut outcome = Outcome { answers: Vec::new(), problems: Vec::new(), killed: 0 };
    let running: Vec<_> = commands.iter().map(|command| start(lab, home, *command)).collect::<Result<_, _>>()?;
    let is_doomed: Vec<_> = commands.iter().map(|_| random.below(20) == 0).collect();
    if is_doomed.contains(&true) {
        thread::sleep(Duration::from_micros(random.below(30_000)));
    }
    let running: Vec<_> = running
        .into_iter()
        .zip(&is_doomed)
        .inspect(|(running, is_doomed)| {
            if **is_doomed {
                running.signal(gvr_testkit::Signal::KILL);
            }
        })
        .map(|(running, _)| running)
        .collect();
    for (command, running) in commands.iter().zip(running) {
        let finished = running.wait();
        outcome.killed += u64::from(finished.signal.is_some());
        let said = String::from_utf8_lossy(&finished.stderr).into_owned();
        let mut about = |version: usize, answer: Answer| outcome.answers.push((version, answer));
        match (command, finished.code) {
            (Command::Install(version) | Command::Reinstall(version), Some(0)) => about(*version, Answer::Became(true)),
            (Command::Install(version) | Command::Reinstall(version), None) => {
                about(*version, Answer::MayHaveBecome(true));
            }
            (Command::Uninstall(version), Some(0)) => about(*version, Answer::Became(false)),
            (Command::Uninstall(version), Some(1)) if said.contains("not installed") => {
                about(*version, Answer::Found(false));
            }
            (Command::Uninstall(version), None) => about(*version, Answer::MayHaveBecome(false)),
            (Command::List, Some(0)) => {
                let text = String::from_utf8_lossy(&finished.stdout).into_owned();
                for (number, version) in VERSIONS.into_iter().enumerate() {
                    about(number, Answer::Found(text.lines().any(|line| line == version)));
                }
            }
            (Command::Rehash, Some(0)) | (Command::List | Command::Rehash, None) => {}
            (command, code) => outcome.problems.push(format!("{command:?} ended with {code:?}: {said}")),
        }
    }
    Ok(outcome)
}

fn start(lab: &Lab, home: &Path, command: Command) -> io::Result<Running> {
    match command {
        Command::Install(version) => lab.gvr(home, ["install", "--skip-existing", VERSIONS[version]]),
        Command::Reinstall(version) => lab.gvr(home, ["install", "--force", VERSIONS[version]]),
        Command::Uninstall(version) => lab.gvr(home, ["uninstall", "--force", VERSIONS[version]]),
        Command::List => lab.gvr(home, ["versions", "--bare"]),
        Command::Rehash => lab.gvr(home, ["rehash"]),
    }
    .spawn()
}

/// Whether some order of these answers leads from one state of a version to the other.
fn is_possible(before: bool, answers: &[Answer], after: bool) -> bool {
    if answers.is_empty() {
        return before == after;
    }
    answers.iter().enumerate().any(|(number, answer)| {
        let mut rest = answers.to_vec();
        rest.remove(number);
        match *answer {
            Answer::Became(state) => is_possible(state, &rest, after),
            Answer::Found(state) => state == before && is_possible(before, &rest, after),
            Answer::MayHaveBecome(state) => is_possible(state, &rest, after) || is_possible(before, &rest, after),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_which_answers_go_together() {
        use Answer::{Became, Found, MayHaveBecome};
        assert!(is_possible(false, &[Became(true), Found(false)], true), "it was looked for before");
        assert!(is_possible(false, &[Became(true), Found(true), Became(false)], false));
        assert!(is_possible(true, &[MayHaveBecome(false)], true) && is_possible(true, &[MayHaveBecome(false)], false));
        assert!(!is_possible(false, &[Became(true)], false), "a finished installation is lost");
        assert!(!is_possible(false, &[], true) && !is_possible(true, &[], false));
        assert!(!is_possible(true, &[Found(false)], true), "it was out of sight for a moment");
        assert!(!is_possible(true, &[Became(true), Found(false)], true), "a reinstallation is seen half way");
    }
}

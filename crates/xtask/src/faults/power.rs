//! Power cuts, at moments spread over a sequence of installations and removals.

use std::fs;
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use gvr_testkit::{FakeDist, FakeToolchain, Lab, Signal, noise};

use super::FaultError;
use super::mount::{Journaled, Mount};
use super::report::{Line, Report};
use super::workshop::Workshop;

const CUTS: u32 = 120;
const CUTS_OF_A_SAMPLE: u32 = 6;
const CUTS_WITHOUT_SYNC: u32 = 5;

const ONE: &str = "1.22.90";
const OTHER: &str = "1.23.90";

/// What is done, and whether the two versions are there afterwards.
const STEPS: [(&str, [bool; 2]); 5] = [
    ("install 1.22.90", [true, false]),
    ("install 1.23.90", [true, true]),
    ("install --force 1.22.90", [true, true]),
    ("uninstall --force 1.23.90", [true, false]),
    ("install 1.23.90", [true, true]),
];

pub(super) fn run(workshop: &Workshop, report: &mut Report) -> Result<(), FaultError> {
    if !workshop.is_root || !cfg!(target_os = "linux") {
        report.leave_out("power", "only root of a Linux can mount disks and cut their power");
        return Ok(());
    }
    for program in ["mkfs.ext4", "mkfs.xfs", "xfs_io"] {
        if std::process::Command::new(program).arg("-V").output().is_err() {
            report.leave_out("power", format!("{program} is not here"));
            return Ok(());
        }
    }
    let folder = Workshop::folder()?;
    let (one, other) = (toolchain(ONE), toolchain(OTHER));
    let mut dist = FakeDist::new();
    dist.add(&one).add(&other);
    let lab = Lab::new(&workshop.gvr, &dist, folder.path())?;
    for kind in [Journaled::Ext4, Journaled::Xfs].into_iter().filter(|kind| workshop.wants(kind.name())) {
        without_sync(folder.path(), kind, &one, report)?;
        let mut line = Line::begin(format!("power cuts over {}", kind.name()));
        let whole = duration(&lab, folder.path(), kind)?;
        let cuts = if workshop.is_quick { CUTS_OF_A_SAMPLE } else { CUTS };
        for cut in 0..cuts {
            // Beyond the end, too: what is finished must not be lost a moment later.
            let moment = whole.mul_f64(1.05 * (f64::from(cut) + 0.5) / f64::from(cuts));
            let outcome = cut_at(&lab, folder.path(), kind, moment, [&one, &other])?;
            line.case(format_args!("after {} ms", moment.as_millis()), &outcome.problems);
            line.count("zero-length files", outcome.empty_files);
            line.count("finished steps", outcome.finished);
            line.count("finished steps lost", outcome.lost);
        }
        report.add(line);
    }
    Ok(())
}

/// Some hundred files, so that there is something to be lost.
fn toolchain(version: &str) -> FakeToolchain {
    let bytes: Vec<u8> = noise().take(3_000_000).collect();
    let mut toolchain = FakeToolchain::native(version);
    let mut rest = &bytes[..];
    for number in 0.. {
        let size = 100 + number * 97 % 30_000;
        if size > rest.len() {
            break;
        }
        let (file, after) = rest.split_at(size);
        toolchain = toolchain.file(&format!("src/p{}/f{number}.go", number % 20), 0o644, file);
        rest = after;
    }
    toolchain
}

/// How long all steps take when nothing happens.
fn duration(lab: &Lab, folder: &Path, kind: Journaled) -> io::Result<Duration> {
    let mount = Mount::journaled(folder, kind)?;
    let home = mount.path().join("home");
    fs::create_dir(&home)?;
    let began = Instant::now();
    let finished = lab.run(&home, "/bin/sh").args(["-c", &script(lab)]).run();
    let took = began.elapsed();
    match finished_steps(&finished.stdout) {
        steps if steps == STEPS.len() => Ok(took),
        steps => {
            let said = String::from_utf8_lossy(&finished.stderr);
            Err(io::Error::other(format!("only {steps} steps worked where nothing was amiss: {said}")))
        }
    }
}

/// All steps as one script that says when each has returned.
fn script(lab: &Lab) -> String {
    let gvr = lab.program().display();
    let steps = STEPS.iter().map(|(step, _)| format!("'{gvr}' --quiet {step} && echo done || exit 1"));
    steps.collect::<Vec<_>>().join("\n")
}

fn finished_steps(stdout: &[u8]) -> usize {
    String::from_utf8_lossy(stdout).lines().filter(|line| *line == "done").count()
}

struct Outcome {
    problems: Vec<String>,
    empty_files: u64,
    finished: u64,
    lost: u64,
}

fn cut_at(
    lab: &Lab,
    folder: &Path,
    kind: Journaled,
    moment: Duration,
    toolchains: [&FakeToolchain; 2],
) -> io::Result<Outcome> {
    let mount = Mount::journaled(folder, kind)?;
    let home = mount.path().join("home");
    fs::create_dir(&home)?;
    fs::File::open(mount.path())?.sync_all()?;
    let running = lab.run(&home, "/bin/sh").args(["-c", &script(lab)]).spawn()?;
    thread::sleep(moment);
    mount.cut_power()?;
    running.signal(Signal::KILL);
    let finished = finished_steps(&running.wait().stdout);
    mount.restart()?;

    let store = lab.store(&home);
    let mut problems = store.problems(&toolchains);
    let empty_files = problems.iter().filter(|problem| problem.contains(": 0 of ")).count() as u64;
    let nothing = [false, false];
    let before = finished.checked_sub(1).map_or(nothing, |last| STEPS[last].1);
    let after = STEPS.get(finished).map_or(before, |step| step.1);
    let mut lost = 0;
    for (number, version) in [ONE, OTHER].into_iter().enumerate() {
        let is_there = store.has(version);
        if is_there != before[number] && is_there != after[number] {
            problems.push(format!("{version} is there: {is_there}, after {finished} finished steps"));
            lost += 1;
        }
    }
    problems.extend(next_run(lab, &home, toolchains));
    Ok(Outcome { problems, empty_files, finished: finished as u64, lost })
}

/// The next run puts everything in order.
fn next_run(lab: &Lab, home: &Path, toolchains: [&FakeToolchain; 2]) -> Vec<String> {
    let store = lab.store(home);
    if let Err(error) = fs::create_dir_all(home) {
        return vec![error.to_string()];
    }
    let next = lab.gvr(home, ["install", "--skip-existing", ONE, OTHER]).run();
    let mut problems = store.problems(&toolchains);
    if next.code != Some(0) {
        problems.push(format!("the next run failed: {}", String::from_utf8_lossy(&next.stderr)));
    }
    problems.extend(store.leftovers().into_iter().map(|path| format!("left after the next run: {path}")));
    for version in [ONE, OTHER] {
        let ran = lab.shim(home, &format!("go{version}")).arg("version").run();
        if ran.code != Some(0) {
            problems.push(format!("go{version} does not run: {}", String::from_utf8_lossy(&ran.stderr)));
        }
    }
    problems
}

/// The same without any syncing, as most tools do it: a tree is written, then renamed. Here files must be lost; otherwise
/// the cuts of this machine cut nothing.
fn without_sync(
    folder: &Path,
    kind: Journaled,
    toolchain: &FakeToolchain,
    report: &mut Report,
) -> Result<(), FaultError> {
    let mut line = Line::begin(format!("the same over {} without syncing, for comparison", kind.name()));
    for number in 0..CUTS_WITHOUT_SYNC {
        let mount = Mount::journaled(folder, kind)?;
        let (staged, target) = (mount.path().join("staged"), mount.path().join("installed"));
        toolchain.write_to(&staged)?;
        fs::rename(&staged, &target)?;
        // The name alone is synced, as a careful but not too careful program does.
        fs::File::open(mount.path())?.sync_all()?;
        mount.cut_power()?;
        mount.restart()?;
        let broken = toolchain.differences(&target);
        let empty = broken.iter().filter(|problem| problem.contains(": 0 of ")).count();
        let problems = if empty == 0 { vec!["no file was lost".to_owned()] } else { Vec::new() };
        line.case(number, &problems);
        line.count("zero-length files", empty as u64);
    }
    report.add(line);
    Ok(())
}

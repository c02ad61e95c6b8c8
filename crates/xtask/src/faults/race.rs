//! Sixteen processes that want the same version at the same time, and one that runs it all the while.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use gvr_testkit::{FakeDist, FakeToolchain, Finished, Lab, StoreFolder, noise};

use super::FaultError;
use super::report::{Line, Report};
use super::workshop::Workshop;

const PROCESSES: usize = 16;
const ROUNDS: usize = 50;
const ROUNDS_OF_A_SAMPLE: usize = 3;
const VERSION: &str = "1.23.90";

pub(super) fn run(workshop: &Workshop, report: &mut Report) -> Result<(), FaultError> {
    let folder = Workshop::folder()?;
    let toolchain = FakeToolchain::native(VERSION).file("pkg/noise", 0o644, noise().take(300_000).collect::<Vec<_>>());
    let mut dist = FakeDist::new();
    dist.add(&toolchain);
    let lab = Lab::new(&workshop.gvr, &dist, folder.path())?;
    let home = folder.path().join("home");
    fs::create_dir(&home)?;
    let rounds = if workshop.is_quick { ROUNDS_OF_A_SAMPLE } else { ROUNDS };
    let race = Race { lab: &lab, home: &home, toolchain: &toolchain };

    let mut line = Line::begin(format!("{PROCESSES} processes install one version"));
    for round in 0..rounds {
        let none_forced = race.round(None, &mut line)?;
        line.case(format_args!("round {round}"), &none_forced);
        let removed = lab.gvr(&home, ["uninstall", "--force", VERSION]).run();
        line.case(format_args!("removal {round}"), &failed(&removed));
    }
    report.add(line);

    let mut line = Line::begin(format!("{PROCESSES} processes want one version that one of them installs again"));
    let first = lab.gvr(&home, ["install", VERSION]).run();
    line.case("before", &failed(&first));
    for round in 0..rounds {
        let problems = race.round(Some(round % PROCESSES), &mut line)?;
        line.case(format_args!("round {round}"), &problems);
    }
    report.add(line);
    Ok(())
}

struct Race<'a> {
    lab: &'a Lab,
    home: &'a Path,
    toolchain: &'a FakeToolchain,
}

impl Race<'_> {
    /// All processes at once; `forced` is the number of the one that installs again. There is one download, and a program
    /// that was seen once runs at every moment afterwards.
    fn round(&self, forced: Option<usize>, line: &mut Line) -> io::Result<Vec<String>> {
        self.lab.server().forget_requests();
        let is_over = AtomicBool::new(false);
        let (ran, failed_runs) = (AtomicU64::new(0), AtomicU64::new(0));
        let store = self.lab.store(self.home);
        let finished = thread::scope(|scope| {
            scope.spawn(|| Self::run_all_the_while(&store, &is_over, &ran, &failed_runs));
            let start = |number: usize| {
                let how = if forced == Some(number) { "--force" } else { "--skip-existing" };
                self.lab.gvr(self.home, ["install", how, VERSION]).spawn()
            };
            let running: io::Result<Vec<_>> = (0..PROCESSES).map(start).collect();
            let finished: io::Result<Vec<Finished>> =
                running.map(|running| running.into_iter().map(gvr_testkit::Running::wait).collect());
            is_over.store(true, Ordering::SeqCst);
            finished
        })?;
        let mut problems: Vec<_> = finished.iter().flat_map(failed).collect();
        let downloads = self.lab.server().downloads(&self.toolchain.archive_name());
        let (ran, failed_runs) = (ran.into_inner(), failed_runs.into_inner());
        line.count("downloads", downloads as u64);
        line.count("runs beside", ran);
        line.count("failed runs", failed_runs);
        if downloads != 1 {
            problems.push(format!("{downloads} downloads"));
        }
        if failed_runs > 0 {
            problems.push(format!("{failed_runs} of {ran} runs failed"));
        }
        problems.extend(store.problems(&[self.toolchain]));
        problems.extend(store.leftovers());
        Ok(problems)
    }

    fn run_all_the_while(store: &StoreFolder, is_over: &AtomicBool, ran: &AtomicU64, failed_runs: &AtomicU64) {
        let go = store.version(VERSION).join("bin/go");
        let mut was_seen = false;
        loop {
            // Looked at before running, so that there is a run after the last change.
            let is_last = is_over.load(Ordering::SeqCst);
            was_seen |= go.exists();
            if was_seen {
                let run = std::process::Command::new(&go).arg("version").output();
                let is_right =
                    run.is_ok_and(|run| run.status.success() && run.stdout.starts_with(b"go version go1.23.90"));
                ran.fetch_add(1, Ordering::SeqCst);
                failed_runs.fetch_add(u64::from(!is_right), Ordering::SeqCst);
            } else {
                thread::yield_now();
            }
            if is_last {
                return;
            }
        }
    }
}

fn failed(finished: &Finished) -> Vec<String> {
    if finished.code == Some(0) {
        Vec::new()
    } else {
        vec![format!("{:?}: {}", finished.code, String::from_utf8_lossy(&finished.stderr))]
    }
}

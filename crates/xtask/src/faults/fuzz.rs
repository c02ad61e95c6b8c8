//! A minute of each fuzz target in `tests/fuzz`.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use super::FaultError;
use super::report::{Line, Report};
use super::workshop::Workshop;
use crate::context::Context;
use crate::process;

/// The targets, each of which is a program and has a folder of inputs.
#[rustfmt::skip]
const TARGETS: &[&str] = &[
    "archive",
    "go_mod",
    "index",
    "log",
    "macho",
    "module",
    "note",
    "request",
    "signature",
];

const SECONDS: u32 = 60;
const SECONDS_OF_A_SAMPLE: u32 = 5;

/// As cargo-fuzz builds it without a sanitizer, which safe code needs the least and stable Rust has not. Overflows and
/// failed assertions are errors.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions -Coverflow-checks -Ccodegen-units=1";

pub(super) fn run(context: &Context, workshop: &Workshop, report: &mut Report) -> Result<(), FaultError> {
    let folder = context.workspace.join("tests/fuzz");
    let target_folder = context.target.join("fuzz");
    let Some(host) = host(context) else {
        report.leave_out("fuzz targets", "cargo does not say what machine this is");
        return Ok(());
    };
    if !context.has_program("c++") {
        report.leave_out("fuzz targets", "there is no C++ compiler here");
        return Ok(());
    }
    process::run(
        context
            .cargo()
            .args(["build", "--quiet", "--release", "--target", &host, "--manifest-path"])
            .arg(folder.join("Cargo.toml"))
            .env("CARGO_TARGET_DIR", &target_folder)
            .env("CARGO_ENCODED_RUSTFLAGS", FLAGS.split_whitespace().collect::<Vec<_>>().join("\x1f")),
    )?;
    let seconds = if workshop.is_quick { SECONDS_OF_A_SAMPLE } else { SECONDS };
    let scratch = Workshop::folder()?;
    let programs = target_folder.join(&host).join("release");
    let lines = thread::scope(|scope| {
        let fuzz = |target: &'static str| {
            let (programs, folder, scratch) = (&programs, &folder, scratch.path());
            scope.spawn(move || {
                fuzz(target, programs, &folder.join("corpus").join(target), &scratch.join(target), seconds)
            })
        };
        let threads: Vec<_> = TARGETS.iter().copied().map(fuzz).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect::<Vec<_>>()
    });
    for line in lines {
        report.add(line?);
    }
    Ok(())
}

/// Runs a target on the inputs of the repository, and on what it makes of them in `scratch`.
fn fuzz(target: &str, programs: &Path, corpus: &Path, scratch: &Path, seconds: u32) -> std::io::Result<Line> {
    let mut line = Line::begin(format!("fuzz target {target}"));
    fs::create_dir_all(scratch.join("new"))?;
    let mut command = Command::new(programs.join(target));
    command
        .args([
            format!("-max_total_time={seconds}"),
            "-print_final_stats=1".to_owned(),
            "-rss_limit_mb=1024".to_owned(),
        ])
        .args(["-timeout=10", "-max_len=65536", "-verbosity=0"])
        .arg(format!("-artifact_prefix={}/", scratch.display()))
        .arg(scratch.join("new"))
        .arg(corpus)
        .env("TMPDIR", scratch)
        .current_dir(scratch);
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let figure = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<u64>().ok());
    let runs = figure("stat::number_of_executed_units:").unwrap_or_default();
    line.count("inputs tried", runs);
    line.count("MB of memory at most", figure("stat::peak_rss_mb:").unwrap_or_default());
    let mut problems = Vec::new();
    if !output.status.success() {
        let last: Vec<_> = said.lines().rev().take(12).collect();
        problems.push(format!("{}: {}", output.status, last.into_iter().rev().collect::<Vec<_>>().join(" | ")));
    }
    if runs == 0 {
        problems.push("it tried nothing".to_owned());
    }
    line.case(target, &problems);
    Ok(line)
}

/// The machine, by cargo's name for it.
fn host(context: &Context) -> Option<String> {
    let output = process::output(context.cargo().args(["--version", "--verbose"])).ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned)
}

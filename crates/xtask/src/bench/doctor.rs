//! `bench doctor`: how long the doctor looks for files of other users in a cache, beside `find`.
//!
//! The cache is made for the purpose, in the shape of Go's build cache. All ways take turns in one run.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde::Serialize;
use tempfile::TempDir;

use super::error::BenchError;
use super::machine::Machine;
use super::page::{Output, Results};
use super::statistics::{Spread, hundredths, microseconds};
use super::table::table;
use crate::console;
use crate::context::Context;
use crate::process;

/// How many files the cache has.
const FILES: u32 = 200_000;
/// How many folders Go's build cache has, by the first two digits of a hash.
const FOLDERS: u32 = 256;

/// Measure the search for files of other users in a cache against find
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each way is measured, after one round of warm-up
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rounds: u32,
    #[command(flatten)]
    output: Output,
}

/// A way to the answer.
struct Way {
    name: String,
    program: PathBuf,
    arguments: Vec<String>,
    durations: Vec<u64>,
}

/// All that is known at the end.
#[derive(Serialize)]
struct Report {
    /// The form of this JSON.
    schema: u32,
    machine: Machine,
    files: u32,
    rounds: u32,
    /// The most memory that the walk held, in the kernel's words.
    peak: String,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    #[serde(flatten)]
    spread: Spread,
    /// The median divided by that of find, in hundredths.
    times_hundredths: u64,
}

/// Runs the task.
pub(crate) fn run(context: &Context, args: &Args) -> Result<(), BenchError> {
    if !context.has_program("find") {
        console::note("left out: bench doctor (there is no program `find` on PATH)");
        return Ok(());
    }
    console::note("building the walk");
    process::run(context.cargo().args([
        "build",
        "--quiet",
        "--release",
        "--package",
        "gvr-doctor",
        "--example",
        "owners",
    ]))?;
    let folder = context.target.join("bench");
    fs::create_dir_all(&folder).map_err(|source| BenchError::disk(&folder, source))?;
    console::note(format_args!("making a cache of {FILES} files"));
    let cache = cache(&folder)?;
    let mut ways = ways(context, cache.path())?;
    let peak = check(&ways)?;
    console::note(format_args!("measuring {} ways in {} rounds", ways.len(), args.rounds));
    for round in 0..=args.rounds {
        for way in &mut ways {
            let start = Instant::now();
            way.run()?;
            let duration = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
            if round > 0 {
                way.durations.push(duration);
            }
        }
    }
    let machine = Machine::look(context, &folder, &["rustc", "find"], &["crates/gvr-doctor"])?;
    let report = report(machine, args.rounds, peak, ways)?;
    let results = Results { bench: "doctor", text: rows(&report), section: section(&report), json: json(&report)? };
    args.output.deliver(context, &results)
}

/// A cache, which goes with the value.
fn cache(below: &Path) -> Result<TempDir, BenchError> {
    let failed = |source| BenchError::disk(below, source);
    let cache = tempfile::Builder::new().prefix("cache-").tempdir_in(below).map_err(failed)?;
    for folder in 0..FOLDERS {
        fs::create_dir(cache.path().join(format!("{folder:02x}"))).map_err(failed)?;
    }
    for file in 0..FILES {
        // Spread as hashes are, and as long.
        let hash = u128::from(file).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        let name = format!("{:02x}/{hash:032x}{hash:032x}-a", file % FOLDERS);
        File::create(cache.path().join(name)).map_err(failed)?;
    }
    Ok(cache)
}

fn ways(context: &Context, cache: &Path) -> Result<Vec<Way>, BenchError> {
    let user = cache.metadata().map_err(|source| BenchError::disk(cache, source))?.uid().to_string();
    let folder = cache.display().to_string();
    let walk = context.target.join("release/examples/owners");
    let way = |name: &str, program: &Path, arguments: &[&str]| Way {
        name: name.to_owned(),
        program: program.to_owned(),
        arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
        durations: Vec::new(),
    };
    let mut ways = vec![
        way("`find CACHE ! -user U`", Path::new("find"), &[&folder, "!", "-user", &user]),
        way("the doctor, one thread", &walk, &[&user, "1", &folder]),
    ];
    let cores = std::thread::available_parallelism().map_or(1, Into::into);
    if cores > 1 {
        ways.push(way(&format!("the doctor, {cores} threads"), &walk, &[&user, &cores.to_string(), &folder]));
    }
    Ok(ways)
}

impl Way {
    fn run(&self) -> Result<String, BenchError> {
        let output = process::output(Command::new(&self.program).args(&self.arguments))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Sees that each way finds the right thing, and how much memory the last one took.
fn check(ways: &[Way]) -> Result<String, BenchError> {
    let mut peak = String::new();
    for way in ways {
        let answer = way.run()?;
        let expected = format!("{} 0 ", FILES + FOLDERS + 1);
        let rest = if way.program == Path::new("find") {
            answer.is_empty().then_some("")
        } else {
            answer.strip_prefix(&expected)
        };
        let wrong =
            || BenchError::WrongProgram { name: way.name.clone(), expected: expected.clone(), got: answer.clone() };
        rest.ok_or_else(wrong)?.trim().clone_into(&mut peak);
    }
    Ok(peak)
}

fn report(machine: Machine, rounds: u32, peak: String, ways: Vec<Way>) -> Result<Report, BenchError> {
    let spreads = ways.into_iter().map(|Way { name, durations, .. }| {
        let spread = Spread::of(durations).ok_or_else(|| BenchError::Unmeasured { name: name.clone() })?;
        Ok((name, spread))
    });
    let spreads = spreads.collect::<Result<Vec<_>, BenchError>>()?;
    let find = spreads[0].1;
    let row = |(name, spread): (String, Spread)| Row { name, times_hundredths: spread.hundredths_of(&find), spread };
    Ok(Report { schema: 1, machine, files: FILES, rounds, peak, rows: spreads.into_iter().map(row).collect() })
}

fn rows(report: &Report) -> String {
    let milliseconds = |nanoseconds: u64| microseconds(nanoseconds / 1000);
    let rows = report.rows.iter().map(|Row { name, spread, times_hundredths }| {
        let durations = [spread.min_ns, spread.p10_ns, spread.median_ns, spread.p90_ns].map(milliseconds);
        let ends =
            [vec![name.clone(), spread.runs.to_string()], durations.to_vec(), vec![hundredths(*times_hundredths)]];
        ends.concat()
    });
    table(&["way to the answer", "runs", "min ms", "p10", "median", "p90", "×"], rows)
}

fn section(report: &Report) -> String {
    let run = format!("{} rounds after one of warm-up, at ordinary priority", report.rounds);
    format!(
        "{HEAD}\n{}\n{}\n{}. The most memory that the walk held was {}.\n",
        report.machine.markdown(&run),
        rows(report),
        "× is the median divided by that of find; the bar for the doctor with all cores is 0.50",
        report.peak,
    )
}

const HEAD: &str = "\
## Files of other users in a cache

The doctor looks for files in Go's caches that belong to somebody else, as a build under sudo leaves them. Here it looks
through a cache of 200,000 files in the shape of Go's build cache, all of which are the user's own, so that nothing ends the
search. The files are in the kernel's cache, and all ways take turns.

`cargo xtask bench doctor` measures again.
";

fn json(report: &Report) -> Result<String, BenchError> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

//! `bench doctor`: how long the doctor looks for files of other users in a cache, beside `find`, and how long all the rest of it
//! takes.
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
use super::install::disk::{self, Disk};
use super::machine::Machine;
use super::page::{self, Output, Results};
use super::statistics::{Spread, hundredths, since};
use super::table::table;
use crate::console;
use crate::context::Context;
use crate::process;

/// How many files the cache has.
const FILES: u32 = 200_000;
/// How many folders Go's build cache has, by the first two digits of a hash.
const FOLDERS: u32 = 256;

/// The release that the doctor finds in the home where it is measured whole; gvr knows its hash without asking anybody.
const RELEASE: &str = "1.23.1";

/// Measure the search for files of other users in a cache against find, and the doctor as a whole
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
    whole: Whole,
}

/// The doctor from its start to its end, in a home with empty caches.
#[derive(Serialize)]
struct Whole {
    /// The Go in that home.
    go: Option<String>,
    #[serde(flatten)]
    spread: Spread,
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
    for built in [["--package", "gvr-doctor", "--example", "owners"], ["--package", "gvr", "--bin", "gvr"]] {
        process::run(context.cargo().args(["build", "--quiet", "--release"]).args(built))?;
    }
    let folder = context.target.join("bench");
    fs::create_dir_all(&folder).map_err(|source| BenchError::disk(&folder, source))?;
    let disk = journalled(context, &folder)?;
    let folder = disk.as_ref().map_or(folder, |disk| disk.mounted.clone());
    console::note(format_args!("making a cache of {FILES} files"));
    let cache = cache(&folder)?;
    let home = Home::new(context, &folder)?;
    let mut ways = ways(context, cache.path())?;
    let peak = check(&ways)?;
    console::note(format_args!("measuring {} ways in {} rounds", ways.len() + 1, args.rounds));
    let mut whole = Vec::new();
    for round in 0..=args.rounds {
        let start = Instant::now();
        home.doctor()?;
        let duration = since(start);
        if round > 0 {
            whole.push(duration);
        }
        for way in &mut ways {
            let start = Instant::now();
            way.run()?;
            let duration = since(start);
            if round > 0 {
                way.durations.push(duration);
            }
        }
    }
    let machine = Machine::look(context, &folder, &["rustc", "find"], &["crates/gvr-doctor", "crates/gvr"])?;
    let spread = Spread::of(whole).ok_or_else(|| BenchError::Unmeasured { name: "gvr doctor".to_owned() })?;
    let report = report(machine, args.rounds, peak, ways, Whole { go: home.go.clone(), spread })?;
    let results =
        Results { bench: "doctor", text: rows(&report), section: section(&report), json: page::json(&report)? };
    args.output.deliver(context, &results)
}

/// A new ext4 of its own, where this process may mount one.
fn journalled(context: &Context, folder: &Path) -> Result<Option<Disk>, BenchError> {
    let needed = ["mkfs.ext4", "losetup", "mount", "umount"];
    if !disk::is_root() || !needed.iter().all(|program| context.has_program(program)) {
        console::note("only root can mount an ext4: measuring on the file system of the target folder");
        return Ok(None);
    }
    let disk = Disk::new(folder)?;
    disk.renew()?;
    Ok(Some(disk))
}

/// A home as somebody has it who works with Go, in which the doctor is run. It goes with the value.
struct Home {
    gvr: PathBuf,
    folder: TempDir,
    /// The Go in it.
    go: Option<String>,
}

impl Home {
    fn new(context: &Context, below: &Path) -> Result<Self, BenchError> {
        let folder = tempfile::Builder::new().prefix("home-").tempdir_in(below);
        let folder = folder.map_err(|source| BenchError::disk(below, source))?;
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).map_err(|source| BenchError::disk(&path, source))
        };
        write(".zshrc", "# mine\nexport PATH=\"$HOME/go/bin:$PATH\"\neval \"$(gvr init - zsh)\"\n")?;
        write(".bashrc", "export GOPATH=$HOME/go\n")?;
        write("go.mod", "module example.com/m\n\ngo 1.23.0\n")?;
        let mut home = Self { gvr: context.target.join("release/gvr"), folder, go: None };
        let archive = format!("go{RELEASE}.{}.tar.gz", context.platform);
        let archive = context.variable("GVR_TEST_OFFICIAL_DIST").map(|folder| Path::new(folder).join(archive));
        match archive.filter(|archive| archive.is_file()) {
            Some(archive) => {
                process::output(home.call().arg("install").arg(archive))?;
                home.go = Some(RELEASE.to_owned());
            }
            None => {
                console::note(format_args!("GVR_TEST_OFFICIAL_DIST names no folder with Go {RELEASE}: there is none"));
            }
        }
        Ok(home)
    }

    /// A call of gvr with nothing of this machine's but its programs.
    fn call(&self) -> Command {
        let home = self.folder.path();
        let mut call = Command::new(&self.gvr);
        call.env_clear().current_dir(home).env("HOME", home).env("SHELL", "/bin/zsh");
        call.env("PATH", format!("{}/.gvr/shims:/usr/local/bin:/usr/bin:/bin", home.display()));
        call
    }

    fn doctor(&self) -> Result<(), BenchError> {
        Ok(process::output(self.call().args(["doctor", "--json", "--fail-on", "never"])).map(drop)?)
    }
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

fn report(machine: Machine, rounds: u32, peak: String, ways: Vec<Way>, whole: Whole) -> Result<Report, BenchError> {
    let spreads = ways.into_iter().map(|Way { name, durations, .. }| {
        let spread = Spread::of(durations).ok_or_else(|| BenchError::Unmeasured { name: name.clone() })?;
        Ok((name, spread))
    });
    let spreads = spreads.collect::<Result<Vec<_>, BenchError>>()?;
    let find = spreads[0].1;
    let row = |(name, spread): (String, Spread)| Row { name, times_hundredths: spread.hundredths_of(&find), spread };
    let rows = spreads.into_iter().map(row).collect();
    Ok(Report { schema: 1, machine, files: FILES, rounds, peak, rows, whole })
}

fn rows(report: &Report) -> String {
    let rows = report.rows.iter().map(|Row { name, spread, times_hundredths }| {
        [vec![name.clone()], spread.milliseconds(), vec![hundredths(*times_hundredths)]].concat()
    });
    let whole =
        [vec!["all of `gvr doctor`".to_owned()], report.whole.spread.milliseconds(), vec![String::new()]].concat();
    let rows = rows.chain([whole]);
    table(&["way to the answer", "runs", "min ms", "p10", "median", "p90", "×"], rows)
}

fn section(report: &Report) -> String {
    let run = format!("{} rounds after one of warm-up, at ordinary priority", report.rounds);
    format!(
        "{HEAD}\n{}\n{}\n{} The most memory that the walk held was {}.\n\n{}\n",
        report.machine.markdown(&run),
        rows(report),
        "× is the median divided by that of find; the bar for the doctor with all cores is 0.50.",
        report.peak,
        format_args!(
            "The last row is the doctor from its start to its end, in a home with {} and with empty caches; its bar is 150 ms.",
            report.whole.go.as_ref().map_or_else(|| "no Go".to_owned(), |go| format!("Go {go}"))
        ),
    )
}

const HEAD: &str = "\
## Files of other users in a cache

The doctor looks for files in Go's caches that belong to somebody else, as a build under sudo leaves them. Here it looks
through a cache of 200,000 files in the shape of Go's build cache, all of which are the user's own, so that nothing ends the
search. It lies on an ext4 of its own where this is run as root. The files are in the kernel's cache, and all ways take turns.

`cargo xtask bench doctor` measures again.
";

//! `bench verify`: how long `gvr verify` takes, beside `find | xargs sha256sum` on the same tree.
//!
//! The tree is Go's own, installed from Go's own archive. The two ways take turns, once with the tree in the kernel's cache and
//! once with that cache emptied, where this process may do that.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde::Serialize;
use tempfile::TempDir;

use super::built;
use super::error::BenchError;
use super::machine::Machine;
use super::page::{self, Output, Results};
use super::statistics::{Spread, hundredths, since};
use super::table::table;
use crate::console;
use crate::context::Context;
use crate::process;

/// In gvr's own table, so that nobody has to be asked.
const VERSION: &str = "1.24.11";
const ARCHIVE: &str = "go1.24.11.linux-amd64.tar.gz";
/// Its name in a store on such a machine, and on another.
const NAMES: [&str; 2] = [VERSION, "1.24.11-linux-amd64"];
/// The most that gvr may take, as a part of what the plain tools take, in hundredths.
const BAR: u64 = 70;
const DROP_CACHES: &str = "/proc/sys/vm/drop_caches";

/// Measure `gvr verify` against find and sha256sum
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each way is measured, after one round of warm-up
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    rounds: u32,
    #[command(flatten)]
    output: Output,
}

/// Where the tree's bytes are before a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Cache {
    /// In memory.
    Warm,
    /// On the disk alone.
    Cold,
}

/// A way to the answer.
struct Way {
    name: &'static str,
    command: String,
}

/// All that is known at the end.
#[derive(Serialize)]
struct Report {
    /// The form of this JSON.
    schema: u32,
    machine: Machine,
    version: &'static str,
    files: usize,
    megabytes: u64,
    rounds: u32,
    rows: Vec<Row>,
    left_out: Vec<String>,
}

#[derive(Serialize)]
struct Row {
    cache: Cache,
    name: &'static str,
    #[serde(flatten)]
    spread: Spread,
    /// The median divided by that of the plain tools with the same cache, in hundredths.
    times_hundredths: u64,
}

/// Runs the task.
pub(crate) fn run(context: &Context, args: &Args) -> Result<(), BenchError> {
    let Some(archive) = archive(context) else {
        console::note(format_args!("left out: bench verify (GVR_TEST_OFFICIAL_DIST has no {ARCHIVE})"));
        return Ok(());
    };
    if let Some(missing) = ["sh", "find", "xargs", "sha256sum"].iter().find(|program| !context.has_program(program)) {
        console::note(format_args!("left out: bench verify (there is no program `{missing}` on PATH)"));
        return Ok(());
    }
    let gvr = built::gvr(context)?;
    let folder = context.target.join("bench");
    fs::create_dir_all(&folder).map_err(|source| BenchError::disk(&folder, source))?;
    console::note(format_args!("installing {VERSION}"));
    let root = tempfile::Builder::new().prefix("verify-").tempdir_in(&folder);
    let root = root.map_err(|source| BenchError::disk(&folder, source))?;
    let (tree, ways) = prepare(&gvr, &archive, &root)?;
    let (files, megabytes) = check(&tree, &ways)?;
    let mut left_out = Vec::new();
    let mut caches = vec![Cache::Warm];
    match empty_cache() {
        Ok(()) => caches.push(Cache::Cold),
        Err(error) => left_out.push(format!("the tree on the disk alone: {DROP_CACHES} cannot be written ({error})")),
    }
    let mut rows = Vec::new();
    for cache in caches {
        console::note(format_args!("measuring {} ways in {} rounds, {cache:?}", ways.len(), args.rounds));
        rows.extend(measure(&ways, args.rounds, cache)?);
    }
    let programs = ["rustc", "find", "xargs", "sha256sum"];
    let machine = Machine::look(context, &folder, &programs, &["crates/gvr", "crates/gvr-store", "crates/gvr-core"])?;
    let report = Report { schema: 1, machine, version: VERSION, files, megabytes, rounds: args.rounds, rows, left_out };
    let text = format!("{}\n{}", tables(&report), bars(&report));
    let json = page::json(&report)?;
    args.output.deliver(context, &Results { bench: "verify", text, section: section(&report), json })
}

fn archive(context: &Context) -> Option<PathBuf> {
    let named = context.variable("GVR_TEST_OFFICIAL_DIST").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| context.cache.join("gvr-official-dist"));
    Some(folder.join(ARCHIVE)).filter(|archive| archive.is_file())
}

/// Installs the tree, and says where it is and how it can be hashed.
fn prepare(gvr: &Path, archive: &Path, root: &TempDir) -> Result<(PathBuf, [Way; 2]), BenchError> {
    let root = root.path();
    let mut install = Command::new(gvr);
    install.args(["install", "--quiet"]).arg(archive).env_clear().env("HOME", root).env("GVR_OFFLINE", "1");
    process::output(install.env("GVR_ROOT", root))?;
    let (name, tree) = NAMES
        .iter()
        .map(|name| (name, root.join("versions").join(name)))
        .find(|(_, tree)| tree.is_dir())
        .ok_or_else(|| BenchError::Unmeasured { name: VERSION.to_owned() })?;
    let shown = |path: &Path| {
        let text = path.to_str().filter(|text| !text.contains('\'')).map(|text| format!("'{text}'"));
        text.ok_or_else(|| BenchError::Field { field: path.display().to_string() })
    };
    let environment = format!("env -i HOME={0} GVR_ROOT={0}", shown(root)?);
    let ways = [
        Way {
            name: "`find TREE -type f -print0 \\| xargs -0 -P2 sha256sum`",
            command: format!("find {} -type f -print0 | xargs -0 -P2 sha256sum", shown(&tree)?),
        },
        Way { name: "`gvr verify VERSION`", command: format!("exec {environment} {} verify {name}", shown(gvr)?) },
    ];
    Ok((tree, ways))
}

impl Way {
    fn run(&self) -> Result<String, BenchError> {
        let output = process::output(Command::new("sh").args(["-c", &self.command]))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// How long it takes, in nanoseconds, where nobody reads what it says.
    fn time(&self) -> Result<u64, BenchError> {
        let command = format!("exec >/dev/null; {}", self.command);
        let start = Instant::now();
        process::output(Command::new("sh").args(["-c", &command]))?;
        Ok(since(start))
    }
}

/// Sees that both ways hash every file. The answer is how many there are, and how many megabytes they have.
fn check(tree: &Path, ways: &[Way; 2]) -> Result<(usize, u64), BenchError> {
    // gvr's own two files in the tree are none of Go's, and its list of the others is as good as any.
    let sums = ways[0].run()?;
    let files = sums.lines().filter(|line| !line.contains("/.gvr-")).count();
    let answer = ways[1].run()?;
    let expected = format!(": intact ({files} files, ");
    let megabytes = answer.split_once(&expected).and_then(|(_, rest)| rest.split_once(" MB")?.0.parse().ok());
    let wrong = || BenchError::WrongProgram { name: tree.display().to_string(), expected, got: answer.clone() };
    Ok((files, megabytes.ok_or_else(wrong)?))
}

/// Has the kernel forget what it has read.
fn empty_cache() -> std::io::Result<()> {
    // What was written lately can only be forgotten once it is on the disk. Where there is no such program, less is.
    let _ = process::output(&mut Command::new("sync"));
    File::options().write(true).open(DROP_CACHES)?.write_all(b"3\n")
}

fn measure(ways: &[Way; 2], rounds: u32, cache: Cache) -> Result<Vec<Row>, BenchError> {
    let mut durations = [Vec::new(), Vec::new()];
    for round in 0..=rounds {
        for (way, durations) in ways.iter().zip(&mut durations) {
            if cache == Cache::Cold {
                empty_cache().map_err(|source| BenchError::disk(Path::new(DROP_CACHES), source))?;
            }
            let duration = way.time()?;
            if round > 0 {
                durations.push(duration);
            }
        }
    }
    let mut base = None;
    let row = |(way, durations): (&Way, Vec<u64>)| {
        let spread = Spread::of(durations).ok_or_else(|| BenchError::Unmeasured { name: way.name.to_owned() })?;
        let base = base.get_or_insert(spread);
        Ok(Row { cache, name: way.name, times_hundredths: spread.hundredths_of(base), spread })
    };
    ways.iter().zip(durations).map(row).collect()
}

fn tables(report: &Report) -> String {
    let rows = report.rows.iter().map(|Row { cache, name, spread, times_hundredths }| {
        let name = match cache {
            Cache::Warm => (*name).to_owned(),
            Cache::Cold => format!("{name}, from the disk"),
        };
        [vec![name], spread.milliseconds(), vec![hundredths(*times_hundredths)]].concat()
    });
    table(&["way to the answer", "runs", "min ms", "p10", "median", "p90", "×"], rows)
}

fn bars(report: &Report) -> String {
    let gvr = report.rows.chunks(2).filter_map(|pair| pair.last());
    page::bars(
        "×",
        gvr.map(|row| {
            let what = match row.cache {
                Cache::Warm => "gvr, the tree in memory",
                Cache::Cold => "gvr, the tree on the disk",
            };
            let times = row.times_hundredths;
            (what.to_owned(), times <= BAR, hundredths(BAR), hundredths(times))
        }),
    )
}

fn section(report: &Report) -> String {
    let run = format!("{} rounds after one of warm-up, at ordinary priority", report.rounds);
    let Report { files, megabytes, machine, left_out, .. } = report;
    let tree = format!("The tree is Go {VERSION} for linux-amd64: {files} files, {megabytes} MB.");
    let parts = [HEAD, &tree, "", &machine.markdown(&run), &tables(report), FOOT, "", &bars(report)];
    parts.join("\n") + "\n" + &page::left_out(left_out)
}

const HEAD: &str = "\
## Verifying an installed Go

`gvr verify` hashes every file of an installed Go and compares each with the record of its installation. Here it does so beside
the plain tools, which hash the same files and compare nothing. Both ways take turns.

`cargo xtask bench verify` measures again; it empties the kernel's cache for a part of it, which only root may.
";

const FOOT: &str = "\
× is the median divided by that of the plain tools with the same cache.";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_compared_with_the_tools_in_the_same_state() {
        let spread = |median_ns| Spread { runs: 1, min_ns: 1, p10_ns: 1, median_ns, p90_ns: 1 };
        let row = |cache, times_hundredths| Row { cache, name: "x", spread: spread(1), times_hundredths };
        let machine = Machine {
            date: String::new(),
            platform: String::new(),
            processor: String::new(),
            cores: 2,
            kernel: String::new(),
            file_system: String::new(),
            versions: Vec::new(),
            commit: String::new(),
        };
        let rows = vec![row(Cache::Warm, 100), row(Cache::Warm, 70), row(Cache::Cold, 100), row(Cache::Cold, 71)];
        let (rounds, left_out) = (1, Vec::new());
        let report = Report { schema: 1, machine, version: VERSION, files: 2, megabytes: 3, rounds, rows, left_out };
        let bars = bars(&report);
        assert!(bars.contains("memory: pass") && bars.contains("disk: miss") && bars.lines().count() == 4, "{bars}");
        assert!(tables(&report).contains("x, from the disk"));
        assert!(section(&report).contains("2 files, 3 MB"));
    }
}

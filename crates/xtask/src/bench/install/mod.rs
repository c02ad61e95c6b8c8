//! `bench install`: what an installation costs, beside what it is compared with.
//!
//! The built program is run as a user runs it, against a server on loopback, on a file system that is new each time.

pub(super) mod archives;
pub(super) mod disk;
pub(super) mod line;
pub(super) mod measure;
mod peers;
mod report;
pub(super) mod rows;
pub(super) mod server;

use std::fs;
use std::path::PathBuf;

use self::disk::Disk;
use self::measure::Place;
use self::report::Report;
use self::rows::Group;
use self::server::Server;
use super::built;
use super::error::BenchError;
use super::machine::Machine;
use super::page::{Output, Results};
use crate::console;
use crate::context::Context;

/// Measure an installation beside other installers and the plain tools
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each command is run
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
    /// Leave other version managers out
    #[arg(long)]
    no_peers: bool,
    /// Measure one version from loopback alone
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    output: Output,
}

/// Runs the task.
pub(crate) fn run(context: &Context, args: &Args) -> Result<(), BenchError> {
    let official = archives::folder(context);
    let (Some(official), None) = (&official, cannot_run(context, official.as_ref())) else {
        let reason = cannot_run(context, official.as_ref()).unwrap_or_default();
        console::note(format_args!("left out: bench install ({reason})"));
        return Ok(());
    };
    let mut left_out = Vec::new();
    let folder = context.target.join("bench").join("install");
    let work = folder.join("archives");
    fs::create_dir_all(&work).map_err(|source| BenchError::disk(&work, source))?;

    let gvr = built::gvr(context)?;
    let usage = built::usage(context, &folder)?;

    let mut rows = rows::own();
    let mut variables = vec![("GVR", gvr), ("TARS", work.clone())];
    if args.no_peers {
        left_out.push("all other managers: --no-peers".to_owned());
    } else {
        let (peers, theirs) = peers::rows(context, &folder, &mut left_out);
        rows.extend(peers);
        variables.extend(theirs);
    }
    if args.quick {
        rows.retain(|row| row.group == Group::Loopback);
        left_out.push("other lines and archives: --quick".to_owned());
    }
    for reason in &left_out {
        console::note(format_args!("left out: {reason}"));
    }

    archives::inflate(official, &work)?;
    let content = archives::content(official, &folder.join("made"))?;
    let server = Server::start(content).map_err(|source| BenchError::disk(&folder, source))?;
    let disk = Disk::new(&folder)?;
    console::note(format_args!("measuring {} commands in {} rounds", rows.len(), args.rounds));
    let place = Place { usage, disk: &disk, server: &server, variables };
    let measured = measure::measure(&place, &rows, args.rounds)?;
    let programs = ["rustc", "curl", "tar", "gzip"];
    let sources = ["crates/gvr", "crates/gvr-fetch", "crates/gvr-store", "crates/gvr-core"];
    let machine = Machine::look(context, &disk.mounted, &programs, &sources)?;
    let report = Report::new(machine, args.rounds, &measured, left_out);
    let results = Results { bench: "install", text: report.text(), section: report.section(), json: report.json()? };
    args.output.deliver(context, &results)
}

/// Why nothing can be measured on this machine, if so.
pub(super) fn cannot_run(context: &Context, official: Option<&PathBuf>) -> Option<String> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Some("it installs Go for Linux on x86_64".to_owned());
    }
    if official.is_none() {
        return Some("GVR_TEST_OFFICIAL_DIST names no folder with Go's own archives of four versions".to_owned());
    }
    if !disk::is_root() {
        return Some("it mounts file systems, so it must be run as root".to_owned());
    }
    let needed = ["cc", "curl", "tar", "gzip", "mkfs.ext4", "losetup", "mount", "umount"];
    let missing = needed.iter().find(|program| !context.has_program(program));
    missing.map(|program| format!("there is no program `{program}` on PATH"))
}

//! `bench ci`: what the step costs that gives a pipeline its Go, beside the steps that actions/setup-go takes.

use std::fs;
use std::process::Command;

use serde::Serialize;

use super::built;
use super::error::BenchError;
use super::install;
use super::install::archives::{self, VERSION};
use super::install::disk::Disk;
use super::install::line::{self, Line};
use super::install::measure::{Place, measure};
use super::install::rows::{Group, LINE, Role, Row};
use super::install::server::Server;
use super::machine::Machine;
use super::page::{self, Output, Results};
use super::statistics::{hundredths, seconds};
use super::table::table;
use crate::console;
use crate::context::Context;
use crate::process;

/// Measure `gvr ci` beside the steps that actions/setup-go takes
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How often each command is run
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(1..=1000))]
    rounds: u32,
    #[command(flatten)]
    output: Output,
}

/// All that is known at the end.
#[derive(Serialize)]
struct Report {
    /// The form of this JSON.
    schema: u32,
    machine: Machine,
    rounds: u32,
    rows: Vec<Line>,
}

/// Runs the task.
pub(crate) fn run(context: &Context, args: &Args) -> Result<(), BenchError> {
    let official = archives::folder(context);
    let (Some(official), None) = (&official, install::cannot_run(context, official.as_ref())) else {
        let reason = install::cannot_run(context, official.as_ref()).unwrap_or_default();
        console::note(format_args!("left out: bench ci ({reason})"));
        return Ok(());
    };
    let folder = context.target.join("bench").join("ci");
    let failed = |source| BenchError::disk(&folder, source);
    fs::create_dir_all(&folder).map_err(failed)?;
    let gvr = built::gvr(context)?;
    let usage = built::usage(context, &folder)?;
    let server = Server::start(archives::content(official, &folder.join("made"))?).map_err(failed)?;

    // A store in which the Go is, for the step that finds it.
    let warm = tempfile::Builder::new().prefix("warm-").tempdir_in(&folder).map_err(failed)?;
    let install = |command: &mut Command| process::output(command).map(drop);
    install(
        Command::new(&gvr)
            .args(["install", "--quiet", VERSION])
            .env_clear()
            .env("HOME", warm.path())
            .env("GVR_ROOT", warm.path())
            .env("GVR_DIST_URL", server.url()),
    )?;

    let disk = Disk::new(&folder)?;
    let rows = rows();
    console::note(format_args!("measuring {} commands in {} rounds", rows.len(), args.rounds));
    let variables = vec![("GVR", gvr), ("WARM", warm.path().to_owned())];
    let place = Place { usage, disk: &disk, server: &server, variables };
    let measured = measure(&place, &rows, args.rounds)?;
    let programs = ["rustc", "curl", "tar", "gzip", "cp"];
    let sources = ["crates/gvr", "crates/gvr-fetch", "crates/gvr-store", "crates/gvr-core"];
    let machine = Machine::look(context, &disk.mounted, &programs, &sources)?;
    let report = Report { schema: 1, machine, rounds: args.rounds, rows: line::lines(&measured) };
    let (text, section, json) = (tables(&report), section(&report), page::json(&report)?);
    args.output.deliver(context, &Results { bench: "ci", text, section, json })
}

/// The commands. Those of actions/setup-go are what its `installGoVersion` does: a download into a file, tar, and a copy into the
/// runner's cache of tools; node, which runs it, and the list of versions that it asks for come on top.
fn rows() -> Vec<Row> {
    let archive = format!("$URL/go{VERSION}.linux-amd64.tar.gz");
    let piped = format!("curl -sS {archive} | tar xz -C $DISK");
    let setup_go = format!(
        "curl -sS -o $DISK/archive {archive} && mkdir $DISK/extracted $DISK/tools && \
         tar xz --warning=no-unknown-keyword --overwrite -C $DISK/extracted -f $DISK/archive && \
         cp -r $DISK/extracted/go $DISK/tools/"
    );
    let module = format!("printf 'module m\\n\\ngo 1.27\\n\\ntoolchain go{VERSION}\\n' >$DISK/go.mod");
    let gvr = |root: &str, more: &str| {
        let files = "GITHUB_ACTIONS=true GITHUB_PATH=$DISK/path GITHUB_ENV=$DISK/env";
        format!(
            "{module} && cd $DISK && exec env -i HOME=$DISK GVR_ROOT={root} GVR_DIST_URL=$URL {files} {more}$GVR ci --quiet >/dev/null"
        )
    };
    let mut rows = Vec::new();
    for group in [Group::Loopback, Group::Line] {
        let mut add = |role, name: &str, command: &str| {
            rows.push(Row { group, role, name: name.to_owned(), command: command.to_owned() });
        };
        add(Role::Base, "`curl \\| tar xz`, which checks nothing", &piped);
        add(Role::Part, "as actions/setup-go: download, extract, copy", &setup_go);
        add(
            Role::Quick,
            "`gvr ci`, not durable, as the action on GitHub's machines",
            &gvr("$DISK/gvr", "GVR_DURABLE=0 "),
        );
        add(Role::Durable, "`gvr ci`", &gvr("$DISK/gvr", ""));
    }
    rows.push(Row {
        group: Group::Loopback,
        role: Role::Part,
        name: "`gvr ci`, where the Go is there".to_owned(),
        command: gvr("$WARM", ""),
    });
    rows
}

fn tables(report: &Report) -> String {
    let tables = [Group::Loopback, Group::Line].map(|group| {
        let rows = report.rows.iter().filter(|row| row.group == group).map(|row| {
            vec![
                row.name.clone(),
                seconds(row.wall.min_ns),
                seconds(row.wall.median_ns),
                seconds(row.wall.p90_ns),
                hundredths(row.wall_hundredths),
                seconds(row.processor.median_ns),
                hundredths(row.processor_hundredths),
                hundredths(row.memory_kib * 100 / 1024),
            ]
        });
        let header = ["", "min s", "median", "p90", "×", "CPU s", "× CPU", "MiB"];
        // The title of the other bench's table is another one.
        let title = if group == Group::Line {
            format!("Over a line of {} MB/s, cold", LINE / 1_000_000)
        } else {
            "Cold".to_owned()
        };
        format!("#### {title}\n\n{}", table(&header, rows))
    });
    tables.join("\n")
}

fn section(report: &Report) -> String {
    format!(
        "{HEAD}\n{}\n{}\n{COLUMNS}\n### What was run in a pipeline\n\n```sh\n{}```\n",
        report.machine.markdown(&line::conditions(report.rounds)),
        tables(report),
        line::commands(&report.rows),
    )
}

const HEAD: &str = "\
## A pipeline's first step

What does a pipeline wait for until it has its Go? `gvr ci` reads the go.mod, asks the server for its list of releases, installs,
verifies, makes the shims and writes the runner's files. Beside it stand `curl | tar xz`, and the steps of actions/setup-go's
installer by the same plain tools: what its own program and its list of versions cost on top is not counted. The server is on loopback.

`cargo xtask bench ci` measures again. It mounts file systems, so it needs root.
";

const COLUMNS: &str = "\
× is the median divided by that of the table's first row, for the time that passes and for the processor's. MiB is the most
that any one process of the command ever had in memory.
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_has_what_it_is_compared_with() {
        let rows = rows();
        for row in &rows {
            assert!(rows.iter().any(|base| (base.group, base.role) == (row.group, Role::Base)), "{}", row.name);
        }
        let names = rows.iter().filter(|row| row.command.contains("$GVR ci ")).count();
        assert_eq!(names, 5);
    }
}

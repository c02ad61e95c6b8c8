//! The book's section about what the shim costs.

use super::peers::ELSEWHERE;
use super::report::Report;
use super::tables;
use crate::bench::page::left_out;
use crate::bench::statistics::microseconds;
use crate::bench::table::table;

/// The whole section.
pub(crate) fn section(report: &Report) -> String {
    let parts = [
        HEAD.to_owned(),
        machine(report),
        format!("{}\n{COLUMNS}", tables::rows(report)),
        format!("### The bars\n\n{BARS}\n{}", tables::bars(report)),
        left_out(&report.left_out),
        elsewhere(),
        commands(report),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

const HEAD: &str = "\
## A call through the shim

What does it cost that `go` on PATH is a shim? Here the program that stands for `go` ends at once, and each way to it is
timed from vfork and execve until waitpid. All ways take turns in one run, in another order each round, so that what else
the machine does meets them alike: compare within this table, not with another.

`cargo xtask bench shim` measures again. Each way is first seen to lead to the right program; a way that does not fails the
run.
";

const COLUMNS: &str = "\
The overhead is the median less the median of the call by the path; × is one divided by the other. For rustup's proxy
both rows run a real rustc, and the overhead is what the proxy adds to it. Rows of several milliseconds are measured in
every tenth round, so that they do not empty the caches for all others.
";

const BARS: &str = "\
What a call may cost. A busy machine misses a bar with the best of shims, so a miss is said here and fails nothing.
";

fn machine(report: &Report) -> String {
    let priority = if report.real_time { "with real-time priority (`chrt -r 5`)" } else { "at ordinary priority" };
    report.machine.markdown(&format!("{} rounds after {} of warm-up, {priority}", report.rounds, report.warm_up))
}

fn elsewhere() -> String {
    let rows = ELSEWHERE.iter().map(|peer| {
        let shown = |microseconds_: u32| microseconds(u64::from(microseconds_) * 1000);
        vec![peer.name.to_owned(), shown(peer.overhead_us), peer.deep_us.map_or_else(|| "–".to_owned(), shown)]
    });
    let table = table(&["measured elsewhere", "overhead µs", "20 folders deep"], rows);
    format!("### Not measured here\n\n{ELSEWHERE_TEXT}\n{table}")
}

const ELSEWHERE_TEXT: &str = "\
These need more than a package to install. The figures come from another machine of the same kind, on 23 November 2026:
2 virtual cores of an AMD EPYC (Zen 5), Linux 6.18, the same way of measuring. They say how large the differences are, and
no more.
";

fn commands(report: &Report) -> String {
    let lines = report.rows.iter().map(|row| format!("# {}\n{}\n", row.name.replace('`', ""), row.command));
    format!("### What was run\n\n{COMMANDS}\n```sh\n{}```\n", lines.collect::<String>())
}

const COMMANDS: &str = "\
`$LAB` is a folder that the task makes and removes: stores with the versions 1.22.5 and 1.23.1 (which is global), a folder
`work` whose `.go-version` names 1.22.5, and a folder `module` whose go.mod says `go 1.22.7`. The released shim was built
in the profile `dist` for musl, the other by `cargo build --release`. The programs' sources are in `tests/bench`.
";

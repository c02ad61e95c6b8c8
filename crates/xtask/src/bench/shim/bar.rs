//! How much a call through the shim may cost. A bar that is missed is said, and fails nothing: a busy machine misses it
//! with the best of shims.

use serde::Serialize;

use super::measure::Measured;
use super::row::{Build, Role, Situation};

/// A bar, and what was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Bar {
    /// What may not cost more.
    pub(crate) what: String,
    /// The most that it may cost, in nanoseconds.
    pub(crate) most_ns: i64,
    /// What it cost.
    pub(crate) measured_ns: i64,
    /// Whether that is no more.
    pub(crate) is_met: bool,
}

const RELEASED_NS: i64 = 100_000;
const PLAIN_NS: i64 = 850_000;
const DEEP_NS: i64 = 80_000;
const GO_MOD_NS: i64 = 50_000;

/// Every bar whose rows were measured.
pub(crate) fn bars(measured: &[Measured]) -> Vec<Bar> {
    let shims = [
        (Build::Released, RELEASED_NS, "the released shim"),
        (Build::Plain, PLAIN_NS, "the shim of `cargo build --release`"),
    ];
    let mut bars = Vec::new();
    for (build, most_ns, name) in shims {
        let pin = Role::Shim(build, Situation::Pin);
        let comparisons = [
            (pin, Role::Direct, most_ns, format!("{name}, over `go` by its path")),
            (Role::Shim(build, Situation::Deep), pin, DEEP_NS, format!("20 folders below the pin, over {name}")),
            (Role::Shim(build, Situation::GoMod), pin, GO_MOD_NS, format!("go.mod, over {name}")),
        ];
        for (role, base, most_ns, what) in comparisons {
            if let Some(measured_ns) = over(measured, role, base) {
                bars.push(Bar { what, most_ns, measured_ns, is_met: measured_ns <= most_ns });
            }
        }
    }
    bars
}

/// How much longer one row's median is than another's.
fn over(measured: &[Measured], role: Role, base: Role) -> Option<i64> {
    let find = |role| measured.iter().find(|measured| measured.row.role == role).map(|measured| measured.spread);
    Some(find(role)?.over(&find(base)?))
}

#[cfg(test)]
mod tests {
    use super::super::row::Row;
    use super::*;
    use crate::bench::statistics::Spread;

    fn measured(role: Role, median_ns: u64) -> Measured {
        let row = Row {
            name: String::new(),
            role,
            folder: "/".into(),
            environment: Vec::new(),
            program: "/bin/true".into(),
            argument: "version",
            question: "where",
            answer: String::new(),
            every: 1,
        };
        Measured { row, spread: Spread::of(vec![median_ns]).unwrap() }
    }

    #[test]
    fn a_bar_is_met_up_to_the_nanosecond() {
        let shim = |situation| Role::Shim(Build::Released, situation);
        let rows = [
            measured(Role::Direct, 150_000),
            measured(shim(Situation::Pin), 250_000),
            measured(shim(Situation::Deep), 330_001),
            measured(shim(Situation::GoMod), 240_000),
        ];
        let bars: Vec<_> = bars(&rows).into_iter().map(|bar| (bar.measured_ns, bar.is_met)).collect();
        assert_eq!(bars, [(100_000, true), (80_001, false), (-10_000, true)]);
    }

    #[test]
    fn what_was_not_measured_has_no_bar() {
        assert_eq!(bars(&[measured(Role::Direct, 1), measured(Role::Other, 2)]), []);
    }
}

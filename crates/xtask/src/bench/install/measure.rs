//! Runs all rows in turns, in another order each round, each on a new file system.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::disk::Disk;
use super::rows::Row;
use super::server::Server;
use crate::bench::error::BenchError;
use crate::bench::statistics::Spread;
use crate::process;

/// What one row cost.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) row: Row,
    pub(crate) wall: Spread,
    /// In user mode and in the kernel, with all children.
    pub(crate) user: Spread,
    pub(crate) system: Spread,
    pub(crate) processor: Spread,
    /// The largest resident set of any one process in any round, in KiB.
    pub(crate) memory_kib: u64,
}

/// What the rows are given.
pub(crate) struct Place<'a> {
    /// The program that measures one.
    pub(crate) usage: PathBuf,
    pub(crate) disk: &'a Disk,
    pub(crate) server: &'a Server,
    pub(crate) variables: Vec<(&'static str, PathBuf)>,
}

/// One run.
#[derive(Clone, Copy, Debug, Serialize)]
struct Cost {
    wall_ns: u64,
    user_ns: u64,
    system_ns: u64,
    memory_kib: u64,
}

/// Runs each row `rounds` times.
pub(crate) fn measure(place: &Place<'_>, rows: &[Row], rounds: u32) -> Result<Vec<Measured>, BenchError> {
    let mut costs = vec![Vec::new(); rows.len()];
    let mut order: Vec<_> = (0..rows.len()).collect();
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.subsec_nanos());
    let mut random = Random(u64::from(seed));
    for _ in 0..rounds {
        random.shuffle(&mut order);
        for number in &order {
            costs[*number].push(run(place, &rows[*number])?);
        }
    }
    rows.iter().zip(costs).map(|(row, costs)| summed_up(row, &costs)).collect()
}

fn run(place: &Place<'_>, row: &Row) -> Result<Cost, BenchError> {
    place.disk.renew()?;
    place.server.limit(row.group.rate());
    let mut command = Command::new(&place.usage);
    command.args(["sh", "-c", &row.command]).env("URL", place.server.url()).env("DISK", &place.disk.mounted);
    command.envs(place.variables.iter().map(|(name, value)| (*name, value)));
    let output = process::output(command.stderr(Stdio::piped()))?;
    let line = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    cost(&line).ok_or(BenchError::Answer { line })
}

/// Nanoseconds, microseconds, microseconds, KiB.
fn cost(line: &str) -> Option<Cost> {
    let numbers: Vec<u64> = line.split(' ').map(|word| word.parse().ok()).collect::<Option<_>>()?;
    let [wall_ns, user, system, memory_kib] = numbers[..] else { return None };
    Some(Cost { wall_ns, user_ns: user * 1000, system_ns: system * 1000, memory_kib })
}

fn summed_up(row: &Row, costs: &[Cost]) -> Result<Measured, BenchError> {
    let spread = |value: fn(&Cost) -> u64| {
        let spread = Spread::of(costs.iter().map(value).collect());
        spread.ok_or_else(|| BenchError::Unmeasured { name: row.name.clone() })
    };
    Ok(Measured {
        row: row.clone(),
        wall: spread(|cost| cost.wall_ns)?,
        user: spread(|cost| cost.user_ns)?,
        system: spread(|cost| cost.system_ns)?,
        processor: spread(|cost| cost.user_ns + cost.system_ns)?,
        memory_kib: costs.iter().map(|cost| cost.memory_kib).max().unwrap_or_default(),
    })
}

/// Good enough for an order in which nothing always follows the same.
struct Random(u64);

impl Random {
    fn shuffle(&mut self, list: &mut [usize]) {
        for end in (1..list.len()).rev() {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let below = u64::try_from(end + 1).unwrap_or(u64::MAX);
            list.swap(end, usize::try_from((self.0 >> 33) % below).unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_measuring_program_says() {
        let cost = cost("1500000000 700000 300000 14336").unwrap();
        assert_eq!(
            (cost.wall_ns, cost.user_ns, cost.system_ns, cost.memory_kib),
            (1_500_000_000, 700_000_000, 300_000_000, 14336)
        );
        for line in ["", "1 2 3", "1 2 3 4 5", "1 2 3 x"] {
            assert!(super::cost(line).is_none(), "{line}");
        }
    }

    #[test]
    fn an_order_has_everybody_once() {
        let mut order: Vec<_> = (0..9).collect();
        Random(7).shuffle(&mut order);
        assert_ne!(order, (0..9).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..9).collect::<Vec<_>>());
    }
}

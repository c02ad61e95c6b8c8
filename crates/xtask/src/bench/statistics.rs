//! What a list of durations comes down to. Whole nanoseconds throughout: nothing here needs fractions of them.

use std::time::Instant;

use serde::Serialize;

/// The spread of one row's durations, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Spread {
    /// How many there were.
    pub(crate) runs: usize,
    /// The shortest.
    pub(crate) min_ns: u64,
    /// A tenth was shorter.
    pub(crate) p10_ns: u64,
    /// Half were shorter.
    pub(crate) median_ns: u64,
    /// Nine tenths were shorter.
    pub(crate) p90_ns: u64,
}

impl Spread {
    /// The spread of `durations`; none where there are none.
    pub(crate) fn of(mut durations: Vec<u64>) -> Option<Self> {
        durations.sort_unstable();
        let runs = durations.len();
        let tenth = |tenths: usize| durations.get((runs * tenths / 10).min(runs.saturating_sub(1))).copied();
        Some(Self { runs, min_ns: tenth(0)?, p10_ns: tenth(1)?, median_ns: tenth(5)?, p90_ns: tenth(9)? })
    }

    /// How much longer the median is than that of `other`; negative where it is shorter.
    pub(crate) fn over(&self, other: &Self) -> i64 {
        self.median_ns.cast_signed().saturating_sub(other.median_ns.cast_signed())
    }

    /// The number of runs, then all durations as milliseconds: the cells of a table.
    pub(crate) fn milliseconds(&self) -> Vec<String> {
        let durations = [self.min_ns, self.p10_ns, self.median_ns, self.p90_ns];
        let cells = durations.map(|nanoseconds| microseconds(nanoseconds / 1000));
        [self.runs.to_string()].into_iter().chain(cells).collect()
    }

    /// How many times as long the median is as that of `other`, in hundredths.
    pub(crate) fn hundredths_of(&self, other: &Self) -> u64 {
        self.median_ns.saturating_mul(100) / other.median_ns.max(1)
    }
}

/// How long ago that was, in nanoseconds.
pub(crate) fn since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// Nanoseconds as seconds with two decimals, rounded.
pub(crate) fn seconds(nanoseconds: u64) -> String {
    hundredths((nanoseconds + 5_000_000) / 10_000_000)
}

/// Nanoseconds as microseconds with one decimal, cut off rather than rounded.
pub(crate) fn microseconds(nanoseconds: u64) -> String {
    format!("{}.{}", nanoseconds / 1000, nanoseconds % 1000 / 100)
}

/// The same for a difference.
pub(crate) fn signed_microseconds(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    sign.to_owned() + &microseconds(nanoseconds.unsigned_abs())
}

/// Hundredths as a number with two decimals.
pub(crate) fn hundredths(value: u64) -> String {
    format!("{}.{:02}", value / 100, value % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_does_not_mind_the_order() {
        let spread = Spread::of((0..100).rev().collect()).unwrap();
        assert_eq!(spread, Spread { runs: 100, min_ns: 0, p10_ns: 10, median_ns: 50, p90_ns: 90 });
        let one = Spread::of(vec![7]).unwrap();
        assert_eq!(one, Spread { runs: 1, min_ns: 7, p10_ns: 7, median_ns: 7, p90_ns: 7 });
        assert_eq!(Spread::of(Vec::new()), None);
    }

    #[test]
    fn rows_are_compared_by_their_medians() {
        let (short, long) = (Spread::of(vec![1000]).unwrap(), Spread::of(vec![1575]).unwrap());
        assert_eq!((long.over(&short), short.over(&long)), (575, -575));
        assert_eq!(hundredths(long.hundredths_of(&short)), "1.57");
    }

    #[test]
    fn numbers_read_as_microseconds() {
        assert_eq!((microseconds(150_960).as_str(), microseconds(99).as_str()), ("150.9", "0.0"));
        assert_eq!(signed_microseconds(-1_500), "-1.5");
        assert_eq!(hundredths(105), "1.05");
    }
}

//! When to try again.

use std::hash::{BuildHasher as _, RandomState};
use std::thread;
use std::time::{Duration, SystemTime};

use super::FetchError;
use crate::RetryPolicy;

/// Counts attempts and says how long to wait before the next.
pub(crate) struct Attempts {
    policy: RetryPolicy,
    failed: u32,
}

impl Attempts {
    pub(crate) fn new(policy: RetryPolicy) -> Self {
        Self { policy, failed: 0 }
    }

    /// Notes that one has failed; `None` if there shall not be another, else how long to wait for it.
    pub(crate) fn next_wait(&mut self, error: &FetchError) -> Option<Duration> {
        self.failed += 1;
        if self.failed >= self.policy.attempts || !error.is_transient() {
            return None;
        }
        Some(wait(self.policy, self.failed, error.retry_after(), random_half()))
    }

    /// Something was achieved, so the next failure is the first again.
    pub(crate) fn start_over(&mut self) {
        self.failed = 0;
    }
}

/// Runs `attempt` until it succeeds or there is no point in another; `notice` hears of each failure that is followed by a wait.
pub(crate) fn in_attempts<T>(
    policy: RetryPolicy,
    notice: &dyn Fn(&FetchError, Duration),
    mut attempt: impl FnMut() -> Result<T, FetchError>,
) -> Result<T, FetchError> {
    let mut attempts = Attempts::new(policy);
    loop {
        match attempt() {
            Ok(value) => return Ok(value),
            Err(error) => {
                let Some(wait) = attempts.next_wait(&error) else { return Err(error) };
                notice(&error, wait);
                thread::sleep(wait);
            }
        }
    }
}

/// Half of the exponential wait is certain, the other half is scaled by `random` (0 to 1), so that the many machines that a
/// failing server turned away do not all come back at once. What the server asks for is the least that is waited.
fn wait(policy: RetryPolicy, failed: u32, retry_after: Option<Duration>, random: f64) -> Duration {
    let doubled = policy.first_wait.saturating_mul(1_u32.checked_shl(failed - 1).unwrap_or(u32::MAX));
    let backoff = doubled.min(policy.longest_wait);
    let backoff = backoff / 2 + (backoff / 2).mul_f64(random);
    backoff.max(retry_after.unwrap_or_default().min(policy.longest_retry_after))
}

/// A number from 0 to 1. The standard library seeds its hash tables at random, which is random enough for a wait.
fn random_half() -> f64 {
    let bits = RandomState::new().hash_one(0_u8) >> 32;
    f64::from(u32::try_from(bits).unwrap_or(u32::MAX)) / f64::from(u32::MAX)
}

/// `Retry-After`: seconds, or a date (RFC 9110, 10.2.3). A date that is past means now; anything else says nothing.
pub(super) fn parse_retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy {
        attempts: 4,
        first_wait: Duration::from_millis(400),
        longest_wait: Duration::from_secs(8),
        longest_retry_after: Duration::from_mins(1),
    };

    #[test]
    fn waits_double_up_to_a_limit() {
        let longest = |failed| wait(POLICY, failed, None, 1.0).as_millis();
        assert_eq!([1, 2, 3, 4, 5, 6, 60].map(longest), [400, 800, 1600, 3200, 6400, 8000, 8000]);
        assert_eq!(wait(POLICY, 1, None, 0.0).as_millis(), 200);
        assert!((0.0..=1.0).contains(&random_half()));
    }

    #[test]
    fn a_server_may_ask_for_a_longer_wait_but_not_for_an_endless_one() {
        let asked = |seconds| wait(POLICY, 1, Some(Duration::from_secs(seconds)), 1.0).as_millis();
        assert_eq!([0, 3, 1_000_000_000].map(asked), [400, 3000, 60_000]);
    }

    #[test]
    fn reads_seconds_and_dates() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let parse = |value| parse_retry_after(value, now).map(|wait| wait.as_secs());
        assert_eq!(parse("120"), Some(120));
        assert_eq!(parse(" 0 "), Some(0));
        assert_eq!(parse("99999999999999999999999"), Some(u64::MAX));
        assert_eq!(parse("Sun, 06 Nov 1994 08:50:37 GMT"), Some(60));
        assert_eq!(parse("Sun, 06 Nov 1994 08:40:37 GMT"), Some(0));
        for junk in ["", "-1", "1.5", "soon", "+3"] {
            assert_eq!(parse(junk), None, "{junk:?}");
        }
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let status = |status| FetchError::Status { url: String::new(), status, meaning: "", retry_after: None };
        for code in [408, 429, 500, 502, 503, 504] {
            assert!(Attempts::new(POLICY).next_wait(&status(code)).is_some(), "{code}");
        }
        for code in [400, 401, 403, 404, 410, 451] {
            assert!(Attempts::new(POLICY).next_wait(&status(code)).is_none(), "{code}");
        }
        let mut attempts = Attempts::new(POLICY);
        assert_eq!((0..5).filter(|_| attempts.next_wait(&status(500)).is_some()).count(), 3, "four attempts in all");
    }
}

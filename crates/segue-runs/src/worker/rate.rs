//! How fast a run goes on and how long it still takes, told calmly: imports end many at a time, and then for a while none.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// What is done is looked back at for so long, at least.
const WINDOW: Duration = Duration::from_secs(60);

/// How fast something goes on, by how much of it was done when.
pub(super) struct Rate {
    /// When more was done than before, and how much; the first is when it began.
    seen: VecDeque<(Instant, u64)>,
    per_second: f64,
}

impl Rate {
    pub(super) fn since(began: Instant) -> Self {
        Self { seen: VecDeque::from([(began, 0)]), per_second: 0.0 }
    }

    /// How many a second within the last minute or since it began; as before while no more is done, 0 before anything is.
    pub(super) fn at(&mut self, now: Instant, done: u64) -> f64 {
        if self.seen.back().is_none_or(|(_, before)| done <= *before) {
            return self.per_second;
        }
        self.seen.push_back((now, done));
        while self.seen.get(1).is_some_and(|(at, _)| now - *at >= WINDOW) {
            self.seen.pop_front();
        }
        if let Some((from, before)) = self.seen.front().filter(|(from, _)| *from < now) {
            self.per_second = number(done - before) / (now - *from).as_secs_f64();
        }
        self.per_second
    }
}

/// What is left of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    /// Contacts whose fate is not known.
    pub(super) unconfirmed: u64,
    /// Those of them that the provider has not taken yet.
    pub(super) unsent: u64,
}

impl Left {
    /// Seconds that it takes at this rate, and at the least those that the account's limit makes of it; none while nothing can
    /// be said.
    pub(super) fn seconds(self, per_second: f64, limit: Option<f64>) -> Option<u64> {
        let seconds = number(self.unconfirmed) / Some(per_second).filter(|rate| *rate > 0.0)?;
        let least = limit.map_or(0.0, |limit| number(self.unsent) / limit);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate")]
        let whole = seconds.max(least).ceil() as u64;
        Some(whole)
    }
}

fn number(count: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let number = count as f64;
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_last_rate_is_kept_while_nothing_more_is_done() {
        let began = Instant::now();
        let mut rate = Rate::since(began);
        let mut is = |second: u32, done: u64, expected: f64| {
            let told = rate.at(began + second * SECOND, done);
            assert!((told - expected).abs() < 1e-9, "{told} at second {second}");
        };
        is(5, 0, 0.0);
        is(10, 1_000, 100.0);
        for second in 11..70 {
            is(second, 1_000, 100.0);
        }
        // 1,000 more within the 60 seconds since.
        is(70, 2_000, 1_000.0 / 60.0);
    }

    #[test]
    fn what_comes_in_heaps_is_told_evenly() {
        let began = Instant::now();
        let mut rate = Rate::since(began);
        let mut told = Vec::new();
        for second in 1..=180 {
            // 2,500 every 15 seconds.
            let done = u64::from(second / 15) * 2_500;
            let per_second = rate.at(began + second * SECOND, done);
            let left = Left { unconfirmed: 30_000 - done, unsent: 0 };
            let estimate = left.seconds(per_second, None);
            assert_eq!(estimate.is_none(), second < 15, "at second {second}");
            told.extend(estimate.map(|seconds| u64::from(second) + seconds));
        }
        // The end that is foretold hardly moves: it is the real one, or as long after it as a heap takes.
        assert!(told.iter().all(|end| (180..=195).contains(end)), "{told:?}");
    }

    #[test]
    fn a_rate_that_has_changed_is_known_after_a_minute() {
        let began = Instant::now();
        let mut rate = Rate::since(began);
        for second in 1..=100 {
            rate.at(began + second * SECOND, u64::from(second) * 100);
        }
        for second in 101..=161 {
            rate.at(began + second * SECOND, 10_000 + u64::from(second - 100) * 10);
        }
        let now = rate.at(began + 162 * SECOND, 10_620);
        assert!((9.0..=11.0).contains(&now), "{now}");
    }

    #[test]
    fn it_takes_no_less_than_the_limit_allows() {
        let left = Left { unconfirmed: 50_000, unsent: 25_000 };
        assert_eq!(left.seconds(5_000.0, Some(25_000.0 / 60.0)), Some(60));
        assert_eq!(left.seconds(500.0, Some(25_000.0 / 60.0)), Some(100));
        assert_eq!(left.seconds(500.0, None), Some(100));
        assert_eq!(left.seconds(0.0, Some(1.0)), None);
    }
}

//! The account's clock: wall time, run faster.

use chrono::{DateTime, FixedOffset, Utc};
use tokio::time::Instant;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    began: Instant,
    began_ms: i64,
    speed: f64,
}

impl Clock {
    pub(crate) fn new(speed: f64) -> Self {
        Self { began: Instant::now(), began_ms: Utc::now().timestamp_millis(), speed }
    }

    /// Milliseconds since 1970, by this clock. With fractions: at high speed many things happen within one.
    pub(crate) fn now(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this century fit")]
        {
            self.began_ms as f64 + self.began.elapsed().as_secs_f64() * 1_000.0 * self.speed
        }
    }

    /// How long that many seconds of this clock take in real time.
    pub(crate) fn real(&self, seconds: f64) -> std::time::Duration {
        std::time::Duration::from_secs_f64(seconds / self.speed)
    }
}

fn at(ms: f64) -> DateTime<Utc> {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds of this century fit")]
    DateTime::from_timestamp_millis(ms as i64).unwrap_or_default()
}

/// As in API answers: with the account's offset.
pub(crate) fn iso(ms: f64) -> String {
    let central = FixedOffset::west_opt(5 * 3_600).unwrap_or_else(|| chrono::Offset::fix(&Utc));
    at(ms).with_timezone(&central).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

pub(crate) fn day(ms: f64) -> String {
    at(ms).format("%Y-%m-%d").to_string()
}

/// As in the `Date` header.
pub(crate) fn http_date(ms: f64) -> String {
    at(ms).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

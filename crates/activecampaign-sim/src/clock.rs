//! The account's clock: wall time, run faster, and put forward on request.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use tokio::time::Instant;

#[derive(Debug)]
pub(crate) struct Clock {
    began: Instant,
    began_ms: i64,
    speed: f64,
    /// Milliseconds that it was put forward by.
    forward: AtomicU64,
}

impl Clock {
    pub(crate) fn new(speed: f64) -> Self {
        let began_ms = Utc::now().timestamp_millis();
        Self { began: Instant::now(), began_ms, speed, forward: AtomicU64::new(0) }
    }

    /// Milliseconds since 1970, by this clock. With fractions: at high speed many things happen within one.
    pub(crate) fn now(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this century fit")]
        {
            let forward = self.forward.load(Ordering::Relaxed) as f64;
            self.began_ms as f64 + self.began.elapsed().as_secs_f64() * 1_000.0 * self.speed + forward
        }
    }

    /// Puts it forward by that many seconds, for whoever does not want to wait.
    pub(crate) fn put_forward(&self, seconds: f64) {
        let milliseconds = Duration::try_from_secs_f64(seconds).unwrap_or_default().as_millis();
        self.forward.fetch_add(u64::try_from(milliseconds).unwrap_or(0), Ordering::Relaxed);
    }

    /// How long that many seconds of this clock take in real time.
    pub(crate) fn real(&self, seconds: f64) -> Duration {
        Duration::try_from_secs_f64(seconds / self.speed).unwrap_or_default()
    }
}

fn at(ms: f64) -> DateTime<Utc> {
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds of this century fit")]
    DateTime::from_timestamp_millis(ms as i64).unwrap_or_default()
}

/// The account's zone, which its answers are written in.
fn zone() -> FixedOffset {
    FixedOffset::west_opt(5 * 3_600).unwrap_or_else(|| chrono::Offset::fix(&Utc))
}

/// As in API answers: with the account's offset.
pub(crate) fn iso(ms: f64) -> String {
    at(ms).with_timezone(&zone()).format("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// As under `created_timestamp` and the like: in the account's zone, without saying so.
pub(crate) fn timestamp(ms: f64) -> String {
    at(ms).with_timezone(&zone()).format("%Y-%m-%d %H:%M:%S").to_string()
}

pub(crate) fn day(ms: f64) -> String {
    at(ms).format("%Y-%m-%d").to_string()
}

/// As in the `Date` header.
pub(crate) fn http_date(ms: f64) -> String {
    at(ms).format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Milliseconds since 1970 of a time in a filter: with an offset, or in the account's zone, or a day in that zone.
pub(crate) fn read(text: &str) -> Option<f64> {
    let local = || {
        let spaced = text.replace('T', " ");
        let day = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN));
        NaiveDateTime::parse_from_str(&spaced, "%Y-%m-%d %H:%M:%S").ok().or_else(day)
    };
    let time = DateTime::parse_from_rfc3339(text)
        .ok()
        .or_else(|| local().and_then(|local| local.and_local_timezone(zone()).single()))?;
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this century fit")]
    Some(time.timestamp_millis() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_form() {
        let noon = read("2026-11-23T12:00:00-05:00");
        for same in ["2026-11-23T17:00:00Z", "2026-11-23T17:00:00.000000Z", "2026-11-23 12:00:00"] {
            assert_eq!(read(same), noon, "{same}");
        }
        assert_eq!(read("2026-11-23"), read("2026-11-23T00:00:00-05:00"));
        assert_eq!(read("yesterday"), None);
        assert_eq!(noon.map(iso).as_deref(), Some("2026-11-23T12:00:00-05:00"));
        assert_eq!(noon.map(timestamp).as_deref(), Some("2026-11-23 12:00:00"));
    }
}

//! Times as the API writes and reads them: RFC 3339, in UTC, to the millisecond.

use chrono::{DateTime, SecondsFormat};

/// Milliseconds in a day.
pub(crate) const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How a time in milliseconds since 1970 is written.
pub(crate) fn written(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The time that is written, in milliseconds since 1970.
pub(crate) fn read(text: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_back() {
        assert_eq!(written(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(read("2023-11-14T22:13:20.123Z"), Some(1_700_000_000_123));
        assert_eq!(read("2023-11-14T23:13:20+01:00"), Some(1_700_000_000_000));
        assert_eq!(read("yesterday"), None);
    }
}

//! Local times and the moments at which clocks show them.

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

/// The moment of a local time: the earlier one where clocks show it twice, the next one where they never show it.
///
/// A later local time never has an earlier moment.
#[must_use]
pub fn instant(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    let local = shown(zone, local).unwrap_or(local);
    earliest(zone, local).unwrap_or_else(|| local.and_utc())
}

/// The earlier moment at which clocks show this, if they do.
fn earliest(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    zone.from_local_datetime(&local).earliest().map(|time| time.with_timezone(&Utc))
}

/// This local time or, if clocks are put forward over it, the one to which they are put.
fn shown(zone: Tz, local: NaiveDateTime) -> Option<NaiveDateTime> {
    const STEP: TimeDelta = TimeDelta::minutes(15);
    // The longest gaps ever were days (Samoa, 2011).
    let candidates = std::iter::successors(Some(local), |time| time.checked_add_signed(STEP)).take(100);
    let (mut never, mut at_last) = (None, None);
    for time in candidates {
        if earliest(zone, time).is_some() {
            at_last = Some(time);
            break;
        }
        never = Some(time);
    }
    let (Some(never), Some(at_last)) = (never, at_last) else { return at_last };
    // Clocks change on whole seconds.
    let never = never.with_nanosecond(0)?;
    let seconds: Vec<i64> = (1..=(at_last - never).num_seconds()).collect();
    let first = seconds.partition_point(|&by| earliest(zone, never + TimeDelta::seconds(by)).is_none());
    Some(seconds.get(first).map_or(at_last, |&by| never + TimeDelta::seconds(by)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_time_that_clocks_leave_out_is_the_one_to_which_they_are_put() {
        let at = |zone, text: &str| instant(zone, text.parse().unwrap()).to_rfc3339();
        for text in [
            "2026-03-29T02:00:00",
            "2026-03-29T02:31:07",
            "2026-03-29T02:59:59.999999",
            "2026-03-29T03:00:00",
        ] {
            assert_eq!(at(Tz::Europe__Berlin, text), "2026-03-29T01:00:00+00:00", "{text}");
        }
        assert_eq!(at(Tz::Europe__Berlin, "2026-03-29T01:59:59"), "2026-03-29T00:59:59+00:00");
        // Twice: summer time comes first.
        assert_eq!(at(Tz::Europe__Berlin, "2026-10-25T02:30:00"), "2026-10-25T00:30:00+00:00");
        // By half an hour, and by a day.
        assert_eq!(at(Tz::Australia__Lord_Howe, "2026-10-04T02:10:00"), "2026-10-03T15:30:00+00:00");
        assert_eq!(at(Tz::Pacific__Apia, "2011-12-30T17:03:00"), "2011-12-30T10:00:00+00:00");
    }

    proptest! {
        #[test]
        fn a_local_time_is_shown_or_the_first_that_is_shown_after_it(
            zone in proptest::sample::select(&chrono_tz::TZ_VARIANTS[..]),
            seconds in -2_208_988_800_i64..4_102_444_800,
        ) {
            let local = DateTime::from_timestamp(seconds, 0).unwrap().naive_utc();
            let moment = instant(zone, local).with_timezone(&zone);
            let is_shown = zone.from_local_datetime(&local).earliest().is_some();
            prop_assert_eq!(moment.naive_local() == local, is_shown);
            prop_assert!(moment.naive_local() >= local);
            let before = moment - TimeDelta::seconds(1);
            prop_assert!(before.naive_local() < local || is_shown, "{} comes after {}", before, local);
        }
    }
}

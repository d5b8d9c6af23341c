//! Occurrences: the moments that a recurrence names.

use chrono::{DateTime, Datelike, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use croner::Cron;

use crate::clock;

/// Local times that come again and again, in a time zone.
///
/// Each local time is run once:
/// - one that clocks leave out runs at the moment to which they are put forward, together with whatever else is due at
///   that moment: in Bucharest on 29 March 2026, 03:00, 03:30 and 04:00 are one occurrence. A day that a zone left out
///   altogether (Samoa, 30 December 2011) runs at the first moment of the next.
/// - one that clocks show twice runs when it comes first. This holds for `*/15 * * * *` too: nothing runs in the hour
///   that is repeated.
///
/// In a cron expression, a day of the month and a day of the week that are both restricted mean either, as cron has
/// always had it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    pub(super) pattern: Pattern,
    pub(super) time_zone: Tz,
}

/// Which local times. Lists are sorted, without repetition, and not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pattern {
    Daily { at: Vec<NaiveTime> },
    Weekly { days: Vec<Weekday>, at: Vec<NaiveTime> },
    // The text beside it, because croner keeps its own, rewritten.
    Cron { text: String, cron: Box<Cron> },
}

impl Recurrence {
    /// Where its times are shown.
    #[must_use]
    pub fn time_zone(&self) -> Tz {
        self.time_zone
    }

    /// The first occurrence after a moment, which itself does not count; none if there is none while years have four
    /// digits.
    #[must_use]
    pub fn next_after(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if !(1..=9999).contains(&after.year()) {
            return None;
        }
        let offset = self.time_zone.offset_from_utc_datetime(&after.naive_utc()).fix();
        let local = after.naive_utc().checked_add_offset(offset)?;
        // No later local time has an earlier moment. When clocks show this time for the second time, those that follow
        // may have been run already.
        std::iter::successors(self.pattern.next(local), |time| self.pattern.next(*time))
            .map(|time| clock::instant(self.time_zone, time))
            .find(|moment| *moment > after)
    }
}

impl Pattern {
    /// The first of its local times after this one, on a clock that is never changed.
    pub(super) fn next(&self, after: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::Daily { at } => next_on(|_| true, at, after),
            Self::Weekly { days, at } => next_on(|day| days.contains(&day), at, after),
            Self::Cron { cron, .. } => cron.find_next_occurrence(&after, false).ok(),
        }
    }
}

fn next_on(
    is_chosen: impl Fn(Weekday) -> bool,
    at: &[NaiveTime],
    after: NaiveDateTime,
) -> Option<NaiveDateTime> {
    // Today, and a week on the same day again.
    let days = after.date().iter_days().take(8).filter(|day| is_chosen(day.weekday()));
    days.flat_map(|day| at.iter().map(move |time| day.and_time(*time))).find(|time| *time > after)
}

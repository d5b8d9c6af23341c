//! What is due.

use chrono::{DateTime, TimeDelta, Utc};

use super::Recurrence;

/// How old an occurrence may be and still be on time: a restart for an upgrade makes nothing late.
pub const ON_TIME: TimeDelta = TimeDelta::minutes(5);
/// Missed occurrences are counted up to this many: whoever asks for every minute and was away for a year need not wait
/// for the sum.
pub const MOST_COUNTED: u32 = 1000;

/// What is due: never more than one start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Nothing.
    Nothing,
    /// A start, for an occurrence that is at most [`ON_TIME`] old.
    OnTime {
        /// The occurrence; of several, the latest.
        at: DateTime<Utc>,
    },
    /// One start for all that was missed while nobody watched, and for an occurrence that is due right now, if there
    /// is one.
    CatchUp {
        /// How many were missed, and at most [`MOST_COUNTED`].
        missed: u32,
        /// The first of them.
        since: DateTime<Utc>,
    },
}

impl Recurrence {
    /// What is due now.
    ///
    /// `last` is when this schedule last decided to start something, even if that then had to wait; `since` is when it
    /// was switched on or changed, and nothing before that was missed.
    #[must_use]
    pub fn due(&self, last: Option<DateTime<Utc>>, since: DateTime<Utc>, now: DateTime<Utc>) -> Due {
        let from = last.map_or(since, |last| last.max(since));
        let (mut missed, mut first, mut on_time) = (0, None, None);
        let occurrences = std::iter::successors(self.next_after(from), |moment| self.next_after(*moment));
        for moment in occurrences.take_while(|moment| *moment <= now) {
            if now - moment <= ON_TIME {
                on_time = Some(moment);
                continue;
            }
            first = first.or(Some(moment));
            missed += 1;
            if missed == MOST_COUNTED {
                break;
            }
        }
        match (first, on_time) {
            (Some(since), _) => Due::CatchUp { missed, since },
            (None, Some(at)) => Due::OnTime { at },
            (None, None) => Due::Nothing,
        }
    }
}

//! Schedules: when the system refreshes by itself, when exports run by themselves, and what is due.
//!
//! Nothing here has a clock: now is told.
//!
//! | written | runs |
//! | --- | --- |
//! | `{"every": "day", "at": ["06:00", "18:00"], "time_zone": "Europe/Bucharest"}` | every day, at each of the times |
//! | `{"every": "week", "days": ["monday"], "at": ["06:00"], "time_zone": "UTC"}` | on the days chosen |
//! | `{"cron": "0 6 * * 1-5", "time_zone": "UTC"}` | by the five fields of cron |
//!
//! An export says `"follows_refresh"`, `{"own": …}`, `"when_segments_change"` or `"off"`; the system refresh says
//! `"off"` or `{"on": …}`.

mod due;
mod read;
mod recurrence;
mod words;

pub use due::{Due, MOST_COUNTED, ON_TIME};
pub use recurrence::Recurrence;

use serde::Serialize;

/// When an export runs by itself. On demand it can always run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportSchedule {
    /// With every system refresh, after its segments.
    #[default]
    FollowsRefresh,
    /// At times of its own, whatever the system refresh does.
    Own(Recurrence),
    /// Whenever a refresh has changed the members of one of its segments.
    WhenSegmentsChange,
    /// Never.
    Off,
}

impl ExportSchedule {
    /// Whether it runs by itself at all: what "run all" runs.
    #[must_use]
    pub fn is_active(&self) -> bool {
        *self != Self::Off
    }

    /// The times of its own, if it has any.
    #[must_use]
    pub fn recurrence(&self) -> Option<&Recurrence> {
        match self {
            Self::Own(recurrence) => Some(recurrence),
            Self::FollowsRefresh | Self::WhenSegmentsChange | Self::Off => None,
        }
    }
}

/// When the system refreshes by itself: sources, then segments, then exports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshSchedule {
    /// Never; on demand only.
    #[default]
    Off,
    /// At these times.
    On(Recurrence),
}

impl RefreshSchedule {
    /// The name under which it is set for an installation.
    pub const NAME: &str = "refresh_schedule";

    /// Its times, if it is on.
    #[must_use]
    pub fn recurrence(&self) -> Option<&Recurrence> {
        match self {
            Self::On(recurrence) => Some(recurrence),
            Self::Off => None,
        }
    }
}

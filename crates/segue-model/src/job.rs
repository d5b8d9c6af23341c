//! Jobs: what is to be done, why, and how far it has come. One vocabulary for every place that tells it.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Drifted, PlanSummary, Report};

/// A word that stands for no value of its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what}")]
pub struct UnknownWord {
    /// The type.
    pub what: &'static str,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Work {
    /// A run of this export.
    Export(String),
    /// A dry run of this export: its plan is made and nothing is sent.
    Rehearsal(String),
    /// A refresh of this segment.
    Segment(String),
    /// The whole chain: sources, segments, exports.
    Refresh,
}

impl Work {
    /// The words of all kinds.
    pub const KINDS: &'static [&'static str] = &["export", "dry_run", "segment", "refresh"];

    /// The word for its kind.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Export(_) => "export",
            Self::Rehearsal(_) => "dry_run",
            Self::Segment(_) => "segment",
            Self::Refresh => "refresh",
        }
    }

    /// What it is done to; empty for a refresh of everything.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self {
            Self::Export(subject) | Self::Rehearsal(subject) | Self::Segment(subject) => subject,
            Self::Refresh => "",
        }
    }

    /// What nobody else may work on meanwhile: an export has one plan at a time, and segments are refreshed one after
    /// another.
    #[must_use]
    pub fn holds(&self) -> String {
        match self {
            Self::Export(subject) | Self::Rehearsal(subject) => format!("export {subject}"),
            Self::Segment(_) | Self::Refresh => REFRESH_LANE.to_owned(),
        }
    }

    /// The work of this kind on this subject.
    ///
    /// # Errors
    /// If there is no such kind.
    pub fn new(kind: &str, subject: String) -> Result<Self, UnknownWord> {
        match kind {
            "export" => Ok(Self::Export(subject)),
            "dry_run" => Ok(Self::Rehearsal(subject)),
            "segment" => Ok(Self::Segment(subject)),
            "refresh" => Ok(Self::Refresh),
            _ => Err(UnknownWord { what: "kind of job" }),
        }
    }
}

/// The lane of refreshes.
pub const REFRESH_LANE: &str = "refresh";

/// The lane of an account: deliveries to one account are one worker's at a time, because its limits are the account's. `host` is
/// its name, or its address as connections keep it, which for a simulator names the scheme.
#[must_use]
pub fn account_lane(host: &str) -> String {
    format!("account {}", host.strip_prefix("http://").unwrap_or(host))
}

/// The lane of people who wait at a screen for something of an account: their part of its limits is one request at a time.
#[must_use]
pub fn screen_lane(host: &str) -> String {
    format!("screen {host}")
}

/// A part of a job and how long it took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Which: `planning`, `delivering` …
    pub name: String,
    /// How long it took.
    pub millis: u64,
}

/// How far a job has come that is under way.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Headway {
    /// The step that it is in.
    pub step: String,
    /// What of it is done: profiles, or segments of a refresh.
    pub done: u64,
    /// All that is to be done in it; 0 where that is not known.
    pub total: u64,
    /// How much of it was done a second, within the last minute or since it began; 0 where that is not known.
    pub per_second: f64,
    /// How many seconds it takes until the rest is done, about.
    pub seconds_left: Option<u64>,
    /// Of a delivery, how many profiles the provider has taken, those whose fate is known among them.
    pub handed_over: Option<u64>,
    /// Of a delivery, how many batches were begun whose end is not known.
    pub open_batches: u64,
    /// Of a delivery, how many requests were made, by all processes that had a part in it.
    pub requests: u64,
}

/// What a job has found or done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Product {
    /// The numbers of a delivery.
    pub report: Option<Report>,
    /// The plan of a run or a dry run, without its examples.
    pub plan: Option<PlanSummary>,
    /// What tells this plan from others: an approved plan is carried out only if it is still the same.
    pub fingerprint: Option<String>,
    /// The tables that a refresh of everything found to be other than they were declared.
    pub tables: Vec<DriftedTable>,
    /// The segments that were refreshed, in their order.
    pub segments: Vec<RefreshedSegment>,
}

/// A table whose source is no longer what the table declares, and what that breaks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DriftedTable {
    /// Its name.
    pub name: String,
    /// Why its source cannot be read at all; empty if it can.
    pub words: String,
    /// Columns that are gone or are of another kind.
    pub columns: Vec<Drifted>,
    /// Segments that ask about what is gone, by name.
    pub segments: Vec<String>,
    /// Exports that use one of those, or match or require what is gone, by name.
    pub exports: Vec<String>,
}

impl Product {
    /// Whether anybody was rejected.
    #[must_use]
    pub fn has_rejections(&self) -> bool {
        let in_plan = self.plan.as_ref().is_some_and(|plan| !plan.rejected.is_empty());
        in_plan || self.report.as_ref().is_some_and(|report| report.invalid + report.refused > 0)
    }

    /// Whether there was anybody of whom something can be told.
    #[must_use]
    pub fn has_rows(&self) -> bool {
        let in_plan = self.plan.as_ref().is_some_and(|plan| plan.counts.members + plan.counts.leave > 0);
        in_plan || self.report.as_ref().is_some_and(|report| report.members + report.left > 0)
    }
}

/// A segment in a refresh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshedSegment {
    /// Its name.
    pub name: String,
    /// Members before; none if there was no refresh before.
    pub before: Option<u64>,
    /// Members since; none if the refresh failed, and those before stay in force.
    pub members: Option<u64>,
    /// Whether anybody came or went.
    pub is_changed: bool,
    /// Why it failed.
    pub words: String,
    /// How long it took.
    pub millis: u64,
}

macro_rules! words {
    ($name:ident, $what:literal, $($variant:ident = $word:literal),+ $(,)?) => {
        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the API, in files and in the database.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                let found = Self::ALL.iter().find(|known| known.word() == word);
                found.copied().ok_or(UnknownWord { what: $what })
            }
        }
    };
}

/// How far a job has come, or how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// It waits for a worker, for its time, or for what it depends on.
    Queued,
    /// A worker carries it out.
    Running,
    /// A worker carries it out, and at the moment the provider's limit holds it.
    Waiting,
    /// Done.
    Succeeded,
    /// Done; some profiles were invalid or refused.
    SucceededWithRejections,
    /// A brake held it; nothing was sent.
    Stopped,
    /// Not begun, for a cause that its words tell: what it depends on failed, or it is switched off.
    Skipped,
    /// Ended before its end, for a cause that its words tell. What was confirmed counts.
    Failed,
    /// A person ended it. What was confirmed counts.
    Cancelled,
}

words!(
    Status,
    "status",
    Queued = "queued",
    Running = "running",
    Waiting = "waiting_for_limit",
    Succeeded = "succeeded",
    SucceededWithRejections = "succeeded_with_rejections",
    Stopped = "stopped_by_brake",
    Skipped = "skipped",
    Failed = "failed",
    Cancelled = "cancelled",
);

impl Status {
    /// Whether a worker carries it out.
    #[must_use]
    pub fn is_under_way(self) -> bool {
        matches!(self, Self::Running | Self::Waiting)
    }

    /// Whether nothing will change any more.
    #[must_use]
    pub fn has_ended(self) -> bool {
        !matches!(self, Self::Queued | Self::Running | Self::Waiting)
    }
}

/// Why a job was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// A person asked for it.
    Demand,
    /// A person has approved the plan of a dry run.
    Approval,
    /// A person asked for those to be sent again whom the provider had refused.
    Retry,
    /// Its schedule.
    Schedule,
    /// Its schedule, for all that was missed while nobody watched.
    CatchUp,
    /// It follows a refresh of the system.
    Refresh,
    /// One of its segments has other members.
    SegmentsChanged,
}

words!(
    Trigger,
    "trigger",
    Demand = "demand",
    Approval = "approval",
    Retry = "retry",
    Schedule = "schedule",
    CatchUp = "catch_up",
    Refresh = "refresh",
    SegmentsChanged = "segments_changed",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back() {
        for status in Status::ALL {
            assert_eq!(status.word().parse(), Ok(*status));
        }
        for trigger in Trigger::ALL {
            assert_eq!(trigger.word().parse(), Ok(*trigger));
        }
        assert!("done".parse::<Status>().is_err());
    }

    #[test]
    fn a_status_is_queued_under_way_or_ended() {
        for status in Status::ALL {
            let states = [*status == Status::Queued, status.is_under_way(), status.has_ended()];
            assert_eq!(states.iter().filter(|is_so| **is_so).count(), 1, "{status:?}");
        }
    }
}

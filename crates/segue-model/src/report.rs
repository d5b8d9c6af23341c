//! The report of a run: numbers that add up.

use serde::{Deserialize, Serialize};

use crate::{Owner, Reason};

/// How many profiles were rejected for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonCount {
    /// The reason.
    pub reason: Reason,
    /// Profiles.
    pub count: u64,
}

impl ReasonCount {
    /// The sum of those that `owner` has to mend.
    #[must_use]
    pub fn total(counts: &[Self], owner: Owner) -> u64 {
        counts.iter().filter(|c| c.reason.owner() == owner).map(|c| c.count).sum()
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything of the plan has its fate.
    Done,
    /// Stopped before the end by a person; what was confirmed is settled, the rest is sent by the next run.
    Interrupted,
    /// Stopped before the end by a failure; what was confirmed is settled.
    Failed,
}

/// The report of one run. All numbers are profiles but where said otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// Members of the input.
    pub members: u64,
    /// Sent and new to the ledger.
    pub created: u64,
    /// Sent because something about them changed.
    pub updated: u64,
    /// Not sent because the list holds them already, exactly so.
    pub unchanged: u64,
    /// Unsubscribed from the list because they left the input. These are no members.
    pub left: u64,
    /// Not sent because of our data.
    pub invalid: u64,
    /// Turned down by the provider, now or at an earlier run and unchanged since.
    pub refused: u64,
    /// Members whose turn did not come: 0 unless the run was interrupted or failed.
    pub unsent: u64,
    /// Rejections by reason.
    pub rejections: Vec<ReasonCount>,
    /// Requests that this process made.
    pub requests: u64,
    /// Wall time of this process.
    pub seconds: f64,
}

impl Report {
    /// Whether every member is accounted for exactly once, and every rejection has its reason.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let fates = self.created + self.updated + self.unchanged + self.invalid + self.refused + self.unsent;
        self.members == fates
            && self.invalid == ReasonCount::total(&self.rejections, Owner::Invalid)
            && self.refused == ReasonCount::total(&self.rejections, Owner::Refused)
    }
}

//! Settling: folding what was confirmed of a plan into the next ledger.

use std::ops::Range;
use std::path::PathBuf;

use crate::{PlanFiles, ReasonCount, Refusal};

/// What became of one planned leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaveOutcome {
    /// Unsubscribed from the list by us.
    Left,
    /// Was no longer active on the list: nothing to do.
    Gone,
    /// Had been on the list before we ever sent the contact: not ours to remove.
    NotOurs,
}

/// What is folded.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// The plan that was delivered, wholly or in part.
    pub plan: PlanFiles,
    /// The ledger that the plan was made against.
    pub ledger: Option<PathBuf>,
    /// Where the next snapshot is written; must not exist.
    pub next: PathBuf,
    /// Rows of the sends whose fate is known, sorted and not overlapping; refused ones are among them.
    pub sent: Vec<Range<u64>>,
    /// Refused rows, sorted by row, each once and within `sent`.
    pub refused: Vec<Refusal>,
    /// Known fates of leaves: rows of the leaves, sorted and not overlapping.
    pub left: Vec<(Range<u64>, LeaveOutcome)>,
    /// The run.
    pub run: i64,
    /// When the run began by the provider's clock, in milliseconds since 1970. The ledger's `since_ms` takes this value
    /// when a contact becomes listed, refused or left; it keeps its value while the contact stays listed.
    pub started_ms: i64,
    /// Whether it is kept what became of each row that was to be sent.
    pub keeps_sent: bool,
}

/// What a settlement found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Contacts created.
    pub created: u64,
    /// Contacts updated.
    pub updated: u64,
    /// Contacts unsubscribed from the list by us.
    pub left: u64,
    /// Contacts refused in this run, by reason.
    pub refused: Vec<ReasonCount>,
    /// Rows of the next ledger.
    pub ledger_rows: u64,
}

//! The receipt of an erasure: what was taken out where. It names nobody.

use serde::{Deserialize, Serialize};

/// What was taken out where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Addresses that are never sent again.
    pub addresses: u64,
    /// Segments whose members held her.
    pub segments: Vec<String>,
    /// Ledgers that held her, and what became of her on their lists.
    pub ledgers: Vec<ErasedFrom>,
    /// Rows and examples of runs that were hers, of those who were delivered and of those who were rejected.
    pub rejections: u64,
    /// Segments whose definitions name her, which only their owners can change.
    pub definitions: Vec<String>,
}

/// A ledger that held her.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasedFrom {
    /// What people call the export.
    pub export: String,
    /// The host of its account.
    pub host: String,
    /// The provider's id of its list.
    pub list: u64,
    /// What became of her on that list.
    pub outcome: Outcome,
}

/// What became of a forgotten person on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Unsubscribed from it.
    Unsubscribed,
    /// She was not on it any more.
    Gone,
    /// She had been on it before Segue ever sent her: not Segue's to remove.
    NotOurs,
    /// Nothing was done there: it was not asked for, or no connection leads there.
    LeftAlone,
}

impl Outcome {
    /// All of them with their words for programs.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Unsubscribed, "unsubscribed"),
        (Self::Gone, "gone"),
        (Self::NotOurs, "not_ours"),
        (Self::LeftAlone, "left_alone"),
    ];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(outcome, _)| *outcome == self).map_or("", |(_, word)| word)
    }
}

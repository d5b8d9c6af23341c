//! One person, as those see her who look after her: what stands about her in ledgers, rejections and related tables.

use crate::Reason;

/// What a ledger says of how a contact stands on an export's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// On the list by this export's doing.
    Listed,
    /// Turned down.
    Refused,
    /// Taken off the list by this export.
    Left,
}

/// What a ledger holds of one contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// How she stands.
    pub listing: Listing,
    /// Why she was refused; one who is listed has a reason if her last update was refused.
    pub reason: Option<Reason>,
    /// The provider's words for that; may be empty.
    pub words: String,
    /// Since when she stands so, in milliseconds since 1970 by the provider's clock.
    pub since_ms: i64,
    /// The run that last sent her or took her off; none of entries that an older version has written.
    pub run: Option<i64>,
}

/// A rejection of one profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedProfile {
    /// The address as it was given; may be empty.
    pub email: String,
    /// Why.
    pub reason: Reason,
    /// What is wrong; may be empty.
    pub detail: String,
}

/// A row of a related table that belongs to one profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedRow {
    /// The table.
    pub table: String,
    /// Its day or moment as text, `2026-11-27` or `2026-11-27T16:00:00`; empty where its table has none.
    pub at: String,
    /// A few of its columns with their values.
    pub values: Vec<(String, String)>,
}

/// Rows of related tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RelatedRows {
    /// The newest, newest first; those without a day or moment stand last.
    pub rows: Vec<RelatedRow>,
    /// Whether there are more.
    pub has_more: bool,
    /// Related tables that could not be read.
    pub unread: Vec<String>,
}

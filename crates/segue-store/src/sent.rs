//! What was sent to an account lately: the provider counts it, whichever process has sent it.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::Doing;
use crate::{Store, StoreError};

/// An import that was about to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SentImport {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Whether it held a single contact.
    pub is_single: bool,
}

impl Store {
    /// Notes that an import is about to be sent to the account of this lane.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn note_import(&self, lane: &str, sent: SentImport) -> Result<(), StoreError> {
        let noted = sqlx::query("INSERT INTO sent_import (lane, at_ms, is_single) VALUES ($1, $2, $3)");
        let noted = noted.bind(lane).bind(sent.at_ms).bind(i64::from(sent.is_single));
        noted.execute(&self.pool).await.doing("noting what is sent").map(drop)
    }

    /// Forgets the imports that were sent to the account of this lane before a moment.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forget_imports(&self, lane: &str, before_ms: i64) -> Result<(), StoreError> {
        let old = sqlx::query("DELETE FROM sent_import WHERE lane = $1 AND at_ms < $2");
        old.bind(lane).bind(before_ms).execute(&self.pool).await.doing("forgetting what was sent").map(drop)
    }

    /// The imports that were about to be sent to the account of this lane since a moment, the latest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn imports_since(&self, lane: &str, since_ms: i64) -> Result<Vec<SentImport>, StoreError> {
        const DOING: &str = "looking what was sent";
        let text =
            "SELECT at_ms, is_single FROM sent_import WHERE lane = $1 AND at_ms >= $2 ORDER BY at_ms DESC";
        let rows = sqlx::query(text).bind(lane).bind(since_ms).fetch_all(&self.pool).await.doing(DOING)?;
        let read = |row: &AnyRow| {
            let is_single: i64 = row.try_get("is_single").doing(DOING)?;
            Ok(SentImport { at_ms: row.try_get("at_ms").doing(DOING)?, is_single: is_single != 0 })
        };
        rows.iter().map(read).collect()
    }
}

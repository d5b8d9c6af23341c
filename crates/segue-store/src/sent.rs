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

/// How long it is kept. The provider's windows are of a minute; clocks are also set back.
const KEPT_MS: i64 = 10 * 60_000;

impl Store {
    /// Notes that an import is about to be sent to the account of this lane, and forgets old ones.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn note_import(&self, lane: &str, sent: SentImport) -> Result<(), StoreError> {
        const DOING: &str = "noting what is sent";
        let mut transaction = self.pool.begin().await.doing(DOING)?;
        sqlx::query("INSERT INTO sent_import (lane, at_ms, is_single) VALUES ($1, $2, $3)")
            .bind(lane)
            .bind(sent.at_ms)
            .bind(i64::from(sent.is_single))
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
        let old = sqlx::query("DELETE FROM sent_import WHERE lane = $1 AND at_ms < $2").bind(lane);
        old.bind(sent.at_ms - KEPT_MS).execute(&mut *transaction).await.doing(DOING)?;
        transaction.commit().await.doing(DOING)
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

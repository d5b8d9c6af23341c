//! What runs have delivered, for those who look back.

use segue_model::job::Product;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::error::Doing;
use crate::jobs::parsed;
use crate::{Store, StoreError};

/// What one run of an export has delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// When it ended, in milliseconds since 1970.
    pub ended_ms: i64,
    /// Contacts created or updated.
    pub sent: u64,
    /// Profiles that were invalid or refused.
    pub rejected: u64,
}

/// The run that somebody was last sent in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOf {
    /// When it began, in milliseconds since 1970 by the provider's clock.
    pub started_ms: i64,
    /// Its job; none of a push, or of what is not remembered any more.
    pub job: Option<String>,
}

impl Store {
    /// When a run began, and whose it was; none if it is not remembered.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn run_of(&self, run: i64) -> Result<Option<RunOf>, StoreError> {
        const DOING: &str = "looking for a run";
        let text = "SELECT run.started_ms, job.id FROM run LEFT JOIN job ON job.run_id = run.id AND job.kind = 'export'
                    WHERE run.id = $1 ORDER BY job.queued_ms DESC LIMIT 1";
        let row = sqlx::query(text).bind(run).fetch_optional(&self.pool).await.doing(DOING)?;
        row.map(|row| {
            Ok(RunOf {
                started_ms: row.try_get("started_ms").doing(DOING)?,
                job: row.try_get("id").doing(DOING)?,
            })
        })
        .transpose()
    }

    /// What runs have delivered that were queued since a moment: the latest ones, `most` at the most.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn deliveries(&self, since_ms: i64, most: u32) -> Result<Vec<Delivery>, StoreError> {
        const DOING: &str = "looking back at deliveries";
        let text = format!(
            "SELECT ended_ms, product FROM job
             WHERE queued_ms >= $1 AND kind = 'export' AND ended_ms IS NOT NULL AND product IS NOT NULL
             ORDER BY queued_ms DESC, id DESC LIMIT {most}"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(since_ms);
        let rows = query.fetch_all(&self.pool).await.doing(DOING)?;
        let read = |row: &AnyRow| {
            let product: Option<Product> = parsed(row.try_get("product").doing(DOING)?)?;
            let report = product.and_then(|product| product.report);
            let ended_ms = row.try_get("ended_ms").doing(DOING)?;
            let (sent, rejected) = match report {
                Some(report) => (report.created + report.updated, report.invalid + report.refused),
                None => (0, 0),
            };
            Ok(Delivery { ended_ms, sent, rejected })
        };
        rows.iter().map(read).collect()
    }
}

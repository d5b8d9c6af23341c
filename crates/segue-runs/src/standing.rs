//! How an export stands: its latest run, and when it runs next by itself.

use chrono::{DateTime, Utc};
use segue_model::schedule::{ExportSchedule, Recurrence};
use segue_store::{Job, SavedExport};

use crate::runs::{Runs, RunsError};

/// How an export stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Its latest run, dry runs aside; none before the first.
    pub latest: Option<Job>,
    /// When its schedule, or the refresh that it follows, begins it next; none if nothing does.
    pub next_ms: Option<i64>,
}

impl Runs {
    /// How these exports stand now, in their order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn standings<'a>(
        &self,
        exports: impl IntoIterator<Item = &'a SavedExport>,
        now_ms: i64,
    ) -> Result<Vec<Standing>, RunsError> {
        let exports: Vec<&SavedExport> = exports.into_iter().collect();
        let ids: Vec<&str> = exports.iter().map(|export| export.id.as_str()).collect();
        // In the order of the exports; those that never ran are missing.
        let mut latest = self.store().latest_jobs("export", &ids).await?.into_iter().peekable();
        let (refresh, _, _) = self.refresh_schedule().await?;
        let now = DateTime::<Utc>::from_timestamp_millis(now_ms).unwrap_or_default();
        let next = |export: &SavedExport| {
            let recurrence: Option<&Recurrence> = match &export.recipe.schedule {
                _ if !export.is_enabled || export.connection.is_none() => None,
                ExportSchedule::FollowsRefresh => refresh.recurrence(),
                own => own.recurrence(),
            };
            recurrence?.next_after(now).map(|next| next.timestamp_millis())
        };
        let standing = |export: &SavedExport| Standing {
            latest: latest.next_if(|job| job.work.subject() == export.id),
            next_ms: next(export),
        };
        Ok(exports.into_iter().map(standing).collect())
    }
}

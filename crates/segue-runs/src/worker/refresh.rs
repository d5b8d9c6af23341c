//! A refresh: of one segment, or the whole chain of sources, segments and exports.

use chrono::{DateTime, Utc};
use segue_model::job::{Product, RefreshedSegment, Status, Trigger, Work, account_lane};
use segue_model::schedule::ExportSchedule;
use segue_store::{Job, NewJob, SavedExport, StoreError};

use super::{Ended, Worker, tracker::Tracker};
use crate::Stop;
use crate::segments::{Refreshed, SegmentError};

impl Worker {
    /// Carries out a refresh, and queues the exports that follow it.
    pub(super) async fn refresh(
        &self,
        job: &Job,
        tracker: &Tracker,
        stop: &Stop,
    ) -> Result<Ended, StoreError> {
        let refreshed = match self.refreshed(job, tracker, stop).await {
            Err(SegmentError::Store(error)) => return Err(error),
            Err(error) => {
                return Ok(Ended::with(Status::Failed, &error.to_string(), Product::default()));
            }
            Ok(_) if stop.is_left() => return Ok(Ended::Left),
            Ok(refreshed) => refreshed,
        };
        let segments: Vec<RefreshedSegment> = refreshed.iter().map(told).collect();
        if stop.is_raised() {
            return Ok(Ended::with(Status::Cancelled, "", Product { segments, ..Product::default() }));
        }
        tracker.enter("exports");
        self.queue_followers(job, &segments).await?;
        let failed: Vec<&str> = segments
            .iter()
            .filter(|segment| segment.members.is_none())
            .map(|segment| segment.name.as_str())
            .collect();
        let (status, words) = if failed.is_empty() {
            (Status::Succeeded, String::new())
        } else {
            let words = format!(
                "{} of {} segments could not be refreshed: {}",
                failed.len(),
                segments.len(),
                failed.join(", ")
            );
            (Status::Failed, words)
        };
        Ok(Ended::with(status, &words, Product { segments, ..Product::default() }))
    }

    async fn refreshed(
        &self,
        job: &Job,
        tracker: &Tracker,
        stop: &Stop,
    ) -> Result<Vec<Refreshed>, SegmentError> {
        let now = DateTime::<Utc>::from_timestamp_millis(self.now_ms()).unwrap_or_default();
        let segments = &self.installation.segments;
        if let Work::Segment(name) = &job.work {
            tracker.enter("segments");
            tracker.count(0, 1);
            return Ok(vec![segments.refresh(name, now).await?]);
        }
        tracker.enter("sources");
        let tables = segments.tables().await?;
        for (done, stored) in tables.iter().enumerate() {
            tracker.count(done, tables.len());
            // What a table has lost is told by the segments that it breaks; the others are refreshed.
            if let Err(error) = segments.drift(&stored.table.name).await {
                tracing::warn!("a source cannot be read: {error}");
            }
        }
        tracker.enter("segments");
        let goes_on = |done, total| {
            tracker.count(done, total);
            !stop.is_raised()
        };
        segments.refresh_all(now, &goes_on).await
    }

    /// Queues the exports that run because of this refresh.
    async fn queue_followers(&self, job: &Job, refreshed: &[RefreshedSegment]) -> Result<(), StoreError> {
        let is_system = job.work == Work::Refresh;
        for export in self.installation.store.recipes().await? {
            let trigger = match export.recipe.schedule {
                ExportSchedule::FollowsRefresh if is_system => Trigger::Refresh,
                ExportSchedule::WhenSegmentsChange if has_changed(&export, refreshed) => {
                    Trigger::SegmentsChanged
                }
                _ => continue,
            };
            self.queue_export(&export, trigger, String::new(), Some(job.id.clone())).await?;
        }
        Ok(())
    }

    /// Queues a run that nobody asked for, of an export that may run.
    pub(super) async fn queue_export(
        &self,
        export: &SavedExport,
        trigger: Trigger,
        note: String,
        parent: Option<String>,
    ) -> Result<(), StoreError> {
        if let Some(new) = self.new_run(export, trigger, note, parent).await? {
            self.installation.store.queue_job(&new, &self.entry_of(&new)).await?;
        }
        Ok(())
    }

    /// A run that nobody asked for; none if the export may not run.
    pub(super) async fn new_run(
        &self,
        export: &SavedExport,
        trigger: Trigger,
        note: String,
        parent: Option<String>,
    ) -> Result<Option<NewJob>, StoreError> {
        let Some(connection) = export.connection.as_deref().filter(|_| export.is_enabled) else {
            return Ok(None);
        };
        let connection = self.installation.store.connection(connection).await?;
        Ok(Some(NewJob {
            id: (self.new_id)(),
            work: Work::Export(export.id.clone()),
            name: export.name.clone(),
            lane: account_lane(&connection.host),
            trigger,
            note,
            person: None,
            parent,
            plan: None,
            request_key: None,
            due_ms: self.now_ms(),
        }))
    }
}

fn has_changed(export: &SavedExport, refreshed: &[RefreshedSegment]) -> bool {
    refreshed.iter().any(|segment| segment.is_changed && export.recipe.segments.contains(&segment.name))
}

fn told(refreshed: &Refreshed) -> RefreshedSegment {
    RefreshedSegment {
        name: refreshed.name.clone(),
        before: refreshed.before,
        members: refreshed.outcome.as_ref().ok().map(|found| found.members),
        is_changed: refreshed.is_changed,
        words: refreshed.outcome.as_ref().err().map(crate::segments::words_of).unwrap_or_default(),
        millis: refreshed.millis,
    }
}

//! A refresh: of one segment, or the whole chain of sources, segments and exports.

use chrono::{DateTime, Utc};
use segue_model::job::{DriftedTable, Product, RefreshedSegment, Status, Trigger, Work, account_lane};
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
        let (tables, refreshed) = match self.refreshed(job, tracker, stop).await {
            Err(SegmentError::Store(error)) => return Err(error),
            Err(error) => {
                return Ok(Ended::with(Status::Failed, &error.to_string(), Product::default()));
            }
            Ok(_) if stop.is_left() => return Ok(Ended::Left),
            Ok(done) => done,
        };
        let segments: Vec<RefreshedSegment> = refreshed.iter().map(told).collect();
        let product = Product { tables, segments, ..Product::default() };
        if stop.is_raised() {
            return Ok(Ended::with(Status::Cancelled, "", product));
        }
        tracker.enter("exports");
        self.queue_followers(job, &product.segments).await?;
        let (status, words) = outcome(&product);
        Ok(Ended::with(status, &words, product))
    }

    /// What was found to be wrong with tables, and what became of segments.
    async fn refreshed(
        &self,
        job: &Job,
        tracker: &Tracker,
        stop: &Stop,
    ) -> Result<(Vec<DriftedTable>, Vec<Refreshed>), SegmentError> {
        let now = DateTime::<Utc>::from_timestamp_millis(self.now_ms()).unwrap_or_default();
        let segments = &self.installation.segments;
        if let Work::Segment(name) = &job.work {
            tracker.enter("segments");
            tracker.count(0, 1);
            return Ok((Vec::new(), vec![segments.refresh(name, now).await?]));
        }
        tracker.enter("sources");
        let (sources, tables) = segments.look_at_sources(&|done, total| tracker.count(done, total)).await?;
        tracker.enter("segments");
        let goes_on = |done, total| {
            tracker.count(done, total);
            !stop.is_raised()
        };
        Ok((tables, segments.refresh_from(sources, now, &goes_on).await?))
    }

    /// Queues the exports that run because of this refresh.
    async fn queue_followers(&self, job: &Job, refreshed: &[RefreshedSegment]) -> Result<(), StoreError> {
        let is_system = job.work == Work::Refresh;
        for export in &self.installation.store.catalog().await?.exports {
            let trigger = match export.recipe.schedule {
                ExportSchedule::FollowsRefresh if is_system => Trigger::Refresh,
                ExportSchedule::WhenSegmentsChange if has_changed(export, refreshed) => {
                    Trigger::SegmentsChanged
                }
                _ => continue,
            };
            self.queue_export(export, trigger, String::new(), Some(job.id.clone())).await?;
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

/// How a refresh ended, and what there is to say about it. A table that has lost something fails it only by the segments that
/// this breaks: the others are refreshed.
fn outcome(product: &Product) -> (Status, String) {
    let failed = product.segments.iter().filter(|segment| segment.members.is_none());
    let failed: Vec<&str> = failed.map(|segment| segment.name.as_str()).collect();
    let mut words = Vec::new();
    if !product.tables.is_empty() {
        let names: Vec<&str> = product.tables.iter().map(|table| table.name.as_str()).collect();
        words.push(format!("not as they were declared are these tables: {}", names.join(", ")));
    }
    if !failed.is_empty() {
        let (count, all) = (failed.len(), product.segments.len());
        words.push(format!("{count} of {all} segments could not be refreshed: {}", failed.join(", ")));
    }
    let status = if failed.is_empty() { Status::Succeeded } else { Status::Failed };
    (status, words.join("; "))
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
        words: refreshed.outcome.as_ref().err().map(ToString::to_string).unwrap_or_default(),
        millis: refreshed.millis,
    }
}

//! The scheduler: starts what is due. Every process that works looks; which one starts something is decided in the store.
//!
//! It looks every second, and reads exports and starts only when one of them may be another one or when the next of all
//! occurrences has come: a thousand exports cost an idle server nothing.

use chrono::{DateTime, Utc};
use segue_model::job::{REFRESH_LANE, Trigger, Work};
use segue_model::schedule::{Due, Recurrence, RefreshSchedule};
use segue_store::{Job, NewJob, StoreError};

use super::Worker;

/// What the system refresh is called where schedules are.
const SYSTEM: &str = "refresh";

/// The longest that nothing is read, whatever the schedules say.
const LOOK_AGAIN_MS: i64 = 60 * 60 * 1000;

/// What was seen of all schedules when everything that was due then had been started.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    version: i64,
    at_ms: i64,
    /// When the next of all occurrences comes, at the earliest.
    next_ms: i64,
}

impl Worker {
    /// Queues what follows members of segments that were put in force by something else than a refresh that is under way: a
    /// list of keys, a command, a process that died.
    pub(super) async fn start_behind(&self) -> Result<(), StoreError> {
        let store = &self.installation.store;
        if store.exports_behind().await?.is_empty() {
            return Ok(());
        }
        let is_refresh = |job: &Job| matches!(job.work, Work::Refresh | Work::Segment(_));
        let open = store.open_jobs().await?;
        if open.iter().any(|job| is_refresh(job) && job.status.is_under_way()) {
            // That queues them at its end.
            return Ok(());
        }
        self.queue_behind(None).await
    }

    /// Queues everything that is due now.
    pub(super) async fn start_due(&self) -> Result<(), StoreError> {
        let (now_ms, store) = (self.now_ms(), &self.installation.store);
        // First the count: what is changed while the rest is read makes it an old one.
        let version = store.schedules_version(RefreshSchedule::NAME).await?;
        // Clocks are also set back.
        let is_known = |seen: Seen| seen.version == version && (seen.at_ms..seen.next_ms).contains(&now_ms);
        if self.seen.lock().is_some_and(is_known) {
            return Ok(());
        }
        let next_ms = self.start_all_due(now_ms).await?;
        *self.seen.lock() = Some(Seen { version, at_ms: now_ms, next_ms });
        Ok(())
    }

    /// Reads all schedules and queues what is due; gives when something will be due next.
    async fn start_all_due(&self, now_ms: i64) -> Result<i64, StoreError> {
        let store = &self.installation.store;
        let starts = store.starts().await?;
        let last = |subject: &str| starts.get(subject).copied();
        let mut next_ms = now_ms + LOOK_AGAIN_MS;
        if let Some(setting) = store.setting::<RefreshSchedule>(RefreshSchedule::NAME).await?
            && let Some(recurrence) = setting.value.recurrence()
        {
            next_ms = next_ms.min(following(recurrence, now_ms));
            if let Some((trigger, note)) = due(recurrence, last(SYSTEM), setting.changed_ms, now_ms) {
                let new = self.new_refresh(trigger, note, now_ms);
                store.start_scheduled(SYSTEM, last(SYSTEM), &new, &self.entry_of(&new)).await?;
            }
        }
        for export in &store.catalog().await?.exports {
            let Some(recurrence) = export.recipe.schedule.recurrence() else { continue };
            next_ms = next_ms.min(following(recurrence, now_ms));
            let last = last(&export.id);
            if let Some((trigger, note)) = due(recurrence, last, export.scheduled_ms, now_ms)
                && let Some(new) = self.new_run(export, trigger, note, None).await?
            {
                store.start_scheduled(&export.id, last, &new, &self.entry_of(&new)).await?;
            }
        }
        Ok(next_ms)
    }

    /// A refresh of the whole system that nobody asked for.
    fn new_refresh(&self, trigger: Trigger, note: String, now_ms: i64) -> NewJob {
        NewJob {
            id: (self.new_id)(),
            work: Work::Refresh,
            name: String::new(),
            lane: REFRESH_LANE.to_owned(),
            trigger,
            note,
            person: None,
            parent: None,
            plan: None,
            retries: None,
            request_key: None,
            due_ms: now_ms,
        }
    }
}

fn moment(ms: i64) -> DateTime<Utc> {
    DateTime::<Utc>::from_timestamp_millis(ms).unwrap_or_default()
}

/// When a recurrence comes next.
fn following(recurrence: &Recurrence, now_ms: i64) -> i64 {
    recurrence.next_after(moment(now_ms)).map_or(i64::MAX, |next| next.timestamp_millis())
}

/// Whether something is due, why, and what there is to say about it.
fn due(
    recurrence: &Recurrence,
    last_ms: Option<i64>,
    since_ms: i64,
    now_ms: i64,
) -> Option<(Trigger, String)> {
    match recurrence.due(last_ms.map(moment), moment(since_ms), moment(now_ms)) {
        Due::Nothing => None,
        Due::OnTime { .. } => Some((Trigger::Schedule, String::new())),
        Due::CatchUp { missed, since } => {
            let times = if missed == 1 { "once".to_owned() } else { format!("{missed} times") };
            let note = format!(
                "was due {times} since {} while nothing ran here",
                since.format("%Y-%m-%d %H:%M UTC")
            );
            Some((Trigger::CatchUp, note))
        }
    }
}

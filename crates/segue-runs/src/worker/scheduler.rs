//! The scheduler: starts what is due. Every process that works looks; which one starts something is decided in the store.

use chrono::{DateTime, Utc};
use segue_model::job::{REFRESH_LANE, Trigger, Work};
use segue_model::schedule::{Due, Recurrence, RefreshSchedule};
use segue_store::{NewJob, StoreError};

use super::Worker;

/// What the system refresh is called where schedules are.
const SYSTEM: &str = "refresh";

impl Worker {
    /// Queues everything that is due now.
    pub(super) async fn start_due(&self) -> Result<(), StoreError> {
        let (now, store) = (self.now_ms(), &self.installation.store);
        let starts = store.starts().await?;
        let last = |subject: &str| starts.get(subject).copied();
        if let Some(setting) = store.setting::<RefreshSchedule>(RefreshSchedule::NAME).await?
            && let Some(recurrence) = setting.value.recurrence()
            && let Some((trigger, note)) = due(recurrence, last(SYSTEM), setting.updated_ms, now)
        {
            let new = NewJob {
                id: (self.new_id)(),
                work: Work::Refresh,
                name: String::new(),
                lane: REFRESH_LANE.to_owned(),
                trigger,
                note,
                person: None,
                parent: None,
                plan: None,
                request_key: None,
                due_ms: now,
            };
            store.start_scheduled(SYSTEM, last(SYSTEM), &new, &self.entry_of(&new)).await?;
        }
        for export in store.recipes().await? {
            let last = last(&export.id);
            if let Some(recurrence) = export.recipe.schedule.recurrence()
                && let Some((trigger, note)) = due(recurrence, last, export.updated.at_ms, now)
                && let Some(new) = self.new_run(&export, trigger, note, None).await?
            {
                store.start_scheduled(&export.id, last, &new, &self.entry_of(&new)).await?;
            }
        }
        Ok(())
    }
}

/// Whether something is due, why, and what there is to say about it.
fn due(
    recurrence: &Recurrence,
    last_ms: Option<i64>,
    since_ms: i64,
    now_ms: i64,
) -> Option<(Trigger, String)> {
    let moment = |ms| DateTime::<Utc>::from_timestamp_millis(ms).unwrap_or_default();
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

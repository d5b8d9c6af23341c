//! Runs as people ask for them: begun, rehearsed, approved, tried again, cancelled. Workers carry them out. What a run leaves is
//! in `kept.rs`.

mod kept;

use std::sync::Arc;

use segue_model::Engine;
use segue_model::connection::Signature;
use segue_model::job::{REFRESH_LANE, Status, Trigger, Work, account_lane};
use segue_model::schedule::RefreshSchedule;
use segue_store::{Entry, Job, NewJob, Queued, SavedExport, StateDirectory, Store, StoreError};
use serde_json::json;

use crate::exports::{Asker, ExportError, Exports};

/// Why something was not begun or cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum RunsError {
    /// The export may not run, or there is no plan to be approved, for this reason.
    #[error("{0}")]
    CannotRun(&'static str),
    /// What a run left was personal data, and is not kept for so long.
    #[error("the rows of this run are not kept any more: they are personal data")]
    Gone,
    /// The export, and who may run it.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The table engine.
    #[error(transparent)]
    Engine(#[from] segue_model::EngineError),
    /// A file of a run.
    #[error("a file of the run cannot be read")]
    File(#[source] std::io::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A defect of ours.
    #[error("a part of segue stopped unexpectedly: please report this")]
    Defect,
}

/// A wish for a run.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The id of the job that it becomes.
    pub id: String,
    /// Who asks.
    pub asker: Asker,
    /// What whoever asks calls this wish, so that asking again does not begin it again.
    pub key: Option<String>,
    /// The audit entry, of which time, person and place are known.
    pub by: Entry,
}

/// What a run is to do, of all that one of its export could.
enum Like {
    /// Everything.
    Any,
    /// The plan of this dry run.
    Plan(String),
    /// Only those who were refused in this run.
    Refused(String),
}

/// The runs of an installation.
#[derive(Clone)]
pub struct Runs {
    store: Store,
    directory: Arc<StateDirectory>,
    engine: Arc<dyn Engine>,
    exports: Exports,
}

impl Runs {
    /// The runs of these exports.
    #[must_use]
    pub fn new(
        store: Store,
        directory: Arc<StateDirectory>,
        engine: Arc<dyn Engine>,
        exports: Exports,
    ) -> Self {
        Self { store, directory, engine, exports }
    }

    /// Queues a run of an export.
    ///
    /// # Errors
    /// [`ExportError::NotShared`]; [`RunsError::CannotRun`]; [`StoreError::KeyReused`].
    pub async fn run(&self, export: &str, wish: &Wish) -> Result<Queued, RunsError> {
        let export = self.exports.editable(export, None, &wish.asker).await?;
        let work = Work::Export(export.id.clone());
        self.queue(&export, work, Trigger::Demand, Like::Any, wish).await
    }

    /// Queues a dry run: the plan is made, and nothing is sent.
    ///
    /// # Errors
    /// As [`Runs::run`].
    pub async fn rehearse(&self, export: &str, wish: &Wish) -> Result<Queued, RunsError> {
        let export = self.exports.editable(export, None, &wish.asker).await?;
        let work = Work::Rehearsal(export.id.clone());
        self.queue(&export, work, Trigger::Demand, Like::Any, wish).await
    }

    /// Queues a run that carries out the plan of this dry run, or nothing if that has changed by then.
    ///
    /// # Errors
    /// As [`Runs::run`]; [`RunsError::CannotRun`].
    pub async fn approve(&self, rehearsal: &str, wish: &Wish) -> Result<Queued, RunsError> {
        let plan = self.store.job(rehearsal).await?;
        let Work::Rehearsal(export) = &plan.work else {
            return Err(RunsError::CannotRun(
                "this is no dry run: only the plan of a dry run can be approved",
            ));
        };
        match plan.status {
            Status::Succeeded => {}
            Status::Stopped => {
                return Err(RunsError::CannotRun(
                    "a brake would stop this plan: change the export or its brakes",
                ));
            }
            status if status.has_ended() => {
                return Err(RunsError::CannotRun("the dry run has made no plan: make another one"));
            }
            _ => return Err(RunsError::CannotRun("the dry run has not ended yet: wait for its plan")),
        }
        let export = self.exports.editable(export, None, &wish.asker).await?;
        let work = Work::Export(export.id.clone());
        self.queue(&export, work, Trigger::Approval, Like::Plan(plan.id), wish).await
    }

    /// Queues a run that sends those again whom the provider refused in this run, and nobody else.
    ///
    /// # Errors
    /// As [`Runs::run`]; [`RunsError::CannotRun`].
    pub async fn retry(&self, run: &str, wish: &Wish) -> Result<Queued, RunsError> {
        let run = self.store.job(run).await?;
        let Work::Export(export) = &run.work else {
            return Err(RunsError::CannotRun("this is no run of an export: nobody was refused in it"));
        };
        if !run.status.has_ended() {
            return Err(RunsError::CannotRun(
                "the run has not ended yet: wait until it is known who is refused",
            ));
        }
        if run.run.is_none() {
            return Err(RunsError::CannotRun("the run has sent nothing: nobody was refused in it"));
        }
        let export = self.exports.editable(export, None, &wish.asker).await?;
        let work = Work::Export(export.id.clone());
        self.queue(&export, work, Trigger::Retry, Like::Refused(run.id), wish).await
    }

    /// Queues a run of every export with an active schedule that this person may run. `id` makes the ids.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn run_all(&self, wish: &Wish, id: impl Fn() -> String) -> Result<Vec<Job>, RunsError> {
        let mut queued = Vec::new();
        for export in &self.store.catalog().await?.exports {
            let may = match self.exports.editable(&export.id, None, &wish.asker).await {
                Ok(_) => true,
                Err(ExportError::NotShared) => false,
                Err(error) => return Err(error.into()),
            };
            let can = export.is_enabled && export.connection.is_some() && export.recipe.schedule.is_active();
            if may && can {
                let by = Entry { id: id(), ..wish.by.clone() };
                let its = Wish { id: id(), key: None, by, ..wish.clone() };
                let work = Work::Export(export.id.clone());
                let (Queued::New(job) | Queued::Before(job)) =
                    self.queue(export, work, Trigger::Demand, Like::Any, &its).await?;
                queued.push(job);
            }
        }
        Ok(queued)
    }

    /// Queues a refresh of a segment, or of the whole system.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for a segment that is not there.
    pub async fn refresh(&self, segment: Option<&str>, wish: &Wish) -> Result<Queued, RunsError> {
        if let Some(name) = segment
            && self.store.segment(name).await?.is_none()
        {
            return Err(StoreError::Missing { what: "segment" }.into());
        }
        let work = segment.map_or(Work::Refresh, |name| Work::Segment(name.to_owned()));
        let name = segment.unwrap_or_default();
        let new = self.new_job(work, name, REFRESH_LANE, Trigger::Demand, Like::Any, wish);
        Ok(self.store.queue_job(&new, &entry_of(&new, &wish.by)).await?)
    }

    async fn queue(
        &self,
        export: &SavedExport,
        work: Work,
        trigger: Trigger,
        like: Like,
        wish: &Wish,
    ) -> Result<Queued, RunsError> {
        if !export.is_enabled {
            return Err(RunsError::CannotRun("the export is switched off: switch it on first"));
        }
        let Some(connection) = &export.connection else {
            return Err(RunsError::CannotRun("the export has no connection: choose one for it first"));
        };
        let lane = account_lane(&self.store.connection(connection).await?.host);
        let new = self.new_job(work, &export.name, &lane, trigger, like, wish);
        Ok(self.store.queue_job(&new, &entry_of(&new, &wish.by)).await?)
    }

    fn new_job(
        &self,
        work: Work,
        name: &str,
        lane: &str,
        trigger: Trigger,
        like: Like,
        wish: &Wish,
    ) -> NewJob {
        let (plan, retries) = match like {
            Like::Any => (None, None),
            Like::Plan(rehearsal) => (Some(rehearsal), None),
            Like::Refused(run) => (None, Some(run)),
        };
        NewJob {
            id: wish.id.clone(),
            work,
            name: name.to_owned(),
            lane: lane.to_owned(),
            trigger,
            note: String::new(),
            person: Some((wish.asker.id.clone(), wish.asker.name.clone())),
            parent: None,
            plan,
            retries,
            // Two people may call two wishes alike.
            request_key: wish.key.as_ref().map(|key| format!("{} {key}", wish.asker.id)),
            due_ms: wish.by.at_ms,
        }
    }

    /// Wants a run or a refresh to end. What waits ends at once; what is under way, within seconds.
    ///
    /// # Errors
    /// [`ExportError::NotShared`] for a run of an export that the person may not run.
    pub async fn cancel(&self, job: &str, asker: &Asker, by: &Entry) -> Result<Job, RunsError> {
        let job = self.store.job(job).await?;
        if let Work::Export(export) | Work::Rehearsal(export) = &job.work {
            match self.exports.editable(export, None, asker).await {
                // Of an export that is gone, everybody may end the rest who may change exports at all.
                Ok(_) | Err(ExportError::Store(StoreError::Missing { .. })) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let words = format!("{} has cancelled it", asker.name);
        let (kind, _) = recorded(&job.work);
        let entry = Entry {
            action: format!("{kind}.cancel"),
            object_kind: kind.to_owned(),
            object_id: job.work.subject().to_owned(),
            object_name: job.name.clone(),
            after: Some(json!({"run": job.id}).to_string()),
            ..by.clone()
        };
        Ok(self.store.cancel_job(&job.id, &words, &entry).await?)
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// When the system refreshes by itself, the version of that, and who changed it last.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn refresh_schedule(&self) -> Result<(RefreshSchedule, i64, Option<Signature>), RunsError> {
        Ok(match self.store.setting::<RefreshSchedule>(RefreshSchedule::NAME).await? {
            Some(stored) => {
                let by = Signature { id: String::new(), name: stored.updated_by, at_ms: stored.updated_ms };
                (stored.value, stored.version, Some(by))
            }
            None => (RefreshSchedule::Off, 0, None),
        })
    }

    /// Changes when the system refreshes by itself, if `version` is still in force; gives the version after.
    ///
    /// # Errors
    /// [`StoreError::Stale`].
    pub async fn set_refresh_schedule(
        &self,
        version: i64,
        schedule: &RefreshSchedule,
        by: &Entry,
    ) -> Result<i64, RunsError> {
        let (before, _, _) = self.refresh_schedule().await?;
        let text = |schedule: &RefreshSchedule| serde_json::to_string(schedule).ok();
        let entry = Entry {
            action: "schedule.change".to_owned(),
            object_kind: "schedule".to_owned(),
            object_id: RefreshSchedule::NAME.to_owned(),
            before: text(&before),
            after: text(schedule),
            ..by.clone()
        };
        Ok(self.store.set(RefreshSchedule::NAME, version, schedule, &entry).await?)
    }
}

fn entry_of(new: &NewJob, by: &Entry) -> Entry {
    let (kind, action) = recorded(&new.work);
    let after =
        json!({"run": new.id, "trigger": new.trigger.word(), "plan": new.plan, "retries": new.retries});
    Entry {
        action: action.to_owned(),
        object_kind: kind.to_owned(),
        object_id: new.work.subject().to_owned(),
        object_name: new.name.clone(),
        after: Some(after.to_string()),
        ..by.clone()
    }
}

/// What the audit log calls the object of some work, and its beginning.
#[must_use]
pub fn recorded(work: &Work) -> (&'static str, &'static str) {
    match work {
        Work::Export(_) => ("export", "export.run"),
        Work::Rehearsal(_) => ("export", "export.dry_run"),
        Work::Segment(_) => ("segment", "segment.refresh"),
        Work::Refresh => ("system", "system.refresh"),
    }
}

//! Making a run ready: what an earlier process left is finished or taken up, and otherwise a plan is made.

use std::sync::Arc;
use std::time::Duration;

use activecampaign::Room;
use segue_model::{EngineError, PlanFiles, PlanRequest, PlanSummary};
use segue_store::{Export, Run, RunState};
use xxhash_rust::xxh3::xxh3_64;

use crate::export::{Exporter, Prepared, Unfinished, blocking, digest};
use crate::{Cause, Phase, RunError, Stop, StopHandle};

/// How long a plan waits to be told how much room the account has.
const ROOM_PATIENCE: Duration = Duration::from_secs(5);

impl Exporter {
    /// What tells two plans apart.
    async fn fingerprint(&self, request: &PlanRequest, export: &Export) -> Result<String, RunError> {
        let (engine, source, members) =
            (Arc::clone(&self.engine), request.source.clone(), request.members.clone());
        let (inspection, members) =
            blocking(move || Ok((engine.inspect(&source)?, members.map(|path| digest(&path)).transpose()?)))
                .await?;
        let request = serde_json::to_string(request).map_err(|_| RunError::Defect)?;
        let automations = self.settings.automations;
        let ledger = export.ledger.as_deref().unwrap_or_default();
        let meant = format!("{request}\n{automations}\n{}\n{members:?}\n{ledger}", inspection.fingerprint);
        Ok(format!("{:016x}", xxh3_64(meant.as_bytes())))
    }

    /// Finishes what an earlier process left, and makes the plan; or takes up the plan that it left, if it is the same.
    ///
    /// The request's ledger, folder, and who was forgotten, are filled in here.
    ///
    /// # Errors
    /// [`RunError`]; nothing of the new plan was sent.
    pub async fn prepare(
        &self,
        mut request: PlanRequest,
        stop: (StopHandle, Stop),
    ) -> Result<Prepared, RunError> {
        request.forgotten = self.store.forgotten(&self.directory).await?;
        let mut export = self.export().await?;
        let fingerprint = self.fingerprint(&request, &export).await?;
        while let Some(run) = self.store.unfinished_run(&export.id).await? {
            let is_same = run.fingerprint == fingerprint;
            match (run.state, run.plan.clone()) {
                (RunState::Delivering, Some(plan)) if is_same => {
                    let files = PlanFiles::new(&self.directory.run(run.id));
                    return Ok(Prepared { run, export, plan, files, is_resumed: true, unfinished: None });
                }
                (RunState::Delivering, Some(plan)) => {
                    self.progress.enter(Phase::Recovering);
                    self.finish_begun(run, &export, plan, &stop).await?;
                    export = self.export().await?;
                }
                _ => self.discard_run(&run).await?,
            }
        }
        let fingerprint = self.fingerprint(&request, &export).await?;
        self.plan(request, export, &fingerprint, stop.1).await
    }

    /// Makes the plan that a run would have, and leaves to that run what an earlier process has begun.
    ///
    /// # Errors
    /// [`RunError`].
    pub async fn rehearse(&self, mut request: PlanRequest, stop: Stop) -> Result<Prepared, RunError> {
        request.forgotten = self.store.forgotten(&self.directory).await?;
        let export = self.export().await?;
        let fingerprint = self.fingerprint(&request, &export).await?;
        let unfinished = self.unfinished(&export, &fingerprint).await?;
        let prepared = self.plan(request, export, &fingerprint, stop).await?;
        Ok(Prepared { unfinished, ..prepared })
    }

    async fn unfinished(&self, export: &Export, fingerprint: &str) -> Result<Option<Unfinished>, RunError> {
        while let Some(run) = self.store.unfinished_run(&export.id).await? {
            let Some(plan) = run.plan.as_ref().filter(|_| run.state == RunState::Delivering) else {
                self.discard_run(&run).await?;
                continue;
            };
            let counts = plan.counts;
            return Ok(Some(Unfinished {
                planned: counts.create + counts.update + counts.leave,
                sent: self.store.batches(run.id).await?.iter().map(|batch| batch.rows).sum(),
                is_same: run.fingerprint == fingerprint,
            }));
        }
        Ok(None)
    }

    /// Ends a run of which nothing was sent, and removes its plan.
    pub(crate) async fn discard_run(&self, run: &Run) -> Result<(), RunError> {
        self.store.discard_run(run.id, self.now_ms()).await?;
        Ok(self.directory.remove_run(run.id)?)
    }

    async fn plan(
        &self,
        mut request: PlanRequest,
        export: Export,
        fingerprint: &str,
        stop: Stop,
    ) -> Result<Prepared, RunError> {
        self.progress.enter(Phase::Planning);
        let run = self.store.begin_run(&export.id, fingerprint, self.now_ms()).await?;
        request.folder = self.directory.make_run(run.id)?;
        request.ledger = export.ledger.as_deref().map(|name| self.directory.ledger(name));
        let files = PlanFiles::new(&request.folder);
        let (engine, progress) = (Arc::clone(&self.engine), self.progress.clone());
        let seen = stop.clone();
        let planned = blocking(move || {
            engine.plan(&request, &|rows| {
                progress.read(rows);
                !seen.is_raised()
            })
        });
        let error = match planned.await {
            Ok(plan) if !stop.is_raised() => {
                let plan = PlanSummary { room: self.room(&plan, stop).await, ..plan };
                return Ok(Prepared { run, export, plan, files, is_resumed: false, unfinished: None });
            }
            Ok(_) | Err(RunError::Engine(EngineError::Stopped)) => RunError::Interrupted,
            Err(error) => error,
        };
        // First the files: a disk that they have filled has no room for a note.
        self.directory.remove_run(run.id)?;
        self.store.discard_run(run.id, self.now_ms()).await?;
        Err(error)
    }

    /// How many more contacts the account may have, if that matters and the account tells. What can only warn holds nothing
    /// up, and ends nothing.
    async fn room(&self, plan: &PlanSummary, mut stop: Stop) -> Option<u64> {
        if plan.counts.create == 0 {
            return None;
        }
        let told = tokio::select! {
            told = tokio::time::timeout(ROOM_PATIENCE, self.client.room()) => told.ok()?,
            () = stop.raised() => return None,
        };
        let told = told.inspect_err(|error| tracing::debug!("the account does not tell its limit: {error}"));
        told.ok()?.map(Room::left)
    }

    /// Finishes the batches of an older plan that may have been sent, and no others.
    async fn finish_begun(
        &self,
        run: Run,
        export: &Export,
        plan: PlanSummary,
        stop: &(StopHandle, Stop),
    ) -> Result<(), RunError> {
        let stopped = StopHandle::new();
        stopped.0.raise();
        let finished = self.carry_out(run, export, plan, stopped).await?;
        match finished.cause {
            None | Some(Cause::Interrupted | Cause::ContactLimit) if stop.1.is_raised() => {
                Err(RunError::Interrupted)
            }
            None | Some(Cause::Interrupted | Cause::ContactLimit) => Ok(()),
            Some(cause) => Err(cause.into()),
        }
    }
}

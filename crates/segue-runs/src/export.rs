//! One export: deliver a run that is ready, and settle it.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use activecampaign::{Client, List};
use segue_model::{
    Brakes, Engine, EngineError, Outcome, PlanFiles, PlanSummary, Report, Settled, Settlement,
};
use segue_store::{BatchState, Export, Run, RunState, StateDirectory, Store, Target, Verdict};

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::deliver::Delivery;
use crate::explain::Explanation;
use crate::settle::{Fates, report};
use crate::{Cause, Clock, Pace, Phase, Progress, RunError, Stop, StopHandle};

/// What an export is, beyond what its plan is made from.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The account's host.
    pub host: String,
    /// The list.
    pub list: List,
    /// Tells apart exports that share a list.
    pub name: String,
    /// Whether imports may start automations.
    pub automations: bool,
    /// What stops a run before its first request.
    pub brakes: Brakes,
    /// How often results are asked for.
    pub pace: Pace,
    /// Whether the rejections of earlier runs stay when one has settled, and what became of everybody else with them.
    pub keeps_rejections: bool,
}

/// An export with everything that its runs need.
pub struct Exporter {
    pub(crate) client: Client,
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) store: Store,
    pub(crate) directory: Arc<StateDirectory>,
    pub(crate) settings: Settings,
    pub(crate) progress: Progress,
    pub(crate) clock: Clock,
    pub(crate) started: tokio::time::Instant,
}

/// A run that is ready to be delivered.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub(crate) run: Run,
    pub(crate) export: Export,
    /// Its plan.
    pub plan: PlanSummary,
    /// Its files.
    pub files: PlanFiles,
    /// Whether an earlier process had begun to deliver it.
    pub is_resumed: bool,
    /// Of a rehearsal, what a run would first have to do with.
    pub unfinished: Option<Unfinished>,
}

/// A run that an earlier process has begun to deliver and not settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfinished {
    /// Contacts that its plan sends.
    pub planned: u64,
    /// Those that may have been sent.
    pub sent: u64,
    /// Whether it is the same plan, with which the next run goes on.
    pub is_same: bool,
}

impl Prepared {
    /// The run's number.
    #[must_use]
    pub fn run(&self) -> i64 {
        self.run.id
    }

    /// Equal for two plans that were made from the same: options, files, members and ledger.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.run.fingerprint
    }
}

/// How a delivery ended.
#[derive(Debug)]
pub struct Finished {
    /// The numbers. Of a run that failed, those so far: the next run goes on with it.
    pub report: Report,
    /// What ended it early.
    pub cause: Option<Cause>,
    /// The files with its rejections.
    pub files: PlanFiles,
}

impl Exporter {
    /// An export of an account that was checked.
    #[must_use]
    pub fn new(
        client: Client,
        engine: Arc<dyn Engine>,
        store: Store,
        directory: Arc<StateDirectory>,
        settings: Settings,
        progress: Progress,
        clock: Clock,
    ) -> Self {
        let started = tokio::time::Instant::now();
        Self { client, engine, store, directory, settings, progress, clock, started }
    }

    /// What stops a run of this export before its first request.
    #[must_use]
    pub fn brakes(&self) -> &Brakes {
        &self.settings.brakes
    }

    pub(crate) async fn export(&self) -> Result<Export, RunError> {
        let Settings { host, list, name, .. } = &self.settings;
        let target = Target { host: host.clone(), list: list.id, name: name.clone() };
        let id = format!("exp-{:016x}", xxh3_64(format!("{host}\n{}\n{name}", list.id).as_bytes()));
        Ok(self.store.export(&id, &target).await?)
    }

    /// By the provider's clock, which also says when contacts were put on lists.
    pub(crate) fn now_ms(&self) -> i64 {
        self.client.provider_time().map_or(0, |time| time.timestamp_millis())
    }

    /// Ends a run of which nothing was sent, and removes its plan.
    ///
    /// # Errors
    /// [`RunError::Store`].
    pub async fn discard(&self, prepared: &Prepared) -> Result<(), RunError> {
        self.discard_run(&prepared.run).await
    }

    /// The numbers of a plan of which nobody is sent.
    #[must_use]
    pub fn unsent(&self, plan: &PlanSummary) -> Report {
        let (requests, seconds) = (self.client.usage().requests, self.started.elapsed().as_secs_f64());
        report(Outcome::Failed, plan, &Settled::default(), requests, seconds)
    }

    /// Ends a run of which nothing was sent, and keeps of its plan what was rejected and why, and what would have become of
    /// everybody else if told so.
    ///
    /// # Errors
    /// [`RunError::Store`]; [`RunError::Engine`].
    pub async fn set_aside(&self, prepared: &Prepared) -> Result<(), RunError> {
        if self.settings.keeps_rejections {
            let (engine, files) = (Arc::clone(&self.engine), prepared.files.clone());
            blocking(move || engine.keep_planned(&files)).await?;
        }
        self.store.discard_run(prepared.run.id, self.now_ms()).await?;
        remove_outbox(&prepared.files);
        Ok(())
    }

    /// Delivers a prepared run and settles it.
    ///
    /// # Errors
    /// [`RunError::Brake`] if a brake holds it, and then nothing was sent and the plan is set aside; otherwise only what goes wrong after delivery.
    pub async fn deliver(&self, prepared: Prepared, stop: (StopHandle, Stop)) -> Result<Finished, RunError> {
        let Prepared { run, export, plan, .. } = prepared.clone();
        if !prepared.is_resumed {
            if let Err(brake) = self.settings.brakes.check(&plan.counts) {
                self.set_aside(&prepared).await?;
                return Err(brake.into());
            }
            self.store.start_delivery(run.id, &plan).await?;
        }
        self.carry_out(run, &export, plan, stop).await
    }

    pub(crate) async fn carry_out(
        &self,
        run: Run,
        export: &Export,
        plan: PlanSummary,
        stop: (StopHandle, Stop),
    ) -> Result<Finished, RunError> {
        let sends = plan.counts.create + plan.counts.update + plan.counts.leave;
        self.progress.enter(Phase::Delivering);
        self.progress.plan(sends);
        let files = PlanFiles::new(&self.directory.run(run.id));
        let seen = stop.1.clone();
        let mut cause =
            if sends > 0 { self.delivery(&run, &plan, &files).await?.run(stop).await } else { None };
        if matches!(cause, Some(Cause::Interrupted)) && seen.is_left() {
            cause = Some(Cause::Left);
        }
        let is_full = matches!(cause, Some(Cause::ContactLimit));
        if is_full || matches!(cause, None | Some(Cause::Interrupted)) {
            self.progress.enter(Phase::Explaining);
            let (client, engine, store) = (&self.client, &self.engine, &self.store);
            let explanation =
                Explanation { client, engine, store, run: run.id, list: self.settings.list.id, is_full };
            if let Err(unexplained) = explanation.run(&files.sends()).await {
                cause = Some(unexplained);
            }
        }
        self.progress.enter(Phase::Settling);
        let report = self.settle(&run, export, &plan, &files, cause.as_ref()).await?;
        Ok(Finished { report, cause, files })
    }

    async fn delivery(&self, run: &Run, plan: &PlanSummary, files: &PlanFiles) -> Result<Delivery, RunError> {
        let earlier = self.store.batches(run.id).await?;
        let mut verdicts = self.store.verdicts(run.id).await?;
        let is_open = |verdict: &Verdict| {
            let mut open =
                earlier.iter().filter(|batch| batch.state != BatchState::Done && batch.part == verdict.part);
            open.any(|batch| (batch.first_row..batch.first_row + batch.rows).contains(&verdict.row))
        };
        verdicts.retain(is_open);
        Ok(Delivery {
            client: self.client.clone(),
            engine: Arc::clone(&self.engine),
            store: self.store.clone(),
            pace: self.settings.pace,
            list: self.settings.list.clone(),
            automations: self.settings.automations,
            run: run.id,
            plan: files.clone(),
            counts: plan.counts,
            progress: self.progress.clone(),
            clock: Arc::clone(&self.clock),
            earlier,
            verdicts,
        })
    }

    /// Folds what is known into the next ledger. A run that failed is only counted: the next one goes on with it.
    async fn settle(
        &self,
        run: &Run,
        export: &Export,
        plan: &PlanSummary,
        files: &PlanFiles,
        cause: Option<&Cause>,
    ) -> Result<Report, RunError> {
        let (outcome, state) = match cause {
            None => (Outcome::Done, Some(RunState::Done)),
            Some(Cause::Interrupted) => (Outcome::Interrupted, Some(RunState::Partial)),
            Some(Cause::Left) => (Outcome::Interrupted, None),
            Some(Cause::ContactLimit) => (Outcome::Failed, Some(RunState::Partial)),
            Some(_) => (Outcome::Failed, None),
        };
        let name = format!("{}-{}.parquet", export.id, run.id);
        let (mut settled, mut ledger) = (Settled::default(), None);
        if plan.counts.create + plan.counts.update + plan.counts.leave > 0 {
            // A process that died between here and the end left its file.
            self.directory.remove_ledger(&name)?;
            let Fates { sent, refused, left } =
                Fates::of(&self.store.batches(run.id).await?, &self.store.verdicts(run.id).await?);
            let settlement = Settlement {
                plan: files.clone(),
                ledger: export.ledger.as_deref().map(|name| self.directory.ledger(name)),
                next: self.directory.ledger(&name),
                sent,
                refused,
                left,
                run: run.id,
                started_ms: run.started_ms,
                keeps_sent: self.settings.keeps_rejections,
            };
            let engine = Arc::clone(&self.engine);
            settled = blocking(move || engine.settle(&settlement)).await?;
            ledger = Some(name.as_str());
        }
        let requests = self.client.usage().requests;
        let report = report(outcome, plan, &settled, requests, self.started.elapsed().as_secs_f64());
        match state {
            Some(state) => {
                self.store.settle_run(run, state, ledger, &report, self.now_ms()).await?;
                self.tidy(run, export, files, ledger.is_some()).await?;
            }
            None => self.directory.remove_ledger(&name)?,
        }
        Ok(report)
    }

    /// Removes what the settled run has made superfluous. Its rejections stay, and those of earlier runs if told so.
    async fn tidy(
        &self,
        run: &Run,
        export: &Export,
        files: &PlanFiles,
        has_new_ledger: bool,
    ) -> Result<(), RunError> {
        remove_outbox(files);
        if let Some(old) = export.ledger.as_deref().filter(|_| has_new_ledger) {
            self.directory.remove_ledger(old)?;
        }
        if self.settings.keeps_rejections {
            return Ok(());
        }
        for older in self.store.ended_runs(&export.id).await?.into_iter().filter(|older| older.id != run.id) {
            self.directory.remove_run(older.id)?;
        }
        Ok(())
    }
}

/// Removes what a plan wanted to send. What was rejected stays, with its reasons.
fn remove_outbox(files: &PlanFiles) {
    for file in [files.sends(), files.leaves()] {
        // What is left behind costs room and nothing else.
        if let Err(error) = std::fs::remove_file(&file) {
            tracing::debug!("a plan's file stays: {error}");
        }
    }
    if let Err(error) = std::fs::remove_dir_all(files.contacts()) {
        tracing::debug!("a plan's contacts stay: {error}");
    }
}

/// Tells the content of a snapshot apart from others: the same keys make the same file.
pub(crate) fn digest(path: &Path) -> Result<u64, EngineError> {
    let failed = |source| EngineError::File { doing: "read", path: path.to_owned(), source };
    let mut file = File::open(path).map_err(failed)?;
    let (mut hash, mut bytes) = (Xxh3::new(), vec![0; 1 << 20]);
    loop {
        match file.read(&mut bytes).map_err(failed)? {
            0 => return Ok(hash.digest()),
            read => hash.update(&bytes[..read]),
        }
    }
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, RunError> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(|_| RunError::Defect)??)
}

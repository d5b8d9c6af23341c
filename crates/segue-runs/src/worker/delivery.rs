//! A run of an export, or a dry run of one: from the saved recipe to how the job ends.

use std::sync::Arc;

use activecampaign::Window;
use chrono::{DateTime, Utc};
use segue_model::job::{Product, Status, Trigger, Work, account_lane};
use segue_model::{DataMatching, Example, FieldMatch, Forgotten, PlanRequest, PlanSummary, Report};
use segue_store::{Claimed, Job, SavedExport, SeenChanges, Segment, StoreError};
use serde_json::Value;

use super::{Ended, Worker, tracker::Tracker};
use crate::connections::ConnectionError;
use crate::deliver::MAX_CONTACTS;
use crate::segments::SegmentError;
use crate::{
    Cause, Exporter, FieldChoice, Finished, Prepared, RunError, Settings, Stop, StopHandle, check_account,
};

/// How long a job waits that cannot be done yet, before it is looked at again.
const AGAIN_MS: i64 = 2_000;

/// Why nothing runs on a connection whose key cannot be opened.
const SHUT: &str = "the connection's API key cannot be opened, because the master key that seals it is not here: give the \
                    connection its API key again, or start with that master key";

/// The examples of a dry run's plan, in the folder of its run.
pub(crate) const EXAMPLES: &str = "examples.json";

impl Worker {
    /// Carries out a run or a dry run.
    pub(super) async fn deliver(
        &self,
        claimed: &Claimed,
        tracker: &Tracker,
        stop: (StopHandle, Stop),
    ) -> Result<Ended, StoreError> {
        let job = &claimed.job;
        let export = match self.installation.store.recipe(job.work.subject()).await {
            Err(StoreError::Missing { .. }) => return Ok(skipped("the export was removed")),
            other => other?,
        };
        let Some(connection) = export.connection.as_deref().filter(|_| export.is_enabled) else {
            return Ok(skipped(if export.is_enabled {
                "the export has no connection: choose one for it"
            } else {
                "the export is switched off"
            }));
        };
        if self.waits_for_refresh(&export).await? {
            let words = "waits for the refresh of its segments".to_owned();
            return Ok(Ended::PutBack { lane: job.lane.clone(), words, due_ms: self.now_ms() + AGAIN_MS });
        }
        // First this: a refresh that ends meanwhile starts another run.
        let refreshes = self.installation.store.refreshes_version().await?;
        if let Some(words) = self.stale(&export).await? {
            if job.trigger == Trigger::SegmentsChanged {
                self.installation.store.stays_behind(&export.id, refreshes).await?;
            }
            return Ok(skipped(&words));
        }
        let (host, key) = match self.installation.connections.for_run(connection).await {
            Ok(account) => account,
            Err(ConnectionError::Store(error @ StoreError::Unreachable { .. })) => return Err(error),
            Err(ConnectionError::Store(StoreError::WrongKey { .. })) => return Ok(skipped(SHUT)),
            Err(error) => return Ok(failed(&format!("the connection cannot be used: {error}"))),
        };
        let lane = account_lane(&host.name());
        if lane != job.lane {
            // The connection leads to another account since this was queued.
            return Ok(Ended::PutBack { lane, words: String::new(), due_ms: job.due_ms });
        }
        let client = match self.accounts.client(&host, key, claimed.used_until_ms).await? {
            Ok(client) => client,
            Err(error) => return Ok(failed(&error.to_string())),
        };
        tracker.delivers_with(client.clone(), self.contacts_a_second());
        let settings = |list| Settings {
            host: host.name(),
            list,
            name: export.id.clone(),
            automations: export.recipe.automations,
            brakes: export.recipe.brakes,
            pace: self.rules.pace,
            keeps_rejections: true,
        };
        let attempt = Attempt { worker: self, job, export: &export, tracker };
        let seen = stop.1.clone();
        Ok(match attempt.run(client, settings, stop).await {
            Ok(ended) => ended,
            Err(Trouble::Run(RunError::Interrupted)) if seen.is_left() => Ended::Left,
            Err(Trouble::Run(RunError::Store(error @ StoreError::Unreachable { .. }))) => return Err(error),
            Err(Trouble::Run(error)) => of_error(&error),
            Err(Trouble::Segments(error)) => failed(&error.to_string()),
        })
    }

    /// How many contacts the account's limit lets through, in the long run.
    fn contacts_a_second(&self) -> Option<f64> {
        let limits = self.rules.options.limits;
        let Window { requests, per } = limits.bulk;
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let contacts = requests.saturating_mul(MAX_CONTACTS) as f64;
        (!per.is_zero()).then(|| contacts * limits.share / per.as_secs_f64())
    }

    /// Whether one of the export's segments is being refreshed, or is about to be.
    async fn waits_for_refresh(&self, export: &SavedExport) -> Result<bool, StoreError> {
        let open = self.installation.store.open_jobs().await?;
        let concerns = |job: &Job| match &job.work {
            Work::Refresh => job.status.is_under_way() && job.started_ms.is_some(),
            Work::Segment(name) => export.recipe.segments.contains(name),
            Work::Export(_) | Work::Rehearsal(_) => false,
        };
        Ok(open.iter().any(concerns))
    }

    /// Why the members of the export's segments are not to be sent.
    async fn stale(&self, export: &SavedExport) -> Result<Option<String>, StoreError> {
        let store = &self.installation.store;
        for name in &export.recipe.segments {
            let Some(segment) = store.segment(name).await? else {
                return Ok(Some(format!("segment \"{name}\" was removed")));
            };
            let latest = store.latest_refresh(name).await?;
            let latest = latest.as_ref().map(|(latest, _)| latest.words.as_str());
            if let Some(words) = why_stale(&segment, latest).or_else(|| self.why_old(&segment)) {
                return Ok(Some(words));
            }
        }
        Ok(None)
    }
}

impl Worker {
    /// Why members are too old. Those of a static segment stay until somebody replaces them.
    fn why_old(&self, segment: &Segment) -> Option<String> {
        let most = self.rules.stale_after.filter(|_| !segment.is_static)?;
        let age_ms = self.now_ms() - segment.refreshed_ms?;
        let is_old = u128::try_from(age_ms).is_ok_and(|age_ms| age_ms > most.as_millis());
        let (name, hours) = (&segment.name, most.as_secs() / 3_600);
        is_old.then(|| {
            format!("the members of segment \"{name}\" are older than {hours} hours: refresh it first")
        })
    }
}

fn why_stale(segment: &Segment, latest: Option<&str>) -> Option<String> {
    let name = &segment.name;
    match latest {
        None => Some(format!("segment \"{name}\" was never refreshed: refresh it first")),
        Some("") if segment.is_active || segment.is_static => None,
        Some("") => Some(format!("segment \"{name}\" is switched off, so its members may be out of date")),
        Some(words) => Some(format!("the latest refresh of segment \"{name}\" failed: {words}")),
    }
}

enum Trouble {
    Run(RunError),
    Segments(SegmentError),
}

impl From<RunError> for Trouble {
    fn from(error: RunError) -> Self {
        Self::Run(error)
    }
}

/// One run with all that it needs.
struct Attempt<'a> {
    worker: &'a Worker,
    job: &'a Job,
    export: &'a SavedExport,
    tracker: &'a Tracker,
}

impl Attempt<'_> {
    async fn run(
        &self,
        client: activecampaign::Client,
        settings: impl FnOnce(activecampaign::List) -> Settings,
        stop: (StopHandle, Stop),
    ) -> Result<Ended, Trouble> {
        let installation = &self.worker.installation;
        let recipe = &self.export.recipe;
        let Ok(refused_by) = self.refused_by().await? else {
            return Ok(failed(
                "the run whose refused contacts were to be sent again is not remembered any more",
            ));
        };
        // By their ids, since people rename them; what they take may have changed since the recipe was saved.
        let choices = recipe.matching.fields.iter();
        let choices: Vec<FieldChoice> = choices
            .map(|field| FieldChoice { field: field.field.to_string(), column: field.column.clone() })
            .collect();
        let mut seen = stop.1.clone();
        let account = tokio::select! {
            account = check_account(&client, recipe.list.id, &choices) => account?,
            // The account's limit may let it wait for long.
            () = seen.raised() => return Err(RunError::Interrupted.into()),
        };
        let now = DateTime::<Utc>::from_timestamp_millis(self.worker.now_ms()).unwrap_or_default();
        let segments = &installation.segments;
        // First this: whoever refreshes one meanwhile starts another run.
        let changes = installation.store.segment_changes(&self.export.id).await.map_err(RunError::Store)?;
        let members =
            segments.members_to_export(&recipe.segments, &recipe.required, &self.export.id, now).await;
        let members = members.map_err(Trouble::Segments)?;
        let request = PlanRequest {
            source: members.table.source.clone(),
            filter: None,
            members: Some(members.snapshot.clone()),
            key: members.table.table.key.clone(),
            matching: DataMatching { fields: account.fields, ..recipe.matching.clone() },
            blanks: recipe.blanks,
            list: recipe.list.id,
            mode: recipe.mode,
            retry_refused: false,
            only_refused_by: refused_by,
            forgotten: Forgotten::default(),
            keeps_unchanged: true,
            ledger: None,
            folder: std::path::PathBuf::new(),
        };
        let exporter = Exporter::new(
            client,
            Arc::clone(&installation.engine),
            installation.store.clone(),
            Arc::clone(&installation.directory),
            settings(account.list),
            self.tracker.progress.clone(),
            Arc::clone(&self.worker.clock),
        );
        match self.job.work {
            Work::Rehearsal(_) => self.rehearse(&exporter, request, stop.1).await,
            _ => self.deliver(&exporter, request, &changes, stop).await,
        }
    }

    async fn rehearse(
        &self,
        exporter: &Exporter,
        request: PlanRequest,
        stop: Stop,
    ) -> Result<Ended, Trouble> {
        let fields = request.matching.fields.clone();
        let prepared = exporter.rehearse(request, stop).await?;
        self.tracker.has_run(prepared.run());
        let examples = prepared.plan.examples.iter().cloned();
        let examples: Vec<Example> = examples.map(|example| titled(example, &fields)).collect();
        let examples = serde_json::to_vec(&examples).map_err(|_| RunError::Defect)?;
        let path = prepared.files.folder().join(EXAMPLES);
        std::fs::write(&path, examples).map_err(|source| {
            RunError::Store(StoreError::File { doing: "write", path: path.clone(), source })
        })?;
        exporter.set_aside(&prepared).await?;
        let product = product(None, &prepared);
        Ok(match exporter.brakes().check(&prepared.plan.counts) {
            Ok(()) => Ended::with(Status::Succeeded, "", product),
            Err(brake) => Ended::with(Status::Stopped, &format!("a run would be stopped: {brake}"), product),
        })
    }

    async fn deliver(
        &self,
        exporter: &Exporter,
        request: PlanRequest,
        changes: &SeenChanges,
        stop: (StopHandle, Stop),
    ) -> Result<Ended, Trouble> {
        let prepared = exporter.prepare(request, stop.clone()).await?;
        self.tracker.has_run(prepared.run());
        if self.job.retries.is_none() {
            let store = &self.worker.installation.store;
            store.has_planned(&self.export.id, changes).await.map_err(RunError::Store)?;
        } else if !prepared.is_resumed && prepared.plan.counts.members == 0 {
            exporter.set_aside(&prepared).await?;
            return Ok(skipped(
                "nobody is left to be sent again: who was refused is no member any more, or was sent since",
            ));
        }
        if let Some(words) = self.moved_on(&prepared).await? {
            exporter.set_aside(&prepared).await?;
            return Ok(failed(&words));
        }
        let finished = match exporter.deliver(prepared.clone(), stop).await {
            Err(RunError::Brake(brake)) => {
                return Ok(Ended::with(Status::Stopped, &brake.to_string(), product(None, &prepared)));
            }
            other => other?,
        };
        let Finished { mut report, cause, .. } = finished;
        self.tracker.complete(&mut report);
        let has_rejections = report.invalid + report.refused > 0;
        let product = product(Some(report), &prepared);
        Ok(match cause {
            None if has_rejections => Ended::with(Status::SucceededWithRejections, "", product),
            None => Ended::with(Status::Succeeded, "", product),
            Some(Cause::Left) => Ended::Left,
            // Nothing was settled: it goes on when the database is back.
            Some(Cause::Store(error @ StoreError::Unreachable { .. })) => {
                return Err(RunError::Store(error).into());
            }
            Some(Cause::Interrupted) => Ended::with(Status::Cancelled, "", product),
            Some(Cause::Engine(error)) => {
                Ended::with(Status::Failed, &words(&RunError::Engine(error)), product)
            }
            Some(cause) => Ended::with(Status::Failed, &cause.to_string(), product),
        })
    }

    /// Of a retry, the number of the run whose refused contacts are meant; an error if that is not remembered.
    async fn refused_by(&self) -> Result<Result<Option<i64>, ()>, RunError> {
        let Some(retried) = &self.job.retries else { return Ok(Ok(None)) };
        match self.worker.installation.store.job(retried).await {
            Ok(job) => Ok(job.run.map(Some).ok_or(())),
            Err(StoreError::Missing { .. }) => Ok(Err(())),
            Err(error) => Err(error.into()),
        }
    }

    /// Why this is not the plan that was approved.
    async fn moved_on(&self, prepared: &Prepared) -> Result<Option<String>, RunError> {
        let Some(approved) = self.job.plan.as_deref().filter(|_| !prepared.is_resumed) else {
            return Ok(None);
        };
        let approved = self.worker.installation.store.job(approved).await?;
        let approved = approved.product.and_then(|product| product.fingerprint);
        let words = "the data or the export has changed since this plan was approved: make a dry run, look, approve again";
        Ok((approved.as_deref() != Some(prepared.fingerprint())).then(|| words.to_owned()))
    }
}

/// An example whose custom fields are called as the account calls them now: it is looked at when they may have other names.
fn titled(example: Example, fields: &[FieldMatch]) -> Example {
    let Ok(mut contact) = serde_json::from_str::<Value>(&example.detail) else { return example };
    let Some(sent) = contact.get_mut("fields").and_then(Value::as_array_mut) else { return example };
    for field in sent.iter_mut().filter_map(Value::as_object_mut) {
        let id = field.get("id").and_then(Value::as_u64);
        let known = fields.iter().find(|known| Some(known.field) == id);
        field.extend(known.map(|known| ("title".to_owned(), Value::from(known.title.as_str()))));
    }
    Example { detail: contact.to_string(), ..example }
}

fn product(report: Option<Report>, prepared: &Prepared) -> Product {
    // Examples are people; they stay with the rejections, and go with them.
    let plan = PlanSummary { examples: Vec::new(), ..prepared.plan.clone() };
    Product {
        report,
        plan: Some(plan),
        fingerprint: Some(prepared.fingerprint().to_owned()),
        ..Product::default()
    }
}

fn skipped(words: &str) -> Ended {
    Ended::with(Status::Skipped, words, Product::default())
}

fn failed(words: &str) -> Ended {
    Ended::with(Status::Failed, words, Product::default())
}

fn of_error(error: &RunError) -> Ended {
    match error {
        RunError::Brake(brake) => Ended::with(Status::Stopped, &brake.to_string(), Product::default()),
        RunError::Interrupted => Ended::with(Status::Cancelled, "", Product::default()),
        error => failed(&words(error)),
    }
}

fn words(error: &RunError) -> String {
    format!("{error}{}", error.advice())
}

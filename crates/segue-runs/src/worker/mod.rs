//! The worker: claims jobs, carries them out, says that it is alive, and starts what is due.
//!
//! ```text
//! scheduler.rs   what is due
//! delivery.rs    a run of an export, or a dry run
//! refresh.rs     sources, segments, and the exports that follow
//! accounts.rs    one set of budgets for each account
//! record.rs      what the audit log keeps of what nobody asked for
//! tracker.rs     how far a job has come
//! ```
//!
//! Any number of workers may share a store: a job belongs to a lane, and a lane to one worker as long as that says it is
//! alive. One that cannot say so any more lets go of everything before its lease is over, so that nobody is at work when the
//! next one begins.

mod accounts;
mod delivery;
mod rate;
mod record;
mod refresh;
mod scheduler;
mod tracker;

use std::sync::Arc;
use std::time::Duration;

use activecampaign::Options;
use parking_lot::Mutex;
use segue_model::job::{Product, REFRESH_LANE, Status, Work};
use segue_store::{Claimed, Ending, Job, StoreError};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use crate::{Installation, Pace, Stop, StopHandle};
use accounts::Accounts;
use scheduler::Seen;
use tracker::Tracker;

pub(crate) use delivery::EXAMPLES;

/// Now, in milliseconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// Makes an id that nothing else has.
pub type NewId = Arc<dyn Fn() -> String + Send + Sync>;

/// How a worker works.
#[derive(Debug, Clone)]
pub struct WorkerRules {
    /// How accounts are talked to: limits, patience, name.
    pub options: Options,
    /// How often results are asked for.
    pub pace: Pace,
    /// Runs at one time, which bounds the memory that they take. More wait. A refresh has a place beside them.
    pub at_once: usize,
    /// Of these, runs to one account: they share its limits, so that more of them are not faster. While half of all places are
    /// taken, an account that has one gets no other, so that the rest is for those that have none.
    pub of_account: usize,
    /// Between two looks at what there is to do.
    pub beat: Duration,
    /// How long lanes stay a worker's that does not say that it is alive.
    pub lease: Duration,
    /// How old the members of a segment that is refreshed may be to be exported; as old as they are, if there is none.
    pub stale_after: Option<Duration>,
    /// How long jobs are remembered.
    pub history: Duration,
    /// How long rejections and examples are kept, which are personal data.
    pub rejections: Duration,
}

impl Default for WorkerRules {
    fn default() -> Self {
        let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60);
        Self {
            options: Options {
                user_agent: concat!("segue/", env!("CARGO_PKG_VERSION")).to_owned(),
                ..Options::default()
            },
            pace: Pace::default(),
            at_once: 8,
            of_account: 4,
            beat: Duration::from_secs(1),
            lease: Duration::from_secs(20),
            stale_after: None,
            history: days(365),
            rejections: days(30),
        }
    }
}

/// Between two looks at what is too old.
const TIDYING: Duration = Duration::from_secs(60 * 60);

/// After which no attempt to sign in counts any more.
const ATTEMPTS: Duration = Duration::from_secs(60 * 60);

/// A worker. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Worker(Arc<Inner>);

/// What [`Worker`] holds.
pub struct Inner {
    installation: Installation,
    id: String,
    clock: Clock,
    new_id: NewId,
    rules: WorkerRules,
    accounts: Accounts,
    /// What the scheduler has seen; none before its first look.
    seen: Mutex<Option<Seen>>,
}

impl std::ops::Deref for Worker {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// What became of a job's attempt.
enum Ended {
    Ending {
        status: Status,
        words: String,
        product: Box<Product>,
    },
    /// It cannot be done yet, or not in this lane.
    PutBack {
        lane: String,
        words: String,
        due_ms: i64,
    },
    /// Another process goes on with it.
    Left,
}

impl Ended {
    fn with(status: Status, words: &str, product: Product) -> Self {
        Self::Ending { status, words: words.to_owned(), product: Box::new(product) }
    }
}

/// A job that this worker is at.
struct UnderWay {
    job: Job,
    stop: StopHandle,
    tracker: Arc<Tracker>,
    task: tokio::task::AbortHandle,
}

/// All of them, and when the store last heard of this worker.
struct Hands {
    jobs: Vec<UnderWay>,
    tasks: JoinSet<()>,
    /// Ids of jobs that were let go of because the store was away.
    let_go: Vec<String>,
    heard: Instant,
    tidied: Option<Instant>,
}

impl Worker {
    /// A worker of this installation.
    #[must_use]
    pub fn new(installation: Installation, rules: WorkerRules, clock: Clock, new_id: NewId) -> Self {
        let store = installation.store.clone();
        let (id, accounts) = (new_id(), Accounts::new(rules.options.clone(), store, Arc::clone(&clock)));
        let seen = Mutex::default();
        Self(Arc::new(Inner { installation, id, clock, new_id, rules, accounts, seen }))
    }

    fn now_ms(&self) -> i64 {
        (self.clock)()
    }

    fn until_ms(&self) -> i64 {
        self.now_ms() + i64::try_from(self.rules.lease.as_millis()).unwrap_or(i64::MAX / 2)
    }

    /// Works until `stop` is raised. What is under way then is left for the next worker, in order: batches that were sent are
    /// followed to their end.
    pub async fn run(&self, mut stop: Stop) {
        let mut hands = Hands {
            jobs: Vec::new(),
            tasks: JoinSet::new(),
            let_go: Vec::new(),
            heard: Instant::now(),
            tidied: None,
        };
        while !stop.is_raised() {
            self.beat(&mut hands).await;
            tokio::select! {
                () = stop.raised() => break,
                () = tokio::time::sleep(self.rules.beat) => {}
                Some(ended) = hands.tasks.join_next(), if !hands.tasks.is_empty() => said(ended),
            }
        }
        self.leave(&mut hands).await;
        if let Err(error) = self.installation.store.leave_lanes(&self.id, self.now_ms()).await {
            tracing::warn!("the worker's lanes fall free when its lease is over: {error}");
        }
    }

    /// Leaves what is under way to the next worker, and waits until nothing is in flight any more.
    async fn leave(&self, hands: &mut Hands) {
        hands.jobs.iter().for_each(|under_way| under_way.stop.leave());
        while !hands.tasks.is_empty() {
            tokio::select! {
                Some(ended) = hands.tasks.join_next() => said(ended),
                () = tokio::time::sleep(self.rules.beat) => {
                    if self.keep(hands).await.is_err() {
                        self.let_go_in_time(hands);
                    }
                }
            }
        }
    }

    /// One look. Whatever goes wrong with the store is tried again at the next; meanwhile nothing is begun.
    async fn beat(&self, hands: &mut Hands) {
        if let Err(error) = self.look(hands).await {
            tracing::warn!("the worker cannot go on: {error}");
            self.let_go_in_time(hands);
        }
    }

    /// Who is wanted no more, how far the others are, what is due, what can be begun.
    async fn look(&self, hands: &mut Hands) -> Result<(), StoreError> {
        let kept = self.keep(hands).await?;
        self.take_up(hands, &kept).await?;
        self.start_due().await?;
        self.start_behind().await?;
        let store = &self.installation.store;
        loop {
            let (now, until, most) = (self.now_ms(), self.until_ms(), self.most_of_account(hands));
            let Some(claimed) = store.claim_job(&self.id, now, until, most).await? else { break };
            self.begin(hands, claimed);
        }
        if !hands.jobs.is_empty() {
            store.tell_what_jobs_wait_for(&self.id, self.now_ms()).await?;
        }
        if hands.tidied.is_none() {
            self.installation.store.wipe_values().await?;
        }
        if hands.tidied.is_none_or(|at| at.elapsed() >= TIDYING) {
            hands.tidied = Some(Instant::now());
            self.tidy().await?;
        }
        Ok(())
    }

    /// How many runs an account may have now to be given one more.
    fn most_of_account(&self, hands: &Hands) -> u32 {
        let runs = hands.jobs.iter().filter(|under_way| under_way.job.lane != REFRESH_LANE).count();
        let most = match runs {
            few if few < self.rules.at_once / 2 => self.rules.of_account,
            more if more < self.rules.at_once => 1,
            _ => 0,
        };
        u32::try_from(most).unwrap_or(u32::MAX)
    }

    /// Says that this worker is alive, and learns which of its jobs are still its own and wanted.
    async fn keep(&self, hands: &mut Hands) -> Result<Vec<Job>, StoreError> {
        let began = Instant::now();
        hands.jobs.retain(|under_way| !under_way.task.is_finished());
        let kept = self.installation.store.keep_lanes(&self.id, self.until_ms()).await?;
        hands.heard = began;
        for under_way in &hands.jobs {
            let Some(job) = kept.iter().find(|job| job.id == under_way.job.id) else {
                // It has ended, or another worker is at it.
                if !under_way.task.is_finished() && self.is_lost(&under_way.job).await? {
                    under_way.task.abort();
                }
                continue;
            };
            if job.is_unwanted || self.is_unwanted(job).await? {
                under_way.stop.raise();
            }
            self.installation.store.note_job(&job.id, &self.id, &under_way.tracker.note()).await?;
        }
        Ok(kept)
    }

    /// Jobs that are this worker's and that nobody carries out, and that no other worker would take as long as this one says
    /// that it is alive: what was let go of because the store was away waits again; what has stopped by itself has failed.
    async fn take_up(&self, hands: &mut Hands, kept: &[Job]) -> Result<(), StoreError> {
        for job in kept.iter().filter(|job| hands.jobs.iter().all(|under_way| under_way.job.id != job.id)) {
            let ended = if hands.let_go.contains(&job.id) {
                Ended::PutBack {
                    lane: job.lane.clone(),
                    words: "goes on, now that the database is there again".to_owned(),
                    due_ms: self.now_ms(),
                }
            } else {
                let words =
                    "it has stopped unexpectedly: please report this; the next run goes on from there";
                Ended::with(Status::Failed, words, Product::default())
            };
            self.note_end(job, &ended, &Tracker::of(job)).await?;
        }
        hands.let_go.clear();
        Ok(())
    }

    async fn is_lost(&self, job: &Job) -> Result<bool, StoreError> {
        let job = self.installation.store.job(&job.id).await?;
        Ok(job.worker.as_deref() != Some(&self.id))
    }

    /// Whether what a run needs was taken away: then it is cancelled, with the cause.
    async fn is_unwanted(&self, job: &Job) -> Result<bool, StoreError> {
        let Work::Export(id) = &job.work else { return Ok(false) };
        let store = &self.installation.store;
        let words = match store.recipe(id).await {
            Err(StoreError::Missing { .. }) => "the export was removed",
            Err(error) => return Err(error),
            Ok(export) if !export.is_enabled => "the export was switched off",
            Ok(export) => match export.connection {
                None => "the export was detached from its connection",
                Some(connection) => match self.installation.connections.allows_runs(&connection).await? {
                    None => return Ok(false),
                    Some(words) => words,
                },
            },
        };
        let after = serde_json::json!({"run": job.id, "cause": words}).to_string();
        let entry = self.entry("export.cancel", ("export", id, &job.name), Some(after));
        store.cancel_job(&job.id, words, &entry).await?;
        Ok(true)
    }

    /// When the store has not heard of this worker for most of its lease, another may soon be at its jobs.
    fn let_go_in_time(&self, hands: &mut Hands) {
        if hands.heard.elapsed() >= self.rules.lease * 2 / 3 {
            for under_way in hands.jobs.drain(..) {
                under_way.task.abort();
                hands.let_go.push(under_way.job.id);
            }
        }
    }

    fn begin(&self, hands: &mut Hands, claimed: Claimed) {
        let (job, tracker) = (claimed.job.clone(), Arc::new(Tracker::of(&claimed.job)));
        let (handle, stop) = StopHandle::new();
        let (worker, its, raise) = (self.clone(), Arc::clone(&tracker), handle.clone());
        let task = hands.tasks.spawn(async move { worker.carry_out(claimed, its, (raise, stop)).await });
        hands.jobs.push(UnderWay { job, stop: handle, tracker, task });
    }

    async fn carry_out(&self, claimed: Claimed, tracker: Arc<Tracker>, stop: (StopHandle, Stop)) {
        let job = claimed.job.clone();
        let ended = match job.work {
            Work::Export(_) | Work::Rehearsal(_) => self.deliver(&claimed, &tracker, stop).await,
            Work::Segment(_) | Work::Refresh => self.refresh(&job, &tracker, &stop.1).await,
        };
        // A store that is away for a moment costs no job.
        let ended = ended.unwrap_or_else(|error| match error {
            StoreError::Unreachable { .. } => Ended::PutBack {
                lane: job.lane.clone(),
                words: "waits for the database".to_owned(),
                due_ms: self.now_ms(),
            },
            error => Ended::with(Status::Failed, &error.to_string(), Product::default()),
        });
        while let Err(error) = self.note_end(&job, &ended, &tracker).await {
            tracing::warn!("how a job ended cannot be noted yet: {error}");
            tokio::time::sleep(self.rules.beat).await;
        }
    }

    async fn note_end(&self, job: &Job, ended: &Ended, tracker: &Tracker) -> Result<(), StoreError> {
        let store = &self.installation.store;
        match ended {
            Ended::Left => Ok(()),
            Ended::PutBack { lane, words, due_ms } => {
                store.put_back_job(&job.id, &self.id, lane, words, *due_ms).await
            }
            Ended::Ending { status, words, product } => {
                let words = match status {
                    Status::Cancelled if words.is_empty() => store.job(&job.id).await?.words,
                    Status::Succeeded | Status::SucceededWithRejections if words.is_empty() => {
                        self.came_too_late(job).await?
                    }
                    _ => words.clone(),
                };
                let (product, steps) = (Product::clone(product), tracker.steps());
                let ending = Ending { status: *status, words, product, run: tracker.run(), steps };
                store.end_job(&job.id, &self.id, &ending, self.now_ms()).await.map(drop)
            }
        }
    }

    /// What there is to say of a run that has done everything although somebody wanted it to end.
    async fn came_too_late(&self, job: &Job) -> Result<String, StoreError> {
        let job = self.installation.store.job(&job.id).await?;
        let is_late = job.is_unwanted && matches!(job.work, Work::Export(_));
        Ok(if is_late {
            format!("{}, but everything had been handed over already", job.words)
        } else {
            String::new()
        })
    }

    /// Removes what is older than it may be.
    async fn tidy(&self) -> Result<(), StoreError> {
        let Installation { store, directory, .. } = &self.installation;
        let before = |age: Duration| self.now_ms() - i64::try_from(age.as_millis()).unwrap_or(i64::MAX / 2);
        let runs = directory.runs()?;
        for run in store.runs_of_jobs_ended(&runs, before(self.rules.rejections)).await? {
            directory.remove_run(run)?;
        }
        store.forget_attempts(before(ATTEMPTS)).await?;
        store.forget_jobs(before(self.rules.history)).await.map(drop)
    }
}

fn said(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && !error.is_cancelled()
    {
        tracing::error!("a job has stopped unexpectedly: please report this");
    }
}

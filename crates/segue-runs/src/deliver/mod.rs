//! Delivery: the rows of a plan as bulk imports, each followed until the fate of its rows is known.

mod batch;
mod confirm;
pub(crate) mod leaves;
mod log;
mod pack;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use activecampaign::{Client, Exclusion, List};
use segue_model::{Engine, PlanCounts, PlanFiles};
use segue_store::{Batch, BatchState, Part, Store, Verdict};
use tokio::sync::{OnceCell, Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::{Cause, Clock, Pace, Progress, Stop, StopHandle};
use confirm::Confirmer;
use leaves::Vetting;
use log::Log;
use pack::{Packed, Packer};

pub(crate) use pack::MAX_CONTACTS;

const POSTS_AT_A_TIME: usize = 8;
// Packed batches that wait for a task.
const PACKED_AHEAD: usize = 16;
// Whole imports that fail one after another before their reason is looked for.
const SUSPICIOUS: u32 = 3;

/// What is delivered, and how.
pub(crate) struct Delivery {
    pub(crate) client: Client,
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) store: Store,
    pub(crate) pace: Pace,
    pub(crate) list: List,
    pub(crate) automations: bool,
    pub(crate) run: i64,
    pub(crate) plan: PlanFiles,
    pub(crate) counts: PlanCounts,
    pub(crate) progress: Progress,
    pub(crate) clock: Clock,
    /// Batches of an earlier process.
    pub(crate) earlier: Vec<Batch>,
    /// What an earlier process knew of rows in batches that are not done.
    pub(crate) verdicts: Vec<Verdict>,
}

/// What all tasks of a delivery share.
struct Shared {
    client: Client,
    list: u64,
    automations: bool,
    log: Log,
    confirmer: Confirmer,
    vetting: Vetting,
    earlier: Vec<Verdict>,
    posting: Arc<Semaphore>,
    stop: Stop,
    progress: Progress,
    clock: Clock,
    exclusions: OnceCell<Vec<Exclusion>>,
    /// Imports in a row of which every contact failed, of which every contact was turned down, and that broke twice.
    failed_in_a_row: AtomicU32,
    turned_down_in_a_row: AtomicU32,
    broken_in_a_row: AtomicU32,
    /// Whether the provider has ever taken an import of this run.
    has_accepted: AtomicBool,
}

impl Shared {
    async fn exclusions(&self) -> Result<&[Exclusion], Cause> {
        Ok(self.exclusions.get_or_try_init(|| self.client.exclusions()).await?)
    }
}

impl Delivery {
    /// Delivers until every row has its fate or something ends it. Returns what ended it early.
    ///
    /// When `stop` is raised, what was begun is finished and nothing else is begun: a batch that may have been sent must
    /// not be forgotten, or its contacts stay on the list without being in the ledger.
    pub(crate) async fn run(self, stop: (StopHandle, Stop)) -> Option<Cause> {
        let (log, log_writer) = Log::start(self.store.clone(), self.run);
        // Questions hold up no import: its place in the window would rest the longer.
        let (confirmer, watcher) = Confirmer::start(self.client.aside(), self.pace);
        let shared = Arc::new(Shared {
            client: self.client.clone(),
            list: self.list.id,
            automations: self.automations,
            log,
            confirmer,
            vetting: Vetting::new(&self.list, self.counts.leave),
            earlier: self.verdicts.clone(),
            posting: Arc::new(Semaphore::new(POSTS_AT_A_TIME)),
            stop: stop.1,
            progress: self.progress.clone(),
            clock: Arc::clone(&self.clock),
            exclusions: OnceCell::new(),
            failed_in_a_row: AtomicU32::new(0),
            turned_down_in_a_row: AtomicU32::new(0),
            broken_in_a_row: AtomicU32::new(0),
            has_accepted: AtomicBool::new(self.earlier.iter().any(|batch| batch.provider_id.is_some())),
        });
        let mut cause = self.deliver(shared, &stop.0).await.err();
        // The tasks behind log and confirmer end with the last of their handles, and know best why they failed.
        if matches!(cause, Some(Cause::Defect)) {
            cause = watcher_cause(watcher.await).or(cause);
        }
        match log_writer.await {
            Ok(Ok(())) => cause,
            Ok(Err(error)) => Some(error.into()),
            Err(_) => Some(Cause::Defect),
        }
    }

    async fn deliver(self, shared: Arc<Shared>, stop: &StopHandle) -> Result<(), Cause> {
        let mut begun: HashMap<(Part, u64), Batch> =
            self.earlier.iter().map(|batch| ((batch.part, batch.seq), batch.clone())).collect();
        let mut packed = self.pack();
        let mut tasks: JoinSet<Result<(), Cause>> = JoinSet::new();
        let mut ended = Ok(());
        loop {
            let has_room = tasks.len() < self.pace.outstanding;
            tokio::select! {
                biased;
                Some(result) = tasks.join_next(), if !tasks.is_empty() => {
                    let result = result.unwrap_or(Err(Cause::Defect));
                    if !self.go_on(result, &mut ended, stop) {
                        return ended;
                    }
                }
                next = packed.recv(), if has_room => {
                    let Some(next) = next else { break };
                    let next = next?;
                    let earlier = begun.remove(&(next.part, next.seq));
                    if earlier.as_ref().is_some_and(|batch| batch.state == BatchState::Done) {
                        self.progress.known(next.rows.len());
                    } else if earlier.is_some() || !shared.stop.is_raised() {
                        tasks.spawn(batch::deliver(Arc::clone(&shared), next, earlier));
                    } else {
                        ended = ended.and(Err(Cause::Interrupted));
                        if begun.values().all(|batch| batch.state == BatchState::Done) {
                            break;
                        }
                    }
                }
            }
        }
        drop(packed);
        while let Some(result) = tasks.join_next().await {
            if !self.go_on(result.unwrap_or(Err(Cause::Defect)), &mut ended, stop) {
                return ended;
            }
        }
        ended
    }

    /// Whether the other tasks should go on after one has ended like this.
    #[expect(clippy::unused_self, reason = "part of the delivery")]
    fn go_on(&self, result: Result<(), Cause>, ended: &mut Result<(), Cause>, stop: &StopHandle) -> bool {
        let Err(cause) = result else { return true };
        let is_orderly = matches!(cause, Cause::Interrupted | Cause::ContactLimit);
        if !is_orderly || ended.is_ok() {
            *ended = Err(cause);
        }
        stop.raise();
        is_orderly
    }

    /// Packs the plan on a thread of its own.
    fn pack(&self) -> mpsc::Receiver<Result<Packed, segue_model::EngineError>> {
        let (sender, receiver) = mpsc::channel(PACKED_AHEAD);
        let engine = Arc::clone(&self.engine);
        let parts: [(Part, PathBuf, u64); 2] = [
            (Part::Sends, self.plan.sends(), self.counts.create + self.counts.update),
            (Part::Leaves, self.plan.leaves(), self.counts.leave),
        ];
        tokio::task::spawn_blocking(move || {
            for (part, file, total) in parts.into_iter().filter(|(_, _, total)| *total > 0) {
                let rows = match engine.rows(&file, 0) {
                    Ok(rows) => rows,
                    Err(error) => return drop(sender.blocking_send(Err(error))),
                };
                for packed in Packer::new(part, total, rows) {
                    // Nobody listens after a stop.
                    if sender.blocking_send(packed).is_err() {
                        return;
                    }
                }
            }
        });
        receiver
    }
}

fn watcher_cause(ended: Result<Result<(), activecampaign::Error>, tokio::task::JoinError>) -> Option<Cause> {
    match ended {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.into()),
        Err(_) => Some(Cause::Defect),
    }
}

fn count_streak(streak: &AtomicU32, is_whole: bool) -> bool {
    if is_whole {
        return streak.fetch_add(1, Ordering::Relaxed) + 1 >= SUSPICIOUS;
    }
    streak.store(0, Ordering::Relaxed);
    false
}

//! Confirming: what became of imports that the provider took, learned with as few questions as possible.

use std::collections::VecDeque;
use std::time::Duration;

use activecampaign::{Client, Error, ErrorKind, ImportState};
use futures::StreamExt;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::{Cause, Pace};

/// How an import ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Carried out, but for contacts with these addresses.
    Completed(Vec<String>),
    /// Given up, stopped or lost. Some of it may have been carried out.
    Broken,
}

struct Waiting {
    batch: String,
    since: Instant,
    tell: oneshot::Sender<Outcome>,
}

/// Tells tasks how their imports ended. Cheap to clone.
#[derive(Clone)]
pub struct Confirmer(mpsc::UnboundedSender<Waiting>);

const QUESTIONS_AT_A_TIME: usize = 4;

impl Confirmer {
    /// A confirmer and the task behind it, which ends when every confirmer is dropped.
    pub fn start(client: Client, pace: Pace) -> (Self, JoinHandle<Result<(), Error>>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), tokio::spawn(watch(client, pace, receiver)))
    }

    /// Waits for the end of an import.
    pub async fn outcome(&self, batch: String) -> Result<Outcome, Cause> {
        let (tell, told) = oneshot::channel();
        // A watcher that is gone has failed; its own error is reported where it is joined.
        self.0.send(Waiting { batch, since: Instant::now(), tell }).map_err(|_| Cause::Defect)?;
        told.await.map_err(|_| Cause::Defect)
    }
}

async fn watch(
    client: Client,
    pace: Pace,
    mut arrivals: mpsc::UnboundedReceiver<Waiting>,
) -> Result<(), Error> {
    let mut waiting: VecDeque<Waiting> = VecDeque::new();
    loop {
        if waiting.is_empty() {
            match arrivals.recv().await {
                Some(arrival) => waiting.push_back(arrival),
                None => return Ok(()),
            }
        }
        // The longer they take, the less it matters how soon their end is known.
        let waited = waiting.front().map_or(Duration::ZERO, |oldest| oldest.since.elapsed());
        tokio::time::sleep((waited / 2).clamp(pace.soonest, pace.latest)).await;
        while let Ok(arrival) = arrivals.try_recv() {
            waiting.push_back(arrival);
        }
        let backlog = client.imports().await?;
        // What is not outstanding has ended. Other integrations' imports are counted too, so a few are always asked for.
        let ended = waiting.len().saturating_sub(usize::try_from(backlog.batches).unwrap_or(usize::MAX));
        let ask: Vec<Waiting> = waiting.drain(..ended.max(1 + waiting.len() / 10)).collect();
        let mut answers = futures::stream::iter(ask)
            .map(|asked| look(&client, asked))
            .buffer_unordered(QUESTIONS_AT_A_TIME);
        while let Some((asked, outcome)) = answers.next().await {
            match outcome? {
                // Whoever does not wait any more has stopped.
                Some(outcome) => drop(asked.tell.send(outcome)),
                None if asked.since.elapsed() > pace.lost_after => {
                    tracing::warn!("an import has no result after {:?}: it counts as lost", pace.lost_after);
                    drop(asked.tell.send(Outcome::Broken));
                }
                // To the back, so that one that is stuck does not hide the others.
                None => waiting.push_back(asked),
            }
        }
    }
}

async fn look(client: &Client, asked: Waiting) -> (Waiting, Result<Option<Outcome>, Error>) {
    let outcome = match client.import_status(&asked.batch).await {
        Ok(status) => Ok(match status.state {
            ImportState::Completed => Some(Outcome::Completed(status.failures)),
            ImportState::Failed | ImportState::Interrupted => Some(Outcome::Broken),
            ImportState::Waiting | ImportState::Active | ImportState::Other => None,
        }),
        // One just handed in may not be known yet.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Invalid { .. }) => Ok(None),
        Err(error) => Err(error),
    };
    (asked, outcome)
}

//! The delivery's log: many tasks save at once, one commit serves them all.

use segue_store::{Batch, Store, StoreError, Verdict};
use tokio::sync::{mpsc, oneshot};

use crate::Cause;

struct Entry {
    batch: Option<Batch>,
    verdicts: Vec<Verdict>,
    saved: oneshot::Sender<()>,
}

/// Saves what tasks learn. Cheap to clone.
#[derive(Clone)]
pub struct Log(mpsc::Sender<Entry>);

// A commit holds what came in while the one before was written; this bounds it.
const ENTRIES_PER_COMMIT: usize = 256;

impl Log {
    /// A log of one run and the task that writes it, which ends when every log is dropped.
    pub fn start(store: Store, run: i64) -> (Self, tokio::task::JoinHandle<Result<(), StoreError>>) {
        let (sender, mut receiver) = mpsc::channel(ENTRIES_PER_COMMIT);
        let writer = tokio::spawn(async move {
            let mut entries: Vec<Entry> = Vec::new();
            while receiver.recv_many(&mut entries, ENTRIES_PER_COMMIT).await > 0 {
                let batches: Vec<Batch> = entries.iter_mut().filter_map(|entry| entry.batch.take()).collect();
                let verdicts: Vec<Verdict> =
                    entries.iter_mut().flat_map(|entry| std::mem::take(&mut entry.verdicts)).collect();
                store.save_batches(run, &batches, &verdicts).await?;
                for entry in entries.drain(..) {
                    // Whoever does not wait any more has stopped; what it learned is saved all the same.
                    let _ = entry.saved.send(());
                }
            }
            Ok(())
        });
        (Self(sender), writer)
    }

    /// Returns once the batch and its verdicts are committed.
    pub async fn save(&self, batch: Option<Batch>, verdicts: Vec<Verdict>) -> Result<(), Cause> {
        let (saved, committed) = oneshot::channel();
        // A writer that is gone has failed; its own error is reported where it is joined.
        self.0.send(Entry { batch, verdicts, saved }).await.map_err(|_| Cause::Defect)?;
        committed.await.map_err(|_| Cause::Defect)
    }
}

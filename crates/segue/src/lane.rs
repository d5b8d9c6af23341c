//! A lane of a shared installation, held while a command does what no worker may do at the same time.

use std::time::Duration;

use rand::RngExt;
use segue_runs::{StopHandle, WINDOW_MS};
use segue_server::system_clock;
use segue_store::Store;
use tokio::task::JoinHandle;

use crate::exit::Failure;

/// How long a lane is held without saying so again, and how often it is said.
const LEASE: Duration = Duration::from_secs(30);
const HEARTBEAT: Duration = Duration::from_secs(10);

/// A lane that is held.
pub(crate) struct Lane {
    store: Store,
    worker: String,
    beating: JoinHandle<()>,
    /// Whether somebody else may have used it within the last minute.
    pub(crate) was_used: bool,
}

impl Lane {
    /// Takes a lane. `lost` is raised if another worker gets it, which happens to a process that was asleep.
    pub(crate) async fn hold(store: &Store, name: &str, lost: StopHandle) -> Result<Self, Failure> {
        let worker = format!("command {:016x}", rand::rng().random::<u64>());
        let used_ms = hold(store, name, &worker).await?.ok_or_else(|| {
            Failure::Other(format!(
                "another process is at work on the same ({name}): wait for it to end, then try again"
            ))
        })?;
        let was_used = system_clock()() - used_ms < WINDOW_MS;
        let beating = tokio::spawn({
            let (store, name, worker) = (store.clone(), name.to_owned(), worker.clone());
            async move {
                loop {
                    tokio::time::sleep(HEARTBEAT).await;
                    match hold(&store, &name, &worker).await {
                        Ok(Some(_)) => {}
                        Ok(None) => {
                            tracing::warn!("another process has taken over: ending");
                            return lost.raise();
                        }
                        // While the database is away nobody else gets the lane either.
                        Err(error) => tracing::warn!("{error}"),
                    }
                }
            }
        });
        Ok(Self { store: store.clone(), worker, beating, was_used })
    }

    /// Lets go of it: others need not wait for the lease to end.
    pub(crate) async fn leave(self) {
        self.beating.abort();
        if let Err(error) = self.store.leave_lanes(&self.worker, system_clock()()).await {
            tracing::warn!("{error}");
        }
    }
}

async fn hold(store: &Store, name: &str, worker: &str) -> Result<Option<i64>, segue_store::StoreError> {
    let now_ms = system_clock()();
    store.hold_lane(name, worker, now_ms, now_ms + millis(LEASE)).await
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

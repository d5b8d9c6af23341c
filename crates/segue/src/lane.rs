//! A lane of an installation, held while a command does what no worker may do at the same time, nor while somebody is being
//! forgotten.

use std::time::Duration;

use rand::RngExt;
use segue_runs::StopHandle;
use segue_server::system_clock;
use segue_store::{Held, Store, StoreError};
use tokio::task::JoinHandle;

use crate::exit::Failure;
use crate::show;

/// How long a lane is held without saying so again, and how often it is said.
const LEASE: Duration = Duration::from_secs(20);
const HEARTBEAT: Duration = Duration::from_secs(2);

/// Between two looks at a lane that another process holds.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// A lane that is held.
pub(crate) struct Lane {
    store: Store,
    worker: String,
    beating: JoinHandle<()>,
    /// Until when somebody else may have used it, in milliseconds since 1970.
    pub(crate) used_until_ms: i64,
}

impl Lane {
    /// Takes a lane. `lost` is raised if another worker gets it, which happens to a process that was asleep.
    ///
    /// One that another process holds is waited for until it is sure that this lives: then it is refused. The lane of one that
    /// was killed falls free within seconds.
    pub(crate) async fn take(store: &Store, name: &str, lost: StopHandle) -> Result<Self, Failure> {
        let worker = format!("command {:016x}", rand::rng().random::<u64>());
        let used_until_ms = wait_for(store, name, &worker).await?;
        let beating = tokio::spawn({
            let (store, name, worker) = (store.clone(), name.to_owned(), worker.clone());
            async move {
                loop {
                    tokio::time::sleep(HEARTBEAT).await;
                    match hold(&store, &name, &worker).await {
                        Ok(Held::Ours { .. }) => {}
                        Ok(Held::Theirs { .. }) => {
                            tracing::warn!("another process has taken over: ending");
                            return lost.raise();
                        }
                        // While the database is away nobody else gets the lane either.
                        Err(error) => tracing::warn!("{error}"),
                    }
                }
            }
        });
        Ok(Self { store: store.clone(), worker, beating, used_until_ms })
    }

    /// Lets go of it: others need not wait for the lease to end.
    pub(crate) async fn leave(self) {
        self.beating.abort();
        if let Err(error) = self.store.leave_lanes(&self.worker, system_clock()()).await {
            tracing::warn!("{error}");
        }
    }
}

/// Holds a lane as soon as nobody else does that lives; gives until when it may have been used.
async fn wait_for(store: &Store, name: &str, worker: &str) -> Result<i64, Failure> {
    let (mut first_ms, mut has_said) = (None, false);
    loop {
        let until_ms = match hold(store, name, worker).await? {
            // Asked when it is held: who begins to forget somebody looks for held lanes after saying so.
            Held::Ours { used_until_ms } if !store.is_erasing(system_clock()()).await? => {
                return Ok(used_until_ms);
            }
            Held::Ours { .. } => {
                store.leave_lanes(worker, system_clock()()).await?;
                if !has_said {
                    show::say("Somebody is being forgotten: this goes on when that is done.");
                }
                has_said = true;
                tokio::time::sleep(LOOK_AGAIN).await;
                continue;
            }
            Held::Theirs { until_ms } => until_ms,
        };
        let left_ms = until_ms - system_clock()();
        // Whoever lives says so again before the lease is over; and nobody holds a lane for longer than a minute.
        if first_ms.is_some_and(|first_ms| until_ms > first_ms) || left_ms > 60_000 {
            return Err(Failure::Other(format!(
                "another process is at work on the same ({name}): wait for it to end, then try again"
            )));
        }
        if first_ms.is_none() {
            show::say(&format!(
                "Another process was at work on the same ({name}). If it was killed, this goes on in {} seconds.",
                left_ms / 1000 + 1
            ));
        }
        first_ms = Some(until_ms);
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn hold(store: &Store, name: &str, worker: &str) -> Result<Held, StoreError> {
    let now_ms = system_clock()();
    store.hold_lane(name, worker, now_ms, now_ms + millis(LEASE)).await
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

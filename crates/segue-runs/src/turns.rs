//! Turns of people who wait at a screen: what they ask of an account goes through the reserve that runs leave free.
//!
//! The reserve is one request at a time, whichever process it comes from: whoever asks holds a lane of the account until the
//! answer came, and the next one waits until a window is over after that. A process that died while it was asking is waited
//! for as long as its request can have taken.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use activecampaign::{Client, Limits, Turn, Window};
use parking_lot::Mutex;
use segue_model::job::screen_lane;
use segue_store::{Held, Store};
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use crate::Clock;

/// The longest that one request takes, and a while for clocks that differ.
const REQUEST: Duration = Duration::from_secs(20);

/// How long somebody waits for a turn at least: others may stand before them, and one who died.
const PATIENCE: Duration = Duration::from_secs(30);

/// The turns of one process. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Turns(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    /// Tells this process apart from all others.
    id: String,
    reserve: Window,
    patience: Duration,
    /// Whoever is next in this process, by lane.
    queues: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Last>>>>,
}

impl fmt::Debug for Turns {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Turns")
    }
}

/// When a turn of this process was last over, by a clock that never jumps.
type Last = Option<Instant>;

/// A turn that somebody has.
struct Taken {
    turns: Turns,
    lane: String,
    queue: Option<OwnedMutexGuard<Last>>,
}

impl Turns {
    /// Turns of the process of this id, which nothing else has, at accounts with these limits.
    #[must_use]
    pub fn new(store: Store, limits: Limits, clock: Clock, id: String) -> Self {
        let (reserve, queues) = (limits.reserve(), Mutex::default());
        let patience = PATIENCE.max(reserve.per * 3);
        Self(Arc::new(Inner { store, clock, id, reserve, patience, queues }))
    }

    /// The same client, asking in turns; as it is where there are no limits. `host` is the account's.
    pub(crate) fn of(&self, client: Client, host: &str) -> Client {
        if self.0.reserve.requests == usize::MAX {
            return client;
        }
        let (turns, lane) = (self.clone(), screen_lane(host));
        client.in_turns(activecampaign::Turns::new(move || {
            let (turns, lane) = (turns.clone(), lane.clone());
            Box::pin(async move { turns.next(lane).await })
        }))
    }

    async fn next(&self, lane: String) -> Result<Turn, String> {
        let taken = tokio::time::timeout(self.0.patience, self.take(lane)).await;
        let taken = taken.unwrap_or_else(|_| {
            let words = "too many people ask this account at the same time: try again in a minute";
            Err(words.to_owned())
        })?;
        Ok(Box::pin(taken.leave()))
    }

    async fn take(&self, lane: String) -> Result<Taken, String> {
        let queue = Arc::clone(self.0.queues.lock().entry(lane.clone()).or_default());
        let queue = queue.lock_owned().await;
        let last = *queue;
        // From here on it is left whatever happens: a wish that is dropped may have been granted.
        let taken = Taken { turns: self.clone(), lane, queue: Some(queue) };
        loop {
            let now_ms = (self.0.clock)();
            let until_ms = now_ms + self.lease_ms();
            let held = self.0.store.hold_lane(&taken.lane, &taken.id(), now_ms, until_ms).await;
            match held.map_err(|error| error.to_string())? {
                Held::Ours { used_until_ms } => {
                    tokio::time::sleep(self.rest(last, used_until_ms, now_ms)).await;
                    return Ok(taken);
                }
                Held::Theirs { .. } => tokio::time::sleep(self.look()).await,
            }
        }
    }

    /// How long a turn lasts that nobody ends: a lane rests before the request.
    fn lease_ms(&self) -> i64 {
        i64::try_from((REQUEST + self.rest_after_others()).as_millis()).unwrap_or(i64::MAX / 2)
    }

    /// How long a lane rests that another process has used: the clocks of two are not quite the same.
    fn rest_after_others(&self) -> Duration {
        self.0.reserve.per * 5 / 4
    }

    /// How long a lane rests yet that another process has used until then, or none.
    fn rest(&self, last: Last, used_until_ms: i64, now_ms: i64) -> Duration {
        let window = self.0.reserve.per;
        let ours = last.map_or(Duration::ZERO, |at| window.saturating_sub(at.elapsed()));
        if used_until_ms == 0 {
            return ours;
        }
        let ago = Duration::from_millis(u64::try_from(now_ms - used_until_ms).unwrap_or(0));
        ours.max(self.rest_after_others().saturating_sub(ago))
    }

    /// Between two looks at a lane that another process holds.
    fn look(&self) -> Duration {
        (self.0.reserve.per / 10).min(Duration::from_millis(100))
    }
}

impl Taken {
    fn id(&self) -> String {
        format!("screen {}", self.turns.0.id)
    }

    /// Ends the turn, as soon as the request was answered.
    async fn leave(mut self) {
        if let Some(queue) = self.queue.take() {
            left(self.turns.clone(), self.lane.clone(), self.id(), queue).await;
        }
    }
}

/// Leaves a lane to the next one: it was held until now.
async fn left(turns: Turns, lane: String, id: String, mut queue: OwnedMutexGuard<Last>) {
    *queue = Some(Instant::now());
    let now_ms = (turns.0.clock)();
    if let Err(error) = turns.0.store.hold_lane(&lane, &id, now_ms, now_ms - 1).await {
        tracing::warn!("the next one who asks an account waits until a lease is over: {error}");
    }
    // Who waits in another process comes first, once.
    tokio::spawn(async move {
        tokio::time::sleep(turns.look() * 2).await;
        drop(queue);
    });
}

impl Drop for Taken {
    fn drop(&mut self) {
        let Some(queue) = self.queue.take() else { return };
        // Nobody waits for the answer any more; the account may still be asked.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(left(self.turns.clone(), self.lane.clone(), self.id(), queue));
        }
    }
}

#[cfg(test)]
mod tests;

//! Pacing: budgets of requests that an account's limits allow.
//!
//! A budget of N requests a window is N permits. A permit is held from before its request is sent until its answer came,
//! and rests for a whole window after that. Two requests under one permit therefore reach the provider at least one window
//! apart, whatever the network does to them, so no window of any kind (fixed, sliding, aligned or not) sees more than N.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

/// A number of requests in a span of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// The most requests that may be made in it.
    pub requests: usize,
    /// Its length.
    pub per: Duration,
}

/// The limits of an account.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// All requests.
    pub general: Window,
    /// Bulk imports, which count as requests, too.
    pub bulk: Window,
    /// Bulk imports of a single contact, which count as bulk imports, too.
    pub bulk_single: Window,
    /// The part of every limit that this client may use, above 0 and at most 1: other integrations share the account.
    pub share: f64,
}

impl Default for Limits {
    /// The documented limits, all of them.
    fn default() -> Self {
        let minute = Duration::from_secs(60);
        Self {
            general: Window { requests: 5, per: Duration::from_secs(1) },
            bulk: Window { requests: 100, per: minute },
            bulk_single: Window { requests: 20, per: minute },
            share: 1.0,
        }
    }
}

impl Limits {
    /// No limits: for a simulator that has none.
    #[must_use]
    pub fn none() -> Self {
        let open = Window { requests: usize::MAX, per: Duration::ZERO };
        Self { general: open, bulk: open, bulk_single: open, share: 1.0 }
    }

    /// For a simulator whose clock runs `factor` times as fast.
    #[must_use]
    pub fn sped_up(self, factor: f64) -> Self {
        let faster = |window: Window| Window { per: window.per.div_f64(factor), ..window };
        Self {
            general: faster(self.general),
            bulk: faster(self.bulk),
            bulk_single: faster(self.bulk_single),
            share: self.share,
        }
    }

    /// The part of the general limit that is kept for calls that somebody waits for: one request at a time in this window.
    #[must_use]
    pub fn reserve(self) -> Window {
        let general = self.shared(self.general);
        match general.requests {
            usize::MAX => general,
            few @ ..4 => {
                Window { requests: 1, per: general.per * 4 / u32::try_from(few).map_or(1, |few| few.max(1)) }
            }
            _ => Window { requests: 1, ..general },
        }
    }

    /// These limits without their [`reserve`](Self::reserve).
    #[must_use]
    pub fn without_reserve(self) -> Self {
        let general = self.shared(self.general);
        let general = match general.requests {
            usize::MAX => general,
            ..4 => Window { per: general.per * 4 / 3, ..general },
            many => Window { requests: many - 1, ..general },
        };
        Self { general, bulk: self.shared(self.bulk), bulk_single: self.shared(self.bulk_single), share: 1.0 }
    }

    pub(crate) fn shared(self, window: Window) -> Window {
        if window.requests == usize::MAX {
            return window;
        }
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "tens"
        )]
        {
            let exact = window.requests as f64 * self.share.clamp(0.01, 1.0);
            let requests = exact.floor().max(1.0);
            Window { requests: requests as usize, per: window.per.mul_f64(requests / exact) }
        }
    }
}

/// One budget. Cheap to clone; clones share it and stand in one queue for it.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    shared: Arc<Shared>,
    /// Whoever holds it is the one that waits for its turn: queues take turns, however long they are.
    queue: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug)]
struct Shared {
    window: Window,
    state: Mutex<State>,
    /// Whoever holds it is next: first come, first served.
    turn: tokio::sync::Mutex<()>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    /// When each permit that is not held may be used again, soonest first.
    rested: VecDeque<Instant>,
    /// Permits are also spread over the window, so that others on the account find room.
    next: Instant,
    paused_until: Instant,
}

/// The right to make one request, held until its answer came.
#[derive(Debug)]
pub(crate) struct Permit(Option<Arc<Shared>>);

impl Budget {
    pub(crate) fn new(window: Window) -> Self {
        let now = Instant::now();
        let permits = if window.requests == usize::MAX { 0 } else { window.requests };
        let state = State { rested: VecDeque::from(vec![now; permits]), next: now, paused_until: now };
        let turn = tokio::sync::Mutex::new(());
        let shared = Shared { window, state: Mutex::new(state), turn, changed: Notify::new() };
        Self { shared: Arc::new(shared), queue: Arc::default() }
    }

    /// The same budget for somebody who takes turns with those that have it already.
    pub(crate) fn beside(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), queue: Arc::default() }
    }

    /// Counts what somebody else has taken from the same limit: of each request, how long ago it was about to be sent.
    pub(crate) fn remember(&self, taken: impl IntoIterator<Item = Duration>) {
        if self.shared.is_open() {
            return;
        }
        let now = Instant::now();
        let mut ready: Vec<Instant> =
            taken.into_iter().map(|ago| now + self.shared.rest().saturating_sub(ago)).collect();
        ready.sort_unstable_by(|one, other| other.cmp(one));
        let mut state = self.shared.state.lock();
        // What is known of already, because it was taken here, is counted once.
        for (permit, ready) in state.rested.iter_mut().rev().zip(ready) {
            *permit = ready.max(*permit);
        }
    }

    /// Lets nobody through while what somebody else took from the same limit until so long ago may still count: as much as
    /// there is, for all that is known.
    pub(crate) fn rest(&self, unused_for: Duration) {
        if !self.shared.is_open() {
            self.pause_until(Instant::now() + self.shared.rest().saturating_sub(unused_for));
        }
    }

    /// How long whoever comes next will wait, if nobody stands before them.
    pub(crate) fn wait(&self) -> Duration {
        let ready = self.shared.ready_at();
        ready.map_or(self.shared.window.per, |at| at.saturating_duration_since(Instant::now()))
    }

    pub(crate) fn is_open(&self) -> bool {
        self.shared.is_open()
    }

    /// Waits for its turn and for a permit. A future that is dropped takes nothing with it.
    pub(crate) async fn acquire(&self) -> Permit {
        let shared = &self.shared;
        let _queue = self.queue.lock().await;
        let _turn = shared.turn.lock().await;
        loop {
            let now = Instant::now();
            let ready = shared.ready_at();
            match ready {
                Some(at) if at <= now => {
                    return Permit(shared.take(now).then(|| Arc::clone(shared)));
                }
                Some(at) => tokio::select! {
                    () = tokio::time::sleep_until(at) => {}
                    () = shared.changed.notified() => {}
                },
                None => shared.changed.notified().await,
            }
        }
    }

    /// Lets nobody through before that.
    pub(crate) fn pause_until(&self, until: Instant) {
        let mut state = self.shared.state.lock();
        state.paused_until = state.paused_until.max(until);
        drop(state);
        self.shared.changed.notify_one();
    }
}

impl Shared {
    fn is_open(&self) -> bool {
        self.window.requests == usize::MAX
    }

    /// How long a request of somebody else counts, from when it was about to be sent: it may have been on its way for a
    /// while before the provider counted it.
    fn rest(&self) -> Duration {
        self.window.per + self.window.per / 12
    }

    /// When the next permit may be used; none while all are held.
    fn ready_at(&self) -> Option<Instant> {
        let state = self.state.lock();
        if self.is_open() {
            return Some(state.paused_until);
        }
        state.rested.front().map(|&rested| rested.max(state.next).max(state.paused_until))
    }

    /// Takes a permit; false where the budget has none to count.
    fn take(&self, now: Instant) -> bool {
        if self.is_open() {
            return false;
        }
        let mut state = self.state.lock();
        state.rested.pop_front();
        let spacing = self.window.per.div_f64(u32::try_from(self.window.requests).map_or(1.0, f64::from));
        // Time lost to a busy machine may be caught up, up to a tenth of a window.
        let earliest = now.checked_sub(self.window.per / 10).unwrap_or(now);
        state.next = state.next.max(earliest) + spacing;
        true
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            let ready = Instant::now() + shared.window.per;
            let mut state = shared.state.lock();
            // Mostly the last; what somebody else took may rest for longer.
            let place = state.rested.partition_point(|other| *other <= ready);
            state.rested.insert(place, ready);
            drop(state);
            shared.changed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests;

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

    /// Lets nobody through for a window: somebody else may have used it up just now.
    pub(crate) fn rest(&self) {
        self.pause_until(Instant::now() + self.shared.window.per);
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
            shared.state.lock().rested.push_back(Instant::now() + shared.window.per);
            shared.changed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Runs requests with the given arrivals, latencies and cancellations; returns when each reached the provider.
    async fn arrivals(window: Window, requests: Vec<(u64, u64, bool)>) -> Vec<Duration> {
        let budget = Budget::new(window);
        let start = Instant::now();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> = requests
            .into_iter()
            .map(|(wish, latency, cancelled)| {
                let (budget, seen) = (budget.clone(), Arc::clone(&seen));
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(wish)).await;
                    let request = async {
                        let permit = budget.acquire().await;
                        tokio::time::sleep(Duration::from_millis(latency / 2)).await;
                        seen.lock().push(start.elapsed());
                        tokio::time::sleep(Duration::from_millis(latency - latency / 2)).await;
                        drop(permit);
                    };
                    let patience = Duration::from_millis(if cancelled { 40 } else { u64::from(u32::MAX) });
                    let _ = tokio::time::timeout(patience, request).await;
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("no task panics");
        }
        let mut seen = seen.lock().clone();
        seen.sort_unstable();
        seen
    }

    fn most_in_any_window(arrivals: &[Duration], per: Duration) -> usize {
        (0..arrivals.len())
            .map(|first| arrivals[first..].iter().take_while(|&&at| at < arrivals[first] + per).count())
            .max()
            .unwrap_or(0)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
        #[test]
        fn no_window_is_over_budget_under_any_interleaving(
            requests in prop::collection::vec((0_u64..3_000, 0_u64..2_500, prop::bool::weighted(0.2)), 1..60),
            allowed in 1_usize..7,
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
            let window = Window { requests: allowed, per: Duration::from_secs(1) };
            let asked = requests.iter().filter(|(_, _, cancelled)| !cancelled).count();
            let arrivals = runtime.block_on(arrivals(window, requests));
            prop_assert!(arrivals.len() >= asked, "nobody starves");
            prop_assert!(most_in_any_window(&arrivals, window.per) <= allowed);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_bulk_run_takes_hardly_longer_than_the_limit_says() {
        let budget = Budget::new(Limits::default().bulk);
        let start = Instant::now();
        for _ in 0..1_000 {
            let permit = budget.acquire().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
            drop(permit);
        }
        let floor = Duration::from_secs(600);
        assert!(start.elapsed() <= floor.mul_f64(1.01), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_everybody_and_ends() {
        let budget = Budget::new(Limits::default().general);
        let start = Instant::now();
        budget.pause_until(start + Duration::from_secs(30));
        let _permit = budget.acquire().await;
        assert!(start.elapsed() >= Duration::from_secs(30));
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_for_much_does_not_hold_up_who_asks_for_little() {
        let much = Budget::new(Window { requests: 1, per: Duration::from_secs(1) });
        let little = much.beside();
        for _ in 0..100 {
            let much = much.clone();
            tokio::spawn(async move { drop(much.acquire().await) });
        }
        tokio::task::yield_now().await;
        let start = Instant::now();
        drop(little.acquire().await);
        assert!(start.elapsed() <= Duration::from_secs(2), "{:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_budget_that_another_process_has_used_rests_for_a_window() {
        let budget = Budget::new(Limits::default().bulk);
        let start = Instant::now();
        budget.rest();
        drop(budget.acquire().await);
        assert!(start.elapsed() >= Duration::from_secs(60), "{:?}", start.elapsed());
    }

    #[test]
    fn a_share_is_a_part_of_the_rate() {
        let limits = Limits { share: 0.5, ..Limits::default() };
        let half = limits.shared(limits.general);
        assert_eq!(half.requests, 2);
        assert!((half.per.as_secs_f64() - 0.8).abs() < 1e-9);
        assert_eq!(limits.shared(Limits::none().bulk), Limits::none().bulk);
    }
}

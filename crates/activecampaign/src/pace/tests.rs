//! Whatever happens to requests and processes, no window sees more than it may.

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
async fn a_budget_that_another_process_has_used_rests_for_what_is_left_of_a_window() {
    for (unused_for, rests_for) in [(0, 65), (40, 25), (90, 0)] {
        let budget = Budget::new(Limits::default().bulk);
        let start = Instant::now();
        budget.rest(Duration::from_secs(unused_for));
        drop(budget.acquire().await);
        assert_eq!(start.elapsed().as_secs(), rests_for);
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_process_has_taken_is_counted_and_nothing_else() {
    let budget = Budget::new(Window { requests: 3, per: Duration::from_secs(60) });
    let start = Instant::now();
    // One that counts no more, and two that do.
    budget.remember([70, 10, 30].map(Duration::from_secs));
    assert_eq!(budget.wait(), Duration::ZERO);
    let mut waits = Vec::new();
    for _ in 0..4 {
        drop(budget.acquire().await);
        waits.push(start.elapsed().as_secs());
    }
    // The last one is spread over the window, as always.
    assert_eq!(waits, [0, 35, 55, 69]);
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_here_is_not_counted_twice() {
    let budget = Budget::new(Window { requests: 2, per: Duration::from_secs(60) });
    drop(budget.acquire().await);
    tokio::time::advance(Duration::from_secs(40)).await;
    budget.remember([Duration::from_secs(40)]);
    assert_eq!(budget.wait(), Duration::ZERO);
    drop(budget.acquire().await);
    assert_eq!(budget.wait(), Duration::from_secs(25));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn no_window_is_over_budget_across_two_processes(
        before in prop::collection::vec((0_u64..3_000, 0_u64..80), 1..60),
        after in prop::collection::vec((0_u64..3_000, 0_u64..800), 1..60),
        killed_ms in 0_u64..3_000,
        allowed in 1_usize..7,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let window = Window { requests: allowed, per: Duration::from_secs(1) };
        let arrivals = runtime.block_on(killed_and_followed(window, before, killed_ms, after));
        prop_assert!(most_in_any_window(&arrivals, window.per) <= allowed, "{:?}", arrivals);
    }
}

/// When requests of two processes reached the provider, of which the first was killed and the second began at once, with
/// what the first had noted.
async fn killed_and_followed(
    window: Window,
    before: Vec<(u64, u64)>,
    killed_ms: u64,
    after: Vec<(u64, u64)>,
) -> Vec<Duration> {
    let start = Instant::now();
    let (noted, seen) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
    let first = Budget::new(window);
    let mut tasks = tokio::task::JoinSet::new();
    for (wish, latency) in before {
        let (budget, noted, seen) = (first.clone(), Arc::clone(&noted), Arc::clone(&seen));
        tasks.spawn(async move {
            tokio::time::sleep(Duration::from_millis(wish)).await;
            let permit = budget.acquire().await;
            noted.lock().push(start.elapsed());
            // What is on its way arrives, whatever becomes of the process.
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(latency)).await;
                seen.lock().push(start.elapsed());
            });
            tokio::time::sleep(Duration::from_millis(latency * 2)).await;
            drop(permit);
        });
    }
    tokio::time::sleep(Duration::from_millis(killed_ms)).await;
    tasks.shutdown().await;
    let second = Budget::new(window);
    let now = start.elapsed();
    second.remember(noted.lock().iter().map(|at| now - *at));
    let mut followed = tokio::task::JoinSet::new();
    for (wish, latency) in after {
        let (budget, seen) = (second.clone(), Arc::clone(&seen));
        followed.spawn(async move {
            tokio::time::sleep(Duration::from_millis(wish)).await;
            let permit = budget.acquire().await;
            tokio::time::sleep(Duration::from_millis(latency / 2)).await;
            seen.lock().push(start.elapsed());
            tokio::time::sleep(Duration::from_millis(latency - latency / 2)).await;
            drop(permit);
        });
    }
    while followed.join_next().await.is_some() {}
    let mut seen = seen.lock().clone();
    seen.sort_unstable();
    seen
}

#[test]
fn a_share_is_a_part_of_the_rate() {
    let limits = Limits { share: 0.5, ..Limits::default() };
    let half = limits.shared(limits.general);
    assert_eq!(half.requests, 2);
    assert!((half.per.as_secs_f64() - 0.8).abs() < 1e-9);
    assert_eq!(limits.shared(Limits::none().bulk), Limits::none().bulk);
}

#[test]
fn the_reserve_and_the_rest_are_no_more_than_the_limit() {
    let rate = |window: Window| window.requests as f64 / window.per.as_secs_f64();
    for share in [0.05, 0.2, 0.4, 0.5, 0.7, 0.85, 1.0] {
        let limits = Limits { share, ..Limits::default() };
        let (whole, rest) = (limits.shared(limits.general), limits.without_reserve());
        let (reserve, general) = (limits.reserve(), rest.shared(rest.general));
        assert!(rate(reserve) + rate(general) <= rate(whole) * 1.000_001, "{share}");
        assert!(rate(reserve) >= 0.19 * rate(whole) && rate(general) >= 0.7 * rate(whole), "{share}");
        assert_eq!(rest.shared(rest.bulk), limits.shared(limits.bulk), "{share}");
        // However they fall together, no second has more than the account allows.
        assert!(reserve.requests + general.requests <= 5, "{share}");
    }
    let second = Duration::from_secs(1);
    let whole = Limits::default();
    assert_eq!(whole.reserve(), Window { requests: 1, per: second });
    assert_eq!(whole.without_reserve().general, Window { requests: 4, per: second });
    assert_eq!(Limits::none().without_reserve(), Limits::none());
    assert_eq!(Limits::none().reserve().requests, usize::MAX);
}

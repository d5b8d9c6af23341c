use std::sync::atomic::{AtomicI64, Ordering};

use chrono::Utc;
use segue_store::StateDirectory;

use super::*;

const WINDOW: Duration = Duration::from_millis(100);

/// The turns of a process of this id, which waits that long for one.
fn process(store: &Store, id: &str, patience: Duration, clock: Clock) -> Turns {
    let reserve = Window { requests: 1, per: WINDOW };
    let (store, id) = (store.clone(), id.to_owned());
    Turns(Arc::new(Inner { store, clock, id, reserve, patience, queues: Mutex::default() }))
}

fn ticking() -> Clock {
    Arc::new(|| Utc::now().timestamp_millis())
}

async fn store() -> (Store, StateDirectory, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let directory = StateDirectory::open(folder.path()).unwrap();
    (Store::open(&directory).await.unwrap(), directory, folder)
}

#[tokio::test]
async fn turns_of_two_processes_are_a_window_apart_and_both_get_some() {
    let (store, _directory, _folder) = store().await;
    let taken: Arc<Mutex<Vec<(Instant, Instant, usize)>>> = Arc::default();
    let processes = ["one", "other"].map(|id| process(&store, id, PATIENCE, ticking()));
    let people = (0..6).map(|number| {
        let (turns, taken) = (processes[number % 2].clone(), Arc::clone(&taken));
        async move {
            for _ in 0..2 {
                let turn = turns.next("screen acme".to_owned()).await.unwrap();
                let began = Instant::now();
                tokio::time::sleep(Duration::from_millis(5)).await;
                turn.await;
                taken.lock().push((began, Instant::now(), number % 2));
            }
        }
    });
    futures::future::join_all(people).await;
    let mut taken = taken.lock().clone();
    taken.sort_unstable();
    assert_eq!(taken.len(), 12);
    for pair in taken.windows(2) {
        // The request was over before that was written down.
        let apart = pair[1].0 - pair[0].1 + Duration::from_millis(20);
        assert!(apart >= WINDOW, "{apart:?}");
    }
    let first = taken[..6].iter().map(|(_, _, process)| process);
    assert!((1..6).contains(&first.sum::<usize>()), "one waits until the other is done: {taken:?}");
}

#[tokio::test]
async fn a_process_that_died_while_it_asked_is_waited_for_and_others_are_told_if_that_takes_long() {
    let (store, _directory, _folder) = store().await;
    let now = Arc::new(AtomicI64::new(1_000_000));
    let held = Arc::clone(&now);
    let clock: Clock = Arc::new(move || held.load(Ordering::SeqCst));
    let dead = process(&store, "dead", PATIENCE, Arc::clone(&clock));
    std::mem::forget(dead.next("screen acme".to_owned()).await.unwrap());
    let turns = process(&store, "living", Duration::from_millis(300), clock);
    // Of another account nobody knows anything.
    drop(turns.next("screen shop".to_owned()).await.unwrap());
    let words = turns.next("screen acme".to_owned()).await.err().unwrap();
    assert_eq!(words, "too many people ask this account at the same time: try again in a minute");
    now.fetch_add(dead.lease_ms() + 1, Ordering::SeqCst);
    turns.next("screen acme".to_owned()).await.unwrap().await;
}

#[tokio::test]
async fn who_goes_away_holds_nobody_up_for_longer_than_a_window() {
    let (store, _directory, _folder) = store().await;
    let turns = process(&store, "one", PATIENCE, ticking());
    let lane = || "screen acme".to_owned();
    drop(turns.next(lane()).await.unwrap());
    let dropped = Instant::now();
    // This one goes while it waits.
    assert!(tokio::time::timeout(WINDOW / 4, turns.next(lane())).await.is_err());
    turns.next(lane()).await.unwrap().await;
    assert!(dropped.elapsed() >= WINDOW, "the account may have been asked");
    assert!(dropped.elapsed() < WINDOW * 20, "{:?}", dropped.elapsed());
}

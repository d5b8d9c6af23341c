//! Limits: kept by itself, waited for when told, and shared by all calls of a client.

use std::sync::Arc;
use std::time::Duration;

use activecampaign::{Contact, Import, Limits, Options, Retry, Sent, Window, Witness};
use activecampaign_sim::KEY;
use parking_lot::Mutex;
use serde_json::Value;
use tokio::time::Instant;

use crate::account::{Account, hurried};

fn people(count: usize) -> Import {
    Import::without_automations((0..count).map(|n| Contact::new(format!("person{n}@example.com"))).collect())
}

/// When each request came, in milliseconds of the account's clock, and with which status it was answered.
async fn arrivals(account: &Account) -> Vec<(f64, u64)> {
    let journal = account.look("journal").await;
    let entry = |entry: &Value| (entry["at"].as_f64().unwrap(), entry["status"].as_u64().unwrap());
    journal.as_array().unwrap().iter().map(entry).collect()
}

#[tokio::test]
async fn retry_after_is_obeyed_by_all_calls() {
    let account = Account::with(|config| config.speed = 1.0).await;
    account.faults(&["429:count=1"]).await;
    let began = Instant::now();
    account.client.me().await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1));

    account.faults(&["429:count=1"]).await;
    let (one, other) = tokio::join!(account.client.me(), async {
        // After the first has been told to wait.
        while account.client.usage().rate_limited < 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        account.client.lists().await
    });
    assert!(one.is_ok() && other.is_ok());
    let arrivals = arrivals(&account).await;
    let told = arrivals.iter().rposition(|(_, status)| *status == 429).unwrap();
    for (at, _) in &arrivals[told + 1..] {
        assert!(at - arrivals[told].0 >= 1_000.0, "{arrivals:?}");
    }
    assert_eq!(account.client.usage().rate_limited, 2);
}

#[tokio::test]
async fn without_a_time_to_wait_for_it_waits_longer_each_time() {
    let account = Account::new().await;
    for fault in ["429-bare:count=5", "429-html:count=5"] {
        account.faults(&[fault]).await;
        let began = Instant::now();
        account.client.me().await.unwrap();
        // 1, 2, 4, 4 and 4 ms, less up to a quarter.
        assert!(began.elapsed() >= Duration::from_millis(11), "{:?}", began.elapsed());
    }
    assert_eq!((account.client.usage().rate_limited, account.client.usage().requests), (10, 12));
}

#[tokio::test]
async fn the_import_limit_is_waited_for_though_it_comes_as_a_client_s_fault() {
    let account = Account::proven(&["bulk-limit@import:count=5"]).await;
    account.client.bulk_import(&people(2)).await.unwrap();
    let usage = account.client.usage();
    assert_eq!((usage.rate_limited, usage.requests, account.batches().await), (5, 7, 1));
}

#[tokio::test]
async fn who_waits_for_the_import_limit_holds_up_nobody_else() {
    let account = Account::proven(&["bulk-limit@import"]).await;
    let hour = Duration::from_secs(3_600);
    let retry = Retry { first_wait: hour, longest_wait: hour, limit_patience: 2 * hour, ..hurried().retry };
    let client = account.other_client(KEY, Options { retry, ..hurried() });
    let import = people(2);
    tokio::select! {
        result = client.bulk_import(&import) => panic!("{result:?}"),
        () = async {
            while (client.usage().rate_limited, client.usage().waiting) != (1, 1) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            client.me().await.unwrap();
            assert_eq!(client.usage().waiting, 1);
        } => {}
    }
    assert_eq!(client.usage().waiting, 0);
}

/// A client that keeps to the documented limits meets none, whichever way the account counts them.
async fn assert_within_limits(window: &str) {
    const SPEED: f64 = 200.0;
    let account = Account::with(|config| {
        (config.speed, config.limits) = (SPEED, Some(activecampaign_sim::Limits::default()));
        config.knobs.set(&format!("window={window}")).unwrap();
    })
    .await;
    let client = account.other_client(KEY, Options { limits: Limits::default().sped_up(SPEED), ..hurried() });
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..220 {
        let client = client.clone();
        calls.spawn(async move {
            match number % 11 {
                0 => client.bulk_import(&people(1)).await.map(|_| ()),
                1..=6 => client.bulk_import(&people(2)).await.map(|_| ()),
                _ => client.me().await.map(|_| ()),
            }
        });
    }
    while let Some(result) = calls.join_next().await {
        result.unwrap().unwrap();
    }
    let limits = account.look("state").await["limits"].clone();
    for (limit, most) in [("general", 5), ("bulk", 100), ("bulk_single", 20)] {
        assert_eq!(limits[limit]["refused"], 0, "{window}: {limits}");
        assert!(limits[limit]["peak"].as_u64().unwrap() <= most, "{window}: {limits}");
    }
    assert_eq!((client.usage().requests, client.usage().retries), (220, 0));
}

#[tokio::test]
async fn a_client_that_keeps_the_limits_meets_none() {
    assert_within_limits("fixed").await;
    assert_within_limits("sliding").await;
}

#[tokio::test]
async fn a_client_that_knows_no_limits_gets_there_all_the_same() {
    // Half a second for five of them: too short for fifteen that come at once, however busy the machine.
    let account = Account::with(|config| {
        (config.speed, config.limits) = (2.0, Some(activecampaign_sim::Limits::default()));
    })
    .await;
    let calls = (0..15).map(|_| account.client.me());
    for result in futures::future::join_all(calls).await {
        result.unwrap();
    }
    assert!(account.client.usage().rate_limited > 0);
}

/// Two imports a minute, of which one may hold a single contact.
fn few() -> Limits {
    let minute = Duration::from_secs(60);
    let window = |requests| Window { requests, per: minute };
    Limits { bulk: window(2), bulk_single: window(1), ..Limits::none() }
}

#[tokio::test]
async fn a_witness_is_told_of_every_import_before_it_is_sent_and_of_nothing_else() {
    let account = Account::proven(&[]).await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&told);
    let client = account.other_client(KEY, Options { limits: Limits::default(), ..hurried() });
    let witness = Witness::new(move |is_single| {
        notes.lock().push(is_single);
        // The first one is not noted.
        let noted = if notes.lock().len() == 1 { Err("the disk is full".to_owned()) } else { Ok(()) };
        Box::pin(async move { noted })
    });
    client.me().await.unwrap();
    let client = client.witnessed(witness);
    let before = account.look("journal").await.as_array().unwrap().len();
    client.bulk_import(&people(2)).await.unwrap();
    let sent = account.look("journal").await.as_array().unwrap().len() - before;
    assert_eq!((told.lock().clone(), sent), (vec![false, false], 1), "what is not noted is not sent");

    let open = account.client.witnessed(Witness::new(|_| Box::pin(async { Err("not asked".to_owned()) })));
    open.bulk_import(&people(1)).await.unwrap();
}

#[tokio::test]
async fn what_others_have_sent_is_counted_by_kind() {
    let account = Account::new().await;
    let sent = |is_single| Sent { ago: Duration::from_secs(1), is_single };
    let waits = async |others: &[Sent], size| {
        let client = account.other_client(KEY, Options { limits: few(), ..hurried() });
        client.remember(Duration::from_secs(90), others);
        tokio::time::timeout(Duration::from_secs(3), client.bulk_import(&people(size))).await.is_err()
    };
    assert!(!waits(&[sent(false)], 2).await);
    assert!(!waits(&[sent(true)], 2).await);
    assert!(waits(&[sent(true)], 1).await);
    assert!(waits(&[sent(false), sent(false)], 2).await);
    // A general request, whose limit nobody has used for longer than its window, waits for nothing.
    let client = account.other_client(KEY, Options { limits: Limits::default(), ..hurried() });
    assert!(client.remember(Duration::from_secs(90), &[sent(false)]).is_zero());
    client.me().await.unwrap();
}

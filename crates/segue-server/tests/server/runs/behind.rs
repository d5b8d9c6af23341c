//! An export that runs when its segments change loses no change, whoever made it and whatever became of that, and follows none
//! twice.

use activecampaign::Limits;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::scheduled::ran;
use super::{Office, act, begin, ended, post, refresh};
use crate::desk::send;
use crate::setting::{As, MINUTE_MS};

/// An office whose export has followed its segment, with other customers since, and no worker.
async fn followed(office: &mut Office) -> String {
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({"schedule": "when_segments_change"})).await;
    refresh(&root, "cluj").await;
    ran(&root, &export, 1).await;
    drop(root);
    office.site.rest().await;
    office.write_customers(9, "Cluj");
    // Of two runs that were queued in the same millisecond, nobody can say which is the newer.
    office.site.pass(1_000);
    export
}

/// Puts other members in force, as a command does, or a worker before it dies.
async fn refresh_beside(office: &Office) {
    let now = chrono::DateTime::from_timestamp_millis(office.site.now_ms()).expect("a moment");
    assert!(office.site.segments.refresh("cluj", now).await.expect("a refresh").is_changed);
}

/// The run that follows, the second one; and no other.
async fn followed_once(office: &mut Office, export: &str) -> Value {
    let root = office.site.sign_in("root@example.com").await;
    let run = ran(&root, export, 2).await;
    assert_eq!(
        (&run["trigger"], &run["counts"]["created"]),
        (&json!("segments_changed"), &json!(6)),
        "{run}"
    );
    drop(root);
    // Nor by another process, nor by a refresh that finds the same.
    office.site.rest().await;
    office.site.work();
    let root = office.site.sign_in("root@example.com").await;
    assert_eq!(refresh(&root, "cluj").await["segments"][0]["is_changed"], false);
    ran(&root, export, 2).await
}

#[tokio::test]
async fn a_list_of_keys_is_followed() {
    let mut office = Office::open().await;
    let export = followed(&mut office).await;
    office.site.work();
    let root = office.site.sign_in("root@example.com").await;
    let keys = "id\n1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    for _ in 0..2 {
        // The same list once more changes nothing.
        let etag = root.get("/segments/cluj").await.header("etag").to_owned();
        send(&root, "/segments/cluj/keys", &etag, keys).await.expect(StatusCode::OK);
    }
    let run = ran(&root, &export, 2).await;
    assert_eq!(
        (&run["trigger"], &run["counts"]["created"]),
        (&json!("segments_changed"), &json!(6)),
        "{run}"
    );
}

#[tokio::test]
async fn a_refresh_while_nothing_ran_here_is_followed() {
    let mut office = Office::open().await;
    let export = followed(&mut office).await;
    refresh_beside(&office).await;
    office.site.work();
    assert_eq!(followed_once(&mut office, &export).await["refresh"], Value::Null);
}

/// A refresh of everything that a worker was at when it died, just after it had put members in force.
async fn half_done(office: &Office, root: &As<'_>) -> String {
    let refreshed = begin(root, "/refreshes").await;
    let now = office.site.now_ms();
    let claimed = office.site.store.claim_job("first", now, now + 1_000, 9).await.expect("a claim");
    assert_eq!(claimed.map(|claimed| claimed.job.id), Some(refreshed.clone()));
    refresh_beside(office).await;
    refreshed
}

#[tokio::test]
async fn a_refresh_whose_worker_died_is_followed() {
    let mut office = Office::open().await;
    let export = followed(&mut office).await;
    let root = office.site.sign_in("root@example.com").await;
    let refreshed = half_done(&office, &root).await;
    drop(root);
    office.site.pass(MINUTE_MS);
    office.site.work();
    assert_eq!(followed_once(&mut office, &export).await["refresh"], json!(refreshed));
}

#[tokio::test]
async fn a_refresh_that_was_cancelled_is_followed() {
    let mut office = Office::open().await;
    let export = followed(&mut office).await;
    let root = office.site.sign_in("root@example.com").await;
    let refreshed = half_done(&office, &root).await;
    post(&root, &format!("/runs/{refreshed}/cancel")).await.expect(StatusCode::OK);
    drop(root);
    office.site.pass(MINUTE_MS);
    office.site.work();
    followed_once(&mut office, &export).await;
}

#[tokio::test]
async fn a_run_on_demand_is_all_that_a_change_needs() {
    let mut office = Office::open().await;
    let export = followed(&mut office).await;
    refresh_beside(&office).await;
    let root = office.site.sign_in("root@example.com").await;
    let asked = begin(&root, &format!("/exports/{export}/run")).await;
    // It has planned before anybody looks who is behind.
    let now = office.site.now_ms();
    let changes = office.site.store.segment_changes(&export).await.unwrap();
    office.site.store.has_planned(&export, &changes).await.unwrap();
    assert_eq!(office.site.store.exports_behind().await.unwrap(), Vec::<String>::new(), "{now}");
    drop(root);
    office.site.work();
    let root = office.site.sign_in("root@example.com").await;
    assert_eq!(ended(&root, &asked).await["counts"]["created"], 6);
    ran(&root, &export, 2).await;
}

#[tokio::test]
async fn saving_and_switching_on_start_nothing() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    for segment in ["cluj", "iasi"] {
        refresh(&root, segment).await;
    }
    let export = office.export(&root, json!({"schedule": "when_segments_change"})).await;
    let place = format!("/exports/{export}");
    act(&root, &place, "disable").await.expect(StatusCode::OK);
    office.write_customers(9, "Cluj");
    office.site.pass(1_000);
    refresh(&root, "cluj").await;
    act(&root, &place, "enable").await.expect(StatusCode::OK);
    let etag = root.get(&place).await.header("etag").to_owned();
    root.patch(&place, &etag, &json!({"segments": ["cluj", "iasi"]})).await.expect(StatusCode::OK);
    refresh(&root, "cluj").await;
    assert_eq!(root.get(&format!("/runs?export={export}")).await.body["items"], json!([]));
    office.write_customers(7, "Cluj");
    office.site.pass(1_000);
    refresh(&root, "cluj").await;
    assert_eq!(ran(&root, &export, 1).await["counts"]["created"], 6);
}

#[tokio::test]
async fn a_change_whose_run_was_skipped_is_followed_after_the_next_refresh() {
    let mut office = Office::open().await;
    office.site.work_at(Limits::none());
    let root = office.site.administrator().await;
    refresh(&root, "cluj").await;
    let export =
        office.export(&root, json!({"schedule": "when_segments_change", "segments": ["cluj", "iasi"]})).await;
    office.write_customers(9, "Cluj");
    refresh(&root, "cluj").await;
    let skipped = ran(&root, &export, 1).await;
    assert!(skipped["cause"].as_str().unwrap().contains("\"iasi\" was never refreshed"), "{skipped}");
    office.site.pass(1_000);
    refresh(&root, "iasi").await;
    assert_eq!(ran(&root, &export, 2).await["counts"]["created"], 8);
}

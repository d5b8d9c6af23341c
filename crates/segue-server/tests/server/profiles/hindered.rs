//! What stands in the way of forgetting a person, and what forgetting stands in the way of.

use reqwest::{Method, StatusCode};
use segue_model::HashKey;
use segue_store::{Erasure, Hindered};
use serde_json::json;

use super::{after_a_run, forgetting};
use crate::runs::{Office, begin, refresh, run};
use crate::setting::{Answer, MINUTE_MS};

#[tokio::test]
async fn while_a_run_is_under_way_nobody_is_forgotten() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    begin(&root, "/segments/cluj/refresh").await;
    let (now_ms, until_ms) = (office.site.now_ms(), office.site.now_ms() + MINUTE_MS);
    let claimed = office.site.store.claim_job("other", now_ms, until_ms, 9).await.unwrap();
    assert!(claimed.is_some());
    root.post("/profiles/forget", &forgetting("1", json!({}))).await.problem("under_way");
    assert_eq!(office.site.store.forgotten_count().await.unwrap(), 0);
    office.site.store.leave_lanes("other", now_ms).await.unwrap();
    // The erasure that was not begun is in nobody's way.
    let again = office.site.store.claim_job("w", now_ms, until_ms, 9).await.unwrap();
    assert!(again.is_some());
}

#[tokio::test]
async fn while_somebody_is_being_forgotten_no_work_is_begun() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let store = &office.site.store;
    let now_ms = office.site.now_ms();
    let erasure = |id: &str| Erasure {
        id: id.to_owned(),
        at_ms: now_ms,
        person_name: "Root".to_owned(),
        table: "customers".to_owned(),
        receipt: None,
    };
    let key = HashKey::new([1; 16]);
    let until_ms = now_ms + MINUTE_MS;
    assert_eq!(store.begin_erasure(&erasure("a"), None, &key, until_ms).await.unwrap(), None);
    let other = store.begin_erasure(&erasure("b"), None, &key, until_ms).await.unwrap();
    assert_eq!(other, Some(Hindered::Erasing));
    root.post("/profiles/forget", &forgetting("1", json!({}))).await.problem("under_way");
    begin(&root, "/segments/cluj/refresh").await;
    assert!(store.claim_job("w", now_ms, until_ms, 9).await.unwrap().is_none());
    // A process that died meanwhile is in nobody's way for long.
    assert!(store.claim_job("w", until_ms + 1, until_ms + 2, 9).await.unwrap().is_some());
}

#[tokio::test]
async fn an_account_that_cannot_be_reached_keeps_everything_as_it_is() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    after_a_run(&office, &root).await;
    office.arrange("faults", &json!(["403-blip@contacts"])).await;
    let refused = root.post("/profiles/forget", &forgetting("1", json!({}))).await;
    assert!(!refused.status.is_success(), "{}", refused.text);
    assert!(refused.text_at("/code").starts_with("connect_"), "{}", refused.text);
    assert!(refused.text_at("/detail").contains("nothing was erased"), "{}", refused.text);
    assert_eq!(office.site.store.forgotten_count().await.unwrap(), 0);
    let without = forgetting("1", json!({"unsubscribe": false}));
    root.post("/profiles/forget", &without).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn without_the_key_that_tells_who_was_forgotten_nothing_is_sent() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = after_a_run(&office, &root).await;
    root.post("/profiles/forget", &forgetting("1", json!({}))).await.expect(StatusCode::CREATED);
    std::fs::remove_file(office.site.state().join("forgotten.key")).unwrap();
    let run = run(&root, &export).await;
    assert_eq!(run["status"], "failed");
    assert!(run["cause"].as_str().unwrap().contains("forgotten.key"), "{run}");
    let refreshed = refresh(&root, "cluj").await;
    assert_eq!(refreshed["status"], "failed", "{refreshed}");
    assert_eq!(office.on_the_list().await, ["person2@example.com"]);
    Answer::of(root.request(Method::GET, "/segments/cluj/inspect")).await.problem("secret_unavailable");
}

#[tokio::test]
async fn what_was_stopped_in_the_middle_is_gone_on_with() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    after_a_run(&office, &root).await;
    let (store, now_ms) = (&office.site.store, office.site.now_ms());
    let key = HashKey::new([1; 16]);
    std::fs::write(office.site.state().join("forgotten.key"), key.text()).unwrap();
    let begun = Erasure {
        id: "begun".to_owned(),
        at_ms: now_ms,
        person_name: "Root".to_owned(),
        table: "customers".to_owned(),
        receipt: None,
    };
    store.begin_erasure(&begun, None, &key, now_ms).await.unwrap();
    store.forget("begun", &[key.of_profile("customers", "1")]).await.unwrap();
    let told = root.post("/profiles/sent", &json!({"table": "customers", "key": "1"})).await.body;
    assert_eq!((&told["is_being_forgotten"], &told["receipt"]), (&json!(true), &json!(null)), "{told}");
    office.site.pass(MINUTE_MS);
    let done = root.post("/profiles/forget", &forgetting("1", json!({}))).await.expect(StatusCode::CREATED);
    assert_eq!((done.text_at("/id"), &done.body["segments"]), ("begun", &json!(["cluj"])), "{}", done.text);
    assert_eq!(root.get("/receipts/begun").await.body, done.body);
    assert_eq!(super::files_with(&office, "person1@example.com"), [""; 0]);
}

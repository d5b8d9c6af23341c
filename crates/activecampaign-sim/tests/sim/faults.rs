//! Every fault strikes as it says, where it is told to, and repeatably.

use activecampaign_sim::{FaultKind, KEY};
use reqwest::Method;
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, people};

const CONTACT: &str = r#"{"contact":{"email":"ann@example.com"}}"#;

/// What comes of creating a contact while a fault is on, and whether it was created all the same.
struct Struck {
    answer: reqwest::Result<crate::sandbox::Answer>,
    is_committed: bool,
}

async fn strike(fault: &str) -> Struck {
    // Fast, because some faults take minutes of the account's time.
    let sandbox = Sandbox::with(|config| config.speed = 1_000.0).await;
    sandbox.faults(&[fault]).await;
    let body = Some(CONTACT.to_owned());
    let answer = sandbox.try_send(Method::POST, "/api/3/contact/sync", Some(KEY), body).await;
    let is_committed = !sandbox.held().await.is_empty();
    let journal = sandbox.look("journal").await;
    assert_eq!(journal[0]["fault"], fault, "{journal}");
    Struck { answer, is_committed }
}

#[tokio::test]
async fn errors_in_place_of_an_answer() {
    let json_type = "application/json";
    let page_type = "text/html; charset=UTF-8";
    for (fault, status, kind) in [
        ("429", 429, json_type),
        ("429-bare", 429, "text/plain"),
        ("429-html", 429, page_type),
        ("bulk-limit", 400, json_type),
        ("402", 402, json_type),
        ("403-blip", 403, json_type),
        ("500", 500, json_type),
        ("500-html", 500, page_type),
        ("502", 502, json_type),
        ("502-html", 502, page_type),
        ("503", 503, json_type),
        ("503-html", 503, page_type),
        ("520", 520, page_type),
        ("html-200", 200, page_type),
    ] {
        let Struck { answer, is_committed } = strike(fault).await;
        let answer = answer.unwrap();
        assert_eq!((answer.status, answer.header("content-type")), (status, Some(kind)), "{fault}");
        assert_eq!(answer.header("retry-after").is_some(), fault == "429");
        assert_eq!(answer.text.is_empty(), fault == "429-bare");
        assert!(!is_committed, "{fault}");
    }
}

#[tokio::test]
async fn answers_that_are_damaged_or_lost() {
    let struck = strike("reset-before-commit").await;
    assert!(struck.answer.is_err() && !struck.is_committed);
    for fault in ["reset-after-commit", "truncated-json", "empty-200", "slow-body"] {
        let Struck { answer, is_committed } = strike(fault).await;
        assert!(is_committed, "{fault}");
        match fault {
            "reset-after-commit" => assert!(answer.is_err()),
            "truncated-json" => {
                let answer = answer.unwrap();
                assert_eq!((answer.status, answer.text.starts_with('{')), (201, true));
                assert!(serde_json::from_str::<Value>(&answer.text).is_err());
            }
            "empty-200" => {
                assert_eq!((answer.as_ref().unwrap().status, answer.unwrap().text), (200, String::new()))
            }
            _ => assert_eq!(answer.unwrap().good()["contact"]["id"], "1"),
        }
    }
}

#[tokio::test]
async fn an_answer_that_never_comes() {
    let sandbox = Sandbox::new().await;
    sandbox.faults(&["timeout-after-commit"]).await;
    let body = Some(CONTACT.to_owned());
    let answer = sandbox.try_send(Method::POST, "/api/3/contact/sync", Some(KEY), body);
    let looked = async {
        // The other way is free while the first waits.
        while sandbox.held().await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        answer = answer => panic!("{answer:?}"),
        () = looked => {}
    }
}

#[tokio::test]
async fn a_slow_body_begins_at_once() {
    let sandbox = Sandbox::new().await;
    sandbox.faults(&["slow-body"]).await;
    let request = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = request.get(format!("{}/api/3/users/me", sandbox.url())).header("Api-Token", KEY);
    // The rest would take days by this clock.
    let mut response = request.send().await.unwrap();
    let length: usize = response.headers()["content-length"].to_str().unwrap().parse().unwrap();
    let first = response.chunk().await.unwrap().unwrap();
    assert_eq!((response.status().as_u16(), first.len()), (200, length / 2));
}

#[tokio::test]
async fn faults_of_imports_end_them_badly() {
    let sandbox = Sandbox::new().await;
    sandbox.faults(&["batch-failed:count=1", "batch-interrupted:count=1", "batch-stuck:count=1"]).await;
    let mut ends = Vec::new();
    for _ in 0..4 {
        ends.push(sandbox.imported(&people(2)).await["status"].clone());
    }
    assert_eq!(json!(ends), json!(["failed", "interrupted", "active", "completed"]));
}

#[tokio::test]
async fn faults_keep_to_their_endpoint_and_their_count() {
    let sandbox = Sandbox::new().await;
    sandbox.faults(&["500@lists:count=2,after=1", "503@contacts/:every=2"]).await;
    let mut statuses = Vec::new();
    for path in ["lists", "lists/1", "contacts/1", "contacts", "contacts/1", "lists", "lists", "contacts/1"] {
        statuses.push(sandbox.get(path).await.status);
    }
    assert_eq!(statuses, [200, 500, 503, 200, 404, 500, 200, 503]);
    sandbox.faults(&[]).await;
    assert_eq!(sandbox.get("contacts/1").await.status, 404);
}

#[tokio::test]
async fn a_fault_waits_for_a_request_that_is_let_in() {
    let sandbox = Sandbox::new().await;
    sandbox.faults(&["reset-after-commit:count=1"]).await;
    let ask = |key: &'static str| sandbox.try_send(Method::GET, "/api/3/users/me", Some(key), None);
    assert_eq!(ask("wrong").await.unwrap().status, 403);
    assert!(ask(KEY).await.is_err());
    assert_eq!(ask(KEY).await.unwrap().status, 200);
}

#[tokio::test]
async fn the_same_seed_strikes_the_same_requests() {
    let struck = |seed: u64| async move {
        let sandbox = Sandbox::with(|config| config.seed = seed).await;
        sandbox.faults(&["500:p=0.5"]).await;
        let mut struck = Vec::new();
        for _ in 0..40 {
            struck.push(sandbox.get("users/me").await.status);
        }
        struck
    };
    let first = struck(1).await;
    assert!(first.contains(&200) && first.contains(&500));
    assert_eq!(first, struck(1).await);
    assert_ne!(first, struck(2).await);
}

#[tokio::test]
async fn a_fault_that_is_none_is_refused_with_the_way_to_write_one() {
    let sandbox = Sandbox::new().await;
    let body = Some(r#"["430@lists"]"#.to_owned());
    let refused = sandbox.try_send(Method::POST, "/sim/faults", None, body).await.unwrap();
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("KIND[@ENDPOINT]"), "{}", refused.text);
}

#[test]
fn every_kind_has_a_word_of_its_own() {
    for (kind, word) in FaultKind::ALL {
        assert_eq!(kind.word(), *word);
        assert_eq!(FaultKind::ALL.iter().filter(|(_, other)| other == word).count(), 1);
    }
}

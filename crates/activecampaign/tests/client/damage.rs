//! Answers that are damaged or lost on their way: what is asked again, and what is not done twice.

use std::time::Duration;

use activecampaign::{Contact, ErrorKind, Import, Options, Retry};
use activecampaign_sim::KEY;
use serde_json::json;

use crate::account::{Account, failed, hurried};
use crate::stub::Stub;

fn ann() -> Import {
    Import::without_automations(vec![Contact::new("ann@example.com").on_list(3)])
}

#[tokio::test]
async fn an_import_whose_answer_is_lost_is_handed_in_again() {
    for (fault, batches) in [
        ("reset-before-commit", 1),
        ("reset-after-commit", 2),
        ("truncated-json", 2),
        ("empty-200", 2),
        ("html-200", 1),
        ("500", 1),
        ("502-html", 1),
        ("520", 1),
    ] {
        let account = Account::proven(&[&format!("{fault}@import:count=1")]).await;
        let accepted = account.client.bulk_import(&ann()).await.unwrap();
        assert_eq!((account.batches().await, account.client.usage().retries), (batches, 1), "{fault}");
        account.forward(60.0).await;
        assert!(account.client.import_status(&accepted.batch).await.unwrap().state.is_final());
        assert_eq!(account.held().await.len(), 1, "{fault}");
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for() {
    let account = Account::proven(&["timeout-after-commit@import:count=1"]).await;
    let client = account.other_client(KEY, Options { timeout: Duration::from_secs(1), ..hurried() });
    client.me().await.unwrap();
    client.bulk_import(&ann()).await.unwrap();
    assert!(account.batches().await >= 2);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_ambiguous() {
    // By this clock, the second half comes in an hour.
    let account = Account::proven(&["slow-body@import"]).await;
    let retry = Retry { attempts: 1, ..hurried().retry };
    let options = Options { timeout: Duration::from_secs(2), retry, ..hurried() };
    let client = account.other_client(KEY, options);
    let error = failed(client.bulk_import(&ann()).await, &ErrorKind::Network { ambiguous: true }, Some(200));
    assert!(error.request_id().is_some());
}

#[tokio::test]
async fn a_slow_body_is_read_to_its_end() {
    let account = Account::with(|config| config.speed = 100.0).await;
    account.faults(&["slow-body"]).await;
    assert_eq!(account.client.lists().await.unwrap().len(), 4);
    assert_eq!(account.client.usage().retries, 0);
}

#[tokio::test]
async fn reads_are_repeated() {
    for fault in
        ["html-200", "truncated-json", "empty-200", "reset-before-commit", "reset-after-commit", "503-html"]
    {
        let account = Account::proven(&[&format!("{fault}:count=2")]).await;
        assert_eq!(account.client.lists().await.unwrap().len(), 4, "{fault}");
        assert_eq!(account.client.usage().retries, 2, "{fault}");
    }
}

#[tokio::test]
async fn an_empty_answer_is_enough_where_nothing_is_needed_of_it() {
    let account = Account::new().await;
    let contact = account.client.sync_contact(&json!({"email": "ann@example.com"})).await.unwrap();
    account.faults(&["empty-200"]).await;
    account.client.set_membership(contact, 3, true).await.unwrap();
    assert_eq!(account.client.usage().retries, 0);
    assert_eq!(account.held().await[0]["lists"]["3"]["status"], 1);
}

#[tokio::test]
async fn a_refusal_for_no_reason_is_asked_again_once_the_key_has_proved_itself() {
    let account = Account::proven(&["403-blip:count=2"]).await;
    assert_eq!(account.client.lists().await.unwrap().len(), 4);
    assert_eq!(account.client.usage().requests, 4);
    account.faults(&["403-blip"]).await;
    failed(account.client.lists().await, &ErrorKind::Credentials, Some(403));
    assert_eq!(account.client.usage().requests, 7);

    let stranger = Account::new().await;
    stranger.faults(&["403-blip:count=1"]).await;
    failed(stranger.client.lists().await, &ErrorKind::Credentials, Some(403));
    assert_eq!(stranger.client.usage().requests, 1);
}

#[tokio::test]
async fn json_counts_whatever_it_calls_itself() {
    for kind in ["text/html; charset=UTF-8", "text/plain"] {
        let stub = Stub::answering(&format!("200 OK\r\ncontent-type: {kind}"), r#"{"user":{"id":1}}"#);
        crate::account::client(&stub.url, KEY, hurried()).me().await.unwrap();
    }
}

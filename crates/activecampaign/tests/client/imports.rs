//! Imports: what arrives, and what is learned of them.

use activecampaign::{Backlog, Contact, Import, ImportState};
use serde_json::json;

use crate::account::{Account, client, hurried};
use crate::stub::Stub;

#[tokio::test]
async fn everything_arrives() {
    let account = Account::new().await;
    let ann =
        Contact::new("ann@example.com").named("Ann", "Lee").with_phone("+40 1").tagged("vip").tagged("2026");
    let ann = ann.with_field(6, "Iași").with_field(5, "||rock||jazz||").on_list(3).on_list(2).off_list(1);
    let import = Import::without_automations(vec![ann, Contact::new("bob@example.com")]);
    assert_eq!((import.len(), import.is_empty()), (2, false));
    let accepted = account.client.bulk_import(&import).await.unwrap();
    assert_eq!(accepted.queued, Some(2));
    account.forward(60.0).await;
    let status = account.client.import_status(&accepted.batch).await.unwrap();
    assert_eq!(
        (status.state, status.succeeded, status.failures),
        (ImportState::Completed, vec![1, 2], vec![])
    );
    let held = account.held().await;
    assert_eq!(
        (&held[0]["firstName"], &held[0]["lastName"], &held[0]["phone"]),
        (&json!("Ann"), &json!("Lee"), &json!("+40 1"))
    );
    assert_eq!(
        (&held[0]["tags"], &held[0]["fields"]),
        (&json!(["2026", "vip"]), &json!({"5": "||rock||jazz||", "6": "Iași"}))
    );
    let lists = held[0]["lists"].as_object().unwrap();
    assert_eq!(
        lists.keys().collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>(),
        ["2", "3"]
    );
    assert_eq!((&held[1]["email"], &held[1]["lists"]), (&json!("bob@example.com"), &json!({})));
}

#[tokio::test]
async fn automations_run_only_when_asked_for() {
    let account = Account::new().await;
    let started = || async { account.look("state").await["automations"]["by_import"].as_u64().unwrap() };
    let one = |email: &str| vec![Contact::new(email).on_list(3)];
    account.client.bulk_import(&Import::without_automations(one("ann@example.com"))).await.unwrap();
    account.forward(60.0).await;
    assert_eq!(started().await, 0);
    account.client.bulk_import(&Import::with_automations(one("bob@example.com"))).await.unwrap();
    account.forward(60.0).await;
    assert_eq!(started().await, 1);
}

#[tokio::test]
async fn states_are_told_apart() {
    for settings in [&["capital-success=off"], &["capital-success=on"]] {
        let account = Account::with_knobs(settings).await;
        let people = (0..250).map(|n| Contact::new(format!("person{n}@example.com"))).collect();
        let batch = account.client.bulk_import(&Import::without_automations(people)).await.unwrap().batch;
        for (seconds, expected) in [
            (0.5, ImportState::Waiting),
            (1.5, ImportState::Waiting),
            (2.0, ImportState::Active),
            (1.5, ImportState::Active),
            (1.5, ImportState::Completed),
        ] {
            let is_done = expected == ImportState::Completed;
            let backlog = if is_done { Backlog::default() } else { Backlog { batches: 1, contacts: 250 } };
            account.forward(seconds).await;
            let state = account.client.import_status(&batch).await.unwrap().state;
            assert_eq!((state, state.is_final()), (expected, is_done));
            assert_eq!(account.client.imports().await.unwrap(), backlog);
        }
    }
}

#[tokio::test]
async fn ends_that_are_none_are_told_apart() {
    for (fault, expected) in [
        ("batch-failed", ImportState::Failed),
        ("batch-interrupted", ImportState::Interrupted),
        ("batch-stuck", ImportState::Active),
    ] {
        let account = Account::proven(&[fault]).await;
        let import = Import::without_automations(vec![
            Contact::new("ann@example.com"),
            Contact::new("bob@example.com"),
        ]);
        let batch = account.client.bulk_import(&import).await.unwrap().batch;
        account.forward(60.0).await;
        assert_eq!(account.client.import_status(&batch).await.unwrap().state, expected);
    }
}

#[tokio::test]
async fn who_was_left_out_is_named() {
    let account = Account::new().await;
    let contact = account.client.sync_contact(&json!({"email": "left@example.com"})).await.unwrap();
    account.client.set_membership(contact, 3, true).await.unwrap();
    account.client.set_membership(contact, 3, false).await.unwrap();
    account.arrange("exclusions", &json!({"phrase": "excluded@example.com"})).await;
    let people = ["left@example.com", "excluded@example.com", "new@example.com"];
    let contacts = people.iter().map(|&email| Contact::new(email).on_list(3)).collect();
    let accepted = account.client.bulk_import(&Import::without_automations(contacts)).await.unwrap();
    assert_eq!(accepted.queued, Some(2));
    account.forward(60.0).await;
    let status = account.client.import_status(&accepted.batch).await.unwrap();
    assert_eq!(status.failures, ["left@example.com", "excluded@example.com"]);
}

#[tokio::test]
async fn statuses_come_in_every_shape() {
    let status = |body: &'static str| async move {
        let stub = Stub::json("200 OK", body);
        client(&stub.url, "key", hurried()).import_status("1").await.unwrap()
    };
    let full = status(r#"{"status":"completed","success":["1",2],"failure":["a@example.com"]}"#).await;
    assert_eq!((full.succeeded, full.failures), (vec![1, 2], vec!["a@example.com".to_owned()]));
    for (body, expected) in [
        (r#"{"status":false}"#, ImportState::Waiting),
        (r#"{"status":"FAILED","success":{},"failure":null}"#, ImportState::Failed),
        (r#"{"status":"completed","success":0,"failure":0}"#, ImportState::Completed),
        (r#"{"status":"completed","success":"","failure":false}"#, ImportState::Completed),
        (r#"{"status":"completed","success":[1.5,-1,true,null],"failure":[]}"#, ImportState::Completed),
        (r#"{"status":"resting","success":[],"failure":[]}"#, ImportState::Other),
    ] {
        assert_eq!(status(body).await.state, expected, "{body}");
    }
}

//! Every class of error, as its receiver sees it: the kind, the status, and the ids that support asks for.

use std::time::Duration;

use activecampaign::{Contact, ContactFault, Error, ErrorKind, Import, Retry};
use activecampaign_sim::{KEY, RESTRICTED_KEY};
use serde_json::json;

use crate::account::{Account, client, failed, hurried};
use crate::stub::Stub;

fn invalid(code: &str, detail: &str) -> ErrorKind {
    ErrorKind::Invalid { code: code.to_owned(), detail: detail.to_owned() }
}

fn import(emails: &[&str]) -> Import {
    Import::without_automations(emails.iter().map(|&email| Contact::new(email)).collect())
}

/// Who was asked, what support asks for, and the error's own words.
fn assert_is_traceable(error: &Error, endpoint: &str) {
    let (id, ray) = (error.request_id().expect("a request id"), error.cf_ray().expect("a ray"));
    let status = error.status().expect("a status");
    let host = error.host();
    assert!(host.starts_with("127.0.0.1:"), "{host}");
    let marks = format!("[{endpoint} at {host}, HTTP {status}, request {id}, ray {ray}]");
    assert!(error.to_string().ends_with(&marks), "{error}");
    assert_eq!(error.endpoint(), endpoint);
}

#[tokio::test]
async fn a_wrong_key() {
    for knob in [&["bad-key=json"], &["bad-key=html"], &["bad-key=empty"]] {
        let account = Account::with_knobs(knob).await;
        let client = account.other_client("wrong", hurried());
        let error = failed(client.me().await, &ErrorKind::Credentials, Some(403));
        assert_is_traceable(&error, "users/me");
        assert_eq!(client.usage().requests, 1);
    }
    let proxy = Stub::answering("401 Unauthorized", "");
    failed(client(&proxy.url, KEY, hurried()).me().await, &ErrorKind::Credentials, Some(401));
    assert_eq!(proxy.count(), 1);
}

#[tokio::test]
async fn a_user_who_may_not() {
    let account = Account::new().await;
    let client = account.other_client(RESTRICTED_KEY, hurried());
    let kind = ErrorKind::Permission { detail: "You do not have permission to view lists.".to_owned() };
    let error = failed(client.lists().await, &kind, Some(403));
    assert_is_traceable(&error, "lists");
    assert!(error.to_string().contains("give its group the permission"), "{error}");
}

#[tokio::test]
async fn an_account_that_is_unpaid() {
    let account = Account::proven(&["402"]).await;
    let error = failed(account.client.lists().await, &ErrorKind::AccountUnusable, Some(402));
    assert_is_traceable(&error, "lists");
    // Asked once: it is not going to be paid by the second.
    assert_eq!(account.client.usage().requests, 2);
}

#[tokio::test]
async fn another_server() {
    let elsewhere = Stub::json("200 OK", r#"{"user":{"id":"1"}}"#);
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let number = status[..3].parse().unwrap();
        let moved = Stub::answering(&format!("{status}\r\nlocation: {}", elsewhere.url), "");
        let client = client(&moved.url, KEY, hurried());
        failed(client.me().await, &ErrorKind::WrongHost, Some(number));
        let error = failed(
            client.bulk_import(&import(&["ann@example.com"])).await,
            &ErrorKind::WrongHost,
            Some(number),
        );
        assert_eq!((error.request_id(), moved.count()), (None, 2));
    }
    assert_eq!(elsewhere.count(), 0);
    let page = Stub::answering("404 Not Found\r\ncontent-type: text/html", "<h1>Nothing here</h1>");
    failed(client(&page.url, KEY, hurried()).me().await, &ErrorKind::WrongHost, Some(404));
    for body in ["<h1>Hello!</h1>", "", "{}", "[]", "null"] {
        let page = Stub::answering("200 OK", body);
        failed(client(&page.url, KEY, hurried()).me().await, &ErrorKind::WrongHost, Some(200));
        assert_eq!(page.count(), 3, "{body}");
    }
    let account = Account::new().await;
    account.faults(&["html-200"]).await;
    assert_is_traceable(&failed(account.client.me().await, &ErrorKind::WrongHost, Some(200)), "users/me");
}

#[tokio::test]
async fn a_name_that_does_not_resolve() {
    let client = client("https://no-such-account.invalid", KEY, hurried());
    let error = failed(client.me().await, &ErrorKind::NameNotResolved, None);
    assert_eq!((error.request_id(), client.usage().requests), (None, 1));
    assert!(error.to_string().contains("check its spelling"), "{error}");
}

#[tokio::test]
async fn a_thing_that_is_not_there() {
    let account = Account::with_knobs(&["unknown-batch=404"]).await;
    let client = &account.client;
    let error = failed(client.list(99).await, &ErrorKind::NotFound, Some(404));
    assert_eq!(error.words(), "No Result found for _List with id 99");
    assert_is_traceable(&error, "lists/{id}");
    let error = failed(client.memberships(77).await, &ErrorKind::NotFound, Some(404));
    assert_is_traceable(&error, "contacts/{id}/contactLists");
    let error = failed(client.import_status("none").await, &ErrorKind::NotFound, Some(404));
    assert_is_traceable(&error, "import/info");
    assert_eq!(client.usage().requests, 3);
}

#[tokio::test]
async fn contacts_that_turn_an_import_down() {
    let account = Account::new().await;
    let contacts = import(&["good@example.com", "bad", "", "good@example.org"]);
    let fault = |index: usize, reason: &str| ContactFault { index, reason: reason.to_owned() };
    let faults = vec![fault(2, "Field 'email' incorrect format"), fault(3, "Field 'email' not found")];
    let error =
        failed(account.client.bulk_import(&contacts).await, &ErrorKind::InvalidContacts(faults), Some(400));
    assert_is_traceable(&error, "import/bulk_import");
    assert_eq!((account.client.usage().requests, account.batches().await), (1, 0));

    let unnamed = Account::with_knobs(&["unnamed-failures=on"]).await;
    failed(unnamed.client.bulk_import(&contacts).await, &ErrorKind::InvalidContacts(Vec::new()), Some(400));
    // A failure that calls itself a success.
    let soft = Stub::json("200 OK", r#"{"Success":0,"message":"The import was not queued."}"#);
    let client = client(&soft.url, KEY, hurried());
    failed(client.bulk_import(&contacts).await, &ErrorKind::InvalidContacts(Vec::new()), Some(200));
    assert_eq!(soft.count(), 1);
}

#[tokio::test]
async fn requests_that_are_at_fault() {
    let account = Account::new().await;
    let client = &account.client;
    let kind = invalid("email_invalid", "Contact Email Address is not valid.");
    let error = failed(client.sync_contact(&json!({"email": "ann"})).await, &kind, Some(422));
    assert_is_traceable(&error, "contact/sync");
    let kind = invalid("", "Contact email must be provided for sync");
    failed(client.sync_contact(&json!({"firstName": "Ann"})).await, &kind, Some(400));
    let contact = client.sync_contact(&json!({"email": "ann@example.com"})).await.unwrap();
    failed(client.set_membership(contact, 99, true).await, &invalid("", ""), Some(400));
    failed(client.set_membership(99, 3, true).await, &ErrorKind::NotFound, Some(404));
    failed(client.import_status("none").await, &invalid("", "No such import."), Some(400));
    assert_eq!(client.usage().retries, 0);

    for (status, body, kind) in [
        ("409 Conflict", "{}", invalid("", "")),
        ("422 Unprocessable Entity", r#"{"errors":"the wrong shape"}"#, invalid("", "the wrong shape")),
        ("418 I'm a teapot", "<html>", invalid("", "")),
    ] {
        let stub = Stub::json(status, body);
        let client = crate::account::client(&stub.url, KEY, hurried());
        failed(client.sync_contact(&json!({})).await, &kind, Some(status[..3].parse().unwrap()));
        assert_eq!(stub.count(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large() {
    for (knob, status) in [(&["oversize=400"], 400), (&["oversize=413"], 413)] {
        let account = Account::with_knobs(knob).await;
        let contact = Contact::new("ann@example.com").named("x".repeat(400_000), "");
        let import = Import::without_automations(vec![contact]);
        let error = failed(account.client.bulk_import(&import).await, &ErrorKind::TooLarge, Some(status));
        assert_is_traceable(&error, "import/bulk_import");
        assert_eq!(account.client.usage().requests, 1);
    }
}

#[tokio::test]
async fn a_provider_in_trouble() {
    for (fault, status) in [
        ("500", 500),
        ("500-html", 500),
        ("502", 502),
        ("502-html", 502),
        ("503", 503),
        ("503-html", 503),
        ("520", 520),
    ] {
        let account = Account::proven(&[fault]).await;
        let error = failed(account.client.list(3).await, &ErrorKind::Unavailable, Some(status));
        assert_is_traceable(&error, "lists/{id}");
        let usage = account.client.usage();
        assert_eq!((usage.requests, usage.retries, usage.server_errors), (5, 3, 4), "{fault}");
        // In trouble for a while only.
        account.faults(&[&format!("{fault}:count=3")]).await;
        assert_eq!(account.client.list(3).await.unwrap().name, "Customers");
    }
}

#[tokio::test]
async fn a_provider_in_trouble_from_the_start_is_given_up_sooner() {
    let account = Account::new().await;
    account.faults(&["503"]).await;
    failed(account.client.me().await, &ErrorKind::Unavailable, Some(503));
    assert_eq!(account.client.usage().requests, 3);
}

#[tokio::test]
async fn a_network_that_fails() {
    for fault in ["reset-before-commit", "reset-after-commit"] {
        let account = Account::proven(&[fault]).await;
        let error = failed(account.client.lists().await, &ErrorKind::Network { ambiguous: true }, None);
        assert_eq!((error.request_id(), account.client.usage().requests), (None, 5), "{fault}");
        assert!(error.to_string().contains("check the network"), "{error}");
    }
}

#[tokio::test]
async fn a_host_that_nobody_answers_at() {
    let account = Account::new().await;
    let url = account.url();
    account.stop().await;
    let client = client(&url, KEY, hurried());
    failed(client.me().await, &ErrorKind::Network { ambiguous: false }, None);
    assert_eq!(client.usage().requests, 3);
}

#[tokio::test]
async fn a_host_that_nobody_answers_at_any_more() {
    let account = Account::new().await;
    let patience = Duration::from_secs(1);
    let options = hurried();
    let client = account
        .other_client(KEY, activecampaign::Options { retry: Retry { patience, ..options.retry }, ..options });
    client.me().await.unwrap();
    account.stop().await;
    // Waited for as long as patience lasts, however many attempts that takes.
    let began = tokio::time::Instant::now();
    failed(client.me().await, &ErrorKind::Network { ambiguous: false }, None);
    assert!(began.elapsed() >= patience && client.usage().requests > 5, "{:?}", client.usage());
}

#[tokio::test]
async fn answers_that_cannot_be_understood() {
    for fault in ["html-200", "truncated-json", "empty-200"] {
        let account = Account::proven(&[fault]).await;
        let error = failed(account.client.lists().await, &ErrorKind::Unreadable, Some(200));
        assert_is_traceable(&error, "lists");
        assert_eq!(account.client.usage().requests, 5, "{fault}");
    }
}

#[tokio::test]
async fn a_limit_that_does_not_lift() {
    let retry = Retry { limit_patience: Duration::from_millis(10), ..hurried().retry };
    let impatient = activecampaign::Options { retry, ..hurried() };
    for (fault, status) in [("429-bare", 429), ("429-html", 429), ("bulk-limit", 400)] {
        let account = Account::proven(&[fault]).await;
        let client = account.other_client(KEY, impatient.clone());
        let error = failed(
            client.bulk_import(&import(&["ann@example.com"])).await,
            &ErrorKind::RateLimited,
            Some(status),
        );
        assert_is_traceable(&error, "import/bulk_import");
        assert!(client.usage().rate_limited >= 3, "{fault}: {:?}", client.usage());
    }
    // Told to wait for longer than it will, it does not begin to.
    let account = Account::with_knobs(&["retry-after=7200"]).await;
    account.faults(&["429"]).await;
    failed(account.client.me().await, &ErrorKind::RateLimited, Some(429));
    assert_eq!(account.client.usage().requests, 1);
}

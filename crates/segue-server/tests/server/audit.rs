//! The audit log: what is in it, how it is found, and how it leaves.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::setting::{PASSWORD, Site};

fn actions(body: &Value) -> Vec<&str> {
    let items = body["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(|entry| entry["action"].as_str()).collect()
}

#[tokio::test]
async fn every_change_is_there_with_who_what_and_from_where() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let new = json!({"login": "ana@example.com", "name": "Ana", "role": "viewer"});
    let invited = root.post("/users", &new).await.expect(StatusCode::CREATED);
    let place = format!("/users/{}", invited.text_at("/user/id"));
    site.pass(1);
    let changed = root.patch(&place, "\"1\"", &json!({"role": "contributor"})).await.expect(StatusCode::OK);
    let log = root.get("/audit?action=user.change").await.expect(StatusCode::OK);
    let entry = &log.body["items"][0];
    assert_eq!(entry["user_id"], root.id().await);
    assert_eq!(entry["login"], "root@example.com");
    assert_eq!(entry["peer"], "127.0.0.1");
    assert_eq!(entry["request_id"], changed.header("x-request-id"));
    assert_eq!(
        entry["object"],
        json!({"kind": "user", "id": invited.text_at("/user/id"), "name": "ana@example.com"})
    );
    assert_eq!(
        (&entry["before"]["role"], &entry["after"]["role"]),
        (&json!("viewer"), &json!("contributor"))
    );
    for field in ["version", "changed_at"] {
        assert_eq!(entry["before"][field], invited.body["user"][field], "{entry}");
        assert_eq!(entry["after"][field], changed.body[field], "{entry}");
    }
}

#[tokio::test]
async fn a_whole_life_is_there_in_order() {
    let site = Site::start().await;
    let root = site.administrator().await;
    site.pass(1);
    let new = json!({"login": "ana@example.com", "name": "Ana", "role": "viewer"});
    let place = format!("/users/{}", root.post("/users", &new).await.text_at("/user/id"));
    site.pass(1);
    let made = root.post("/tokens", &json!({"name": "T", "scope": "read"})).await;
    site.pass(1);
    root.delete(&format!("/tokens/{}", made.text_at("/token/id"))).await.expect(StatusCode::NO_CONTENT);
    site.pass(1);
    root.delete_version(&place, "\"1\"").await.expect(StatusCode::NO_CONTENT);
    site.pass(1);
    let wrong = json!({"login": "root@example.com", "password": "wrong password"});
    site.nobody().post("/session", &wrong).await.problem("wrong_credentials");
    let log = root.get("/audit").await;
    let mut found = actions(&log.body);
    assert_eq!(found[..4], ["session.refused", "user.remove", "token.revoke", "token.create"]);
    // These happened in the same millisecond.
    found.drain(..4);
    found.sort_unstable();
    assert_eq!(found, ["session.begin", "setup.link", "user.create", "user.create", "user.link"]);
    assert_eq!(log.body["items"][0]["user_id"], Value::Null, "it is not known who it was");
}

#[tokio::test]
async fn what_failed_is_not_there() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let place = format!("/users/{}", root.id().await);
    root.delete_version(&place, "\"1\"").await.problem("last_administrator");
    root.patch(&place, "\"7\"", &json!({"name": "B"})).await.problem("stale");
    let log = root.get("/audit").await;
    assert!(
        !actions(&log.body).iter().any(|action| ["user.remove", "user.change"].contains(action)),
        "{}",
        log.text
    );
}

#[tokio::test]
async fn it_comes_page_by_page_without_a_gap_and_filtered() {
    let site = Site::start().await;
    let root = site.administrator().await;
    for number in 0..7 {
        // Three of each moment: pages end within one.
        site.pass(i64::from(number % 3 == 0));
        root.post("/tokens", &json!({"name": number.to_string(), "scope": "read"}))
            .await
            .expect(StatusCode::CREATED);
    }
    let mut names = Vec::new();
    let mut path = "/audit?action=token.create&limit=2".to_owned();
    loop {
        let page = root.get(&path).await.expect(StatusCode::OK);
        let items = page.body["items"].as_array().expect("items").clone();
        names.extend(items.iter().map(|entry| entry["object"]["name"].as_str().expect("a name").to_owned()));
        let Some(next) = page.body["next"].as_str() else { break };
        path = format!("/audit?action=token.create&limit=2&cursor={next}");
    }
    names.sort_unstable();
    assert_eq!(names, ["0", "1", "2", "3", "4", "5", "6"]);

    let me = root.id().await;
    let count = async |filter: &str| {
        root.get(&format!("/audit?{filter}")).await.body["items"].as_array().map(Vec::len)
    };
    assert_eq!(count(&format!("user_id={me}&object_kind=token")).await, Some(7));
    assert_eq!(count("user_id=nobody").await, Some(0));
    assert_eq!(count("object_kind=token&from=2027-01-15T08:00:00.002Z").await, Some(4));
    assert_eq!(count("object_kind=token&until=2027-01-15T08:00:00.002Z").await, Some(3));
    root.get("/audit?from=yesterday").await.problem("malformed");
    root.get("/audit?cursor=x").await.problem("unknown_cursor");
}

#[tokio::test]
async fn it_leaves_as_csv_and_as_ndjson_in_full() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let new = json!({"login": "=cmd|'/c calc'!a1".replace(' ', ""), "name": "Ana", "role": "viewer"});
    root.post("/users", &new).await.expect(StatusCode::CREATED);
    for number in 0..90 {
        root.post("/tokens", &json!({"name": number.to_string(), "scope": "read"}))
            .await
            .expect(StatusCode::CREATED);
    }
    let lines = root.get("/audit/download?format=ndjson").await.expect(StatusCode::OK);
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let entries: Vec<Value> =
        lines.text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    // The download itself is there too.
    assert_eq!(entries.iter().filter(|entry| entry["action"] == "token.create").count(), 90);
    assert_eq!(entries.iter().filter(|entry| entry["action"] == "audit.download").count(), 1);

    let table = root.get("/audit/download?format=csv&object_kind=user").await.expect(StatusCode::OK);
    assert_eq!(table.header("content-disposition"), "attachment; filename=\"audit.csv\"");
    let mut rows = csv::Reader::from_reader(table.text.as_bytes());
    let names: Vec<String> = rows.records().map(|row| row.expect("a row")[9].to_owned()).collect();
    assert!(names.contains(&"'=cmd|'/ccalc'!a1".to_owned()), "{names:?}");
    root.get("/audit/download?format=xlsx").await.problem("malformed");
    root.get("/audit/download").await.problem("malformed");
}

#[tokio::test]
async fn no_secret_is_in_it() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let invited = root.post("/users", &json!({"login": "ana", "name": "Ana", "role": "viewer"})).await;
    let made = root.post("/tokens", &json!({"name": "T", "scope": "read"})).await;
    let changes = json!({"current": PASSWORD, "new": "another long password"});
    root.put("/me/password", &changes).await.expect(StatusCode::NO_CONTENT);
    let log = root.get("/audit/download?format=ndjson").await.text;
    let link = invited.text_at("/link/url").split_once('#').expect("a secret").1;
    let cookie = root.cookie.as_deref().and_then(|cookie| cookie.split_once('=')).expect("a cookie").1;
    for secret in [PASSWORD, "another long password", "argon2", link, cookie, made.text_at("/secret")] {
        assert!(!log.contains(secret));
    }
}

#[tokio::test]
async fn nothing_changes_or_removes_an_entry() {
    let site = Site::start().await;
    let root = site.administrator().await;
    for answer in [
        root.delete("/audit").await,
        root.put("/audit", &json!({})).await,
        root.post("/audit", &json!({})).await,
    ] {
        answer.problem("wrong_method");
    }
}

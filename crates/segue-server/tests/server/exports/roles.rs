//! Who may do what with exports: every verb for every role, on a connection that is shared with the person and on one that is
//! not.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Shop, act, change, save, weekly};
use crate::connections::but;
use crate::setting::{Answer, As};

/// Every verb that changes exports, but to detach; each works for who may.
async fn each_change(who: &As<'_>, root: &As<'_>, connection: &str) -> Vec<(String, Answer)> {
    let place = save(root, &weekly(connection)).await;
    let mut answers = Vec::new();
    for (method, path, body) in [
        (Method::POST, "/exports".to_owned(), but(weekly(connection), "name", json!("Another"))),
        (Method::POST, format!("{place}/duplicate"), json!({"name": "Copy"})),
        (Method::POST, format!("{place}/disable"), Value::Null),
        (Method::POST, format!("{place}/enable"), Value::Null),
        (Method::PATCH, place.clone(), json!({"schedule": "off"})),
        (Method::DELETE, place.clone(), Value::Null),
    ] {
        let etag = root.get(&place).await.header("etag").to_owned();
        let request = who.request(method.clone(), &path).header("if-match", etag);
        let request = if body.is_null() { request } else { request.json(&body) };
        answers.push((format!("{method} {path}"), Answer::of(request).await));
    }
    answers
}

async fn changes(role: &str, sharing: Value, are_allowed: bool) {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", sharing).await;
    let who = shop.site.user(&root, "who@example.com", role).await;
    for (verb, answer) in each_change(&who, &root, &connection).await {
        match are_allowed {
            true => assert!(answer.status.is_success(), "{verb}: {}", answer.text),
            false => {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{verb}: {}", answer.text);
            }
        }
    }
}

/// What somebody of this role sees of exports on a connection that is shared, and on one that is not.
async fn sees_every_export(role: &str, unshared: &str, shared: &str) {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let for_all = shop.connection(&root, "Shared", json!("contributors")).await;
    let own = shop.connection(&root, "Own", json!("administrators")).await;
    save(&root, &weekly(&for_all)).await;
    let place = save(&root, &but(weekly(&own), "name", json!("Own"))).await;
    let who = shop.site.user(&root, "who@example.com", role).await;
    let listed = who.get("/exports").await.expect(StatusCode::OK);
    let seen = [0, 1].map(|index| listed.body["items"][index]["permission"].clone());
    assert_eq!(seen, [unshared, shared].map(Value::from));
    let shown = who.get(&place).await.expect(StatusCode::OK);
    assert_eq!(shown.body["export"]["permission"], unshared);
    // Of the connection nobody sees more here than what it is called, and whether it is real.
    let keys: Vec<&String> =
        shown.body["export"]["connection"].as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["id", "name", "type", "sandbox"]);
}

#[tokio::test]
async fn rol_1_s26_viewer_sees_every_export() {
    sees_every_export("viewer", "view", "view").await;
}

#[tokio::test]
async fn rol_1_s26_contributor_sees_every_export() {
    sees_every_export("contributor", "view", "edit").await;
}

#[tokio::test]
async fn rol_1_s26_administrator_sees_every_export() {
    sees_every_export("administrator", "edit", "edit").await;
}

#[tokio::test]
async fn rol_2_viewer_changes_no_export_on_a_shared_connection() {
    changes("viewer", json!("contributors"), false).await;
}

#[tokio::test]
async fn rol_2_s25_contributor_changes_exports_on_a_shared_connection() {
    changes("contributor", json!("contributors"), true).await;
}

#[tokio::test]
async fn rol_2_administrator_changes_exports_on_a_shared_connection() {
    changes("administrator", json!("contributors"), true).await;
}

#[tokio::test]
async fn rol_3_viewer_changes_no_export_on_an_unshared_connection() {
    changes("viewer", json!("administrators"), false).await;
}

#[tokio::test]
async fn rol_3_s24_contributor_changes_no_export_on_an_unshared_connection() {
    changes("contributor", json!("administrators"), false).await;
}

#[tokio::test]
async fn rol_3_administrator_changes_exports_on_an_unshared_connection() {
    changes("administrator", json!("administrators"), true).await;
}

async fn detaching(role: &str, status: StatusCode) {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("contributors")).await;
    let who = shop.site.user(&root, "who@example.com", role).await;
    let place = save(&root, &weekly(&connection)).await;
    act(&who, &place, "detach").await.expect(status);
    let is_attached = !root.get(&place).await.body["export"]["connection"].is_null();
    assert_eq!(is_attached, status != StatusCode::OK);
}

#[tokio::test]
async fn rol_4_viewer_may_not_detach() {
    detaching("viewer", StatusCode::FORBIDDEN).await;
}

#[tokio::test]
async fn rol_4_contributor_may_not_detach() {
    detaching("contributor", StatusCode::FORBIDDEN).await;
}

#[tokio::test]
async fn rol_4_administrator_may_detach() {
    detaching("administrator", StatusCode::OK).await;
}

#[tokio::test]
async fn s17_who_is_named_manages_every_export_on_the_connection_and_nobody_else_does() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let ana = shop.site.user(&root, "ana@example.com", "contributor").await;
    let ion = shop.site.user(&root, "ion@example.com", "contributor").await;
    let connection = shop.connection(&root, "Shop", json!({"people": [ana.id().await]})).await;
    let place = save(&root, &weekly(&connection)).await;
    change(&ana, &place, json!({"name": "By Ana"})).await.expect(StatusCode::OK);
    let refused = change(&ion, &place, json!({"name": "By Ion"})).await.problem("forbidden");
    assert!(refused.text_at("/detail").contains("ask an administrator to share"));

    // The right ends and begins with the sharing.
    let other = root.get(&format!("/connections/{connection}")).await.header("etag").to_owned();
    let sharing = json!({"sharing": {"people": [ion.id().await]}});
    root.patch(&format!("/connections/{connection}"), &other, &sharing).await.expect(StatusCode::OK);
    change(&ana, &place, json!({"name": "By Ana"})).await.problem("forbidden");
    change(&ion, &place, json!({"name": "By Ion"})).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn rol_3_a_contributor_moves_no_export_to_or_from_what_is_not_shared() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let ion = shop.site.user(&root, "ion@example.com", "contributor").await;
    let shared = shop.connection(&root, "Shared", json!("contributors")).await;
    let own = shop.connection(&root, "Own", json!("administrators")).await;
    let place = save(&root, &weekly(&shared)).await;
    change(&ion, &place, json!({"connection": own})).await.problem("forbidden");
    let refused = change(&ion, &place, json!({"connection": "none"})).await.problem("invalid_fields");
    assert_eq!(refused.fields(), ["/connection"]);
    change(&root, &place, json!({"connection": own})).await.expect(StatusCode::OK);
    change(&ion, &place, json!({"connection": shared})).await.problem("forbidden");
    // What has no connection is shared with nobody.
    act(&root, &place, "detach").await.expect(StatusCode::OK);
    assert_eq!(ion.get(&place).await.body["export"]["permission"], "view");
    change(&ion, &place, json!({"connection": shared})).await.problem("forbidden");
}

#[tokio::test]
async fn a_token_for_reading_changes_nothing() {
    let shop = Shop::open().await;
    let root = shop.site.administrator().await;
    let connection = shop.connection(&root, "Shop", json!("administrators")).await;
    let made = root.post("/tokens", &json!({"name": "T", "scope": "read"})).await.expect(StatusCode::CREATED);
    let reader = shop.site.with_token(made.text_at("/secret"));
    reader.get("/exports").await.expect(StatusCode::OK);
    reader.post("/exports", &weekly(&connection)).await.problem("read_only_token");
}

//! Who may do what with segments and tables: every verb for every role.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::desk::{Desk, add_segment, add_tables, customers, living_in};
use crate::setting::{Answer, As};

/// What everybody may ask, members and rows included (ROL-6, ROL-9, ROL-11).
fn questions() -> Vec<(Method, &'static str, Value)> {
    let get = |path| (Method::GET, path, Value::Null);
    vec![
        get("/segments"),
        get("/segments/cluj"),
        get("/segments/cluj/usage"),
        get("/segments/cluj/history"),
        get("/segments/cluj/preview"),
        get("/segments/cluj/members?format=csv"),
        get("/segments/cluj/inspect"),
        get("/overlaps?segments=cluj,iasi"),
        get("/definitions/schema"),
        get("/tables"),
        get("/tables/customers"),
        get("/tables/customers/description"),
        get("/tables/customers/check"),
        get("/tables/customers/values?column=city"),
        (Method::POST, "/segments/cluj/explain", json!({"key": "1"})),
        (Method::POST, "/definitions/check", json!({"definition": living_in("Cluj")})),
        (Method::POST, "/definitions/count", json!({"definition": living_in("Cluj")})),
        (Method::POST, "/definitions/sample", json!({"definition": living_in("Cluj")})),
    ]
}

/// What changes something (ROL-7, ROL-12), with the place whose version it needs.
fn changes() -> Vec<(Method, &'static str, Value, &'static str)> {
    let (segment, table) = ("/segments/cluj", "/tables/spare");
    let consent = json!({"definition": {"all": [{"column": "consent", "is": "yes"}]}});
    let mut another = customers();
    another["name"] = json!("another");
    vec![
        (Method::POST, "/segments", json!({"name": "new", "definition": living_in("Cluj")}), segment),
        (Method::PATCH, "/segments/cluj", json!({"description": "x"}), segment),
        (Method::POST, "/segments/cluj/duplicate", json!({"name": "copy"}), segment),
        (Method::POST, "/segments/cluj/refresh", Value::Null, segment),
        (Method::POST, "/segments/cluj/keys", json!({"id": "1"}), segment),
        (Method::DELETE, "/segments/cluj", Value::Null, segment),
        (Method::POST, "/tables", another, table),
        (Method::PATCH, "/tables/spare", json!({"meanings": {"city": "city"}}), table),
        (Method::PUT, "/tables/spare/conditions/agreed", consent, table),
        (Method::DELETE, "/tables/spare/conditions/agreed", Value::Null, table),
        (Method::DELETE, "/tables/spare", Value::Null, table),
        (Method::POST, "/files?name=new.csv", json!({"id": 1}), table),
    ]
}

async fn each_verb(role: &str, may_change: bool) {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    let who = desk.site.user(&root, "who@example.com", role).await;
    add_tables(&root).await;
    let mut spare = customers();
    spare["name"] = json!("spare");
    root.post("/tables", &spare).await.expect(StatusCode::CREATED);
    for (name, city) in [("cluj", "Cluj"), ("iasi", "Iasi")] {
        add_segment(&root, name, city).await;
        desk.refresh(name).await;
    }
    let ask = async |who: &As<'_>, method: &Method, path: &str, body: &Value, etag: &str| {
        let request = who.request(method.clone(), path).header("if-match", etag);
        Answer::of(if body.is_null() { request } else { request.json(body) }).await
    };
    for (method, path, body) in questions() {
        let answer = ask(&who, &method, path, &body, "\"0\"").await;
        assert!(answer.status.is_success(), "{role} {method} {path}: {}", answer.text);
    }
    for (method, path, body, place) in changes() {
        let etag = root.get(place).await.header("etag").to_owned();
        let answer = ask(&who, &method, path, &body, &etag).await;
        match may_change {
            true => assert!(answer.status.is_success(), "{role} {method} {path}: {}", answer.text),
            false => {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role} {method} {path}: {}", answer.text)
            }
        }
    }
}

#[tokio::test]
async fn rol_6_rol_11_viewer_sees_segments_members_and_tables_and_changes_none() {
    each_verb("viewer", false).await;
}

#[tokio::test]
async fn rol_7_rol_12_contributor_changes_segments_and_tables() {
    each_verb("contributor", true).await;
}

#[tokio::test]
async fn rol_7_rol_12_administrator_changes_segments_and_tables() {
    each_verb("administrator", true).await;
}

#[tokio::test]
async fn a_token_for_reading_asks_only_what_needs_no_body() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "cluj", "Cluj").await;
    let made = root.post("/tokens", &json!({"name": "T", "scope": "read"})).await.expect(StatusCode::CREATED);
    let reader = desk.site.with_token(made.text_at("/secret"));
    reader.get("/segments/cluj").await.expect(StatusCode::OK);
    reader.get("/tables/customers/description").await.expect(StatusCode::OK);
    reader
        .post("/segments", &json!({"name": "x", "definition": living_in("Cluj")}))
        .await
        .problem("read_only_token");
    reader
        .post("/definitions/count", &json!({"definition": living_in("Cluj")}))
        .await
        .problem("read_only_token");
}

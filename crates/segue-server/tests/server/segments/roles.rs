//! Who may do what with segments and tables: every verb for every role.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::desk::{Desk, add_segment, add_tables, change, customers, living_in};
use crate::setting::{Answer, As, DAY_MS};

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

/// A desk with tables and segments that have members.
async fn desk() -> Desk {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    let mut spare = customers();
    spare["name"] = json!("spare");
    root.post("/tables", &spare).await.expect(StatusCode::CREATED);
    for (name, city) in [("cluj", "Cluj"), ("iasi", "Iasi")] {
        add_segment(&root, name, city).await;
        desk.refresh(name).await;
    }
    drop(root);
    desk
}

async fn ask(who: &As<'_>, method: &Method, path: &str, body: &Value, etag: &str) -> Answer {
    let request = who.request(method.clone(), path).header("if-match", etag);
    Answer::of(if body.is_null() { request } else { request.json(body) }).await
}

async fn may_ask(role: &str) {
    let desk = desk().await;
    let root = desk.site.sign_in("root@example.com").await;
    let who = desk.site.user(&root, "who@example.com", role).await;
    for (method, path, body) in questions() {
        let answer = ask(&who, &method, path, &body, "\"0\"").await;
        assert!(answer.status.is_success(), "{role} {method} {path}: {}", answer.text);
    }
}

async fn change_anything(role: &str, may_change: bool) {
    let desk = desk().await;
    let root = desk.site.sign_in("root@example.com").await;
    let who = desk.site.user(&root, "who@example.com", role).await;
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
async fn rol_6_rol_9_rol_11_viewer_sees_segments_profiles_and_tables() {
    may_ask("viewer").await;
}

#[tokio::test]
async fn rol_6_rol_9_rol_11_contributor_sees_segments_profiles_and_tables() {
    may_ask("contributor").await;
}

#[tokio::test]
async fn rol_6_rol_9_rol_11_administrator_sees_segments_profiles_and_tables() {
    may_ask("administrator").await;
}

#[tokio::test]
async fn rol_7_rol_12_viewer_changes_no_segment_and_no_table() {
    change_anything("viewer", false).await;
}

#[tokio::test]
async fn rol_7_rol_12_contributor_changes_segments_and_tables() {
    change_anything("contributor", true).await;
}

#[tokio::test]
async fn rol_7_rol_12_administrator_changes_segments_and_tables() {
    change_anything("administrator", true).await;
}

/// Nothing is switched off here for not being used, so nothing is exempt from that either.
async fn exempts_no_segment(role: &str) {
    let mut desk = desk().await;
    let root = desk.site.sign_in("root@example.com").await;
    let who = desk.site.user(&root, "who@example.com", role).await;
    let refused =
        change(&who, "/segments/cluj", json!({"auto_cleanup": false})).await.problem("invalid_fields");
    assert_eq!(refused.fields(), ["/auto_cleanup"]);
    drop((root, who));
    desk.site.pass(400 * DAY_MS);
    desk.site.work();
    let root = desk.site.sign_in("root@example.com").await;
    let refresh = crate::runs::begin(&root, "/refreshes").await;
    let refreshed = crate::runs::ended(&root, &refresh).await;
    assert_eq!(refreshed["segments"].as_array().map(Vec::len), Some(2), "{refreshed}");
    assert_eq!(root.get("/segments/cluj").await.text_at("/segment/state"), "active");
}

#[tokio::test]
async fn rol_8_viewer_exempts_no_segment_from_clean_up() {
    exempts_no_segment("viewer").await;
}

#[tokio::test]
async fn rol_8_contributor_exempts_no_segment_from_clean_up() {
    exempts_no_segment("contributor").await;
}

#[tokio::test]
async fn rol_8_administrator_need_exempt_no_segment_since_none_is_cleaned_up() {
    exempts_no_segment("administrator").await;
}

/// Every column can be searched by whoever sees profiles: there is no index that somebody would define first.
async fn searches_any_column(role: &str) {
    let desk = desk().await;
    let root = desk.site.sign_in("root@example.com").await;
    let who = desk.site.user(&root, "who@example.com", role).await;
    for (column, value, found) in
        [("id", "3", 1), ("mail", "ana@example.com", 1), ("city", "Iasi", 2), ("consent", "no", 1)]
    {
        let rules = json!([{"all": [{"column": column, "is": value}]}]);
        let definition = json!({"version": 1, "table": "customers", "rules": rules});
        let count = who.post("/definitions/count", &json!({"definition": definition})).await;
        assert_eq!(count.expect(StatusCode::OK).body["members"], found, "{column}");
    }
    let refused =
        change(&who, "/tables/customers", json!({"searchable": ["city"]})).await.problem("invalid_fields");
    assert_eq!(refused.fields(), ["/searchable"]);
}

#[tokio::test]
async fn rol_10_viewer_searches_any_column_and_defines_no_index() {
    searches_any_column("viewer").await;
}

#[tokio::test]
async fn rol_10_contributor_searches_any_column_and_defines_no_index() {
    searches_any_column("contributor").await;
}

#[tokio::test]
async fn rol_10_administrator_searches_any_column_and_need_define_no_index() {
    searches_any_column("administrator").await;
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

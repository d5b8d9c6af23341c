//! Connections over HTTP, with a simulated account at the other end.

use activecampaign_sim::{Config, KEY, RESTRICTED_KEY, Simulator};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::setting::{Answer, As, PASSWORD, Site};

async fn account() -> Simulator {
    activecampaign_sim::start(Config::default()).await.expect("a simulator")
}

/// A connection that works.
pub(crate) fn new(account: &Simulator, name: &str) -> Value {
    json!({
        "name": name,
        "host": format!("http://{}", account.address()),
        "api_key": KEY,
        "agreed": 1,
        "password": PASSWORD,
    })
}

/// The same with one thing otherwise.
pub(crate) fn but(body: Value, field: &str, value: Value) -> Value {
    let mut body = body;
    body[field] = value;
    body
}

pub(crate) fn without(mut body: Value, field: &str) -> Value {
    body.as_object_mut().expect("an object").remove(field);
    body
}

/// Adds a connection; gives its place.
async fn add(root: &As<'_>, account: &Simulator, name: &str) -> String {
    let added = root.post("/connections", &new(account, name)).await.expect(StatusCode::CREATED);
    added.header("location").strip_prefix("/api/v1").expect("a place").to_owned()
}

async fn change(who: &As<'_>, place: &str, changes: Value) -> Answer {
    let etag = who.get(place).await.header("etag").to_owned();
    who.patch(place, &etag, &changes).await
}

#[tokio::test]
async fn s11_the_type_picker_lists_active_campaign() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let types = root.get("/connections/types").await.expect(StatusCode::OK);
    assert_eq!(
        types.body,
        json!([{"type": "active_campaign", "title": "ActiveCampaign", "maturity": "preview"}])
    );
    let other = but(new(&account().await, "Shop"), "type", json!("mailchimp"));
    assert_eq!(root.post("/connections", &other).await.problem("invalid_fields").fields(), ["/type"]);
}

#[tokio::test]
async fn s12_display_name_is_required_and_unique() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    for name in ["", "  ", &"a".repeat(101)] {
        let refused = root.post("/connections", &new(&account, name)).await.problem("invalid_fields");
        assert_eq!(refused.fields(), ["/name"]);
    }
    let lacking = root.post("/connections", &without(new(&account, "Shop"), "name")).await;
    lacking.problem("invalid_fields");
    let added = root.post("/connections", &new(&account, " Shop ")).await.expect(StatusCode::CREATED);
    assert_eq!(added.text_at("/connection/name"), "Shop");
    root.post("/connections", &new(&account, "SHOP")).await.problem("taken");
    let club = add(&root, &account, "Club").await;
    change(&root, &club, json!({"name": "shop"})).await.problem("taken");
}

#[tokio::test]
async fn s13_lists_show_name_and_type() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    add(&root, &account, "Shop").await;
    let listed = root.get("/connections").await.expect(StatusCode::OK);
    assert_eq!(
        (listed.text_at("/items/0/name"), listed.text_at("/items/0/type")),
        ("Shop", "active_campaign")
    );
}

#[tokio::test]
async fn s15_s16_s17_sharing_decides_what_contributors_see() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let (ana, ion) = (
        site.user(&root, "ana@example.com", "contributor").await,
        site.user(&root, "ion@example.com", "contributor").await,
    );
    let place = add(&root, &account, "Shop").await;
    let id = place.rsplit('/').next().unwrap();
    let seen = json!([{"id": id, "name": "Shop", "type": "active_campaign"}]);
    let listed =
        async |who: &As<'_>| who.get("/connections").await.expect(StatusCode::OK).body["items"].clone();

    assert_eq!(root.get(&place).await.body["sharing"], "administrators");
    assert_eq!(listed(&ana).await, json!([]));
    ana.get(&place).await.problem("not_found");

    let people = json!({"sharing": {"people": [ana.id().await]}});
    change(&root, &place, people).await.expect(StatusCode::OK);
    assert_eq!(listed(&ana).await, seen);
    assert_eq!(ana.get(&place).await.expect(StatusCode::OK).body, seen[0]);
    assert_eq!(listed(&ion).await, json!([]));

    change(&root, &place, json!({"sharing": "contributors"})).await.expect(StatusCode::OK);
    assert_eq!(listed(&ion).await, seen);

    for wrong in [json!({"people": []}), json!({"people": ["nobody"]})] {
        let refused = change(&root, &place, json!({"sharing": wrong})).await.problem("invalid_fields");
        assert_eq!(refused.fields(), ["/sharing"]);
    }
}

#[tokio::test]
async fn s18_host_and_key_are_required_and_the_key_is_never_returned() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let body = new(&account, "Shop");
    for (wrong, field) in [
        (without(body.clone(), "api_key"), "/api_key"),
        (but(body.clone(), "api_key", json!(" ")), "/api_key"),
        (but(body.clone(), "host", json!("")), "/host"),
        (but(body.clone(), "api_key_from", json!("env:SEGUE_SECRET_ACME")), "/api_key_from"),
        (but(without(body.clone(), "api_key"), "api_key_from", json!("acme")), "/api_key_from"),
        (
            but(without(body.clone(), "api_key"), "api_key_from", json!("env:SEGUE_MASTER_KEY")),
            "/api_key_from",
        ),
    ] {
        let refused = root.post("/connections", &wrong).await.problem("invalid_fields");
        assert_eq!(refused.fields(), [field], "{wrong}");
    }
    let added = root.post("/connections", &body).await.expect(StatusCode::CREATED);
    let place = added.header("location").strip_prefix("/api/v1").unwrap().to_owned();
    change(&root, &place, json!({"api_key": KEY})).await.expect(StatusCode::OK);
    for answer in [added, root.get(&place).await, root.get("/connections").await, root.get("/audit").await] {
        assert!(!answer.text.contains(KEY), "{}", answer.text);
    }
}

#[tokio::test]
async fn s20_connect_and_save_take_consent() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let host = format!("http://{}", account.address());
    let text = root.get(&format!("/connections/consent?host={host}")).await.expect(StatusCode::OK);
    assert_eq!(text.body["version"], 1);
    assert!(text.text_at("/text").contains(&account.address().to_string()));
    assert!(text.text_at("/text").ends_with("https://acme.example/privacy"));

    let tried = json!({"host": host, "api_key": KEY});
    for agreed in [Value::Null, json!(0)] {
        let refused = root.post("/connections/test", &but(tried.clone(), "agreed", agreed.clone())).await;
        assert_eq!(refused.problem("invalid_fields").fields(), ["/agreed"]);
        let refused = root.post("/connections", &but(new(&account, "Shop"), "agreed", agreed)).await;
        assert_eq!(refused.problem("invalid_fields").fields(), ["/agreed"]);
    }
    let added = root.post("/connections", &new(&account, "Shop")).await.expect(StatusCode::CREATED);
    let consent = &added.body["connection"]["consent"];
    assert_eq!(consent["by"]["id"], root.id().await);
    assert_eq!((&consent["text"], &consent["policy"]), (&json!(1), &json!("https://acme.example/privacy")));
}

#[tokio::test]
async fn s21_connect_shows_the_account_or_what_is_at_fault() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let tried = json!({"host": format!("http://{}", account.address()), "api_key": KEY, "agreed": 1});
    let shown = root.post("/connections/test", &tried).await.expect(StatusCode::OK);
    assert_eq!(shown.body["lists"][0]["takes_email"], true);
    for (field, value, code) in [
        ("api_key", json!("another-key"), "connect_key"),
        ("api_key", json!(RESTRICTED_KEY), "connect_permission"),
        ("host", json!("http://127.0.0.1:1"), "connect_network"),
        ("host", json!("acme.api-us1.invalid"), "connect_host"),
    ] {
        let failed = root.post("/connections/test", &but(tried.clone(), field, value)).await.problem(code);
        assert!(!failed.text.contains("another-key"));
    }
}

#[tokio::test]
async fn s22_the_export_user_enters_the_password_again_and_can_be_replaced() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let wrong = but(new(&account, "Shop"), "password", json!("wrong password"));
    assert_eq!(root.post("/connections", &wrong).await.problem("invalid_fields").fields(), ["/password"]);

    let place = add(&root, &account, "Shop").await;
    let dan = site.user(&root, "dan@example.com", "administrator").await;
    let step_in = async |who: &As<'_>, etag: &str, password: &str| {
        let request = who.request(Method::POST, &format!("{place}/export-user")).header("if-match", etag);
        Answer::of(request.json(&json!({"password": password}))).await
    };
    step_in(&dan, "\"1\"", "wrong password").await.problem("invalid_fields");
    step_in(&dan, "\"7\"", PASSWORD).await.problem("stale");
    let changed = step_in(&dan, "\"1\"", PASSWORD).await.expect(StatusCode::OK);
    assert_eq!(changed.text_at("/export_user/id"), dan.id().await);
    assert_eq!(
        root.get("/audit?action=connection.export_user").await.body["items"][0]["login"],
        "dan@example.com"
    );

    // Who is demoted answers for nothing any more, and it shows.
    let person = format!("/users/{}", dan.id().await);
    change(&root, &person, json!({"role": "contributor"})).await.expect(StatusCode::OK);
    assert_eq!(root.get(&place).await.text_at("/export_user/gone"), "demoted");
    change(&root, &person, json!({"enabled": false})).await.expect(StatusCode::OK);
    assert_eq!(root.get(&place).await.text_at("/export_user/gone"), "disabled");
    step_in(&root, "\"2\"", PASSWORD).await.expect(StatusCode::OK);
    assert_eq!(root.get(&place).await.body["export_user"]["gone"], Value::Null);
}

#[tokio::test]
async fn s23_what_does_not_connect_is_not_saved() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let wrong = but(new(&account, "Shop"), "api_key", json!("another-key"));
    root.post("/connections", &wrong).await.problem("connect_key");
    assert_eq!(root.get("/connections").await.body["items"], json!([]));
    assert_eq!(root.get("/audit?action=connection.create").await.body["items"], json!([]));
    let place = add(&root, &account, "Shop").await;
    assert_eq!(root.get("/connections").await.body["items"][0], root.get(&place).await.body);
}

#[tokio::test]
async fn a_connection_is_tested_again_and_the_outcome_stays() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let place = add(&root, &account, "Shop").await;
    root.post(&format!("{place}/test"), &Value::Null).await.expect(StatusCode::OK);
    account.stop().await;
    site.pass(1000);
    root.post(&format!("{place}/test"), &Value::Null).await.problem("connect_network");
    let shown = root.get(&place).await;
    assert_eq!(shown.text_at("/test/fault"), "network");
    assert_eq!(shown.header("etag"), "\"1\"");
}

#[tokio::test]
async fn another_host_takes_key_and_consent_again() {
    let (site, account, other) = (Site::start().await, account().await, account().await);
    let root = site.administrator().await;
    let place = add(&root, &account, "Shop").await;
    let host = format!("http://{}", other.address());
    let refused = change(&root, &place, json!({"host": host})).await.problem("invalid_fields");
    assert_eq!(refused.fields(), ["/api_key"]);
    let refused =
        change(&root, &place, json!({"host": host, "api_key": KEY})).await.problem("invalid_fields");
    assert_eq!(refused.fields(), ["/agreed"]);
    let moved = change(&root, &place, json!({"host": host, "api_key": KEY, "agreed": 1})).await;
    assert_eq!(moved.expect(StatusCode::OK).text_at("/host"), host);
}

#[tokio::test]
async fn two_editors_never_overwrite_each_other() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let place = add(&root, &account, "Shop").await;
    root.patch(&place, "\"1\"", &json!({"name": "Club"})).await.expect(StatusCode::OK);
    root.patch(&place, "\"1\"", &json!({"name": "Board"})).await.problem("stale");
    root.delete_version(&place, "\"1\"").await.problem("stale");
    root.delete(&place).await.problem("version_required");
    assert_eq!(root.get(&place).await.text_at("/name"), "Club");
}

#[tokio::test]
async fn s43_removal_is_audited_and_final() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let place = add(&root, &account, "Shop").await;
    root.delete_version(&place, "\"1\"").await.expect(StatusCode::NO_CONTENT);
    root.get(&place).await.problem("not_found");
    root.post(&format!("{place}/test"), &Value::Null).await.problem("not_found");
    let log = root.get("/audit?action=connection.remove").await;
    assert_eq!(log.text_at("/items/0/object/name"), "Shop");
    assert_eq!(log.text_at("/items/0/before/api_key"), "sealed");
}

#[tokio::test]
async fn a_list_comes_page_by_page() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    for name in ["b", "A", "c"] {
        add(&root, &account, name).await;
    }
    let first = root.get("/connections?limit=2").await.expect(StatusCode::OK);
    assert_eq!((first.text_at("/items/0/name"), first.text_at("/items/1/name")), ("A", "b"));
    let rest = root.get(&format!("/connections?limit=2&cursor={}", first.text_at("/next"))).await;
    assert_eq!((rest.text_at("/items/0/name"), &rest.body["next"]), ("c", &Value::Null));
    root.get("/connections?cursor=gone").await.problem("unknown_cursor");
}

/// Every verb about connections, asked in an order in which each works for who may.
async fn each_verb(who: &As<'_>, root: &As<'_>, account: &Simulator) -> Vec<(String, StatusCode)> {
    let place = add(root, account, "Shop").await;
    let tried = json!({"host": format!("http://{}", account.address()), "api_key": KEY, "agreed": 1});
    let mut answers = Vec::new();
    for (method, path, body) in [
        (Method::GET, "/connections/types".to_owned(), Value::Null),
        (Method::GET, "/connections/consent?host=acme.api-us1.com".to_owned(), Value::Null),
        (Method::POST, "/connections/test".to_owned(), tried),
        (Method::POST, "/connections".to_owned(), new(account, "Club")),
        (Method::POST, format!("{place}/test"), Value::Null),
        (Method::POST, format!("{place}/export-user"), json!({"password": PASSWORD})),
        (Method::PATCH, place.clone(), json!({"sharing": "contributors"})),
        (Method::DELETE, place.clone(), Value::Null),
    ] {
        let etag = root.get(&place).await.header("etag").to_owned();
        let request = who.request(method.clone(), &path).header("if-match", etag);
        let request = if body.is_null() { request } else { request.json(&body) };
        answers.push((format!("{method} {path}"), Answer::of(request).await.status));
    }
    answers
}

async fn nothing_is_allowed(role: &str) {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let who = site.user(&root, "ana@example.com", role).await;
    for (verb, status) in each_verb(&who, &root, &account).await {
        assert_eq!(status, StatusCode::FORBIDDEN, "{verb}");
    }
}

#[tokio::test]
async fn rol_5_viewer_may_not_manage_connections() {
    nothing_is_allowed("viewer").await;
}

#[tokio::test]
async fn rol_5_viewer_may_not_even_see_them() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    let place = add(&root, &account, "Shop").await;
    change(&root, &place, json!({"sharing": "contributors"})).await.expect(StatusCode::OK);
    let viewer = site.user(&root, "vio@example.com", "viewer").await;
    viewer.get("/connections").await.problem("forbidden");
    viewer.get(&place).await.problem("forbidden");
}

#[tokio::test]
async fn rol_5_s10_contributor_may_not_manage_connections() {
    nothing_is_allowed("contributor").await;
}

#[tokio::test]
async fn rol_5_s10_administrator_may_manage_connections() {
    let (site, account) = (Site::start().await, account().await);
    let root = site.administrator().await;
    for (verb, status) in each_verb(&root, &root, &account).await {
        assert!(status.is_success(), "{verb}: {status}");
    }
}

//! What each role may do: every cell of the matrix whose feature there is.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::setting::{Answer, As, Site};

/// What takes the right to manage people, and what it answers to who has it.
fn people_verbs(id: &str) -> Vec<(Method, String, StatusCode)> {
    vec![
        (Method::GET, "/users".to_owned(), StatusCode::OK),
        (Method::GET, format!("/users/{id}"), StatusCode::OK),
        (Method::POST, "/users".to_owned(), StatusCode::CREATED),
        (Method::POST, format!("/users/{id}/link"), StatusCode::CREATED),
        (Method::GET, format!("/users/{id}/tokens"), StatusCode::OK),
        (Method::GET, "/audit".to_owned(), StatusCode::OK),
        (Method::GET, "/audit/download?format=csv".to_owned(), StatusCode::OK),
        (Method::PATCH, format!("/users/{id}"), StatusCode::OK),
        (Method::DELETE, format!("/users/{id}"), StatusCode::NO_CONTENT),
    ]
}

async fn each_verb(site: &Site, who: &As<'_>, root: &As<'_>) -> Vec<(String, StatusCode, StatusCode)> {
    let other = site.user(root, "other@example.com", "viewer").await.id().await;
    let mut answers = Vec::new();
    for (method, path, expected) in people_verbs(&other) {
        let etag = root.get(&format!("/users/{other}")).await.header("etag").to_owned();
        let mut request = who.request(method.clone(), &path).header("if-match", etag);
        if method == Method::POST {
            request = request.json(&json!({"login": "new@example.com", "name": "New", "role": "viewer"}));
        } else if method == Method::PATCH {
            request = request.json(&json!({"name": "Changed"}));
        }
        let answer = Answer::of(request).await;
        answers.push((format!("{method} {path}"), answer.status, expected));
    }
    answers
}

async fn nothing_is_allowed(role: &str) {
    let site = Site::start().await;
    let root = site.administrator().await;
    let who = site.user(&root, "ana@example.com", role).await;
    for (verb, status, _) in each_verb(&site, &who, &root).await {
        assert_eq!(status, StatusCode::FORBIDDEN, "{verb}");
    }
    let refused = who.get("/users").await.problem("forbidden");
    let words = format!("a {role} may not manage users and read the audit log: that takes an administrator");
    assert_eq!(refused.text_at("/detail"), words);
}

#[tokio::test]
async fn rol_15_viewer_may_not_manage_people() {
    nothing_is_allowed("viewer").await;
}

#[tokio::test]
async fn rol_15_contributor_may_not_manage_people() {
    nothing_is_allowed("contributor").await;
}

#[tokio::test]
async fn rol_15_administrator_may_manage_people() {
    let site = Site::start().await;
    let root = site.administrator().await;
    for (verb, status, expected) in each_verb(&site, &root, &root).await {
        assert_eq!(status, expected, "{verb}");
    }
}

/// Over the API nobody empties an installation: that takes who has the machine.
async fn resets_nothing(role: &str) {
    let site = Site::start().await;
    let root = site.administrator().await;
    let who = site.user(&root, "ana@example.com", role).await;
    let all = ["users", "connections", "exports", "segments", "tables", "runs", "audit"];
    for place in all {
        who.delete(&format!("/{place}")).await.problem("wrong_method");
    }
    for place in ["/", "/reset", "/installation"] {
        who.delete(place).await.problem("not_found");
        who.post(place, &json!({})).await.problem("not_found");
    }
    let other = format!("/users/{}", root.id().await);
    if role == "administrator" {
        // Nor by removing one after the other.
        let own = format!("/users/{}", who.id().await);
        let etag = who.get(&other).await.header("etag").to_owned();
        who.delete_version(&other, &etag).await.expect(StatusCode::NO_CONTENT);
        let etag = who.get(&own).await.header("etag").to_owned();
        who.delete_version(&own, &etag).await.problem("last_administrator");
    } else {
        who.delete_version(&other, "\"1\"").await.problem("forbidden");
    }
    who.get("/session").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn rol_16_viewer_resets_nothing() {
    resets_nothing("viewer").await;
}

#[tokio::test]
async fn rol_16_contributor_resets_nothing() {
    resets_nothing("contributor").await;
}

#[tokio::test]
async fn rol_16_administrator_resets_nothing_over_the_api() {
    resets_nothing("administrator").await;
}

#[tokio::test]
async fn everybody_has_a_session_a_password_and_tokens_of_their_own() {
    let site = Site::start().await;
    let root = site.administrator().await;
    for role in ["viewer", "contributor", "administrator"] {
        let who = site.user(&root, &format!("{role}@example.com"), role).await;
        assert_eq!(who.get("/session").await.body["user"]["role"], role);
        let made =
            who.post("/tokens", &json!({"name": "T", "scope": "write"})).await.expect(StatusCode::CREATED);
        who.delete(&format!("/tokens/{}", made.text_at("/token/id"))).await.expect(StatusCode::NO_CONTENT);
        who.delete("/sessions").await.expect(StatusCode::NO_CONTENT);
    }
}

//! Personal API tokens.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::setting::{Answer, As, DAY_MS, MINUTE_MS, PASSWORD, Site};

async fn make(who: &As<'_>, scope: &str) -> Answer {
    let wish = json!({"name": "Nightly", "scope": scope, "expires_in_days": 30});
    who.post("/tokens", &wish).await.expect(StatusCode::CREATED)
}

#[tokio::test]
async fn a_token_is_shown_once_and_known_by_its_beginning() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let made = make(&root, "write").await;
    let secret = made.text_at("/secret");
    assert!(secret.starts_with("segue_") && secret.len() == 49, "{}", secret.len());
    assert_eq!(made.text_at("/token/prefix"), &secret[..12]);
    let listed = root.get("/tokens").await.expect(StatusCode::OK);
    assert_eq!(listed.body["items"][0], made.body["token"]);
    let audit = root.get("/audit").await;
    assert!(!listed.text.contains(secret) && !audit.text.contains(secret));

    let program = site.with_token(secret);
    let me = program.get("/session").await.expect(StatusCode::OK);
    assert_eq!((me.text_at("/via"), me.text_at("/user/login")), ("token", "root@example.com"));
    // It needs no proof of where it comes from: browsers do not send it by themselves.
    let new = json!({"login": "ana@example.com", "name": "Ana", "role": "viewer"});
    program.post("/users", &new).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn its_last_use_is_known_to_the_minute() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let made = make(&root, "read").await;
    let program = site.with_token(made.text_at("/secret"));
    assert_eq!(root.get("/tokens").await.body["items"][0]["last_used_at"], serde_json::Value::Null);
    program.get("/session").await.expect(StatusCode::OK);
    let first = root.get("/tokens").await.text_at("/items/0/last_used_at").to_owned();
    site.pass(MINUTE_MS - 1);
    program.get("/session").await.expect(StatusCode::OK);
    assert_eq!(root.get("/tokens").await.text_at("/items/0/last_used_at"), first);
    site.pass(1);
    program.get("/session").await.expect(StatusCode::OK);
    assert_ne!(root.get("/tokens").await.text_at("/items/0/last_used_at"), first);
}

#[tokio::test]
async fn scope_read_only_reads() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let program = site.with_token(make(&root, "read").await.text_at("/secret"));
    program.get("/users").await.expect(StatusCode::OK);
    let new = json!({"login": "ana@example.com", "name": "Ana", "role": "viewer"});
    program.post("/users", &new).await.problem("read_only_token");
    program.delete("/sessions").await.problem("read_only_token");
}

#[tokio::test]
async fn a_token_does_what_the_role_allows_and_no_more() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let ana = site.user(&root, "ana@example.com", "viewer").await;
    let program = site.with_token(make(&ana, "write").await.text_at("/secret"));
    program.get("/users").await.problem("forbidden");
}

#[tokio::test]
async fn a_token_makes_no_token_and_changes_no_password() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let program = site.with_token(make(&root, "write").await.text_at("/secret"));
    program.post("/tokens", &json!({"name": "T", "scope": "write"})).await.problem("session_required");
    let passwords = json!({"current": PASSWORD, "new": "another long password"});
    program.put("/me/password", &passwords).await.problem("session_required");
    program.delete("/session").await.problem("session_required");
}

#[tokio::test]
async fn it_stops_when_it_expires_or_is_revoked() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let (expiring, revoked) = (make(&root, "read").await, make(&root, "read").await);
    let place = format!("/tokens/{}", revoked.text_at("/token/id"));
    root.delete(&place).await.expect(StatusCode::NO_CONTENT);
    site.with_token(revoked.text_at("/secret")).get("/session").await.problem("sign_in_required");
    root.delete(&place).await.problem("not_found");

    let program = site.with_token(expiring.text_at("/secret"));
    site.pass(30 * DAY_MS - 1);
    program.get("/session").await.expect(StatusCode::OK);
    site.pass(1);
    let answer = program.get("/session").await.problem("token_expired");
    assert_eq!((answer.status, answer.header("www-authenticate")), (StatusCode::UNAUTHORIZED, "Bearer"));
    // Years later, too; but what never was a token is not told from one that was revoked.
    site.pass(3 * 365 * DAY_MS);
    program.post("/users", &json!({})).await.problem("token_expired");
    site.with_token(&format!("segue_{}", "A".repeat(43))).get("/session").await.problem("sign_in_required");
    // Its owner still sees it, and why the program fails.
    let root = site.sign_in("root@example.com").await;
    assert_eq!(root.get("/tokens").await.body["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn what_is_no_token_is_none_and_no_cookie_helps() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let guesses = [
        "Bearer",
        "Bearer ",
        "Bearer guess",
        "Basic cm9vdDpyb290",
        &format!("Bearer segue_{}", "A".repeat(43)),
    ];
    for guess in guesses {
        let request = root.request(Method::GET, "/session").header("authorization", guess);
        Answer::of(request).await.problem("sign_in_required");
    }
}

#[tokio::test]
async fn wishes_are_checked() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let wish = json!({"name": " ", "scope": "admin", "expires_in_days": 367});
    let answer = root.post("/tokens", &wish).await.problem("invalid_fields");
    assert_eq!(answer.fields(), ["/name", "/scope", "/expires_in_days"]);
    for _ in 0..100 {
        make(&root, "read").await;
    }
    root.post("/tokens", &json!({"name": "T", "scope": "read"})).await.problem("too_many");
}

#[tokio::test]
async fn administrators_revoke_the_tokens_of_others_and_nobody_else_does() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let ana = site.user(&root, "ana@example.com", "contributor").await;
    let (of_root, of_ana) = (make(&root, "read").await, make(&ana, "read").await);
    ana.delete(&format!("/tokens/{}", of_root.text_at("/token/id"))).await.problem("not_found");
    let listed = root.get(&format!("/users/{}/tokens", ana.id().await)).await.expect(StatusCode::OK);
    assert_eq!(listed.body["items"][0]["id"], of_ana.body["token"]["id"]);
    root.delete(&format!("/tokens/{}", of_ana.text_at("/token/id"))).await.expect(StatusCode::NO_CONTENT);
    site.with_token(of_ana.text_at("/secret")).get("/session").await.problem("sign_in_required");
    root.get("/users/nobody/tokens").await.problem("not_found");
}

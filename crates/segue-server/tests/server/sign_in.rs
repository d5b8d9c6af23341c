//! Sessions: how they begin, last and end, and who cannot begin or use one.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::setting::{Answer, As, DAY_MS, MINUTE_MS, Odd, PASSWORD, Site};

async fn attempt(site: &Site, login: &str, password: &str) -> Answer {
    site.nobody().post("/session", &json!({"login": login, "password": password})).await
}

#[tokio::test]
async fn a_session_is_a_cookie_that_scripts_and_other_sites_do_not_get() {
    let site = Site::start().await;
    site.administrator().await;
    let answer = attempt(&site, "ROOT@example.com ", PASSWORD).await.expect(StatusCode::OK);
    let cookie = answer.header("set-cookie");
    let (value, attributes) = cookie.split_once(';').expect("attributes");
    assert_eq!(attributes, " Path=/; Max-Age=604800; HttpOnly; SameSite=Lax");
    assert_eq!(value.strip_prefix("segue=").map(str::len), Some(43));
    assert!(!answer.text.contains(value.trim_start_matches("segue=")), "the secret is in the cookie only");
    let me = site.with_cookie(&answer).get("/session").await.expect(StatusCode::OK);
    assert_eq!((me.text_at("/via"), me.text_at("/user/login")), ("session", "root@example.com"));
}

#[tokio::test]
async fn behind_tls_the_cookie_belongs_to_this_host_only() {
    let site = Site::start_odd(Odd { public: Some("https://segue.example.com"), ..Odd::default() }).await;
    site.administrator().await;
    let answer = attempt(&site, "root@example.com", PASSWORD).await.expect(StatusCode::OK);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-segue="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=604800; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    assert!(answer.header("strict-transport-security").starts_with("max-age="));
    site.with_cookie(&answer).get("/session").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same() {
    let site = Site::start().await;
    site.administrator().await;
    let answers = [
        attempt(&site, "root@example.com", "wrong password").await,
        attempt(&site, "nobody@example.com", PASSWORD).await,
        attempt(&site, "not a login", PASSWORD).await,
        attempt(&site, "", "").await,
    ];
    let first = answers[0].text.clone();
    for answer in answers {
        assert_eq!(answer.text, first);
        answer.problem("wrong_credentials");
    }
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let site = Site::start().await;
    let before = site.administrator().await;
    let credentials = json!({"login": "root@example.com", "password": PASSWORD});
    let answer = before.post("/session", &credentials).await.expect(StatusCode::OK);
    let after = site.with_cookie(&answer);
    assert_ne!(before.cookie, after.cookie);
    before.get("/session").await.problem("sign_in_required");
    after.get("/session").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn a_session_ends_without_use_and_after_a_week_in_any_case() {
    let site = Site::start().await;
    let idle = site.administrator().await;
    site.pass(DAY_MS / 2);
    idle.get("/session").await.expect(StatusCode::OK);
    site.pass(DAY_MS / 2 + 1);
    idle.get("/session").await.problem("sign_in_required");

    let busy = site.sign_in("root@example.com").await;
    for _ in 0..20 {
        site.pass(DAY_MS / 3);
        busy.get("/session").await.expect(StatusCode::OK);
    }
    site.pass(DAY_MS / 3);
    busy.get("/session").await.problem("sign_in_required");
}

#[tokio::test]
async fn signing_out_ends_this_session_or_all_of_them() {
    let site = Site::start().await;
    let (here, there) = (site.administrator().await, site.sign_in("root@example.com").await);
    let elsewhere = site.sign_in("root@example.com").await;
    let answer = here.delete("/session").await.expect(StatusCode::NO_CONTENT);
    assert!(answer.header("set-cookie").starts_with("segue=; Path=/; Max-Age=0"));
    here.get("/session").await.problem("sign_in_required");
    there.get("/session").await.expect(StatusCode::OK);
    there.delete("/sessions").await.expect(StatusCode::NO_CONTENT);
    for who in [there, elsewhere] {
        who.get("/session").await.problem("sign_in_required");
    }
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let site = Site::start().await;
    let (here, there) = (site.administrator().await, site.sign_in("root@example.com").await);
    let wrong =
        here.put("/me/password", &json!({"current": "not this one", "new": "another long password"})).await;
    assert_eq!(wrong.problem("invalid_fields").fields(), ["/current"]);
    let weak = here.put("/me/password", &json!({"current": PASSWORD, "new": "short"})).await;
    assert_eq!(weak.problem("invalid_fields").fields(), ["/new"]);
    let changes = json!({"current": PASSWORD, "new": "another long password"});
    here.put("/me/password", &changes).await.expect(StatusCode::NO_CONTENT);
    here.get("/session").await.expect(StatusCode::OK);
    there.get("/session").await.problem("sign_in_required");
    attempt(&site, "root@example.com", PASSWORD).await.problem("wrong_credentials");
    attempt(&site, "root@example.com", "another long password").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn guessing_a_password_is_slow_even_with_the_right_one() {
    let site = Site::start().await;
    site.administrator().await;
    for _ in 0..5 {
        attempt(&site, "root@example.com", "wrong password").await.problem("wrong_credentials");
    }
    let answer = attempt(&site, "root@example.com", PASSWORD).await.problem("too_many_attempts");
    assert_eq!(answer.header("retry-after"), "900");
    attempt(&site, "other@example.com", PASSWORD).await.problem("wrong_credentials");
    site.pass(15 * MINUTE_MS);
    attempt(&site, "root@example.com", PASSWORD).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn guessing_the_current_password_of_a_session_is_as_slow() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let guess = json!({"current": "wrong password", "new": "another long password"});
    for _ in 0..5 {
        root.put("/me/password", &guess).await.problem("invalid_fields");
    }
    root.put("/me/password", &guess).await.problem("too_many_attempts");
}

#[tokio::test]
async fn guessing_many_logins_from_one_address_is_slow() {
    let site = Site::start_odd(Odd { behind_proxy: true, ..Odd::default() }).await;
    site.administrator().await;
    let from = |address: &'static str, login: String| {
        let credentials = json!({"login": login, "password": PASSWORD});
        let request = site.nobody().request(Method::POST, "/session").json(&credentials);
        Answer::of(request.header("x-forwarded-for", address))
    };
    for number in 0..50 {
        from("192.0.2.7", format!("nobody{number}")).await.problem("wrong_credentials");
    }
    from("192.0.2.7", "root@example.com".to_owned()).await.problem("too_many_attempts");
    from("192.0.2.8", "root@example.com".to_owned()).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn many_guesses_at_once_are_no_faster() {
    let site = Site::start().await;
    site.administrator().await;
    let guesses = (0..20).map(|_| attempt(&site, "root@example.com", "wrong password"));
    let answers = futures::future::join_all(guesses).await;
    let tried = answers.iter().filter(|answer| answer.status == StatusCode::UNAUTHORIZED).count();
    assert_eq!(tried, 5);
}

/// A request that changes something, with a session's cookie and these headers.
async fn sent(who: &As<'_>, site: &Site, headers: &[(&str, &str)]) -> Answer {
    let mut request = site.nobody().request(Method::POST, "/tokens");
    request = request.header("cookie", who.cookie.as_deref().expect("a cookie"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(request.json(&json!({"name": "T", "scope": "read"}))).await
}

#[tokio::test]
async fn what_a_browser_sends_for_another_site_changes_nothing() {
    let site = Site::start().await;
    let root = site.administrator().await;
    for headers in [
        &[("sec-fetch-site", "cross-site"), ("origin", site.url.as_str())][..],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "none")],
        &[("origin", "https://evil.example.com")],
        &[("origin", "null")],
        &[],
    ] {
        sent(&root, &site, headers).await.problem("cross_site");
    }
    sent(&root, &site, &[("sec-fetch-site", "same-origin")]).await.expect(StatusCode::CREATED);
    sent(&root, &site, &[("origin", site.url.as_str())]).await.expect(StatusCode::CREATED);
    // Reading needs no such proof: other sites do not get the answer.
    let read =
        site.nobody().request(Method::GET, "/session").header("cookie", root.cookie.as_deref().unwrap());
    Answer::of(read.header("sec-fetch-site", "cross-site")).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn nobody_is_signed_in_by_another_site_either() {
    let site = Site::start().await;
    site.administrator().await;
    let credentials = json!({"login": "root@example.com", "password": PASSWORD});
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example.com")] {
        let request = site.nobody().request(Method::POST, "/session").header(name, value).json(&credentials);
        Answer::of(request).await.problem("cross_site");
    }
}

#[tokio::test]
async fn what_is_no_session_is_none() {
    let site = Site::start().await;
    site.administrator().await;
    for cookie in ["segue=", "segue=guess", &format!("segue={}", "A".repeat(43)), "other=x; segue", "="] {
        let request = site.nobody().request(Method::GET, "/session").header("cookie", cookie);
        Answer::of(request).await.problem("sign_in_required");
    }
}

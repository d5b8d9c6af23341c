//! The first administrator, users, and what may not happen to them.

use reqwest::{Method, StatusCode};
use segue_server::{one_time_link, reset_link, system_random};
use serde_json::{Value, json};

use crate::setting::{Answer, DAY_MS, PASSWORD, Site, secret_of};

fn first(secret: &str, login: &str) -> Value {
    json!({"secret": secret, "login": login, "name": "Root", "password": PASSWORD})
}

#[tokio::test]
async fn the_first_administrator_is_made_by_a_link_that_works_once() {
    let site = Site::start().await;
    let secret = site.first_secret().await;
    let made =
        site.nobody().post("/setup", &first(&secret, " Root@Example.com ")).await.expect(StatusCode::CREATED);
    assert_eq!(made.text_at("/login"), "root@example.com");
    assert_eq!(made.text_at("/role"), "administrator");
    site.nobody().post("/setup", &first(&secret, "second@example.com")).await.problem("spent_link");
    let link = one_time_link(&site.store, &site.public, site.now_ms(), &system_random()).await.unwrap();
    assert_eq!(link, None, "there is an administrator");
    site.sign_in("root@example.com").await;
}

#[tokio::test]
async fn one_link_makes_one_administrator_even_at_the_same_moment() {
    let site = Site::start().await;
    let secret = site.first_secret().await;
    let (nobody, a, b) = (site.nobody(), first(&secret, "a@example.com"), first(&secret, "b@example.com"));
    let (one, other) = tokio::join!(nobody.post("/setup", &a), nobody.post("/setup", &b));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [StatusCode::CREATED, StatusCode::GONE]);
}

#[tokio::test]
async fn a_newer_first_link_ends_the_one_before_and_a_day_ends_both() {
    let site = Site::start().await;
    let older = site.first_secret().await;
    let newer = site.first_secret().await;
    site.nobody().post("/setup", &first(&older, "a@example.com")).await.problem("spent_link");
    site.pass(DAY_MS);
    site.nobody().post("/setup", &first(&newer, "a@example.com")).await.problem("spent_link");
    site.nobody().post("/setup", &first("guess", "a@example.com")).await.problem("spent_link");
}

#[tokio::test]
async fn what_is_wrong_with_the_first_administrator_is_said_at_once_and_the_link_stays() {
    let site = Site::start().await;
    let secret = site.first_secret().await;
    let wrong = json!({"secret": secret, "login": "a b", "password": "short"});
    let answer = site.nobody().post("/setup", &wrong).await.problem("invalid_fields");
    assert_eq!(answer.fields(), ["/login", "/name", "/password"]);
    site.nobody().post("/setup", &first(&secret, "a@example.com")).await.expect(StatusCode::CREATED);
}

#[tokio::test]
async fn a_new_user_sets_the_password_by_a_link_that_no_administrator_can_read_again() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let new = json!({"login": "Ana@Example.com", "name": "Ana", "role": "contributor", "language": "ro"});
    let invited = root.post("/users", &new).await.expect(StatusCode::CREATED);
    assert_eq!(invited.body["user"]["has_password"], false);
    assert_eq!(invited.header("location"), format!("/api/v1/users/{}", invited.text_at("/user/id")));
    let credentials = json!({"login": "ana@example.com", "password": ""});
    site.nobody().post("/session", &credentials).await.problem("wrong_credentials");

    let secret = secret_of(invited.text_at("/link/url"));
    let too_much = json!({"secret": secret, "password": PASSWORD, "login": "other"});
    let answer = site.nobody().post("/setup", &too_much).await.problem("invalid_fields");
    assert_eq!(answer.fields(), ["/login"]);
    let set = json!({"secret": secret, "password": PASSWORD});
    site.nobody().post("/setup", &set).await.expect(StatusCode::NO_CONTENT);
    site.nobody().post("/setup", &set).await.problem("spent_link");
    let me = site.sign_in("ana@example.com").await.get("/session").await;
    assert_eq!(me.body["user"]["language"], "ro");
    let shown = root.get("/users").await;
    assert!(!shown.text.contains(&secret) && !shown.text.contains("argon2"), "{}", shown.text);
}

#[tokio::test]
async fn a_login_is_there_once_however_it_is_written() {
    let site = Site::start().await;
    let root = site.administrator().await;
    site.user(&root, "ana@example.com", "viewer").await;
    let again = json!({"login": " ANA@example.com", "name": "Other", "role": "viewer"});
    root.post("/users", &again).await.problem("taken");
    let other = json!({"login": "dan@example.com", "name": "Dan", "role": "viewer"});
    let dan = root.post("/users", &other).await.expect(StatusCode::CREATED);
    let place = format!("/users/{}", dan.text_at("/user/id"));
    root.patch(&place, "\"1\"", &json!({"login": "ana@example.com"})).await.problem("taken");
}

#[tokio::test]
async fn users_come_by_login_page_by_page_and_filtered() {
    let site = Site::start().await;
    let root = site.administrator().await;
    for (login, role) in
        [("c@example.com", "viewer"), ("a@example.com", "viewer"), ("b@example.com", "contributor")]
    {
        let new = json!({"login": login, "name": "N", "role": role});
        root.post("/users", &new).await.expect(StatusCode::CREATED);
    }
    let logins = |answer: &Answer| -> Vec<String> {
        let items = answer.body["items"].as_array().expect("items");
        items.iter().map(|user| user["login"].as_str().expect("a login").to_owned()).collect()
    };
    let page = root.get("/users?limit=3").await.expect(StatusCode::OK);
    assert_eq!(logins(&page), ["a@example.com", "b@example.com", "c@example.com"]);
    let cursor = page.text_at("/next").to_owned();
    assert!(!cursor.contains("example"), "cursors stand in addresses");
    let page = root.get(&format!("/users?limit=3&cursor={cursor}")).await.expect(StatusCode::OK);
    assert_eq!((logins(&page), &page.body["next"]), (vec!["root@example.com".to_owned()], &Value::Null));

    assert_eq!(logins(&root.get("/users?role=viewer").await), ["a@example.com", "c@example.com"]);
    assert_eq!(logins(&root.get("/users?enabled=false").await), Vec::<String>::new());
    root.get("/users?limit=0").await.problem("malformed");
    root.get("/users?limit=201").await.problem("malformed");
    root.get("/users?rolle=viewer").await.problem("malformed");
    root.get("/users?cursor=nobody").await.problem("unknown_cursor");
}

#[tokio::test]
async fn two_editors_never_overwrite_each_other() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let ana = site.user(&root, "ana@example.com", "viewer").await.id().await;
    let place = format!("/users/{ana}");
    let etag = root.get(&place).await.header("etag").to_owned();
    let (a, b) = (json!({"name": "A"}), json!({"name": "B"}));
    let (one, other) = tokio::join!(root.patch(&place, &etag, &a), root.patch(&place, &etag, &b));
    let (done, late) = if one.status.is_success() { (one, other) } else { (other, one) };
    late.problem("stale");
    let after = root.get(&place).await;
    assert_eq!(after.body, done.body);
    assert_eq!(after.header("etag"), done.header("etag"));
    assert_ne!(after.header("etag"), etag);
}

#[tokio::test]
async fn a_change_without_a_version_is_turned_down() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let place = format!("/users/{}", site.user(&root, "ana@example.com", "viewer").await.id().await);
    let unversioned = root.request(Method::PATCH, &place).json(&json!({"name": "A"}));
    Answer::of(unversioned).await.problem("version_required");
    root.patch(&place, "*", &json!({"name": "A"})).await.problem("version_required");
    root.patch(&place, "\"other\"", &json!({"name": "A"})).await.problem("stale");
    root.delete(&place).await.problem("version_required");
    root.delete_version(&place, "\"999\"").await.problem("stale");
    root.delete_version("/users/nobody", "\"1\"").await.problem("not_found");
    // Proxies that compress weaken tags.
    let weak = format!("W/{}", root.get(&place).await.header("etag"));
    root.patch(&place, &weak, &json!({"name": "A"})).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn the_last_administrator_cannot_be_removed_disabled_or_demoted() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let place = format!("/users/{}", root.id().await);
    let etag = root.get(&place).await.header("etag").to_owned();
    // Somebody who has not set a password yet cannot administer.
    let invited = json!({"login": "ana@example.com", "name": "Ana", "role": "administrator"});
    root.post("/users", &invited).await.expect(StatusCode::CREATED);
    root.patch(&place, &etag, &json!({"role": "viewer"})).await.problem("last_administrator");
    root.patch(&place, &etag, &json!({"enabled": false})).await.problem("last_administrator");
    root.delete_version(&place, &etag).await.problem("last_administrator");
    assert_eq!(root.get(&place).await.header("etag"), etag, "nothing has changed");

    site.user(&root, "dan@example.com", "administrator").await;
    root.patch(&place, &etag, &json!({"role": "viewer"})).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn two_administrators_who_demote_each_other_leave_one() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let dan = site.user(&root, "dan@example.com", "administrator").await;
    let (root_place, dan_place) =
        (format!("/users/{}", root.id().await), format!("/users/{}", dan.id().await));
    let root_etag = dan.get(&root_place).await.header("etag").to_owned();
    let dan_etag = root.get(&dan_place).await.header("etag").to_owned();
    let demoted = json!({"role": "viewer"});
    tokio::join!(root.patch(&dan_place, &dan_etag, &demoted), dan.patch(&root_place, &root_etag, &demoted));
    assert!(site.store.has_administrator().await.unwrap());
}

#[tokio::test]
async fn a_new_role_holds_from_the_next_request_on() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let ana = site.user(&root, "ana@example.com", "viewer").await;
    ana.get("/users").await.problem("forbidden");
    let place = format!("/users/{}", ana.id().await);
    let etag = root.get(&place).await.header("etag").to_owned();
    root.patch(&place, &etag, &json!({"role": "administrator"})).await.expect(StatusCode::OK);
    ana.get("/users").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn who_is_disabled_is_out_at_once_and_who_is_removed_is_gone() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let ana = site.user(&root, "ana@example.com", "viewer").await;
    let token = ana.post("/tokens", &json!({"name": "T", "scope": "read"})).await.expect(StatusCode::CREATED);
    let program = site.with_token(token.text_at("/secret"));
    let place = format!("/users/{}", ana.id().await);
    let etag = root.get(&place).await.header("etag").to_owned();
    let disabled = root.patch(&place, &etag, &json!({"enabled": false})).await.expect(StatusCode::OK);
    ana.get("/session").await.problem("sign_in_required");
    program.get("/session").await.problem("sign_in_required");
    let credentials = json!({"login": "ana@example.com", "password": PASSWORD});
    site.nobody().post("/session", &credentials).await.problem("wrong_credentials");

    let enabled = root.patch(&place, disabled.header("etag"), &json!({"enabled": true})).await;
    ana.get("/session").await.problem("sign_in_required");
    program.get("/session").await.expect(StatusCode::OK);
    root.delete_version(&place, enabled.header("etag")).await.expect(StatusCode::NO_CONTENT);
    program.get("/session").await.problem("sign_in_required");
    root.get(&place).await.problem("not_found");
}

#[tokio::test]
async fn whoever_is_locked_out_gets_a_link_from_an_administrator_or_from_the_machine() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let ana = site.user(&root, "ana@example.com", "viewer").await;
    let link =
        root.post(&format!("/users/{}/link", ana.id().await), &json!({})).await.expect(StatusCode::CREATED);
    ana.get("/session").await.expect(StatusCode::OK);
    let set = json!({"secret": secret_of(link.text_at("/url")), "password": "another long password"});
    site.nobody().post("/setup", &set).await.expect(StatusCode::NO_CONTENT);
    ana.get("/session").await.problem("sign_in_required");
    let credentials = json!({"login": "ana@example.com", "password": PASSWORD});
    site.nobody().post("/session", &credentials).await.problem("wrong_credentials");

    let made =
        reset_link(&site.store, &site.public, "ana@example.com", site.now_ms(), &system_random()).await;
    let set = json!({"secret": secret_of(&made.unwrap()), "password": PASSWORD});
    site.nobody().post("/setup", &set).await.expect(StatusCode::NO_CONTENT);
    site.sign_in("ana@example.com").await;
    assert!(reset_link(&site.store, &site.public, "x", site.now_ms(), &system_random()).await.is_err());
}

#[tokio::test]
async fn people_change_their_own_name_and_language_and_nothing_else() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let ana = site.user(&root, "ana@example.com", "viewer").await;
    let etag = ana.get("/session").await.header("etag").to_owned();
    let changed = ana.patch("/me", &etag, &json!({"name": " Ana M ", "language": "ro"})).await;
    let changed = changed.expect(StatusCode::OK);
    assert_eq!((changed.text_at("/name"), changed.text_at("/language")), ("Ana M", "ro"));
    ana.patch("/me", &etag, &json!({"name": "B"})).await.problem("stale");
    let more = ana.patch("/me", changed.header("etag"), &json!({"role": "administrator"})).await;
    assert_eq!(more.problem("invalid_fields").fields(), ["/role"]);
}

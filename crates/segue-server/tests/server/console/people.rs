//! People and tokens in the console.

use reqwest::StatusCode;
use serde_json::json;

use super::{led_to, page, statuses, submit, value};
use crate::setting::{PASSWORD, Site, secret_of};

fn shown_once(text: &str) -> String {
    let value = text.split("id=\"shown\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    value.expect("something shown once").to_owned()
}

#[tokio::test]
async fn rol_15_the_pages_of_people_are_for_administrators() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let own = format!("/people/{}", root.id().await);
    let remove = format!("{own}/remove");
    for (path, found) in statuses(&site, &["/people", "/people/new", &own, &remove]).await {
        assert_eq!(found, [200, 403, 403], "{path}");
    }
}

#[tokio::test]
async fn a_person_is_added_with_a_link_that_is_shown_once() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let fields =
        [("name", "Ana <script>"), ("login", "Ana@example.com"), ("role", "contributor"), ("language", "ro")];
    let added = submit(&root, "/people/new", &fields).await.expect(StatusCode::CREATED);
    assert!(added.text.contains("Ana &#60;script&#62;") && !added.text.contains("Ana <script>"));
    let secret = secret_of(&shown_once(&added.text));
    let listed = page(&root, "/people").await.expect(StatusCode::OK);
    assert!(listed.text.contains("No password yet") && !listed.text.contains(&secret));
    let set = submit(&site.nobody(), "/setup", &[("secret", &secret), ("password", PASSWORD)]).await;
    assert_eq!(led_to(set), "/sign-in");
    let ana = site.sign_in("ana@example.com").await;
    // In her language from now on.
    assert!(page(&ana, "/account").await.expect(StatusCode::OK).text.contains("<h1>Contul tău</h1>"));
}

#[tokio::test]
async fn what_was_typed_is_kept_when_a_login_is_taken_or_wrong() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let with =
        |login: &'static str| [("name", "Ana"), ("login", login), ("role", "viewer"), ("language", "en")];
    let taken = submit(&root, "/people/new", &with("root@example.com")).await.expect(StatusCode::CONFLICT);
    assert_eq!((value(&taken, "name"), value(&taken, "login")), ("Ana".into(), "root@example.com".into()));
    let wrong = submit(&root, "/people/new", &with("a b")).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("id=\"login-fault\"") && value(&wrong, "login") == "a b");
}

#[tokio::test]
async fn the_last_administrator_stays_one_and_is_told_so() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let place = format!("/people/{}", root.id().await);
    let version = value(&page(&root, &place).await, "version");
    let fields = [
        ("version", version.as_str()),
        ("name", "Root"),
        ("login", "root@example.com"),
        ("role", "viewer"),
        ("language", "en"),
        ("enabled", "1"),
    ];
    let told = submit(&root, &place, &fields).await.expect(StatusCode::CONFLICT);
    assert!(told.text.contains("This is the last administrator who can sign in"), "{}", told.text);
    let removed = submit(&root, &format!("{place}/remove"), &[("version", &version)]).await;
    removed.expect(StatusCode::CONFLICT);
    assert!(page(&root, "/people").await.status == StatusCode::OK);
}

#[tokio::test]
async fn a_person_is_disabled_gets_a_new_link_and_is_removed() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let ion = site.user(&root, "ion@example.com", "contributor").await;
    let place = format!("/people/{}", ion.id().await);
    let version = value(&page(&root, &place).await, "version");
    let fields = [
        ("version", version.as_str()),
        ("name", "Ion"),
        ("login", "ion@example.com"),
        ("role", "contributor"),
        ("language", "en"),
    ];
    assert_eq!(led_to(submit(&root, &place, &fields).await), format!("{place}?done=changed"));
    assert_eq!(led_to(page(&ion, "/account").await), "/sign-in?next=%2Faccount");
    let late = submit(&root, &place, &[&fields[..], &[("enabled", "1")]].concat()).await;
    late.expect(StatusCode::PRECONDITION_FAILED)
        .shows(&["May sign in</th>", "now\">No</td>", "typed it\">Yes</td>"])
        .hides(&["Role</th>"]);
    let link = submit(&root, &format!("{place}/link"), &[]).await.expect(StatusCode::CREATED);
    assert_eq!(secret_of(&shown_once(&link.text)).len(), 43);
    let ask = page(&root, &format!("{place}/remove")).await.expect(StatusCode::OK);
    let gone = submit(&root, &format!("{place}/remove"), &[("version", &value(&ask, "version"))]).await;
    assert_eq!(led_to(gone), "/people?done=removed");
    assert!(!page(&root, "/people").await.text.contains("ion@example.com"));
}

#[tokio::test]
async fn a_token_is_made_works_and_is_revoked_by_its_owner_or_an_administrator() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let ion = site.user(&root, "ion@example.com", "contributor").await;
    let wish = |days: &'static str| [("name", "Report"), ("scope", "read"), ("expires_in_days", days)];
    let wrong = submit(&ion, "/account/tokens", &wish("400")).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(value(&wrong, "expires_in_days"), "400");
    // The form about oneself is not the one that was wrong.
    assert_eq!(value(&wrong, "name"), "Name of ion@example.com");
    let made = submit(&ion, "/account/tokens", &wish("30")).await.expect(StatusCode::CREATED);
    let secret = shown_once(&made.text);
    site.with_token(&secret).get("/session").await.expect(StatusCode::OK);
    let account = page(&ion, "/account").await.expect(StatusCode::OK);
    assert!(account.text.contains("Report") && !account.text.contains(&secret));
    let id = ion.get("/tokens").await.text_at("/items/0/id").to_owned();
    let revoke = format!("/tokens/{id}/revoke");
    page(&root, &revoke).await.expect(StatusCode::OK);
    let vera = site.user(&root, "vera@example.com", "viewer").await;
    page(&vera, &revoke).await.expect(StatusCode::NOT_FOUND);
    assert_eq!(led_to(submit(&ion, &revoke, &[]).await), "/account?done=revoked");
    site.with_token(&secret).get("/session").await.problem("sign_in_required");
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let elsewhere = site.sign_in("root@example.com").await;
    assert_eq!(led_to(submit(&root, "/account/sign-out-everywhere", &[]).await), "/sign-in");
    for who in [&root, &elsewhere] {
        assert_eq!(led_to(page(who, "/account").await), "/sign-in?next=%2Faccount");
    }
}

#[tokio::test]
async fn people_are_found_by_name_or_login_and_sorted() {
    let site = Site::start().await;
    let root = site.administrator().await;
    for (login, role) in [("ana@example.com", "viewer"), ("zoe@example.com", "contributor")] {
        site.user(&root, login, role).await;
    }
    let found = submit(&root, "/people", &[("search", "ZOE"), ("role", ""), ("sort", "name")]).await;
    let found = found.expect(StatusCode::OK);
    assert!(found.text.contains("zoe@example.com") && !found.text.contains("ana@example.com"));
    assert_eq!(value(&found, "search"), "ZOE");
    let viewers = page(&root, "/people?role=viewer").await.text;
    assert!(viewers.contains("ana@example.com") && !viewers.contains("zoe@example.com"));
    let sorted = submit(&root, "/people", &[("sort", "role")]).await.text;
    let at = |login: &str| sorted.find(login).unwrap();
    assert!(at("root@example.com") < at("zoe@example.com") && at("zoe@example.com") < at("ana@example.com"));
    let nobody = submit(&root, "/people", &[("search", "nobody at all")]).await.text;
    assert!(nobody.contains("Nobody is found"));
}

#[tokio::test]
async fn whether_a_link_still_works_is_told_before_it_is_used() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let invited =
        root.post("/users", &json!({"login": "ana@example.com", "name": "Ana", "role": "viewer"})).await;
    let secret = secret_of(invited.expect(StatusCode::CREATED).text_at("/link/url"));
    let nobody = site.nobody();
    let look = async || submit(&nobody, "/setup/link", &[("secret", &secret)]).await.status;
    assert_eq!(look().await, StatusCode::NO_CONTENT);
    assert_eq!(look().await, StatusCode::NO_CONTENT, "looking does not use it up");
    submit(&nobody, "/setup", &[("secret", &secret), ("password", PASSWORD)]).await;
    assert_eq!(look().await, StatusCode::GONE);
    assert_eq!(submit(&nobody, "/setup/link", &[("secret", "none")]).await.status, StatusCode::GONE);
}

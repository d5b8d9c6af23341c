//! Pages about the installation, and about what can go wrong.

use reqwest::{Method, StatusCode};
use segue_server::Code;
use serde_json::json;

use super::{page, statuses, submit};
use crate::setting::{Answer, Site};

#[tokio::test]
async fn everybody_reads_what_this_is_and_administrators_how_it_is_set_up() {
    let site = Site::start().await;
    let root = site.administrator().await;
    for (path, found) in statuses(&site, &["/about"]).await {
        assert_eq!(found, [200, 200, 200], "{path}");
    }
    assert!(page(&root, "/about").await.text.contains(&site.url));
    let vera = site.sign_in("vera@example.com").await;
    assert!(!page(&vera, "/about").await.text.contains(&site.url));
}

#[tokio::test]
async fn each_problem_has_a_page_in_both_languages_for_anybody() {
    let site = Site::start().await;
    let nobody = site.nobody();
    for code in Code::ALL {
        let path = format!("/errors/{}", code.word());
        let english = page(&nobody, &path).await.expect(StatusCode::OK);
        let romanian = nobody.browser(Method::GET, &path).header("accept-language", "ro");
        let romanian = Answer::of(romanian).await.expect(StatusCode::OK);
        let heading = |answer: &Answer| {
            let rest = answer.text.split("<h1>").nth(1).and_then(|rest| rest.split('<').next());
            rest.expect("a heading").to_owned()
        };
        assert!(english.text.contains(code.word()) && !english.text.contains("advice-"), "{path}");
        assert_ne!(heading(&english), heading(&romanian), "{path}");
    }
    page(&nobody, "/errors/none").await.expect(StatusCode::NOT_FOUND);
    page(&nobody, "/errors").await.expect(StatusCode::OK);
}

#[tokio::test]
async fn whoever_is_signed_in_meets_problems_in_their_own_language_and_keeps_the_menu() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let me = root.get("/session").await;
    let etag = format!("\"{}\"", me.body["user"]["version"]);
    root.patch("/me", &etag, &json!({"language": "ro"})).await.expect(StatusCode::OK);
    let viewer = site.user(&root, "vera@example.com", "viewer").await;
    for (path, status) in
        [("/nowhere", 404), ("/exports/none", 404), ("/errors", 200), ("/errors/stale", 200)]
    {
        let asked = root.browser(Method::GET, path).header("accept-language", "en");
        let answer = Answer::of(asked).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        answer.shows(&["<html lang=\"ro\">", "href=\"/segments\"", "href=\"/people\"", "Deconectare"]);
        let stranger =
            Answer::of(site.nobody().browser(Method::GET, path).header("accept-language", "ro")).await;
        stranger.hides(&["href=\"/segments\"", "/sign-out"]);
    }
    // What a role does not let in is said with the menu of that role.
    let refused = page(&viewer, "/people").await.expect(StatusCode::FORBIDDEN);
    refused.shows(&["<html lang=\"en\">", "href=\"/segments\""]).hides(&["href=\"/people\""]);
    // A form that is too large is turned down before anybody is asked who sends it.
    let large = "a".repeat(200_000);
    let large = submit(&root, "/account", &[("name", large.as_str())]).await;
    large.expect(StatusCode::PAYLOAD_TOO_LARGE).shows(&["<html lang=\"ro\">", "href=\"/segments\""]);
}

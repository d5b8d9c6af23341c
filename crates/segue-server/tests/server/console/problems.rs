//! Pages about the installation, and about what can go wrong.

use reqwest::{Method, StatusCode};
use segue_server::Code;

use super::{page, statuses};
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

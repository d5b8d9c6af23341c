//! The audit log in the console.

use reqwest::StatusCode;
use serde_json::json;

use super::{page, statuses};
use crate::setting::{Answer, DAY_MS, Site};

/// How many entries a page shows.
fn entries(answer: &Answer) -> usize {
    answer.text.matches("class=\"who-did\"").count()
}

#[tokio::test]
async fn rol_15_the_audit_log_is_for_administrators() {
    let site = Site::start().await;
    site.administrator().await;
    for (path, found) in statuses(&site, &["/audit"]).await {
        assert_eq!(found, [200, 403, 403], "{path}");
    }
}

#[tokio::test]
async fn who_did_what_is_shown_with_what_it_changed_and_found_by_each_filter() {
    let site = Site::start().await;
    let root = site.administrator().await;
    let ion = site.user(&root, "ion@example.com", "contributor").await.id().await;
    site.pass(2 * DAY_MS);
    let root = site.sign_in("root@example.com").await;
    let etag = root.get(&format!("/users/{ion}")).await.header("etag").to_owned();
    let renamed = json!({"name": "<script>Ion"});
    root.patch(&format!("/users/{ion}"), &etag, &renamed).await.expect(StatusCode::OK);

    let all = page(&root, "/audit").await.expect(StatusCode::OK);
    assert!(all.text.contains("<del>Name of ion@example.com</del>"), "{}", all.text);
    assert!(all.text.contains("<ins>&#60;script&#62;Ion</ins>") && !all.text.contains("<script>Ion"));

    let changed = page(&root, "/audit?action=user.change&user_id=&from=&until=").await;
    assert_eq!(entries(&changed.expect(StatusCode::OK)), 1);
    let by_ion = page(&root, &format!("/audit?user_id={ion}")).await.expect(StatusCode::OK);
    assert!((1..entries(&all)).contains(&entries(&by_ion)), "{}", by_ion.text);
    let about_ion = page(&root, &format!("/audit?object_id={ion}")).await.expect(StatusCode::OK);
    assert!((1..entries(&all)).contains(&entries(&about_ion)), "{}", about_ion.text);
    // Tests begin on 15 January 2027.
    let later = page(&root, "/audit?from=2027-01-16").await.expect(StatusCode::OK);
    assert_eq!(entries(&later), 2, "signed in, changed: {}", later.text);
    let nothing = page(&root, "/audit?until=2027-01-14").await.expect(StatusCode::OK);
    assert!(nothing.text.contains("Nothing was found"), "{}", nothing.text);
}

#[tokio::test]
async fn the_log_comes_page_by_page_and_is_downloaded_as_it_is_filtered() {
    let site = Site::start().await;
    let root = site.administrator().await;
    for number in 0..55 {
        let wish = json!({"login": format!("user{number}"), "name": "A", "role": "viewer"});
        root.post("/users", &wish).await.expect(StatusCode::CREATED);
    }
    let first = page(&root, "/audit?action=user.create").await.expect(StatusCode::OK);
    assert_eq!(entries(&first), 50);
    let next = first.text.split("href=\"/audit?").find(|link| link.contains("cursor=")).expect("a next page");
    let next = format!("/audit?{}", next.split('"').next().unwrap().replace("&#38;", "&"));
    let second = page(&root, &next).await.expect(StatusCode::OK);
    assert_eq!(entries(&second), 6);
    let link = first.text.split("href=\"/api/v1").find(|link| link.starts_with("/audit/download")).unwrap();
    let link = link.split('"').next().unwrap().replace("&#38;", "&");
    let file = root.get(&link).await.expect(StatusCode::OK);
    assert_eq!(file.text.lines().count(), 57, "a head and what was created");
}

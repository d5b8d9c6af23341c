//! Members of a static segment come from a list of keys.

use reqwest::StatusCode;
use serde_json::json;

use crate::console::page;
use crate::desk::{Desk, add_segment, add_tables, etag, send};
use crate::setting::LARGEST_FILE;

#[tokio::test]
async fn a_list_of_keys_makes_a_segment_static() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "some", "Cluj").await;
    desk.refresh("some").await;
    let seen = etag(&root, "/segments/some").await;
    let loaded = send(&root, "/segments/some/keys", &seen, "id\n4\n1\n77\n").await.expect(StatusCode::OK);
    assert_eq!((&loaded.body["members"], &loaded.body["unknown"]), (&json!(2), &json!(1)));
    assert_eq!(loaded.body["examples"].as_array().map(Vec::len), Some(1));
    assert_eq!(loaded.text_at("/segment/segment/type"), "static");
    assert_ne!(loaded.header("etag"), seen);
    let rows = root.get("/segments/some/preview").await.body["rows"].clone();
    assert_eq!(
        (&rows[0][0], &rows[1][0], rows.as_array().map(Vec::len)),
        (&json!("1"), &json!("4"), Some(2))
    );
    let history = root.get("/segments/some/history").await.body["items"].clone();
    assert_eq!((&history[0]["loaded"], &history[1]["loaded"]), (&json!(true), &json!(false)), "{history}");
    assert_eq!(root.get("/segments/some").await.body["segment"]["latest_refresh"]["loaded"], true);
    let shown = page(&root, "/segments/some").await.expect(StatusCode::OK).text;
    // Beside its name and in its history, where the refresh before stands as well.
    assert_eq!(shown.matches("Loaded from a list").count(), 2, "{shown}");
    send(&root, "/segments/some/keys", &seen, "id\n1\n").await.problem("stale");
    let noted = root.get("/audit?action=segment.load").await.body["items"][0].clone();
    assert_eq!((&noted["before"]["type"], &noted["after"]["type"]), (&json!("dynamic"), &json!("static")));
    let numbers = |state: &str| (noted[state]["members"].clone(), noted[state]["unknown_keys"].clone());
    assert_eq!(numbers("before"), (json!(2), json!(null)), "{noted}");
    assert_eq!(numbers("after"), (json!(2), json!(1)), "{noted}");
    assert!(!noted["after"].to_string().contains("77"), "{noted}");
    // A refresh of all others leaves it alone.
    desk.site.segments.refresh_all(chrono::Utc::now(), &|_, _| true).await.unwrap();
    assert_eq!(root.get("/segments/some").await.body["segment"]["members"], 2);
    assert_eq!(std::fs::read_dir(desk.site.spill()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_changes_nothing() {
    let desk = Desk::open().await;
    let root = desk.site.administrator().await;
    add_tables(&root).await;
    add_segment(&root, "some", "Cluj").await;
    let seen = etag(&root, "/segments/some").await;
    let wrong = send(&root, "/segments/some/keys", &seen, "a,b\n1,2\n").await.problem("malformed");
    assert!(wrong.text_at("/detail").starts_with("the file has several columns"), "{}", wrong.text);
    send(&root, "/segments/some/keys", &seen, "").await.problem("malformed");
    let large = "1\n".repeat(usize::try_from(LARGEST_FILE).unwrap() / 2 + 1);
    send(&root, "/segments/some/keys", &seen, large)
        .await
        .expect(StatusCode::PAYLOAD_TOO_LARGE)
        .problem("too_large");
    send(&root, "/segments/none/keys", &seen, "id\n1\n").await.problem("not_found");
    assert_eq!(etag(&root, "/segments/some").await, seen);
    assert_eq!(std::fs::read_dir(desk.site.spill()).unwrap().count(), 0);
}

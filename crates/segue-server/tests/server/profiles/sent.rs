//! What was sent of a person.

use reqwest::StatusCode;
use serde_json::json;

use super::{after_a_run, one, sent_by};
use crate::runs::{Office, refresh, run};
use crate::setting::MINUTE_MS;

#[tokio::test]
async fn it_is_told_where_when_and_in_which_run_somebody_was_sent() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    let before = sent_by(&root, "1", "Letter").await;
    assert_eq!((&before["standing"], &before["last_sent"]), (&json!("never_sent"), &json!(null)));
    refresh(&root, "cluj").await;
    let first = run(&root, &export).await;
    let created = sent_by(&root, "1", "Letter").await;
    assert_eq!(created["standing"], "listed", "{created}");
    assert_eq!((&created["is_member"], &created["list"]), (&json!(true), &json!(2)));
    assert_eq!(
        (&created["last_sent"]["run"], &created["last_sent"]["outcome"]),
        (&first["id"], &json!("created"))
    );
    assert_eq!(created["reason"], json!(null));

    // Something about her changes; by the provider's clock, some time later.
    office.write_customers(3, "Cluj");
    let recipe = root.get(&format!("/exports/{export}")).await;
    let changed = json!({"matching": {"email": "mail", "first_name": "city"}});
    let etag = recipe.header("etag").to_owned();
    root.patch(&format!("/exports/{export}"), &etag, &changed).await.expect(StatusCode::OK);
    office.site.pass(MINUTE_MS);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let second = run(&root, &export).await;
    let updated = sent_by(&root, "1", "Letter").await;
    assert_eq!(
        (&updated["last_sent"]["run"], &updated["last_sent"]["outcome"]),
        (&second["id"], &json!("updated")),
        "{updated}"
    );
    assert_eq!(updated["since"], created["since"]);
}

#[tokio::test]
async fn whoever_cannot_be_sent_is_told_why_with_the_run_that_found_it() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    after_a_run(&office, &root).await;
    let without = sent_by(&root, "3", "Letter").await;
    assert_eq!(without["standing"], "never_sent");
    let rejected = &without["rejected"];
    assert_eq!((&rejected["reason"], &rejected["whose"]), (&json!("no_email"), &json!("invalid")));
    let run = rejected["run"].as_str().unwrap();
    root.get(&format!("/runs/{run}")).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn the_segments_that_hold_somebody_are_told_by_their_members_in_force() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    refresh(&root, "cluj").await;
    let sent = root.post("/profiles/sent", &one("1")).await.expect(StatusCode::OK).body;
    let of = |name: &str| {
        let segments = sent["segments"].as_array().unwrap().iter();
        segments.clone().find(|one| one["segment"] == name).unwrap()["is_member"].clone()
    };
    assert_eq!((of("cluj"), of("iasi")), (json!(true), json!(null)), "{sent}");
    refresh(&root, "iasi").await;
    let sent = root.post("/profiles/sent", &one("1")).await.body;
    assert_eq!(sent["segments"][1]["is_member"], json!(false), "{sent}");
    let stranger = root.post("/profiles/sent", &one("99")).await.expect(StatusCode::OK).body;
    assert_eq!(
        (&stranger["is_profile"], &stranger["segments"][0]["is_member"]),
        (&json!(false), &json!(false))
    );
    let nowhere = json!({"table": "nowhere", "key": "1"});
    root.post("/profiles/sent", &nowhere).await.problem("not_found");
}

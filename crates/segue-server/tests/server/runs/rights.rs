//! Who may run, cancel and look: ROL-1 to ROL-3, ROL-7, ROL-13, ROL-14.

use reqwest::StatusCode;
use serde_json::json;

use super::{Office, begin, post};

#[tokio::test]
async fn rol1_rol13_everybody_sees_runs_and_refreshes() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    let run = begin(&root, &format!("/exports/{export}/run")).await;
    let viewer = office.site.user(&root, "vera@example.com", "viewer").await;
    let paths = ["/runs", "/refreshes", "/queue", "/refresh-schedule"].map(str::to_owned);
    let of_run = ["", "/batches", "/examples", "/rejections.csv"].map(|what| format!("/runs/{run}{what}"));
    for path in paths.iter().chain(&of_run) {
        viewer.get(path).await.expect(StatusCode::OK);
    }
}

#[tokio::test]
async fn rol2_rol3_who_may_change_an_export_may_run_it() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let viewer = office.site.user(&root, "vera@example.com", "viewer").await;
    let carl = office.site.user(&root, "carl@example.com", "contributor").await;
    let shared = office.connection(&root, json!("contributors")).await;
    let shared = office.export_on(&carl, &shared, json!({})).await;
    let body = crate::connections::new(&office.account, "Other");
    let other = root.post("/connections", &body).await.expect(StatusCode::CREATED);
    let own = office.export_on(&root, other.text_at("/connection/id"), json!({"name": "Own"})).await;
    for verb in ["run", "dry-run"] {
        post(&viewer, &format!("/exports/{shared}/{verb}")).await.problem("forbidden");
        post(&carl, &format!("/exports/{own}/{verb}")).await.problem("forbidden");
        begin(&carl, &format!("/exports/{shared}/{verb}")).await;
        begin(&root, &format!("/exports/{own}/{verb}")).await;
    }
    post(&viewer, "/exports/run-all").await.problem("forbidden");
    let all = post(&carl, "/exports/run-all").await.expect(StatusCode::ACCEPTED);
    assert_eq!(all.body["runs"].as_array().unwrap().len(), 1, "those of others are left out");
    let runs = root.get(&format!("/runs?export={own}")).await.body;
    let run = runs["items"][0]["id"].as_str().unwrap().to_owned();
    for verb in ["cancel", "retry", "approve"] {
        post(&viewer, &format!("/runs/{run}/{verb}")).await.problem("forbidden");
    }
    post(&carl, &format!("/runs/{run}/cancel")).await.problem("forbidden");
}

#[tokio::test]
async fn rol7_rol14_contributors_refresh_segments_and_administrators_everything() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let viewer = office.site.user(&root, "vera@example.com", "viewer").await;
    let carl = office.site.user(&root, "carl@example.com", "contributor").await;
    post(&viewer, "/segments/cluj/refresh").await.problem("forbidden");
    let refresh = begin(&carl, "/segments/cluj/refresh").await;
    post(&viewer, &format!("/runs/{refresh}/cancel")).await.problem("forbidden");
    post(&carl, &format!("/runs/{refresh}/cancel")).await.expect(StatusCode::OK);
    post(&carl, "/refreshes").await.problem("forbidden");
    begin(&root, "/refreshes").await;
    for who in [&viewer, &carl] {
        let set = who.request(reqwest::Method::PUT, "/refresh-schedule").header("if-match", "\"0\"");
        crate::setting::Answer::of(set.json(&json!({"schedule": "off"}))).await.problem("forbidden");
    }
    post(&carl, "/segments/none/refresh").await.problem("not_found");
}

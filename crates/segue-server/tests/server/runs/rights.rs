//! Who may run, cancel and look: ROL-1 to ROL-3, ROL-7, ROL-13, ROL-14.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{Office, begin, post};
use crate::setting::Answer;

async fn sees_the_status(role: &str) {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    let run = begin(&root, &format!("/exports/{export}/run")).await;
    let who = office.site.user(&root, "who@example.com", role).await;
    let paths = ["/runs", "/refreshes", "/queue", "/refresh-schedule"].map(str::to_owned);
    let of_run = ["", "/batches", "/examples", "/rejections.csv", "/rows.csv"]
        .map(|what| format!("/runs/{run}{what}"));
    for path in paths.iter().chain(&of_run) {
        who.get(path).await.expect(StatusCode::OK);
    }
}

#[tokio::test]
async fn rol_1_rol_13_viewer_sees_runs_and_refreshes() {
    sees_the_status("viewer").await;
}

#[tokio::test]
async fn rol_1_rol_13_contributor_sees_runs_and_refreshes() {
    sees_the_status("contributor").await;
}

#[tokio::test]
async fn rol_1_rol_13_administrator_sees_runs_and_refreshes() {
    sees_the_status("administrator").await;
}

async fn sets_the_schedule(role: &str, may: bool) {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let who = office.site.user(&root, "who@example.com", role).await;
    let etag = root.get("/refresh-schedule").await.header("etag").to_owned();
    let wish =
        json!({"schedule": {"on": {"every": "day", "at": ["06:00"], "time_zone": "Europe/Bucharest"}}});
    let set = who.request(Method::PUT, "/refresh-schedule").header("if-match", etag).json(&wish);
    let (set, refreshed) = (Answer::of(set).await, post(&who, "/refreshes").await);
    if may {
        set.expect(StatusCode::OK);
        refreshed.expect(StatusCode::ACCEPTED);
        return;
    }
    set.problem("forbidden");
    refreshed.problem("forbidden");
    assert_eq!(root.get("/refresh-schedule").await.body["schedule"], "off");
}

#[tokio::test]
async fn rol_14_viewer_sets_no_schedule_and_refreshes_not_everything() {
    sets_the_schedule("viewer", false).await;
}

#[tokio::test]
async fn rol_14_contributor_sets_no_schedule_and_refreshes_not_everything() {
    sets_the_schedule("contributor", false).await;
}

#[tokio::test]
async fn rol_14_administrator_sets_the_schedule_and_refreshes_everything() {
    sets_the_schedule("administrator", true).await;
}

#[tokio::test]
async fn a_cursor_that_is_none_of_a_list_is_refused() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    let run = begin(&root, &format!("/exports/{export}/run")).await;
    let refresh = begin(&root, "/segments/cluj/refresh").await;
    for (list, own, other) in [("runs", &run, &refresh), ("refreshes", &refresh, &run)] {
        let page = root.get(&format!("/{list}?cursor={own}")).await.expect(StatusCode::OK);
        assert_eq!(page.body["items"], json!([]));
        for cursor in ["zzz", "%00", "", other] {
            root.get(&format!("/{list}?cursor={cursor}")).await.problem("unknown_cursor");
        }
    }
}

#[tokio::test]
async fn rol_2_rol_3_who_may_change_an_export_may_run_it() {
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
async fn rol_7_contributors_refresh_segments_and_viewers_do_not() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let viewer = office.site.user(&root, "vera@example.com", "viewer").await;
    let carl = office.site.user(&root, "carl@example.com", "contributor").await;
    post(&viewer, "/segments/cluj/refresh").await.problem("forbidden");
    let refresh = begin(&carl, "/segments/cluj/refresh").await;
    post(&viewer, &format!("/runs/{refresh}/cancel")).await.problem("forbidden");
    post(&carl, &format!("/runs/{refresh}/cancel")).await.expect(StatusCode::OK);
    post(&carl, "/segments/none/refresh").await.problem("not_found");
}

//! Home, status and schedule.

use reqwest::StatusCode;
use serde_json::json;

use super::{page, send};
use crate::runs::{Office, begin, ended, refresh, run};

#[tokio::test]
async fn rol_13_everybody_sees_home_status_and_schedule() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let viewer = office.site.user(&root, "vera@example.com", "viewer").await;
    page(&viewer, "/status").await.expect(StatusCode::OK).shows(&["Nothing has been refreshed yet"]);
    let export = office.export(&root, json!({"brakes": {"max_profiles": 2}})).await;
    refresh(&root, "cluj").await;
    let stopped = run(&root, &export).await;
    let whole = begin(&root, "/refreshes").await;
    ended(&root, &whole).await;
    let home = page(&viewer, "/").await.expect(StatusCode::OK);
    home.shows(&[
        "Needs you",
        "Stopped by a brake",
        stopped["cause"].as_str().unwrap(),
        &format!("/exports/{export}"),
    ]);
    let status = page(&viewer, "/status").await.expect(StatusCode::OK);
    status
        .shows(&["Latest system refresh", "Refreshing segments", "cluj"])
        .hides(&["/status/refresh", "/cancel"]);
    page(&viewer, &format!("/runs/{whole}")).await.expect(StatusCode::OK).shows(&["Exports that it began"]);
    send(&viewer, "/status/refresh", &[]).await.expect(StatusCode::FORBIDDEN);
    send(&root, "/status/refresh", &[]).await.expect(StatusCode::OK).shows(&["System refresh"]);
}

#[tokio::test]
async fn sys_9_administrators_change_the_schedule() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let viewer = office.site.user(&root, "vera@example.com", "viewer").await;
    let weekly = [
        ("version", "0"),
        ("schedule", "on"),
        ("every", "week"),
        ("at", "06:30"),
        ("at", ""),
        ("time_zone", "Europe/Bucharest"),
    ];
    let wrong = send(&root, "/schedule", &weekly).await.expect(StatusCode::UNPROCESSABLE_ENTITY);
    wrong.shows(&["value=\"06:30\"", "value=\"week\" checked", "class=\"fault\""]);
    let right: Vec<(&str, &str)> = weekly.into_iter().chain([("day", "monday"), ("day", "friday")]).collect();
    let set = send(&root, "/schedule", &right).await.expect(StatusCode::OK);
    set.shows(&[
        "The schedule is changed",
        "weekly on Monday, Friday at 06:30 (Europe/Bucharest)",
        "Next starts",
    ]);
    let daily =
        [("version", "0"), ("schedule", "on"), ("every", "day"), ("at", "07:15"), ("time_zone", "UTC")];
    send(&root, "/schedule", &daily).await.expect(StatusCode::PRECONDITION_FAILED).shows(&[
        "Somebody else",
        "now\">weekly on Monday, Friday at 06:30",
        "typed it\">every day at 07:15",
        "name=\"version\" value=\"1\"",
    ]);
    page(&viewer, "/schedule")
        .await
        .expect(StatusCode::OK)
        .shows(&["weekly on Monday"])
        .hides(&["method=\"post\" action=\"/schedule\""]);
    send(&viewer, "/schedule", &right).await.expect(StatusCode::FORBIDDEN);
}

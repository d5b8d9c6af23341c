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
        &format!("/exports/{export}/edit?brakes=open#brakes"),
        "Loosen the brake",
        "loosen the brake in the export&#39;s options",
    ]);
    let opened = page(&root, &format!("/exports/{export}/edit?brakes=open")).await.expect(StatusCode::OK);
    opened.shows(&["<details class=\"options\" open>", "id=\"brakes\""]);
    page(&root, &format!("/exports/{export}/edit")).await.hides(&["<details class=\"options\" open>"]);
    page(&root, &format!("/exports/{export}")).await.shows(&["A brake stopped the latest run"]);
    page(&viewer, &format!("/exports/{export}")).await.hides(&["A brake stopped the latest run"]);
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

#[tokio::test]
async fn home_counts_profiles_once_their_table_was_looked_at() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let tile = "href=\"/customers\"><div class=\"label\">Profiles</div><div class=\"figure\">";
    page(&root, "/").await.shows(&[&format!("{tile}–</div>"), "Not counted yet"]);
    page(&root, "/tables/customers?show=check").await.expect(StatusCode::OK);
    page(&root, "/").await.shows(&[&format!("{tile}3</div>"), "counted "]).hides(&["Not counted yet"]);
    office.write_customers(1200, "Cluj");
    page(&root, "/").await.shows(&[&format!("{tile}3</div>")]);
    page(&root, "/tables/customers?show=rows").await.expect(StatusCode::OK);
    page(&root, "/").await.shows(&[&format!("{tile}1,200</div>")]);
}

#[tokio::test]
async fn a_refresh_that_failed_leads_to_the_table_that_is_to_be_mended() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    std::fs::write(office.file(), "id,mail\n1,ana@example.com\n").unwrap();
    let whole = begin(&root, "/refreshes").await;
    ended(&root, &whole).await;
    let (table, advice) = ("/tables/customers?show=check#looked", "The members before stay in force");
    page(&root, "/")
        .await
        .shows(&["Needs you", "Check the table", table, advice])
        .hides(&["the next run sends"]);
    page(&root, "/segments/cluj").await.shows(&["Check the table customers", table]);
    page(&root, &format!("/runs/{whole}")).await.shows(&["segments keep their members"]);
    // What failed for the same reason again is told once.
    let again = begin(&root, "/refreshes").await;
    ended(&root, &again).await;
    let segment = page(&root, "/segments/cluj").await;
    let history =
        segment.text.split("id=\"history\"").nth(1).and_then(|rest| rest.split("</section>").next());
    let history = history.expect("a history");
    assert_eq!(history.matches(">Failed<").count(), 2, "{history}");
    assert_eq!(history.matches("class=\"small\"").count(), 1, "{history}");
}

//! What runs by itself.

use reqwest::StatusCode;
use segue_runs::{StopHandle, WorkerRules};
use serde_json::{Value, json};

use super::{Office, begin, ended, post, refresh};
use crate::setting::{As, DAY_MS, MINUTE_MS};

/// Waits until there is a run of this export, and until it has ended.
pub(super) async fn ran(who: &As<'_>, export: &str, count: usize) -> Value {
    for _ in 0..1500 {
        let runs = who.get(&format!("/runs?export={export}")).await.expect(StatusCode::OK).body;
        let runs = runs["items"].as_array().expect("a list").clone();
        if runs.len() >= count && runs.iter().all(|run| !run["ended_at"].is_null()) {
            assert_eq!(runs.len(), count, "{runs:?}");
            return runs[0].clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("nothing ran by itself");
}

pub(super) async fn set_schedule(root: &As<'_>, schedule: Value) {
    let etag = root.get("/refresh-schedule").await.header("etag").to_owned();
    let body = json!({"schedule": schedule});
    let set = root.request(reqwest::Method::PUT, "/refresh-schedule").header("if-match", etag).json(&body);
    crate::setting::Answer::of(set).await.expect(StatusCode::OK);
}

#[tokio::test]
async fn s37_an_export_runs_with_every_system_refresh_after_its_segments() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    let off = office
        .export_on(&root, &connection_of(&root, &export).await, json!({"name": "Off", "schedule": "off"}))
        .await;
    let refreshed = begin(&root, "/refreshes").await;
    let refreshed = ended(&root, &refreshed).await;
    assert_eq!(refreshed["status"], "succeeded", "{refreshed}");
    let names: Vec<&str> =
        refreshed["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["sources", "segments", "exports"]);
    let run = ran(&root, &export, 1).await;
    assert_eq!(
        (&run["trigger"], &run["refresh"], &run["counts"]["created"]),
        (&json!("refresh"), &refreshed["id"], &json!(2)),
        "{run}"
    );
    assert_eq!(root.get(&format!("/runs?export={off}")).await.body["items"], json!([]));
}

async fn connection_of(root: &As<'_>, export: &str) -> String {
    root.get(&format!("/exports/{export}")).await.text_at("/export/connection/id").to_owned()
}

#[tokio::test]
async fn the_system_refreshes_by_itself_when_it_is_told_to() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let shown = root.get("/refresh-schedule").await;
    assert_eq!((&shown.body["schedule"], shown.header("etag")), (&json!("off"), "\"0\""), "off by default");
    let export = office.export(&root, json!({})).await;
    set_schedule(&root, json!({"on": {"every": "day", "at": ["06:00"], "time_zone": "UTC"}})).await;
    office.site.pass(DAY_MS);
    // The session has ended meanwhile.
    let root = office.site.sign_in("root@example.com").await;
    let run = ran(&root, &export, 1).await;
    assert_eq!(run["trigger"], "refresh");
    let refreshes = root.get("/refreshes").await.body;
    assert_eq!(refreshes["items"].as_array().unwrap().len(), 1, "{refreshes}");
    let stale = root
        .request(reqwest::Method::PUT, "/refresh-schedule")
        .header("if-match", "\"0\"")
        .json(&json!({"schedule": "off"}));
    crate::setting::Answer::of(stale).await.problem("stale");
    let wrong = root
        .request(reqwest::Method::PUT, "/refresh-schedule")
        .header("if-match", "\"1\"")
        .json(&json!({"schedule": {"on": {"every": "day", "at": ["25:00"], "time_zone": "UTC"}}}));
    let wrong = crate::setting::Answer::of(wrong).await.problem("invalid_fields");
    assert_eq!(wrong.fields(), ["/schedule/on/at/0"]);
}

#[tokio::test]
async fn an_export_runs_at_its_own_times_and_once_for_all_that_was_missed() {
    let mut office = Office::open().await;
    let root = office.site.administrator().await;
    let own = json!({"own": {"cron": "0 * * * *", "time_zone": "Europe/Bucharest"}});
    let export = office.export(&root, json!({"schedule": own})).await;
    drop(root);
    office.site.work();
    let root = office.site.sign_in("root@example.com").await;
    refresh(&root, "cluj").await;
    office.site.pass(5 * 60 * MINUTE_MS);
    let run = ran(&root, &export, 1).await;
    assert_eq!(run["trigger"], "catch_up", "{run}");
    let note = run["note"].as_str().unwrap();
    assert!(note.starts_with("was due 5 times since") || note.starts_with("was due 4 times since"), "{note}");
    // The test begins at 10:00 in Bucharest.
    office.site.pass(60 * MINUTE_MS);
    assert_eq!(ran(&root, &export, 2).await["trigger"], "schedule");
}

#[tokio::test]
async fn an_export_runs_when_its_segments_have_changed_and_not_otherwise() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({"schedule": "when_segments_change"})).await;
    refresh(&root, "cluj").await;
    assert_eq!(ran(&root, &export, 1).await["trigger"], "segments_changed");
    let same = refresh(&root, "cluj").await;
    assert_eq!(same["segments"][0]["is_changed"], false, "{same}");
    office.write_customers(9, "Cluj");
    // Of two runs that were queued in the same millisecond, nobody can say which is the newer.
    office.site.pass(1_000);
    refresh(&root, "cluj").await;
    assert_eq!(ran(&root, &export, 2).await["counts"]["created"], 6);
}

#[tokio::test]
async fn exp21_a_run_waits_for_the_refresh_of_its_segments() {
    let mut office = Office::open().await;
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    let run = begin(&root, &format!("/exports/{export}/run")).await;
    let refreshed = begin(&root, "/segments/cluj/refresh").await;
    drop(root);
    office.site.work();
    let root = office.site.sign_in("root@example.com").await;
    ended(&root, &refreshed).await;
    // It was put back for a moment that the test holds.
    office.site.pass(3_000);
    let run = ended(&root, &run).await;
    assert_eq!(run["counts"]["created"], 2, "{run}");
}

#[tokio::test]
async fn sys5_exports_of_a_segment_that_cannot_be_refreshed_are_skipped_with_the_cause() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    std::fs::remove_file(office.file()).unwrap();
    let refreshed = begin(&root, "/refreshes").await;
    let refreshed = ended(&root, &refreshed).await;
    assert_eq!(refreshed["status"], "failed", "{refreshed}");
    let run = ran(&root, &export, 1).await;
    assert_eq!(run["status"], "skipped", "{run}");
    assert!(run["cause"].as_str().unwrap().contains("latest refresh of segment \"cluj\" failed"), "{run}");
    assert!(office.on_the_list().await.is_empty());
}

#[tokio::test]
async fn members_that_are_older_than_is_allowed_are_not_exported() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    refresh(&root, "cluj").await;
    drop(root);
    office.site.rest().await;
    let hours = std::time::Duration::from_secs(2 * 60 * 60);
    let rules = WorkerRules { stale_after: Some(hours), ..WorkerRules::default() };
    let (worker, (handle, stop)) = (office.site.worker_by(rules, "strict".to_owned()), StopHandle::new());
    let working = tokio::spawn(async move { worker.run(stop).await });
    office.site.pass(2 * 60 * MINUTE_MS);
    let root = office.site.sign_in("root@example.com").await;
    assert_eq!(super::run(&root, &export).await["counts"]["created"], 2, "just as old as is allowed");
    office.site.pass(1_000);
    let old = super::run(&root, &export).await;
    let cause = "the members of segment \"cluj\" are older than 2 hours: refresh it first";
    assert_eq!((&old["status"], &old["cause"]), (&json!("skipped"), &json!(cause)));
    // A list of keys says who is meant, whenever that was.
    let etag = root.get("/segments/cluj").await.header("etag").to_owned();
    crate::desk::send(&root, "/segments/cluj/keys", &etag, "id\n1\n").await.expect(StatusCode::OK);
    office.site.pass(3 * 60 * MINUTE_MS);
    assert_eq!(super::run(&root, &export).await["counts"]["unchanged"], 1);
    handle.raise();
    working.await.unwrap();
}

#[tokio::test]
async fn sys6_a_refresh_tells_what_tables_have_lost_and_what_that_breaks() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    office
        .export(&root, json!({"matching": {"email": "mail", "first_name": "city"}, "schedule": "off"}))
        .await;
    let sound = begin(&root, "/refreshes").await;
    let sound = ended(&root, &sound).await;
    assert_eq!((&sound["tables"], &sound["cause"]), (&json!([]), &json!("")), "{sound}");

    std::fs::write(office.file(), "id,mail,town\n1,a@example.com,Cluj\n").unwrap();
    office.site.pass(1_000);
    let refreshed = begin(&root, "/refreshes").await;
    let refreshed = ended(&root, &refreshed).await;
    assert_eq!(refreshed["status"], "failed", "{refreshed}");
    let cause = refreshed["cause"].as_str().unwrap();
    assert!(
        cause.starts_with("not as they were declared are these tables: customers; 2 of 2 segments"),
        "{cause}"
    );
    let table = &refreshed["tables"][0];
    assert_eq!((&table["name"], &table["cause"]), (&json!("customers"), &json!("")));
    assert_eq!(table["lost_columns"][0]["column"], "city", "{table}");
    assert_eq!(
        (&table["broken_segments"], &table["broken_exports"]),
        (&json!(["cluj", "iasi"]), &json!(["Letter"]))
    );

    // A person sees it where refreshes are shown.
    for page in ["/status".to_owned(), format!("/runs/{}", refreshed["id"].as_str().unwrap())] {
        let text = root.browser(reqwest::Method::GET, &page).send().await.unwrap().text().await.unwrap();
        assert!(text.contains("Not as it was declared:") && text.contains("Letter"), "{page}: {text}");
    }

    std::fs::remove_file(office.file()).unwrap();
    office.site.pass(1_000);
    let gone = begin(&root, "/refreshes").await;
    let gone = ended(&root, &gone).await;
    let table = &gone["tables"][0];
    assert!(!table["cause"].as_str().unwrap().is_empty(), "{gone}");
    assert_eq!((&table["lost_columns"], &table["broken_segments"]), (&json!([]), &json!(["cluj", "iasi"])));
    assert_eq!(table["broken_exports"], json!(["Letter"]));
}

#[tokio::test]
async fn a_table_that_breaks_nothing_active_fails_no_refresh_and_is_told() {
    let mut office = Office::open().await;
    office.site.work();
    let root = office.site.administrator().await;
    for segment in ["cluj", "iasi"] {
        let etag = root.get(&format!("/segments/{segment}")).await.header("etag").to_owned();
        let off = root.patch(&format!("/segments/{segment}"), &etag, &json!({"state": "inactive"})).await;
        off.expect(StatusCode::OK);
    }
    std::fs::write(office.file(), "id,mail,town\n1,a@example.com,Cluj\n").unwrap();
    let refreshed = begin(&root, "/refreshes").await;
    let refreshed = ended(&root, &refreshed).await;
    assert_eq!(refreshed["status"], "succeeded", "{refreshed}");
    assert_eq!(refreshed["cause"], "not as they were declared are these tables: customers");
    assert_eq!(refreshed["tables"][0]["broken_segments"], json!(["cluj", "iasi"]));
}

#[tokio::test]
async fn schedules_are_read_when_one_of_them_has_changed_and_not_at_every_look() {
    let mut office = Office::open().await;
    let root = office.site.administrator().await;
    let own = json!({"own": {"cron": "0 * * * *", "time_zone": "Europe/Bucharest"}});
    let export = office.export(&root, json!({"schedule": own})).await;
    drop(root);
    office.site.work();
    let root = office.site.sign_in("root@example.com").await;
    refresh(&root, "cluj").await;
    root.get("/exports").await.expect(StatusCode::OK);
    // Whoever reads this now cannot go on. Nothing has counted the change, so nobody does.
    assert_eq!(office.site.execute("UPDATE recipe SET document = 'nothing' || document").await, 1);
    office.site.pass(MINUTE_MS);
    assert_eq!(root.get("/exports").await.status, StatusCode::OK);
    // A refresh is a change that counts: its followers are looked for.
    let begun = begin(&root, "/refreshes").await;
    let begun = ended(&root, &begun).await;
    assert!(begun["cause"].as_str().unwrap().contains("holds an unreadable export"), "{begun}");
    office.site.execute("UPDATE recipe SET document = SUBSTR(document, 8)").await;
    office.site.pass(60 * MINUTE_MS);
    assert_eq!(ran(&root, &export, 1).await["trigger"], "schedule");
    // A change is seen at the next look, long before anything would be due.
    let etag = root.get(&format!("/exports/{export}")).await.header("etag").to_owned();
    let often = json!({"own": {"cron": "* * * * *", "time_zone": "Europe/Bucharest"}});
    root.patch(&format!("/exports/{export}"), &etag, &json!({"schedule": often}))
        .await
        .expect(StatusCode::OK);
    office.site.pass(MINUTE_MS);
    assert_eq!(ran(&root, &export, 2).await["trigger"], "schedule");
}

#[tokio::test]
async fn exp22_run_all_runs_those_with_an_active_schedule() {
    let office = Office::open().await;
    let root = office.site.administrator().await;
    let export = office.export(&root, json!({})).await;
    let connection = connection_of(&root, &export).await;
    office.export_on(&root, &connection, json!({"name": "Off", "schedule": "off"})).await;
    let all = post(&root, "/exports/run-all").await.expect(StatusCode::ACCEPTED);
    assert_eq!(all.body["runs"].as_array().unwrap().len(), 1, "{}", all.text);
    assert_eq!(all.text_at("/runs/0/subject/id"), export);
    let queue = root.get("/queue").await.body;
    assert_eq!(queue["runs"].as_array().unwrap().len(), 1, "{queue}");
}

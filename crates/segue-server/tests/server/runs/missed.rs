//! What fell due while nothing ran here, or while somebody changed something else.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::scheduled::{ran, set_schedule};
use super::{Office, act, refresh};
use crate::setting::{As, MINUTE_MS};

async fn change(root: &As<'_>, export: &str, changes: Value) {
    let place = format!("/exports/{export}");
    let etag = root.get(&place).await.header("etag").to_owned();
    root.patch(&place, &etag, &changes).await.expect(StatusCode::OK);
}

/// An office without a worker, whose export has been due once.
async fn missed_once(office: &mut Office) -> String {
    office.site.work();
    let root = office.site.administrator().await;
    let own = json!({"own": {"cron": "0 * * * *", "time_zone": "Europe/Bucharest"}});
    let export = office.export(&root, json!({"schedule": own})).await;
    refresh(&root, "cluj").await;
    drop(root);
    office.site.rest().await;
    office.site.pass(70 * MINUTE_MS);
    export
}

#[tokio::test]
async fn a_missed_run_is_caught_up_though_the_export_was_changed_since() {
    let mut office = Office::open().await;
    let export = missed_once(&mut office).await;
    let root = office.site.sign_in("root@example.com").await;
    change(&root, &export, json!({"mode": "mirror", "name": "Newsletter"})).await;
    let same = json!({"own": {"cron": "0 * * * *", "time_zone": "Europe/Bucharest"}});
    change(&root, &export, json!({"schedule": same})).await;
    drop(root);
    office.site.work();
    let root = office.site.sign_in("root@example.com").await;
    let run = ran(&root, &export, 1).await;
    assert_eq!((&run["trigger"], &run["counts"]["created"]), (&json!("catch_up"), &json!(2)), "{run}");
}

#[tokio::test]
async fn nothing_was_missed_before_a_schedule_was_set_or_its_export_switched_on() {
    let own = json!({"own": {"cron": "30 * * * *", "time_zone": "Europe/Bucharest"}});
    for is_switched in [false, true] {
        let mut office = Office::open().await;
        let export = missed_once(&mut office).await;
        let root = office.site.sign_in("root@example.com").await;
        if is_switched {
            for verb in ["disable", "enable"] {
                act(&root, &format!("/exports/{export}"), verb).await.expect(StatusCode::OK);
            }
        } else {
            change(&root, &export, json!({"schedule": own})).await;
        }
        drop(root);
        office.site.work();
        let root = office.site.sign_in("root@example.com").await;
        // It has looked by the end of this.
        refresh(&root, "iasi").await;
        assert_eq!(root.get(&format!("/runs?export={export}")).await.body["items"], json!([]));
        office.site.pass(60 * MINUTE_MS);
        assert!(
            ["schedule", "catch_up"].contains(&ran(&root, &export, 1).await["trigger"].as_str().unwrap())
        );
    }
}

#[tokio::test]
async fn a_missed_refresh_is_caught_up_though_the_same_schedule_was_saved_again() {
    let mut office = Office::open().await;
    let root = office.site.administrator().await;
    let hourly = json!({"on": {"cron": "0 * * * *", "time_zone": "Europe/Bucharest"}});
    set_schedule(&root, hourly.clone()).await;
    drop(root);
    office.site.pass(70 * MINUTE_MS);
    let root = office.site.sign_in("root@example.com").await;
    set_schedule(&root, hourly).await;
    drop(root);
    office.site.work();
    let root = office.site.sign_in("root@example.com").await;
    for _ in 0..500 {
        let refreshes = root.get("/refreshes").await.body["items"].clone();
        if let Some(first) = refreshes.as_array().and_then(|all| all.first()) {
            assert_eq!(first["trigger"], "catch_up", "{first}");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("it was not caught up");
}
